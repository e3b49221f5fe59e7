from odoo import api, fields, models
from odoo.fields import Command


class ProductTemplate(models.Model):
    """The taxes of a good follow from its VAT category, in each shop, at the rate of the day.

    The class the fiscal addon reads (``escarcelle_vat_category``) follows too. A tax chosen by hand afterwards is
    the shop's business and stays.
    """

    _inherit = "product.template"

    escarcelle_vat_category_id = fields.Many2one(
        "escarcelle.vat.category", "VAT category of the good", index="btree_not_null", ondelete="restrict",
        help="What the good is for the VAT law: its taxes follow from it and from where the shop is.",
    )  # fmt: skip

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'product'
        categories = self.env["escarcelle.vat.category"]
        for vals in vals_list:
            if vals.get("escarcelle_vat_category_id"):
                category = categories.browse(vals["escarcelle_vat_category_id"])
                vals["escarcelle_vat_category"] = category.tax_class
            elif vals.get("escarcelle_vat_category"):
                general = categories._escarcelle_general(vals["escarcelle_vat_category"])
                vals["escarcelle_vat_category_id"] = general.id
        follows = [
            rank
            for rank, vals in enumerate(vals_list)
            if vals.get("escarcelle_vat_category_id") and "taxes_id" not in vals
        ]
        for rank in follows:
            # Asked below for all at once, not one by one.
            vals_list[rank]["taxes_id"] = [Command.clear()]
        goods = super().create(vals_list)
        self.browse([goods[rank].id for rank in follows])._escarcelle_follow_vat()
        return goods

    def write(self, vals):
        # EXTENDS 'product'
        if "escarcelle_vat_category_id" not in vals:
            if "escarcelle_vat_category" in vals:
                # Before: the tax that follows from the class is that of the category.
                self._escarcelle_name_class(vals["escarcelle_vat_category"])
            return super().write(vals)
        category = self.env["escarcelle.vat.category"].browse(
            vals["escarcelle_vat_category_id"] or []
        )
        vals = {**vals, "escarcelle_vat_category": category.tax_class}
        keep = "taxes_id" in vals or self.env.context.get("escarcelle_keep_taxes")
        goods = self.with_context(escarcelle_keep_taxes=True)
        result = super(ProductTemplate, goods).write(vals)
        if category and not keep:
            self._escarcelle_follow_vat()
        return result

    def _escarcelle_name_classes(self):
        """Give goods whose class and category differ the general category of their class."""
        goods = self.with_context(active_test=False).search(
            [("escarcelle_vat_category", "!=", False)]
        )
        for tax_class, same in goods.grouped("escarcelle_vat_category").items():
            same._escarcelle_name_class(tax_class)

    def _escarcelle_name_class(self, tax_class):
        """Give those of another class the general category of ``tax_class``, their taxes untouched."""
        other = self.filtered(lambda good: good.escarcelle_vat_category_id.tax_class != tax_class)
        if other:
            general = self.env["escarcelle.vat.category"]._escarcelle_general(tax_class)
            other.with_context(escarcelle_keep_taxes=True).write(
                {"escarcelle_vat_category_id": general.id if tax_class else False}
            )

    def _escarcelle_follow_vat(self):
        """Taxes of the category, in every shop that has French taxes; the taxes of the others are not touched."""
        for company in self.env["res.company"].sudo().search([])._escarcelle_vat_ready():
            goods = self.sudo().filtered(
                lambda good, shop=company: good.company_id in (shop, good.company_id.browse())
            )
            if not goods:
                continue
            taxes = company._escarcelle_category_taxes()
            sold = company._escarcelle_vat_setup()._sold(company)
            for category, same in goods.grouped("escarcelle_vat_category_id").items():
                if category.id in taxes:
                    same._escarcelle_tax(sold, taxes[category.id])
        self._escarcelle_forget_taxes()

    def _escarcelle_forget_taxes(self):
        """Read as superuser, taxes of other companies would stay in the cache of whoever asked."""
        self.env.flush_all()
        self.env["product.template"].invalidate_model(["taxes_id", "supplier_taxes_id"])
        self.env["product.product"].invalidate_model(["taxes_id", "supplier_taxes_id"])

    @api.onchange("escarcelle_vat_category_id")
    def _onchange_escarcelle_vat_category_id(self):
        self.escarcelle_vat_category = self.escarcelle_vat_category_id.tax_class
        if self.escarcelle_vat_category_id:
            tax = self._escarcelle_category_tax()
            if tax:
                self.taxes_id = tax

    def _escarcelle_category_tax(self):
        # EXTENDS 'escarcelle_fiscal': the dated rate of the category
        category = self.escarcelle_vat_category_id
        if not category:
            return super()._escarcelle_category_tax()
        company = self.env.company
        rates = self.env["escarcelle.vat.rate"]._escarcelle_rates(
            company.escarcelle_territory, company._escarcelle_business_day()
        )
        rate = rates.get(category._origin.id)
        if rate is None or not company._escarcelle_vat_ready():
            return self.env["account.tax"]
        return company._escarcelle_vat_setup()._escarcelle_tax(company, rate).with_env(self.env)

    def _force_default_sale_tax(self, companies):
        # EXTENDS 'account': the tax a shared good gets in other shops is that of its category
        return super(
            ProductTemplate, self.filtered(lambda good: not good.escarcelle_vat_category_id)
        )._force_default_sale_tax(companies)


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'product': defaults are filled in before the template sees them, a default tax among them
        follows = [
            rank
            for rank, vals in enumerate(vals_list)
            if (vals.get("escarcelle_vat_category_id") or vals.get("escarcelle_vat_category"))
            and "taxes_id" not in vals
        ]
        products = super().create(vals_list)
        self.browse(
            [products[rank].id for rank in follows]
        ).product_tmpl_id._escarcelle_follow_vat()
        return products
