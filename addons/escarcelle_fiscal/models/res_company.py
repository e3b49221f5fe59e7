from odoo import api, fields, models
from odoo.exceptions import UserError

from escarcelle_core import jet
from escarcelle_core.documents import Company
from escarcelle_core.periods import PeriodRules

#: Changes of these are said in the event journal: who sells (128), what the papers say of it (410).
TAXPAYER = {"company_registry", "vat"}
ISSUER = {"name", "street", "street2", "zip", "city", "country_id", "ape", "phone"}
SETTINGS = {
    "escarcelle_archive_days", "escarcelle_archive_delay", "escarcelle_closing_hour", "escarcelle_timezone",
    "fiscalyear_last_month", "fiscalyear_last_day",
    "tax_calculation_rounding_method", "escarcelle_territory", "escarcelle_regime",
}  # fmt: skip


class ResCompany(models.Model):
    _inherit = "res.company"

    escarcelle_closing_hour = fields.Integer(
        "Closing hour", default=0,
        help="A sale made before this hour of the night belongs to the day before.",
    )  # fmt: skip
    escarcelle_timezone = fields.Selection(
        "_escarcelle_timezones", "Shop's time zone", default="Europe/Paris", required=True
    )

    escarcelle_accountant_email = fields.Char(
        "Accountant's e-mail", help="Receives the daily fiscal anchor of the shop."
    )

    escarcelle_archive_days = fields.Boolean(
        "Archive every day", help="Months and fiscal years are archived by themselves in any case."
    )
    escarcelle_archive_delay = fields.Integer(
        "Days to wait for a till", default=10,
        help="A period is archived when every till has closed it, at the latest this many days after its end."
        " What comes later makes a supplement.",
    )  # fmt: skip

    _escarcelle_archive_delay_range = models.Constraint(
        "CHECK (escarcelle_archive_delay BETWEEN 0 AND 60)", "An archive waits 60 days for a till at most."
    )
    _escarcelle_closing_hour_range = models.Constraint(
        "CHECK (escarcelle_closing_hour BETWEEN 0 AND 23)", "The closing hour goes from 0 to 23."
    )

    @api.model
    def _escarcelle_timezones(self):
        return [
            (name, name)
            for name in (
                "Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne",
                "Indian/Reunion", "Indian/Mayotte", "America/Miquelon", "America/St_Barthelemy",
                "America/Marigot", "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis",
            )
        ]  # fmt: skip

    def _escarcelle_is_concerned(self):
        """Whether sales of this company must be signed: it is in France."""
        self.ensure_one()
        return self.account_fiscal_country_id.code in self._get_france_country_codes()

    def _escarcelle_company(self):
        """The taxable person of the signed documents, as far as it is known."""
        self.ensure_one()
        return Company(
            name=self.name,
            street=self.street or "",
            zip=self.zip or "",
            city=self.city or "",
            siret=(self.company_registry or "").replace(" ", ""),
            naf=self.ape or "",
            vat=self.vat or "",
            street2=self.street2 or "",
            phone=self.phone or "",
        )

    def _escarcelle_identity(self):
        """The same, complete: UserError names what the law wants on the paper and is missing."""
        company = self._escarcelle_company()
        wanted = {
            "street": self.env._("street"), "zip": self.env._("postcode"), "city": self.env._("city"),
            "siret": self.env._("SIRET"), "naf": self.env._("NAF code (APE)"),
        }  # fmt: skip
        missing = [label for name, label in wanted.items() if not getattr(company, name)]
        if missing:
            raise UserError(
                self.env._(
                    "Nothing can be sold yet: fill in %(what)s of %(company)s (Settings, Companies).",
                    what=", ".join(missing), company=self.name,
                )
            )  # fmt: skip
        return company

    def _escarcelle_rules(self):
        """When this company's days, months and fiscal years close."""
        self.ensure_one()
        return PeriodRules(
            self.escarcelle_timezone,
            self.escarcelle_closing_hour,
            int(self.fiscalyear_last_month),
            self.fiscalyear_last_day,
        )

    def _escarcelle_round_per_line(self):
        """VAT is rounded line by line, as on the signed tickets (docs/formats.md §1)."""
        for company in self:
            if company._escarcelle_is_concerned():
                company.tax_calculation_rounding_method = "round_per_line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        companies = super().create(vals_list)
        companies._escarcelle_round_per_line()
        return companies

    def write(self, vals):
        # EXTENDS 'base'
        watched = [
            (code, names & vals.keys())
            for code, names in (
                (jet.TAXPAYER_CHANGED, TAXPAYER), (jet.ISSUER_CHANGED, ISSUER), (jet.SETTING_CHANGED, SETTINGS),
            )
        ]  # fmt: skip
        before = {c: {n: c[n] for _code, names in watched for n in names} for c in self}
        result = super().write(vals)
        outbox = self.env["escarcelle.fiscal.outbox"]
        for company in self:
            for code, names in watched:
                changed = sorted(name for name in names if company[name] != before[company][name])
                if changed:
                    values = ", ".join(company._escarcelle_said(name) for name in changed)
                    outbox._escarcelle_note(code, f"{company.name} {values}")
        if {"account_fiscal_country_id", "country_id"} & vals.keys():
            self._escarcelle_round_per_line()
        return result

    def _escarcelle_said(self, name):
        """« Rue : 3 rue des Halles », as the event journal says it: in French, whoever made the change."""
        # A database where French is not installed is told in its own language.
        installed = self.env["res.lang"]._get_data(code="fr_FR")
        french = self.with_context(lang="fr_FR") if installed else self
        label = french._fields[name].get_description(french.env, ["string"])["string"]
        value = french[name]
        if french._fields[name].type == "selection":
            value = dict(french._fields[name]._description_selection(french.env)).get(value, value)
        return f"{label} : {value.display_name if isinstance(value, models.BaseModel) else value}"
