"""The life of a social grocery around its till: who pays, conventions, quotas, vouchers, fees, appointments."""

from datetime import date, datetime, time, timedelta

from ops.demo_data import accounting

#: Code → name, kind, values, goods it pays for.
SOURCES = {
    "ACHAT": ("Achats de l'association", "purchase", {}, ()),
    "CNES": ("Crédit national des épiceries sociales", "state", {"rate_min": 10.0, "rate_max": 30.0},
             ("ES021", "ES022", "SU006", "FR001")),
    "FSE": ("Aide alimentaire de l'Union européenne", "eu", {}, ("ES035", "ES036", "ES037")),
    "DEP": ("Conseil départemental", "local", {"rate_min": 0.0, "rate_max": 50.0}, ("FL006", "FL007")),
}  # fmt: skip
#: Of goods given, their own source (escarcelle_donation makes it).
DONATED = ("SO001", "SO002", "SO003", "SO004", "SO005")
#: Organisation → months at a time, at most, then to wait.
CONVENTIONS = {"CCAS": (6, 12, 2), "PASSERELLES": (6, 0, 0), "MISSION": (3, 12, 3)}
#: Name, goods, how much, measure, for each, every.
QUOTAS = (
    ("Lait", ("FR001", "FR002"), 6, "quantity", "person", "month"),
    ("Huile", ("ES027", "ES028"), 2, "quantity", "household", "month"),
    ("Sucre et farine", ("SU001", "SU002", "ES026"), 2, "weight", "person", "week"),
)
FEE = "AD001"
FEE_EUROS = 5.0


def load_sources(env, company):
    """Code → funding source; and the donations' own."""
    sources = env["escarcelle.funding.source"]
    found = {s.code: s for s in sources.search([("company_id", "in", (False, company.id))])}
    for rank, (code, (name, kind, values, _goods)) in enumerate(SOURCES.items(), 1):
        if code not in found:
            found[code] = sources.create(
                {"code": code, "name": name, "kind": kind, "sequence": rank, **values}
            )
    return found


def source_of(code, sources):
    """Who paid for the good of that reference."""
    named = next((source for source, row in SOURCES.items() if code in row[3]), None)
    return sources["DON" if code in DONATED else named or "ACHAT"]


def load_conventions(env, company, organisations, today):
    """Key of the organisation → its convention."""
    conventions = env["escarcelle.convention"]
    start = date(today.year - 1, 1, 1)
    made = {}
    for key, (months, most, wait) in CONVENTIONS.items():
        organisation = organisations[key][0]
        domain = [("company_id", "=", company.id), ("organisation_id", "=", organisation.id)]
        made[key] = conventions.search(domain, limit=1) or conventions.create(
            {
                "name": f"Convention {organisation.name}", "organisation_id": organisation.id,
                "company_id": company.id, "date_from": start, "duration_months": months, "max_months": most,
                "waiting_months": wait,
            }
        )  # fmt: skip
    return made


def load(env, company, organisations, conventions, today):
    """Once: the quotas say whether it is done."""
    if env["escarcelle.quota"].search_count([("company_id", "=", company.id)], limit=1):
        return
    _quotas(env, company)
    _vouchers(env, company, organisations, today)
    _fees(env, company, today)
    _prices(env, company)
    _catalogue(env)
    _eligibility(env, company, conventions, today)
    _appointments(env, company, today)


def _goods(env, codes):
    return env["product.product"].search([("default_code", "in", list(codes))])


def _quotas(env, company):
    env["escarcelle.quota"].create(
        [
            {
                "name": name, "company_id": company.id, "product_ids": [(6, 0, _goods(env, codes).ids)],
                "limit": limit, "measure": measure, "scope": scope, "period": period,
            }
            for name, codes, limit, measure, scope, period in QUOTAS
        ]
    )  # fmt: skip


def _vouchers(env, company, organisations, today):
    """Vouchers of the town, and the part of a ticket that another organisation pays."""
    kinds = env["escarcelle.voucher.kind"].create(
        [
            {
                "name": "Bon CAP du CCAS", "issuer_id": organisations["CCAS"][0].id, "company_id": company.id,
                "date_from": date(today.year, 1, 1), "date_to": date(today.year + 1, 12, 31),
                "excluded_category_ids": [(6, 0, env["product.category"].search([("name", "=", "Animaux")]).ids)],
            },
            {
                "name": "Part Mission jeunes", "issuer_id": organisations["MISSION"][0].id,
                "company_id": company.id, "nature": "share", "share": 50.0, "numbered": False,
                "settled_by": "invoice",
            },
        ]
    )  # fmt: skip
    kinds.action_make_method()


def _fees(env, company, today):
    """A yearly fee, sold at the till; two households in three have paid theirs."""
    tax = env["account.tax"].search(
        [("company_id", "=", company.id), ("name", "=", "0 % EXO b")], limit=1
    )
    fee = env["product.product"].with_company(company).create(
        {
            "default_code": FEE, "name": "Adhésion annuelle", "type": "service", "list_price": FEE_EUROS,
            "available_in_pos": True, "taxes_id": [(6, 0, tax.ids)], "supplier_taxes_id": [(5,)],
            "categ_id": env["product.category"].create({"name": "Adhésion"}).id,
            "pos_categ_ids": [(6, 0, env["pos.category"].create({"name": "Adhésion", "sequence": 90}).ids)],
            "property_account_income_id": accounting.income_accounts(env, company)[0].id,
        }
    )  # fmt: skip
    env["escarcelle.household.policy"]._escarcelle_for(company).write(
        {
            "membership_required": True, "membership_amount": FEE_EUROS, "membership_product_id": fee.id,
            "membership_months": 12,
        }
    )  # fmt: skip
    homes = env["escarcelle.household"].search([("company_id", "=", company.id)], order="code")
    env["escarcelle.membership"].create(
        [
            {
                "household_id": home.id, "paid_on": today - timedelta(days=(rank * 13) % 400),
                "amount": FEE_EUROS, "method": "cheque" if rank % 4 == 0 else "cash",
            }
            for rank, home in enumerate(homes)
            if rank % 3
        ]
    )  # fmt: skip


def _prices(env, company):
    """A change of prices that waits for somebody to look at it."""
    drinks = env["product.category"].search([("name", "=", "Boissons")], limit=1)
    env["escarcelle.price.update"].create(
        {
            "name": "Hausse du fournisseur de boissons",
            "company_id": company.id,
            "category_ids": [(6, 0, drinks.ids)],
            "method": "percent",
            "value": 3.0,
        }
    )


def _catalogue(env):
    """A category of the generic catalogue, whose prices are still to be typed."""
    goods = env["escarcelle.catalogue.good"].search(
        [("category_id.name", "=", "Animaux de compagnie")]
    )
    goods._escarcelle_activate()


def _eligibility(env, company, conventions, today):
    """A threshold a year, and what two households have been found to live on."""
    env["escarcelle.eligibility.threshold"].create(
        [
            {"company_id": company.id, "date_from": date(today.year - 1, 1, 1), "amount": 9.5},
            {"company_id": company.id, "date_from": date(today.year, 1, 1), "amount": 10.0},
            {
                "company_id": company.id, "date_from": date(today.year, 1, 1), "amount": 12.0,
                "convention_id": conventions["MISSION"].id,
            },
        ]
    )  # fmt: skip
    homes = env["escarcelle.household"].search(
        [("company_id", "=", company.id)], order="code", limit=3
    )
    for home, resources, charges in zip(
        homes, ((1380.0, 420.0), (920.0, 260.0), (1010.0,)), ((640.0, 95.0), (455.0, 80.0), (390.0, 72.0)),
        strict=True,
    ):  # fmt: skip
        result = (
            env["escarcelle.eligibility"]
            .with_company(company)
            .create({"household_id": home.id, "day": today - timedelta(days=30)})
        )
        result._compute_people()
        for kind, amounts in (("resource", resources), ("charge", charges)):
            lines = result.line_ids.filtered(lambda line, k=kind: line.type == k)
            for line, amount in zip(lines, amounts, strict=False):
                line.amount = amount
        if home != homes[-1]:
            result.action_confirm()


def _appointments(env, company, today):
    """Last week's, kept or not; today's; those of the days to come."""
    import pytz

    zone = pytz.timezone(company.escarcelle_timezone or "Europe/Paris")
    homes = env["escarcelle.household"].search(
        [("company_id", "=", company.id)], order="code", limit=12
    )
    host = env["res.users"].search([("login", "=", "responsable")], limit=1)
    plan = (
        (-7, 9.5, "interview", "kept"), (-6, 14.0, "workshop", "kept"), (-6, 15.0, "renewal", "missed"),
        (0, 9.5, "interview", ""), (0, 10.0, "renewal", ""), (0, 11.0, "shopping", ""), (0, 14.5, "workshop", ""),
        (1, 9.0, "shopping", ""), (2, 10.5, "interview", ""), (5, 14.0, "renewal", ""),
    )  # fmt: skip

    def instant(days, hour):
        local = datetime.combine(today + timedelta(days=days), time(int(hour), int(hour % 1 * 60)))
        return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    made = env["escarcelle.appointment"].create(
        [
            {
                "household_id": home.id, "company_id": company.id, "start": instant(days, hour), "kind": kind,
                "user_id": host.id,
            }
            for home, (days, hour, kind, _state) in zip(homes, plan, strict=False)
        ]
    )  # fmt: skip
    for one, (_days, _hour, _kind, state) in zip(made, plan, strict=True):
        if state == "kept":
            one.action_came()
        elif state == "missed":
            one.action_missed()
