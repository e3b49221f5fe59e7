import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from escarcelle_core import vat

#: Field of the page → field of the company.
SHOP = {
    "name": "name",
    "street": "street",
    "street2": "street2",
    "zip": "zip",
    "city": "city",
    "phone": "phone",
    "email": "email",
    "siret": "company_registry",
    "ape": "ape",
    "vat_number": "vat",
    "logo": "logo",
}
#: All the fields shown so; those of other pages too.
SHOWN = {
    **SHOP,
    "territory": "escarcelle_territory",
    "regime": "escarcelle_regime",
    "closing_hour": "escarcelle_closing_hour",
    "timezone": "escarcelle_timezone",
}
#: What the law wants on a ticket.
NEEDED = ("name", "street", "zip", "city", "siret", "ape")
#: What Odoo calls a company that nobody has named.
UNNAMED = "My Company"
#: What most social groceries are for the national statistics: help without lodging.
APE = "8899B"
#: First figures of the postcode → territory, time zone.
PLACES = {
    "20": (vat.CORSICA, "Europe/Paris"),
    "971": (vat.DOM, "America/Guadeloupe"),
    "972": (vat.DOM, "America/Martinique"),
    "973": (vat.GUYANE, "America/Cayenne"),
    "974": (vat.DOM, "Indian/Reunion"),
    "976": (vat.MAYOTTE, "Indian/Mayotte"),
}
MAINLAND = (vat.MAINLAND, "Europe/Paris")
#: Saint-Barthélemy and Saint-Martin have postcodes of Guadeloupe, and taxes of their own.
NO_VAT_HERE = ("97133", "97150")


def shown(name):
    """Compute of a field that shows a field of the company.

    One a field: fields of one compute are blank while another of them is written.
    """

    @api.depends(f"company_id.{name}")
    def compute(self):
        field = next(f for f, source in SHOWN.items() if source == name)
        for start in self:
            start[field] = start.company_id.sudo()[name]

    return compute


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    name = fields.Char("Name of the shop", compute=shown("name"), inverse="_inverse_shop")
    street = fields.Char("Street", compute=shown("street"), inverse="_inverse_shop")
    street2 = fields.Char("Street, continued", compute=shown("street2"), inverse="_inverse_shop")
    zip = fields.Char("Postcode", compute=shown("zip"), inverse="_inverse_shop")
    city = fields.Char("City", compute=shown("city"), inverse="_inverse_shop")
    phone = fields.Char("Phone", compute=shown("phone"), inverse="_inverse_shop")
    email = fields.Char("E-mail", compute=shown("email"), inverse="_inverse_shop")
    siret = fields.Char(
        "SIRET", compute=shown("company_registry"), inverse="_inverse_shop",
        help="Fourteen figures, on the letter of the INSEE. Printed on every ticket.",
    )  # fmt: skip
    ape = fields.Char(
        "NAF (APE) code", compute="_compute_ape", inverse="_inverse_shop",
        help="Four figures and a letter, on the same letter: 8899B for most social groceries.",
    )  # fmt: skip
    vat_number = fields.Char(
        "VAT number", compute=shown("vat"), inverse="_inverse_shop",
        help="Only if the association has one.",
    )  # fmt: skip
    logo = fields.Binary("Logo", compute=shown("logo"), inverse="_inverse_shop")
    kind = fields.Selection(
        [
            ("association", "Association (law of 1901)"),
            ("local", "Association of Alsace-Moselle"),
            ("ccas", "Town or CCAS"),
            ("foundation", "Foundation or endowment fund"),
            ("other", "Something else"),
        ],
        "Who runs it",
        default="association",
    )
    missing = fields.Char("Missing before the first sale", compute="_compute_missing")

    @api.depends("company_id.ape", "company_id.company_registry")
    def _compute_ape(self):
        for start in self:
            company = start.company_id.sudo()
            start.ape = company.ape or (False if company.company_registry else APE)

    def _inverse_shop(self):
        for start in self:
            company = start._escarcelle_company()
            values = {source: start[name] for name, source in SHOP.items()}
            values["company_registry"] = start._escarcelle_siret(values["company_registry"])
            values["ape"] = start._escarcelle_ape(values["ape"])
            changed = {
                source: value
                for source, value in values.items()
                if (value or False) != (company[source] or False)
            }
            if "name" in changed and not changed["name"]:
                raise UserError(self.env._("The shop needs a name: type it."))
            if "name" in changed:
                # Odoo named it after the company, when nobody had typed the shop's name yet.
                self.env["stock.warehouse"].sudo().search(
                    [("company_id", "=", company.id), ("name", "=", company.name)]
                ).name = changed["name"]
            if changed:
                company.write(changed)

    @api.model
    def _escarcelle_siret(self, typed):
        """Fourteen figures, or nothing; UserError says what is wrong."""
        figures = re.sub(r"[\s.\-]", "", typed or "")
        if not figures:
            return False
        if not re.fullmatch(r"\d{14}", figures, re.ASCII):
            raise UserError(
                self.env._(
                    "A SIRET has 14 figures; %(count)s were typed. It is on the letter of the INSEE.",
                    count=len(figures),
                )
            )
        # La Poste alone has numbers of another key.
        if not figures.startswith("356000000") and not _luhn(figures):
            raise UserError(
                self.env._(
                    "%s is no SIRET: one of its figures is wrong. Check it on the letter of the INSEE.",
                    typed,
                )
            )
        return figures

    @api.model
    def _escarcelle_ape(self, typed):
        code = re.sub(r"[\s.]", "", typed or "").upper()
        if code and not re.fullmatch(r"\d{4}[A-Z]", code, re.ASCII):
            raise UserError(
                self.env._(
                    "A NAF code has four figures and a letter, such as 8899B: check « %s ».", typed
                )
            )
        return code or False

    @api.depends(*NEEDED)
    def _compute_missing(self):
        """What the page shows, so that the sentence goes as one types."""
        labels = {
            name: self._fields[name].get_description(self.env, ["string"])["string"]
            for name in NEEDED
        }
        for start in self:
            start.missing = ", ".join(
                label
                for name, label in labels.items()
                if not start[name] or (name == "name" and start.name == UNNAMED)
            )

    def _escarcelle_apply_shop(self):
        # The code shown as proposed is kept with the rest.
        company = self._escarcelle_company()
        if not company.ape:
            company.ape = APE
        self._escarcelle_make_french()
        place = self._escarcelle_place()
        # A shop that sells, or whose manager has said where it is, is not moved by its postcode.
        if place and not self.till_id and "territory" not in (self.states or {}):
            territory, zone = place
            company.escarcelle_timezone = zone
            self.territory = territory

    def _escarcelle_place(self):
        """Territory and time zone that the postcode says, None when it says nothing."""
        code = re.sub(r"\s", "", self.zip or "")
        if not re.fullmatch(r"\d{5}", code, re.ASCII) or code in NO_VAT_HERE:
            return None
        place = PLACES.get(code[:3]) or PLACES.get(code[:2])
        # 97 and 98: overseas, of which only the places above are known here.
        return place or (None if code[:2] in ("00", "97", "98", "99") else MAINLAND)

    def _escarcelle_make_french(self):
        """French country, euro and chart of accounts, where the shop has not got them."""
        company = self._escarcelle_company()
        if company.country_id.code not in company._get_france_country_codes():
            company.country_id = self.env.ref("base.fr")
        if company.chart_template == "fr":
            return
        if company.root_id._existing_accounting():
            raise UserError(
                self.env._(
                    "%s keeps its accounts with another chart than the French one: ask your accountant to choose"
                    " « France » in Invoicing, Configuration, Settings, Fiscal Localization.",
                    company.name,
                )
            )
        self.env.ref("base.EUR").sudo().active = True
        company.account_fiscal_country_id = self.env.ref("base.fr")
        chart = self._escarcelle_sudo("account.chart.template")
        chart.try_loading("fr", company=company, install_demo=False)
        company.account_price_include = "tax_included"
        company._escarcelle_round_per_line()
        # Odoo gave the company a pricelist in its first currency.
        pricelists = self._escarcelle_sudo("product.pricelist").with_context(active_test=False)
        pricelists.search(
            [("company_id", "=", company.id), ("currency_id", "!=", company.currency_id.id)]
        ).currency_id = company.currency_id


def _luhn(figures):
    doubled = (int(f) * (1 + rank % 2) for rank, f in enumerate(reversed(figures)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
