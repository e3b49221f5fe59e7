from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.shown import number


class EscarcelleMarkdown(models.Model):
    """Goods near their date, cheaper until then in every tariff; undone in one click.

    Prices are dated rules of the tariffs, so that a till without a network starts and ends them too. The
    reference price does not change. A till sells goods, not lots: the markdown is that of the whole good.
    """

    _name = "escarcelle.markdown"
    _description = "Markdown"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    product_id = fields.Many2one("product.product", "Good", required=True, index=True, check_company=True)
    lot_id = fields.Many2one("stock.lot", "Because of lot", readonly=True, index="btree_not_null")
    percent = fields.Float("Markdown (%)", digits=(5, 2), required=True)
    date_from = fields.Date("From", required=True, default=lambda self: self.env.company._escarcelle_today())
    date_to = fields.Date("Until", required=True)
    state = fields.Selection(
        [("active", "Running"), ("over", "Over"), ("undone", "Undone")], default="active", readonly=True,
        required=True, copy=False,
    )  # fmt: skip
    item_ids = fields.One2many("product.pricelist.item", "escarcelle_markdown_id", "Prices", readonly=True)
    price_before = fields.Char("Prices before", readonly=True)
    also = fields.Char("Cheaper with it", compute="_compute_also", help="Other lots of this good, now in stock.")

    _running_once = models.UniqueIndex(
        "(company_id, product_id) WHERE state = 'active'",
        "This good is marked down already: undo that markdown first.",
    )
    _percent_range = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)", "A markdown is between 0 and 100 %."
    )
    _dates_ordered = models.Constraint("CHECK (date_to >= date_from)", "A markdown ends after it begins.")

    @api.depends("product_id", "percent")
    def _compute_display_name(self):
        for markdown in self:
            percent = number(self.env, markdown.percent, 2)
            markdown.display_name = f"{markdown.product_id.display_name or ''} −{percent} %"

    @api.depends("product_id", "lot_id", "company_id", "state")
    def _compute_also(self):
        """A till sells goods, not lots: what else of the good is sold cheaper meanwhile."""
        for markdown in self:
            markdown.also = False
        for company, markdowns in self.filtered(lambda m: m.state == "active").grouped("company_id").items():
            held = self.env["stock.quant"]._read_group(
                [
                    ("product_id", "in", markdowns.product_id.ids), ("quantity", ">", 0), ("lot_id", "!=", False),
                    ("location_id.usage", "=", "internal"), ("company_id", "=", company.id),
                ],
                ["product_id", "lot_id"], ["quantity:sum"],
            )  # fmt: skip
            for markdown in markdowns:
                told = [
                    f"{lot.name} ({format_date(self.env, lot.escarcelle_date) or '?'}): {number(self.env, quantity)}"
                    for product, lot, quantity in held
                    if product == markdown.product_id and lot != markdown.lot_id
                ]
                markdown.also = ", ".join(told)

    @api.model_create_multi
    def create(self, vals_list):
        markdowns = super().create(vals_list)
        markdowns._escarcelle_price()
        return markdowns

    def write(self, vals):
        self.check_access("write")
        if vals.keys() & {"product_id", "percent", "date_from", "date_to", "company_id", "lot_id"}:
            raise UserError(self.env._("A markdown does not change: undo it and make another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A markdown stays in the history: undo it."))

    def action_undo(self):
        """Give the goods their prices back, now."""
        running = self.filtered(lambda markdown: markdown.state == "active")
        if not running:
            raise UserError(self.env._("This markdown is over already."))
        running.state = "undone"
        running.flush_recordset(["state"])
        running.sudo().item_ids.unlink()
        return True

    @api.model
    def _escarcelle_mark_down(self, lots, percent=None):
        """Mark the goods of ``lots`` down until the last of their last days; opens what was made."""
        company = self.env.company
        today = company._escarcelle_today()
        self._escarcelle_end(company)
        percent = percent or self.env["escarcelle.supply.policy"]._escarcelle_for(company).markdown_percent
        vals_list = []
        for product, group in lots.grouped("product_id").items():
            good = group.filtered(lambda lot: lot.escarcelle_last_day and lot.escarcelle_last_day >= today)
            if not good:
                raise UserError(
                    self.env._(
                        "%s is past its date or has none: it is not marked down. Take it off the shelves.",
                        product.display_name,
                    )
                )
            first = good.sorted("escarcelle_last_day")[0]
            vals_list.append(
                {
                    "company_id": company.id,
                    "product_id": product.id,
                    "lot_id": first.id,
                    "percent": percent,
                    "date_from": today,
                    "date_to": max(good.mapped("escarcelle_last_day")),
                }
            )
        markdowns = self.create(vals_list)
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_supply.markdown_action")
        return {**action, "domain": [("id", "in", markdowns.ids)], "context": {}}

    def _escarcelle_price(self):
        """One dated price in every tariff of the shop, the tariff's rounding kept."""
        vals_list = []
        for company, markdowns in self.grouped("company_id").items():
            tariffs = self.env["product.pricelist"].sudo().search([("company_id", "in", [False, company.id])])
            for tariff in tariffs:
                prices = tariff.with_company(company)._get_products_price(markdowns.product_id, 1.0)
                for markdown in markdowns:
                    price = prices[markdown.product_id.id]
                    if price <= 0:
                        continue
                    vals_list.append(
                        {
                            "pricelist_id": tariff.id,
                            "applied_on": "0_product_variant",
                            "product_tmpl_id": markdown.product_id.product_tmpl_id.id,
                            "product_id": markdown.product_id.id,
                            "compute_price": "fixed",
                            "fixed_price": tariff._escarcelle_round(price * (1 - markdown.percent / 100)),
                            **markdown._escarcelle_span(),
                            "escarcelle_markdown_id": markdown.id,
                        }
                    )
        if not vals_list:
            raise UserError(
                self.env._("No tariff asks anything for these goods: there is nothing to mark down.")
            )
        self.env["product.pricelist.item"].sudo().create(vals_list)

    def _escarcelle_span(self):
        """First and last instants of the markdown, UTC, whole days at the shop."""
        company = self.company_id
        zone = company._escarcelle_zone()
        return {
            "date_start": company._escarcelle_day_bounds(self.date_from, zone)[0],
            "date_end": company._escarcelle_day_bounds(self.date_to, zone)[1],
        }

    @api.model
    def _escarcelle_end(self, company):
        """Note those whose days are over: their prices ended by themselves. So does one whose lot is gone:
        what came since is not near its date."""
        running = self.search([("company_id", "=", company.id), ("state", "=", "active")])
        over = running.filtered(lambda markdown: markdown.date_to < company._escarcelle_today())
        gone = (running - over).filtered(lambda markdown: markdown.lot_id and not markdown._escarcelle_held())
        gone.sudo().item_ids.unlink()
        (over | gone).sudo().state = "over"
        # The index that keeps one running markdown a good reads the table, not the memory.
        running.flush_recordset(["state"])

    def _escarcelle_held(self):
        """How much the shop still holds of the lots near their date this markdown was made for."""
        held = self.env["stock.quant"]._read_group(
            [
                ("product_id", "=", self.product_id.id),
                ("lot_id.removal_date", "<=", datetime.combine(self.date_to, time.max)),
                ("location_id.usage", "=", "internal"), ("company_id", "=", self.company_id.id),
                ("quantity", ">", 0),
            ],
            [], ["quantity:sum"],
        )  # fmt: skip
        return held[0][0] or 0


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    escarcelle_markdown_id = fields.Many2one(
        "escarcelle.markdown", "Markdown", readonly=True, index="btree_not_null", ondelete="cascade"
    )
