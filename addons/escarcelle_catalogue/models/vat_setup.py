from odoo import models

from escarcelle_core import vat


class EscarcelleFiscalVatSetup(models.AbstractModel):
    _inherit = "escarcelle.fiscal.vat.setup"

    def _goods(self, company, day, taxes, before):
        # EXTENDS 'escarcelle_fiscal': a rate of the shop's own, or one the core does not know yet, wins.
        changed, unknown = super()._goods(company, day, taxes, before)
        rates = self.env["escarcelle.vat.rate"]._escarcelle_rates(company.escarcelle_territory, day)
        known = vat.categories(company.escarcelle_territory, day)
        categories = (
            self.env["escarcelle.vat.category"]
            .browse(rates)
            .filtered(lambda category: known.get(category.tax_class) != rates[category.id])
        )
        if not categories:
            return changed, unknown
        chosen = company._escarcelle_rate_taxes([rates[category.id] for category in categories])
        sold = self._sold(company)
        goods = changed.with_context(active_test=False).search(
            [
                ("escarcelle_vat_category_id", "in", categories.ids),
                ("company_id", "in", (False, company.id)),
            ]
        )
        for category, same in goods.grouped("escarcelle_vat_category_id").items():
            tax = chosen[rates[category.id]]
            same.filtered(lambda good, tax=tax: good.taxes_id & sold != tax)._escarcelle_tax(
                sold, tax
            )
        return changed | goods, unknown - goods
