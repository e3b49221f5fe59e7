from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from escarcelle_core import vat

#: Lines of the VAT return (CA3) of a rate, where Odoo's own tax of that rate stands for another territory.
BOXES = {
    (vat.CORSICA, 210): "T4",
    (vat.CORSICA, 90): "T5",
    (vat.DOM, 175): "T1",
    (vat.DOM, 105): "T2",
}
#: What Odoo's French chart calls them: the tax of a rate, VAT included in the price.
TEMPLATES = {
    2000: "tva_normale_ttc",
    1000: "tva_intermediaire_ttc",
    850: "tva_specifique_ttc",
    550: "tva_reduite_ttc",
    210: "tva_super_reduite_ttc",
    0: "tva_sale_good_0",
}
#: Account, names of the account and of the fiscal position, name of the tax of each sector without VAT.
#: French constants: they belong to a French chart of accounts.
SECTORS = {
    vat.EXEMPT_A: ("707910", "Ventes exonérées (CGI 261-7-1° a)", "Exonéré, CGI 261-7-1° a", "0 % EXO a"),
    vat.EXEMPT_B: ("707920", "Ventes exonérées (CGI 261-7-1° b)", "Exonéré, CGI 261-7-1° b", "0 % EXO b"),
    vat.FRANCHISE: ("707930", "Ventes en franchise (CGI 293 B)", "Franchise en base, CGI 293 B", "0 % franchise"),
    vat.NO_VAT: ("707940", "Ventes hors TVA (CGI 294, 1)", "Hors TVA, Guyane et Mayotte", "0 % hors TVA"),
}  # fmt: skip


class EscarcelleFiscalVatSetup(models.AbstractModel):
    """Makes the taxes, fiscal positions, accounts and points of sale of a VAT regime. Run again: only what is
    missing is made, nothing that a person chose is undone, except the default regime of points of sale."""

    _name = "escarcelle.fiscal.vat.setup"
    _description = "Set-up of a VAT regime"

    @api.model
    def _escarcelle_set_up(self, company, before=None):
        """Apply the territory and regime of ``company``; ``before`` is the territory it leaves.

        Returns {"taxes", "positions", "goods", "unknown"}: records; ``unknown`` are goods whose VAT category
        is not known, left as they are. UserError without the French chart of accounts.
        """
        self = self.sudo().with_company(company).with_context(allowed_company_ids=company.ids)
        company = company.with_env(self.env)
        if not self._template("tva_sale_good_0"):
            raise UserError(
                self.env._(
                    "%s has no French chart of accounts yet: choose « France » in Invoicing, Configuration,"
                    " Settings, Fiscal Localization, then come back.",
                    company.name,
                )
            )
        day = company._escarcelle_rules().business_day(self.env["escarcelle.fiscal.device"]._escarcelle_now())
        taxes = self._taxes(company, sorted(vat.rates(company.escarcelle_territory, day), reverse=True))
        goods, unknown = self._goods(company, day, taxes, before)
        positions = self.env["account.fiscal.position"]
        for sector in company._escarcelle_sectors():
            positions |= self._position(company, sector)
        self._points_of_sale(company, positions)
        # Read here as superuser, taxes of other companies would stay in the cache of whoever asked.
        self.env.flush_all()
        self.env["product.template"].invalidate_model(["taxes_id"])
        self.env["product.product"].invalidate_model(["taxes_id"])
        made = self.env["account.tax"].union(*taxes.values()) | positions.tax_ids
        return {"taxes": made, "positions": positions, "goods": goods, "unknown": unknown}

    # -- taxes -----------------------------------------------------------------------------------

    def _template(self, xmlid):
        return self.env["account.chart.template"].ref(xmlid, raise_if_not_found=False)

    def _taxes(self, company, rates):
        """Rate → tax to sell at it, VAT included; found, switched on, or made."""
        taxes = {}
        for rate in rates:
            box = BOXES.get((company.escarcelle_territory, rate))
            tax = self._existing(company, rate, box) or self._new(company, rate, box)
            tax.active = True
            taxes[rate] = tax
        return taxes

    @api.model
    def _escarcelle_tax(self, company, rate):
        """The active tax goods are sold with at ``rate`` (hundredths); empty before the set-up."""
        found = self._existing(company, rate, BOXES.get((company.escarcelle_territory, rate)))
        return found.filtered("active")

    def _existing(self, company, rate, box):
        """Odoo's tax of the rate, else one made by hand; of the right line of the VAT return when one is named."""
        found = self._included(company).filtered(
            lambda tax: round(tax.amount * 100) == rate and not tax.fiscal_position_ids.filtered(_without_vat)
        )
        if box:
            found = found.filtered(lambda tax: f"{box}_base" in tax.repartition_line_ids.tag_ids.mapped("name"))
        template = self._template(TEMPLATES[rate]) if rate in TEMPLATES else None
        return template if template and template in found else found.sorted(lambda t: (not t.active, t.id))[:1]

    def _included(self, company):
        """Percentage sale taxes of the company whose VAT is in the price."""
        Tax = self.env["account.tax"].with_context(active_test=False)
        return Tax.search(
            Domain(Tax._check_company_domain(company))
            & Domain("type_tax_use", "=", "sale")
            & Domain("amount_type", "=", "percent")
            & Domain("tax_exigibility", "=", "on_invoice")
        ).filtered("price_include")

    def _new(self, company, rate, box):
        text = vat_text(rate)
        model = self._template("tva_super_reduite_ttc" if rate else "tva_sale_good_0")
        tax = model.copy(
            {
                "name": f"{text} % TTC {box or ''}".strip() if rate else "0 % TTC",
                "description": f"{text} %",
                "invoice_label": f"TVA {text} %",
                "amount": rate / 100,
                "price_include_override": "tax_included",
                "tax_group_id": self._group(company, model, text).id,
                "active": True,
            }
        )
        if rate:
            self._tag(company, tax, box)
        return tax

    def _group(self, company, model, text):
        name = f"TVA {text} %"
        groups = self.env["account.tax.group"].with_context(lang="fr_FR")
        found = groups.search([("company_id", "=", company.id), ("name", "in", (name, name.replace(" %", "%")))])
        return found[:1] or model.tax_group_id.copy({"name": name})

    def _tag(self, company, tax, box):
        """Lines of the VAT return: turnover (A1), and base and tax of the rate where it has its own line."""
        country = company.account_fiscal_country_id.id
        tags = self.env["account.account.tag"]
        for line in tax.repartition_line_ids:
            names = ["A1"] if line.repartition_type == "base" else []
            if box:
                names.append(f"{box}_{'base' if line.repartition_type == 'base' else 'taxe'}")
            line.tag_ids = tags.union(*(tags._get_tax_tags(name, country) for name in names))

    # -- fiscal positions ------------------------------------------------------------------------

    def _position(self, company, sector):
        """The fiscal position of a sector without VAT, with its tax at 0 % and its income account."""
        code, account_name, name, tax_name = SECTORS[sector]
        positions = self.env["account.fiscal.position"]
        position = positions.search(
            [("company_id", "=", company.id), ("escarcelle_sector", "=", sector)], order="id", limit=1
        ) or positions.create({"name": name, "company_id": company.id, "escarcelle_sector": sector})
        position.escarcelle_mention = position.escarcelle_mention or vat.MENTIONS[sector]
        position.note = position.note or vat.MENTIONS[sector]
        tax = position.tax_ids[:1] or self._template("tva_sale_good_0").copy(
            {
                "name": tax_name,
                "description": name,
                "invoice_label": name,
                "invoice_legal_notes": vat.MENTIONS[sector],
                "price_include_override": "tax_included",
                "fiscal_position_ids": [Command.set(position.ids)],
                "active": True,
            }
        )
        tax.original_tax_ids |= self._sold(company) - positions.search(
            [("company_id", "=", company.id), ("escarcelle_sector", "!=", vat.TAXABLE)]
        ).tax_ids
        self._map_accounts(company, position, code, account_name)
        return position

    def _sold(self, company):
        Tax = self.env["account.tax"].with_context(active_test=False)
        return Tax.search(
            Domain(Tax._check_company_domain(company))
            & Domain("type_tax_use", "=", "sale")
            & Domain("amount_type", "=", "percent")
        )

    def _map_accounts(self, company, position, code, name):
        sources = self._income_accounts(company) - position.account_ids.account_src_id
        target = position.account_ids.account_dest_id[:1]
        if not target:
            Account = self.env["account.account"]
            target = Account.search([*Account._check_company_domain(company), ("code", "=", code)], limit=1)
            target = target or Account.create(
                {"code": code, "name": name, "account_type": "income", "company_ids": [Command.set(company.ids)]}
            )
        position.account_ids = [
            Command.create({"account_src_id": source.id, "account_dest_id": target.id})
            for source in sources
            if source != target
        ]

    def _income_accounts(self, company):
        """Accounts goods are sold on, those of the sectors left out."""
        Account = self.env["account.account"]
        categories = self.env["product.category"].search([("property_account_income_categ_id", "!=", False)])
        goods = self.env["product.template"].search([("property_account_income_id", "!=", False)])
        found = (
            Account.search(
                [
                    *Account._check_company_domain(company),
                    ("code", "=like", "707%"),
                    ("account_type", "=", "income"),
                ]
            )
            | company.income_account_id
            | categories.property_account_income_categ_id
            | goods.property_account_income_id
        )
        sectors = self.env["account.fiscal.position"].search(
            [("company_id", "=", company.id), ("escarcelle_sector", "!=", vat.TAXABLE)]
        )
        codes = {item[0] for item in SECTORS.values()}
        return (found - sectors.account_ids.account_dest_id).filtered(lambda account: account.code not in codes)

    # -- goods and points of sale ----------------------------------------------------------------

    def _goods(self, company, day, taxes, before):
        """Give goods the tax of their category; a good without one gets it from the tax it had before."""
        Template = self.env["product.template"].with_context(active_test=False)
        goods = Template.search([("company_id", "in", (False, company.id)), ("sale_ok", "=", True)])
        sold = self._sold(company)
        if before:
            self._guess(goods.filtered(lambda good: not good.escarcelle_vat_category), sold, before, day)
        rates = vat.categories(company.escarcelle_territory, day)
        changed = Template
        for category, same in goods.filtered("escarcelle_vat_category").grouped("escarcelle_vat_category").items():
            if category not in rates:
                continue
            wrong = same.filtered(lambda good, tax=taxes[rates[category]]: good.taxes_id & sold != tax)
            wrong._escarcelle_tax(sold, taxes[rates[category]])
            changed |= wrong
        return changed, goods.filtered(
            lambda good: good.escarcelle_vat_category not in rates and good.available_in_pos
        )

    def _guess(self, goods, sold, before, day):
        """The category a good had, when the rate it was sold at says it without doubt."""
        by_rate = {}
        for category, rate in vat.categories(before, day).items():
            by_rate.setdefault(rate, category)  # the commonest comes first
        for tax, same in goods.grouped(lambda good: good.taxes_id & sold).items():
            if len(tax) == 1 and tax.amount and round(tax.amount * 100) in by_rate:
                same.with_context(escarcelle_keep_taxes=True).write(
                    {"escarcelle_vat_category": by_rate[round(tax.amount * 100)]}
                )

    def _points_of_sale(self, company, positions):
        default = positions.filtered(lambda p: p.escarcelle_sector == company._escarcelle_default_sector())[:1]
        configs = self.env["pos.config"].with_context(active_test=False).search([("company_id", "=", company.id)])
        for config in configs:
            kept = config.fiscal_position_ids | positions
            config.write(
                {
                    "tax_regime_selection": bool(kept),
                    "fiscal_position_ids": [Command.set(kept.ids)],
                    "default_fiscal_position_id": default.id,
                }
            )


def _without_vat(position):
    return position.escarcelle_sector != vat.TAXABLE


def vat_text(rate):
    """550 → « 5,5 »; 90 → « 0,9 »; 2000 → « 20 »."""
    return f"{rate / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
