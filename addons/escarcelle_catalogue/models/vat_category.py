from odoo import api, fields, models


class EscarcelleVatCategory(models.Model):
    """What a good is for the VAT law, in the words of a shop: « confiserie », « chocolat noir »…

    Shipped with the catalogue and shared by all shops. ``tax_class`` is the class of the fiscal addon, which
    reads nothing else; the rate of a day comes from the dated lines. A category is never removed while a good
    bears it.
    """

    _name = "escarcelle.vat.category"
    _description = "VAT Category"
    _order = "sequence, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    tax_class = fields.Selection(
        lambda self: (
            self.env["product.template"]
            ._fields["escarcelle_vat_category"]
            ._description_selection(self.env)
        ),
        "Class of the law",
        required=True,
        readonly=True,
    )
    examples = fields.Char("What goes there", readonly=True)
    rate_ids = fields.One2many("escarcelle.vat.rate", "category_id", "Rates")
    rate_today = fields.Float("Rate today (%)", digits=(5, 2), compute="_compute_today")
    source_today = fields.Char("Source", compute="_compute_today")
    good_count = fields.Integer("Goods of the category", compute="_compute_good_count")

    _code_uniq = models.Constraint("unique(code)", "Two VAT categories have this code.")

    @api.depends("rate_ids.rate", "rate_ids.date_start", "rate_ids.date_end")
    @api.depends_context("company")
    def _compute_today(self):
        company = self.env.company
        lines = self.env["escarcelle.vat.rate"]._escarcelle_lines(
            company.escarcelle_territory, company._escarcelle_business_day()
        )
        for category in self:
            line = lines.get(category._origin.id)
            category.rate_today = line.rate if line else 0.0
            category.source_today = line.source if line else False

    def _compute_good_count(self):
        counts = dict(
            self.env["product.template"]._read_group(
                [("escarcelle_vat_category_id", "in", self.ids)],
                ["escarcelle_vat_category_id"],
                ["__count"],
            )
        )
        for category in self:
            category.good_count = counts.get(category, 0)

    @api.depends("name", "rate_today")
    @api.depends_context("company", "escarcelle_show_rate")
    def _compute_display_name(self):
        if not self.env.context.get("escarcelle_show_rate"):
            return super()._compute_display_name()
        for category in self:
            category.display_name = f"{category.name} – {rate_text(category.rate_today)} %"
        return None

    @api.model
    def _escarcelle_general(self, tax_class):
        """The category goods of a class get when nothing more is known of them."""
        code = {"NORMAL": "AUTRE", "HYGIENE": "PROTECTION"}.get(tax_class, tax_class)
        return self.with_context(active_test=False).search([("code", "=", code)], limit=1)

    def action_goods(self):
        """The goods of the category."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_catalogue.product_vat_action"
        )
        return {**action, "domain": [("escarcelle_vat_category_id", "=", self.id)], "context": {}}


def rate_text(rate):
    """5.5 → « 5,5 »; 20.0 → « 20 »."""
    return f"{rate:.2f}".rstrip("0").rstrip(".").replace(".", ",")
