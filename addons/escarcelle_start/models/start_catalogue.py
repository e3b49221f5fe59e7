from odoo import api, fields, models
from odoo.fields import Command

from ..tools import usual_prices

#: Left out of what is proposed: alcohol, goods for pets, what is eaten at once, goods of the house and of school.
NOT_PROPOSED = ("ALC", "ANI", "EMP", "ECO")


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    category_ids = fields.Many2many(
        "escarcelle.catalogue.category",
        "escarcelle_start_category",
        "start_id",
        "category_id",
        "Shelves",
    )
    propose_prices = fields.Boolean(
        "Propose prices",
        default=True,
        help="Usual shelf prices, to be checked: goods go to the till at once. Unticked, each waits for its price.",
    )
    good_count = fields.Integer("Goods to add", compute="_compute_goods")
    used_count = fields.Integer("Goods of the shop", compute="_compute_goods")
    unpriced_count = fields.Integer("Without a price", compute="_compute_goods")

    @api.depends("category_ids")
    def _compute_goods(self):
        templates = self.env["product.template"].sudo()
        for start in self:
            own = [
                ("company_id", "in", (False, start.company_id.id)),
                ("sale_ok", "=", True),
                ("type", "=", "consu"),
            ]
            start.good_count = len(start._escarcelle_free_goods())
            start.used_count = templates.search_count([*own, ("available_in_pos", "=", True)])
            start.unpriced_count = templates.search_count(
                [*own, ("escarcelle_unpriced", "=", True)]
            )

    def _escarcelle_free_goods(self):
        """Goods of the chosen shelves that the shop does not sell."""
        return self.env["escarcelle.catalogue.good"].search(
            [("category_id", "in", self.category_ids.ids), ("state", "in", ("free", "archived"))]
        )

    def _escarcelle_enter_catalogue(self):
        goods = self.env["escarcelle.catalogue.good"]
        works = self.till_id or goods.search_count([("state", "=", "used")], limit=1)
        if not self.category_ids and not works and "catalogue" not in (self.states or {}):
            self.action_choose_usual()

    def action_choose_usual(self):
        """Tick the shelves of most shops."""
        shelves = self.env["escarcelle.catalogue.category"]
        self.category_ids = [Command.set(shelves.search([("code", "not in", NOT_PROPOSED)]).ids)]

    def action_choose_none(self):
        self.category_ids = [Command.clear()]

    def action_prices(self):
        """Look at the prices, one below the other."""
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_catalogue.price_action")
        return {**action, "context": {}}

    def _escarcelle_apply_catalogue(self):
        """Make the goods a hundred at a time, saying where it is, then come back to the next page."""
        self._escarcelle_make_french()
        goods = self._escarcelle_free_goods()
        if not goods:
            return None
        wizard = self.env["escarcelle.catalogue.wizard"].create(
            {
                "task": "activate",
                "chosen": True,
                "good_ids": [Command.set(goods.ids)],
                "start_id": self.id,
            }
        )
        return wizard.action_run()


class EscarcelleCatalogueWizard(models.TransientModel):
    _inherit = "escarcelle.catalogue.wizard"

    start_id = fields.Many2one("escarcelle.start", ondelete="cascade")

    def _escarcelle_screen(self):
        if self.start_id and self.state == "done":
            self.start_id._escarcelle_leave("catalogue", "done")
            return self.start_id._escarcelle_screen()
        return super()._escarcelle_screen()

    def action_step(self):
        goods = self.todo_ids
        result = super().action_step()
        if self.start_id.propose_prices:
            (goods - self.todo_ids)._escarcelle_propose_prices()
        return result


class EscarcelleCatalogueGood(models.Model):
    _inherit = "escarcelle.catalogue.good"

    def _escarcelle_propose_prices(self):
        """Give those of the shop that wait for a price the usual one."""
        self._escarcelle_check_keeper()
        usual = usual_prices.table()
        waiting = self.sudo().template_ids.filtered("escarcelle_unpriced")
        quiet = waiting.with_context(**self._escarcelle_quiet())
        for price, same in quiet.grouped(
            lambda template: usual.get(template.escarcelle_catalogue_good_id.code, 0.0)
        ).items():
            if price:
                same.list_price = price
