from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .trace import CERTAINTY, RANKS

#: Days of sales looked at for goods recalled whatever their lot, unless the recall says since when.
LOOKED_BACK = 60


class EscarcelleRecall(models.Model):
    """Goods their maker takes back: off the shelves, and the households that may have them are warned."""

    _name = "escarcelle.recall"
    _description = "Product Recall"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Reference", help="That of the maker or of RappelConso.")
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(required=True, default=lambda self: self.env.company._escarcelle_today())
    lot_ids = fields.Many2many("stock.lot", string="Lots", check_company=True)
    good_ids = fields.Many2many(
        "product.product", "escarcelle_recall_good_rel", string="Goods without lots", check_company=True,
        domain="[('is_storable', '=', True)]", help="Recalled whatever the lot: for goods whose lots nobody notes.",
    )  # fmt: skip
    sold_from = fields.Date(
        "Sold since", default=lambda self: self.env.company._escarcelle_today() - timedelta(days=LOOKED_BACK),
        help="For goods without lots: every sale since that day may hold them.",
    )  # fmt: skip
    product_ids = fields.Many2many("product.product", string="Goods", compute="_compute_product_ids")
    risk = fields.Char(help="What the maker says: listeria, glass, allergen not declared…")
    advice = fields.Text(
        "What to do", default=lambda self: self.env._("Do not eat these goods. Bring them back to the shop."),
        translate=False,
    )  # fmt: skip
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Running"), ("done", "Closed")], default="draft", required=True, tracking=True
    )
    line_ids = fields.One2many("escarcelle.recall.line", "recall_id", "Households")
    household_count = fields.Integer("Households found", compute="_compute_counts")
    to_warn_count = fields.Integer("Still to be warned", compute="_compute_counts")
    anonymous_count = fields.Integer("Sales without a card", readonly=True)
    on_hand = fields.Float("Still in stock", compute="_compute_on_hand", digits=(16, 3))

    @api.depends("name", "lot_ids", "good_ids")
    def _compute_display_name(self):
        for recall in self:
            goods = ", ".join(recall.product_ids.mapped("name"))
            recall.display_name = " · ".join(filter(None, (recall.name, goods))) or self.env._("New recall")

    @api.depends("lot_ids", "good_ids")
    def _compute_product_ids(self):
        for recall in self:
            recall.product_ids = recall.lot_ids.product_id | recall.good_ids

    @api.depends("line_ids.warned_on")
    def _compute_counts(self):
        for recall in self:
            recall.household_count = len(recall.line_ids)
            recall.to_warn_count = len(recall.line_ids.filtered(lambda line: not line.warned_on))

    def _compute_on_hand(self):
        for recall in self:
            held = self.env["stock.quant"]._read_group(
                (Domain("lot_id", "in", recall.lot_ids.ids) | Domain("product_id", "in", recall.good_ids.ids))
                & Domain("location_id.usage", "=", "internal") & Domain("company_id", "=", recall.company_id.id),
                [], ["quantity:sum"],
            )  # fmt: skip
            recall.on_hand = held[0][0] or 0

    def action_find(self):
        """Find the households that may have these lots; those known already stay, with what was noted."""
        trace = self.env["escarcelle.trace"]
        for recall in self:
            if not recall.product_ids:
                raise UserError(self.env._("Say which lots or goods are recalled."))
            lots = recall.lot_ids.filtered(lambda lot, goods=recall.good_ids: lot.product_id not in goods)
            rows = trace._escarcelle_sales_of(lots, recall.company_id)
            rows += trace._escarcelle_sales_of_goods(recall.good_ids, recall.sold_from, recall.company_id)
            found, anonymous = {}, set()
            for row, values in zip(rows, trace._escarcelle_values(rows), strict=True):
                home = values["household_id"]
                if not home:
                    anonymous.add(values["order_id"])
                    continue
                line = found.setdefault(
                    home, {"code": values["household_code"], "quantity": 0.0, "rank": "c", "last": values["date"]}
                )
                line["quantity"] += values["quantity"]
                line["rank"] = min(line["rank"], row["rank"])
                line["last"] = max(line["last"], values["date"])
            known = {line.household_id.id: line for line in recall.line_ids.sudo()}
            for home, line in known.items():
                if home in found:
                    line.write(recall._escarcelle_line_values(found[home]))
            self.env["escarcelle.recall.line"].sudo().create(
                [
                    {"recall_id": recall.id, "household_id": home, **recall._escarcelle_line_values(values)}
                    for home, values in found.items()
                    if home not in known
                ]
            )
            recall.sudo().anonymous_count = len(anonymous)
            if recall.state == "draft":
                recall.state = "open"
        return True

    def _escarcelle_line_values(self, values):
        return {
            "household_code": values["code"],
            "quantity": values["quantity"],
            "certainty": RANKS[values["rank"]],
            "last_sale": values["last"],
        }

    def action_withdraw(self):
        """What is left of these lots leaves the shelves as a loss, whatever shelf it is on."""
        self.ensure_one()
        shop = self.with_company(self.company_id)
        losses = shop.env["stock.scrap"]._escarcelle_withdraw(
            self.lot_ids.with_env(shop.env), self.env.ref("escarcelle_supply.reason_recall"),
            self.display_name[:100], goods=self.good_ids.with_env(shop.env),
        )  # fmt: skip
        if not losses:
            raise UserError(self.env._("Nothing is left of it in stock."))
        self.message_post(body=self.env._("%s lines taken off the shelves.", len(losses)))
        return True

    def action_close(self):
        self.write({"state": "done"})

    def action_reopen(self):
        self.write({"state": "open"})

    def action_print_notice(self):
        return self.env.ref("escarcelle_supply.recall_notice_report").report_action(self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if self.filtered(lambda recall: recall.state != "draft"):
            raise UserError(self.env._("A recall stays in the history: close it."))


class EscarcelleRecallLine(models.Model):
    """A household to warn. Its name is for those who may read household files."""

    _name = "escarcelle.recall.line"
    _description = "Household of a Recall"
    _order = "certainty_rank, last_sale desc, id"

    recall_id = fields.Many2one("escarcelle.recall", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="recall_id.company_id", store=True)
    household_id = fields.Many2one(
        "escarcelle.household", "Household", ondelete="set null", index=True, readonly=True,
        groups="escarcelle_social.group_manager",
    )  # fmt: skip
    phone = fields.Char(related="household_id.phone", groups="escarcelle_social.group_manager")
    household_code = fields.Char("Household code", readonly=True)
    quantity = fields.Float("At most", digits=(16, 3), readonly=True)
    certainty = fields.Selection(CERTAINTY, readonly=True)
    certainty_rank = fields.Integer(compute="_compute_certainty_rank", store=True)
    last_sale = fields.Datetime("Last sale", readonly=True)
    warned_on = fields.Datetime("Warned on", readonly=True)
    warned_by_id = fields.Many2one("res.users", "By", readonly=True)
    note = fields.Char("Answer")

    _household_once = models.UniqueIndex(
        "(recall_id, household_id) WHERE household_id IS NOT NULL", "This household is on the list already."
    )

    @api.depends("certainty")
    def _compute_certainty_rank(self):
        ranks = {certainty: n for n, (certainty, _label) in enumerate(CERTAINTY)}
        for line in self:
            line.certainty_rank = ranks.get(line.certainty, len(ranks))

    def action_warned(self):
        """Note that this household has been told. Again changes nothing."""
        self.filtered(lambda line: not line.warned_on).sudo().write(
            {"warned_on": fields.Datetime.now(), "warned_by_id": self.env.uid}
        )
        return True


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    @api.model
    def _escarcelle_personal_columns(self):
        # EXTENDS 'escarcelle_social': whom to ring about a recall, and what they answered
        return {
            **super()._escarcelle_personal_columns(),
            "escarcelle.recall.line": {
                "link": "household_id",
                "erase": {"note": False},
                "keep": {"household_code": "number of the file"},
            },
        }
