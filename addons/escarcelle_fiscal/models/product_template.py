from odoo import Command, api, fields, models

from escarcelle_core import vat
from escarcelle_core.errors import EscarcelleError

from .vat_regime import CATEGORIES


class ProductTemplate(models.Model):
    _inherit = "product.template"

    escarcelle_vat_category = fields.Selection(
        CATEGORIES,
        "VAT category",
        help="What the good is for the VAT law. The rate follows from it and from the shop's territory.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'product'
        goods = super().create(vals_list)
        for good, vals in zip(goods, vals_list, strict=True):
            if vals.get("escarcelle_vat_category") and "taxes_id" not in vals:
                good._escarcelle_follow_category()
        return goods

    def write(self, vals):
        # EXTENDS 'product'
        result = super().write(vals)
        follows = vals.get("escarcelle_vat_category") and "taxes_id" not in vals
        if follows and not self.env.context.get("escarcelle_keep_taxes"):
            self._escarcelle_follow_category()
        return result

    @api.onchange("escarcelle_vat_category")
    def _onchange_escarcelle_vat_category(self):
        if self.escarcelle_vat_category:
            tax = self._escarcelle_category_tax()
            if tax:
                self.taxes_id = tax

    def _escarcelle_follow_category(self):
        company = self.env.company
        sold = self.env["escarcelle.fiscal.vat.setup"].sudo().with_company(company)._sold(company)
        for same in self.grouped("escarcelle_vat_category").values():
            tax = same[:1]._escarcelle_category_tax()
            if tax:
                same._escarcelle_tax(sold, tax)

    def _escarcelle_category_tax(self):
        """Tax of this good's category in the shop's territory; empty before the set-up made it."""
        company = self.env.company
        day = company._escarcelle_rules().business_day(self.env["escarcelle.fiscal.device"]._escarcelle_now())
        try:
            rate = vat.rate(company.escarcelle_territory, self.escarcelle_vat_category, day)
        except EscarcelleError:
            return self.env["account.tax"]
        setup = self.env["escarcelle.fiscal.vat.setup"].sudo().with_company(company)
        return setup._escarcelle_tax(company, rate).with_env(self.env)

    def _escarcelle_tax(self, sold, tax):
        """Sell these goods at ``tax`` instead of those of ``sold`` (all the company's)."""
        if self:
            self.write({"taxes_id": [*(Command.unlink(old.id) for old in sold - tax), Command.link(tax.id)]})
