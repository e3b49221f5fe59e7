"""Many reference prices changed at once: shown first, then applied, and taken back when it was wrong."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from escarcelle_core import tariffs

#: More than this at once is a mistake in the choice of goods.
MOST = 20_000


class EscarcellePriceUpdate(models.Model):
    """A change of reference prices. Tariffs follow by themselves; nothing changes before « Apply ».

    Invariants: what is applied does not change any more; undoing gives a good its price back only where
    nobody has changed it since.
    """

    _name = "escarcelle.price.update"
    _description = "Price Update"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Reason", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "To check"), ("done", "Applied"), ("undone", "Undone")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    category_ids = fields.Many2many(
        "product.category", "escarcelle_price_update_category_rel", string="Categories",
        help="Those below them included. Empty: every category.",
    )  # fmt: skip
    source_ids = fields.Many2many(
        "escarcelle.funding.source", "escarcelle_price_update_source_rel", string="Funding sources",
        check_company=True, help="Empty: every source.",
    )  # fmt: skip
    product_ids = fields.Many2many(
        "product.template", "escarcelle_price_update_product_rel", string="Only these goods",
        default=lambda self: self._default_product_ids(),
    )  # fmt: skip
    method = fields.Selection(
        [
            ("percent", "Raise or lower by a percentage"),
            ("amount", "Raise or lower by an amount"),
            ("fixed", "One price for all"),
            ("cost", "Cost times a coefficient"),
        ],
        required=True,
        default="percent",
    )
    value = fields.Float(
        digits=(16, 2), help="Negative to lower. 5 for 5 %, or for 5 €; 1.2 for cost plus 20 %."
    )
    rounding = fields.Selection(
        [(step, step) for step in tariffs.STEPS], required=True, default=tariffs.STEPS[0]
    )
    line_ids = fields.One2many("escarcelle.price.update.line", "update_id", "Prices", copy=False)
    changed_count = fields.Integer("Prices that change", compute="_compute_changed_count")
    applied_on = fields.Datetime(readonly=True, copy=False)

    @api.model
    def _default_product_ids(self):
        chosen = self.env.context.get("active_model") == "product.template"
        return self.env.context.get("active_ids", []) if chosen else []

    @api.depends("line_ids.new_price", "line_ids.old_price")
    def _compute_changed_count(self):
        for update in self:
            update.changed_count = len(update.line_ids.filtered("changed"))

    def _escarcelle_check_draft(self):
        if self.filtered(lambda update: update.state != "draft"):
            raise UserError(
                self.env._("These prices were applied: undo them, or make another price update.")
            )

    def _escarcelle_products(self):
        """The goods chosen."""
        self.ensure_one()
        domain = [
            *self.env["product.template"]._check_company_domain(self.company_id),
            ("sale_ok", "=", True),
            ("available_in_pos", "=", True),
        ]
        if self.category_ids:
            domain.append(("categ_id", "child_of", self.category_ids.ids))
        if self.source_ids:
            domain.append(("escarcelle_funding_source_id", "in", self.source_ids.ids))
        if self.product_ids:
            domain.append(("id", "in", self.product_ids.ids))
        return self.env["product.template"].search(domain, limit=MOST + 1)

    def _escarcelle_new_price(self, template):
        """Price of ``template`` by the rule; a price that would be negative is zero. What cost nothing (a gift),
        or whose cost nobody typed, keeps its price: a multiple of nothing would give it away."""
        value, price = Decimal(repr(self.value)), Decimal(repr(template.list_price))
        if self.method == "percent":
            price += price * value / 100
        elif self.method == "amount":
            price += value
        elif self.method == "fixed":
            price = value
        else:
            cost = Decimal(repr(template.with_company(self.company_id).standard_price))
            if not cost:
                return template.list_price
            price = cost * value
        return float(tariffs.round_to_step(max(price, Decimal(0)), Decimal(self.rounding)))

    def action_preview(self):
        """Work the prices out, anew; nothing is changed yet."""
        for update in self:
            update._escarcelle_check_draft()
            products = update._escarcelle_products()
            if not products:
                raise UserError(self.env._("No good matches: widen the choice."))
            if len(products) > MOST:
                raise UserError(self.env._("More than %s goods match: narrow the choice.", MOST))
            update.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(
                        {
                            "product_tmpl_id": product.id,
                            "old_price": product.list_price,
                            "new_price": update._escarcelle_new_price(product),
                        }
                    )
                    for product in products
                ),
            ]

    def action_apply(self):
        """Give the goods their new prices."""
        for update in self:
            update._escarcelle_check_draft()
            lines = update.line_ids.filtered("changed")
            if not lines:
                raise UserError(self.env._("No price changes: work the prices out first."))
            stale = lines.filtered(lambda line: line.current_price != line.old_price)
            if stale:
                raise UserError(
                    self.env._(
                        "Somebody changed these prices meanwhile, work the prices out again: %s",
                        ", ".join(stale[:5].mapped("product_tmpl_id.name")),
                    )
                )
            lines._escarcelle_set("new_price")
            update.write({"state": "done", "applied_on": fields.Datetime.now()})

    def action_undo(self):
        """Give the goods their former prices back, but those somebody changed since."""
        for update in self:
            if update.state != "done":
                raise UserError(self.env._("Only prices that were applied can be undone."))
            lines = update.line_ids.filtered("changed")
            same = lines.filtered(lambda line: line.current_price == line.new_price)
            same._escarcelle_set("old_price")
            update.state = "undone"
            kept = lines - same
            if kept:
                update.message_post(
                    body=self.env._(
                        "%(count)s prices were changed since and stay: %(names)s",
                        count=len(kept),
                        names=", ".join(kept[:20].mapped("product_tmpl_id.name")),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        self._escarcelle_check_draft()


class EscarcellePriceUpdateLine(models.Model):
    """What one good costs before and after."""

    _name = "escarcelle.price.update.line"
    _description = "Price Update Line"
    _order = "update_id, id"

    update_id = fields.Many2one(
        "escarcelle.price.update", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="update_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="update_id.currency_id")
    state = fields.Selection(related="update_id.state")
    product_tmpl_id = fields.Many2one(
        "product.template", "Good priced", required=True, readonly=True, ondelete="cascade", index=True
    )
    category_id = fields.Many2one(related="product_tmpl_id.categ_id")
    current_price = fields.Float(related="product_tmpl_id.list_price", string="Price now")
    old_price = fields.Float("Before", digits="Product Price", readonly=True)
    new_price = fields.Float("After", digits="Product Price")
    difference = fields.Float(digits="Product Price", compute="_compute_changed")
    changed = fields.Boolean(compute="_compute_changed")

    _new_price_positive = models.Constraint("CHECK (new_price >= 0)", "A price is not negative.")

    @api.depends("old_price", "new_price")
    def _compute_changed(self):
        for line in self:
            line.difference = round(line.new_price - line.old_price, 4)
            line.changed = bool(line.difference)

    def write(self, vals):
        # EXTENDS 'base'
        if "new_price" in vals:
            self.update_id._escarcelle_check_draft()
        return super().write(vals)

    @api.constrains("product_tmpl_id")
    def _check_draft(self):
        if self.update_id.filtered(lambda update: update.state != "draft"):
            raise ValidationError(self.env._("These prices were applied."))

    def _escarcelle_set(self, name):
        """Write the price ``name`` of each line on its good: one write for each price."""
        for price, lines in self.grouped(name).items():
            lines.product_tmpl_id.write({"list_price": price})
