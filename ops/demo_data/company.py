"""The shop itself: identity, place, fiscal year."""

#: SIRET and VAT number are well-formed (Luhn, key) and belong to nobody.
COMPANY = {
    "name": "Épicerie solidaire des Tilleuls",
    "street": "14 rue des Tilleuls",
    "street2": "Rez-de-jardin",
    "zip": "38999",
    "city": "Rochefleurie",
    "phone": "01 99 00 14 38",
    "email": "bonjour@tilleuls.example",
    "website": "https://tilleuls.example",
    "company_registry": "01726384900014",
    "vat": "FR58017263849",
    "ape": "8899B",
}
PLACES = {
    "stock.stock_location_suppliers": "Fournisseurs",
    "stock.stock_location_customers": "Clients",
    "escarcelle_donation.location_donors": "Donateurs",
}
TIMEZONE = "Europe/Paris"
LANGUAGE = "fr_FR"


def load(env):
    """Make the first company the shop; returns it. Sets nothing twice."""
    company = env.ref("base.main_company")
    euro = env.ref("base.EUR")
    euro.active = True
    if company.company_registry != COMPANY["company_registry"]:
        company.write(
            {
                **COMPANY,
                "country_id": env.ref("base.fr").id,
                "account_fiscal_country_id": env.ref("base.fr").id,
                "fiscalyear_last_month": "12",
                "fiscalyear_last_day": 31,
            }
        )
        # Odoo named it before the company had its name.
        shop = env["stock.warehouse"].search([("company_id", "=", company.id)])
        shop.write({"name": "Boutique", "code": "BTQ"})
        # Names of places are not translated: these are on every delivery.
        for place, name in PLACES.items():
            env.ref(place).name = name
        shop.lot_stock_id.name = "Réserve"
        company.partner_id.write({"lang": LANGUAGE, "tz": TIMEZONE})
        (env.user | env.ref("base.user_admin")).write({"lang": LANGUAGE, "tz": TIMEZONE})
        env["ir.default"].set("res.partner", "lang", LANGUAGE)
        env["ir.default"].set("res.partner", "tz", TIMEZONE)
    return company
