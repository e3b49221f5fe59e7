from odoo import api, fields, models
from odoo.exceptions import ValidationError

from escarcelle_core import funding


class EscarcelleFundingSource(models.Model):
    """Who paid for a good, and what that payer allows to be asked of the household.

    A source stands on a product, or on a lot where lots are kept. Goods bought with the ESF+ food aid
    are given: no price and nothing off the budget (Regulation (EU) 2021/1057, article 21 (2));
    others may be sold within a part of their market value, here the public reference price.
    """

    _name = "escarcelle.funding.source"
    _description = "Funding Source"
    _order = "sequence, code, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, size=16, help="Short name on lists, labels and statistics: ACHAT, DON, FSE."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", "Shop", index=True, help="Empty: every shop.")
    kind = fields.Selection(
        [
            ("purchase", "Own purchase"),
            ("donation", "Donation"),
            ("eu", "European Union (ESF+)"),
            ("state", "State (CNES)"),
            ("local", "Local authority"),
            ("other", "Other"),
        ],
        required=True,
        default="purchase",
    )
    free_only = fields.Boolean(
        "Given for free",
        compute="_compute_eu",
        store=True,
        readonly=False,
        precompute=True,
        help="The household pays nothing, whatever its tariff.",
    )
    consumes_budget = fields.Boolean(
        "Counts on the budget",
        compute="_compute_eu",
        store=True,
        readonly=False,
        precompute=True,
        help="Unticked: these goods never take anything off the household's budget.",
    )
    rate_min = fields.Float(
        "Asked at least (%)", digits=(5, 2), help="Part of the public reference price."
    )
    rate_max = fields.Float(
        "Asked at most (%)",
        digits=(5, 2),
        default=100.0,
        help="Part of the public reference price.",
    )
    households_only = fields.Boolean(
        "Entitled households only",
        compute="_compute_eu",
        store=True,
        readonly=False,
        precompute=True,
        help="Not sold to the other customers of a mixed shop.",
    )
    pricelist_ids = fields.Many2many(
        "product.pricelist",
        "escarcelle_funding_source_pricelist_rel",
        "source_id",
        "pricelist_id",
        "Allowed tariffs",
        help="Empty: every tariff.",
    )
    excluded_category_ids = fields.Many2many(
        "product.category",
        "escarcelle_funding_source_category_rel",
        "source_id",
        "category_id",
        "Excluded categories",
        help="Goods this source must not pay for, the categories below included.",
    )
    note = fields.Text("Conditions", help="What the agreement says, in the shop's words.")
    product_count = fields.Integer("Goods", compute="_compute_product_count")

    _code_uniq = models.UniqueIndex(
        "(coalesce(company_id, 0), upper(code))", "Another funding source has this code."
    )
    _rates = models.Constraint(
        "CHECK (0 <= rate_min AND rate_min <= rate_max AND rate_max <= 100)",
        "The part asked is between 0 and 100 %, the lowest first.",
    )
    _eu_is_free = models.Constraint(
        "CHECK (kind <> 'eu' OR (free_only AND NOT consumes_budget))",
        "Goods paid for by the European Union are free and take nothing off a budget.",
    )

    @api.depends("kind")
    def _compute_eu(self):
        for source in self:
            source.free_only = source.kind == "eu"
            source.consumes_budget = source.kind != "eu"
            source.households_only = source.kind in ("eu", "state")

    def _compute_product_count(self):
        counts = dict(
            self.env["product.template"]._read_group(
                [("escarcelle_funding_source_id", "in", self.ids)],
                ["escarcelle_funding_source_id"],
                ["__count"],
            )
        )
        for source in self:
            source.product_count = counts.get(source, 0)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for source in self:
            source.display_name = f"{source.code} · {source.name}" if source.code else source.name

    def copy_data(self, default=None):
        # EXTENDS 'base'
        return [
            {**vals, "code": self.env._("%s-2", source.code)[:16]}
            for source, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _escarcelle_excludes(self, category):
        """Whether this source must not pay for goods of ``category``."""
        self.ensure_one()
        excluded = self.excluded_category_ids
        return bool(excluded) and bool(
            self.env["product.category"].search_count(
                [("id", "child_of", excluded.ids), ("id", "=", category.id)], limit=1
            )
        )

    def _escarcelle_check_category(self, product):
        """ValidationError when this source must not pay for goods of the category of ``product``."""
        self.ensure_one()
        if self._escarcelle_excludes(product.categ_id):
            raise ValidationError(
                self.env._(
                    "%(payer)s must not pay for %(category)s: give %(product)s another source or"
                    " another category.",
                    payer=self.name,
                    category=product.categ_id.display_name,
                    product=product.display_name,
                )
            )

    def _escarcelle_has_rules(self):
        """Whether this payer wants its goods sold otherwise than the shop's other goods."""
        self.ensure_one()
        return bool(
            self.free_only
            or not self.consumes_budget
            or self.rate_min > 0
            or self.rate_max < 100
            or self.households_only
            or self.sudo().pricelist_ids
        )

    def _escarcelle_check_received(self, product):
        """ValidationError unless goods paid for by this source may come in as ``product``.

        A till sells by the rules of the product: what has rules of its own needs a product of its own.
        """
        if not self or self == product.escarcelle_funding_source_id:
            return
        self._escarcelle_check_category(product)
        if self._escarcelle_has_rules():
            raise ValidationError(
                self.env._(
                    "%(payer)s has rules of its own, and the till sells %(product)s by those of its form. Make a"
                    " good apart (“Same good, another source” on its form), with a label of its own, and receive"
                    " it there.",
                    payer=self.name,
                    product=product.display_name,
                )
            )

    def _escarcelle_row(self):
        """One element of ``funding_sources`` in ``settings.json``."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "free": self.free_only,
            "consumes_budget": self.consumes_budget,
            "rate_min": f"{self.rate_min:.2f}",
            "rate_max": f"{self.rate_max:.2f}",
            "households_only": self.households_only,
            "pricelist_ids": self.pricelist_ids.ids,
            "excluded_category_ids": self.env["product.category"]
            .search([("id", "child_of", self.excluded_category_ids.ids)], order="id")
            .ids
            if self.excluded_category_ids
            else [],
        }

    def _escarcelle_core(self):
        """This source as the core and the till know it."""
        return funding.Source.read(self._escarcelle_row())

    def action_view_products(self):
        """Open the goods of this source."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "point_of_sale.product_template_action_pos_product"
        )
        return {
            **action,
            "domain": [("escarcelle_funding_source_id", "=", self.id)],
            "context": {"default_escarcelle_funding_source_id": self.id},
        }


class ProductTemplate(models.Model):
    _inherit = "product.template"

    escarcelle_funding_source_id = fields.Many2one(
        "escarcelle.funding.source",
        "Funding source",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        help="Who paid for this good. Where lots are not told apart at the till, keep one good a source.",
    )
    escarcelle_price_bounds = fields.Char(
        compute="_compute_escarcelle_price_bounds",
        compute_sudo=True,
        help="Lowest and highest part of the reference price that may be asked, in percent: 10.00;30.00.",
    )

    @api.depends(
        "escarcelle_funding_source_id.free_only",
        "escarcelle_funding_source_id.rate_min",
        "escarcelle_funding_source_id.rate_max",
    )
    def _compute_escarcelle_price_bounds(self):
        for template in self:
            source = template.escarcelle_funding_source_id
            if not source:
                template.escarcelle_price_bounds = False
            elif source.free_only:
                template.escarcelle_price_bounds = "0.00;0.00"
            else:
                template.escarcelle_price_bounds = f"{source.rate_min:.2f};{source.rate_max:.2f}"

    @api.model
    def _load_pos_data_fields(self, config):
        # EXTENDS 'point_of_sale': the page prices within what the payer allows
        return [*super()._load_pos_data_fields(config), "escarcelle_price_bounds"]

    def action_escarcelle_other_source(self):
        """The same good paid for by somebody else: a good of its own, with a barcode of its own."""
        self.ensure_one()
        self.check_access("write")
        other = self.copy(
            {
                "name": self.name,
                "barcode": False,
                "default_code": False,
                "escarcelle_funding_source_id": False,
                "list_price": self.list_price,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.template",
            "res_id": other.id,
            "views": [(False, "form")],
        }

    @api.constrains("escarcelle_funding_source_id", "categ_id")
    def _check_escarcelle_funding_source(self):
        for template in self.filtered("escarcelle_funding_source_id"):
            template.escarcelle_funding_source_id._escarcelle_check_category(template)
