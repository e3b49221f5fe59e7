"""The accounts an association has and a company has not (ANC rule 2018-06, art. 330-1 and annex).

Odoo ships the general French chart only. Where the general chart gives a number another meaning (754: rebates
of cooperatives), ours has a longer number, so that nothing of the chart is overwritten.
"""

from odoo import api, models
from odoo.addons.account.models.chart_template import template

#: xml id → (code, type, English name, French name). Six digits as in the chart.
ACCOUNTS = {
    "escarcelle_1022": ("102200", "equity", "Statutory funds", "Fonds statutaires"),
    "escarcelle_1024": (
        "102400", "equity", "Other own funds, without right of return", "Autres fonds propres sans droit de reprise",
    ),
    "escarcelle_1034": (
        "103400", "equity", "Other own funds, with right of return", "Autres fonds propres avec droit de reprise",
    ),
    "escarcelle_194": (
        "194000", "liability_non_current", "Earmarked funds: subsidies", "Fonds dédiés sur subventions d'exploitation",
    ),
    "escarcelle_195": (
        "195000", "liability_non_current", "Earmarked funds: contributions of other organisations",
        "Fonds dédiés sur contributions financières d'autres organismes",
    ),
    "escarcelle_196": (
        "196000", "liability_non_current", "Earmarked funds: gifts of the public",
        "Fonds dédiés sur ressources liées à la générosité du public",
    ),
    "escarcelle_4681": ("468100", "liability_current", "Volunteers' expenses", "Frais des bénévoles"),
    "escarcelle_6571": ("657100", "expense", "Financial aid granted", "Aides financières octroyées"),
    "escarcelle_6894": (
        "689400", "expense", "Carried to earmarked funds: subsidies",
        "Reports en fonds dédiés sur subventions d'exploitation",
    ),
    "escarcelle_6895": (
        "689500", "expense", "Carried to earmarked funds: contributions of other organisations",
        "Reports en fonds dédiés sur contributions financières d'autres organismes",
    ),
    "escarcelle_6896": (
        "689600", "expense", "Carried to earmarked funds: gifts of the public",
        "Reports en fonds dédiés sur ressources liées à la générosité du public",
    ),
    "escarcelle_7063": ("706300", "income", "Sponsorship", "Parrainages"),
    "escarcelle_7073": ("707300", "income", "Sales of donated goods", "Ventes de dons en nature"),
    "escarcelle_73": ("730000", "income", "Public contributions", "Concours publics"),
    "escarcelle_75411": ("754110", "income_other", "Manual gifts", "Dons manuels"),
    "escarcelle_75412": (
        "754120", "income_other", "Expenses waived by volunteers", "Abandons de frais par les bénévoles",
    ),
    "escarcelle_7542": ("754200", "income_other", "Patronage of companies", "Mécénats"),
    "escarcelle_7543": ("754300", "income_other", "Legacies and life insurance", "Legs, donations et assurances-vie"),
    "escarcelle_7551": (
        "755110", "income_other", "Contributions of other organisations",
        "Contributions financières d'autres organismes",
    ),
    "escarcelle_7561": ("756100", "income_other", "Membership fees", "Cotisations sans contrepartie"),
    "escarcelle_7562": ("756200", "income_other", "Membership fees with a return", "Cotisations avec contrepartie"),
    "escarcelle_7894": (
        "789400", "income", "Earmarked funds used: subsidies",
        "Utilisations de fonds dédiés sur subventions d'exploitation",
    ),
    "escarcelle_7895": (
        "789500", "income", "Earmarked funds used: contributions of other organisations",
        "Utilisations de fonds dédiés sur contributions financières d'autres organismes",
    ),
    "escarcelle_7896": (
        "789600", "income", "Earmarked funds used: gifts of the public",
        "Utilisations de fonds dédiés sur ressources liées à la générosité du public",
    ),
    "escarcelle_860": ("860000", "off_balance", "Help in kind", "Secours en nature"),
    "escarcelle_8601": ("860100", "off_balance", "Food given", "Secours en nature – alimentaires"),
    "escarcelle_861": ("861000", "off_balance", "Premises and equipment lent", "Mises à disposition gratuite de biens"),
    "escarcelle_862": ("862000", "off_balance", "Services given", "Prestations en nature"),
    "escarcelle_864": ("864000", "off_balance", "Volunteers' work", "Personnel bénévole"),
    "escarcelle_870": ("870000", "off_balance", "Gifts in kind", "Dons en nature"),
    "escarcelle_871": ("871000", "off_balance", "Services received", "Prestations en nature reçues"),
    "escarcelle_875": ("875000", "off_balance", "Volunteering", "Bénévolat"),
}  # fmt: skip
#: Field of the gift rules → account it gets unless it has one.
LINKED = {
    "manual_account_id": "escarcelle_75411",
    "waiver_account_id": "escarcelle_75412",
    "expense_account_id": "escarcelle_4681",
    "patronage_account_id": "escarcelle_7542",
    "grant_account_id": "escarcelle_7551",
    "sales_account_id": "escarcelle_7073",
}
#: The same, for accounts of the chart; the first that is there.
OF_THE_CHART = {
    "cash_account_id": ("530", "53"),
    "cheque_account_id": ("5112", "511"),
    "bank_account_id": ("58",),
}
JOURNAL = "escarcelle_gifts"


class AccountChartTemplate(models.AbstractModel):
    _inherit = "account.chart.template"

    @template("fr", "account.account")
    def _get_fr_escarcelle_account(self):
        return self._escarcelle_association_data()["account.account"]

    @template("fr", "account.journal")
    def _get_fr_escarcelle_journal(self):
        return self._escarcelle_association_data()["account.journal"]

    @api.model
    def _escarcelle_association_data(self):
        """Accounts and journal, as ``_load_data`` takes them."""
        return {
            "account.account": {
                xml_id: {"code": code, "account_type": kind, "name": english, "name@fr": french}
                for xml_id, (code, kind, english, french) in ACCOUNTS.items()
            },
            "account.journal": {
                JOURNAL: {
                    "name": "Gifts", "name@fr": "Dons", "type": "general", "code": "DON", "show_on_dashboard": False,
                }
            },
        }  # fmt: skip

    def _load(self, template_code, company, install_demo, force_create=True):
        # EXTENDS 'account'
        result = super()._load(template_code, company, install_demo, force_create=force_create)
        if template_code == "fr":
            company._escarcelle_link_association_accounts()
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_make_association_accounts(self):
        """Add the accounts to shops that have the French chart already. Nothing of theirs changes."""
        for company in self.filtered(lambda c: c.chart_template == "fr"):
            chart = self.env["account.chart.template"].with_company(company)
            data = chart._escarcelle_association_data()
            taken = set(
                self.env["account.account"].with_company(company)
                .search([("company_ids", "in", company.ids)]).mapped("code")
            )  # fmt: skip
            missing = {
                "account.account": {
                    xml_id: values for xml_id, values in data["account.account"].items()
                    if values["code"] not in taken and not chart.ref(xml_id, raise_if_not_found=False)
                },
                "account.journal": {
                    xml_id: values for xml_id, values in data["account.journal"].items()
                    if not chart.ref(xml_id, raise_if_not_found=False)
                    and not self.env["account.journal"].search_count(
                        [("code", "=", values["code"]), ("company_id", "=", company.id)], limit=1
                    )
                },
            }  # fmt: skip
            chart._load_data({model: values for model, values in missing.items() if values})
            company._escarcelle_link_association_accounts()

    def _escarcelle_link_association_accounts(self):
        """Name the accounts in the gift rules, where nobody did."""
        for company in self:
            policy = self.env["escarcelle.donation.policy"]._escarcelle_for(company)
            found = {
                field: company._escarcelle_account(ACCOUNTS[xml_id][0])
                for field, xml_id in LINKED.items()
            }
            for field, codes in OF_THE_CHART.items():
                found[field] = next(filter(None, map(company._escarcelle_account, codes)), None)
            found["journal_id"] = self.env["account.journal"].search(
                [("code", "=", "DON"), ("type", "=", "general"), ("company_id", "=", company.id)],
                limit=1,
            )
            policy.write(
                {
                    field: record.id
                    for field, record in found.items()
                    if record and not policy[field]
                }
            )

    def _escarcelle_account(self, code):
        """The account of this shop whose number is ``code``, or the first that begins with it."""
        accounts = (
            self.env["account.account"]
            .with_company(self)
            .search([("company_ids", "in", self.ids), ("code", "=like", f"{code}%")])
        )
        return accounts.sorted("code")[:1]
