from odoo import api, models
from odoo.api import SUPERUSER_ID
from odoo.fields import Datetime

from ..tools.tile import Step, Tile

#: States of an order that was paid.
PAID = ("paid", "done")
#: The assistant of a new shop, when its addon is there.
ASSISTANT = "escarcelle_start.start_open_action"


class EscarcelleDashboard(models.AbstractModel):
    """The tills today, and what a shop that never sold does first."""

    _inherit = "escarcelle.dashboard"

    @api.model
    def _escarcelle_tiles_today(self, company):
        start, end = company._escarcelle_day_bounds(company._escarcelle_today())
        paid = [
            ("company_id", "=", company.id),
            ("state", "in", PAID),
            ("date_order", ">=", Datetime.to_string(start)),
            ("date_order", "<=", Datetime.to_string(end)),
        ]
        sold = [*paid, ("is_refund", "=", False)]
        homes = [*sold, ("partner_id.escarcelle_household_ids", "!=", False)]
        orders = self.env["pos.order"]
        ((takings,),) = orders._read_group(paid, [], ["amount_total:sum"])
        ((tickets, value),) = orders._read_group(sold, [], ["__count", "amount_total:sum"])
        ((households,),) = orders._read_group(homes, [], ["partner_id:count_distinct"])
        basket = self._escarcelle_euros(value / tickets, company) if tickets else "–"
        opened = "point_of_sale.action_pos_pos_form"
        return [
            Tile("today.tickets", self.env._("Tickets"), opened, domain=sold, text=self._escarcelle_number(tickets)),
            Tile("today.households", self.env._("Households served"), opened, domain=homes,
                 text=self._escarcelle_number(households)),
            Tile("today.takings", self.env._("Takings"), opened, domain=paid,
                 text=self._escarcelle_euros(takings or 0, company), hint=self.env._("Returns taken off")),
            Tile("today.basket", self.env._("Average basket"), opened, domain=sold, text=basket),
            *self._escarcelle_tiles_tills(company, start),
        ]  # fmt: skip

    @api.model
    def _escarcelle_tiles_tills(self, company, start):
        mine = ("company_id", "=", company.id)
        tills = self.env["escarcelle.till"].search([mine, ("state", "=", "live")])
        late = tills.filtered(lambda till: till.is_silent or till.queue_length or till.behind_since)
        return [
            Tile("today.tills", self.env._("Tills to look at"), "escarcelle_pos.action_till",
                 "escarcelle.till", [("id", "in", late.ids)], "warning",
                 hint=self.env._("Silent, behind, or with tickets still to send; %s in use", len(tills))),
            Tile("today.days", self.env._("Days not closed"), "point_of_sale.action_pos_session",
                 "pos.session",
                 [mine, ("state", "!=", "closed"), ("start_at", "<", Datetime.to_string(start))], "warning",
                 hint=self.env._("Days of a till before today that are still open")),
            Tile("today.differences", self.env._("Differences to look at"), "escarcelle_pos.action_difference",
                 "escarcelle.difference", [mine, ("resolved", "=", False)], "warning",
                 hint=self.env._("A signed ticket and the server do not say the same")),
            Tile("today.repairs", self.env._("Entries to repair"), "escarcelle_pos.action_till_entry_repair",
                 "escarcelle.till.entry", [mine, ("build", "=", "repair")], "danger",
                 hint=self.env._("Tickets received that could not become an order")),
        ]  # fmt: skip

    # -- first steps -------------------------------------------------------------------------------

    @api.model
    def _escarcelle_sold(self, company):
        return bool(self.env["pos.order"].search_count([("company_id", "=", company.id)], limit=1))

    @api.model
    def _escarcelle_steps(self, company):
        """What to do before the first sale, in this order. Goods that came with a module are no choice."""
        here, ours = ("company_id", "=", company.id), ("company_id", "in", (company.id, False))
        tiles = [
            Tile("start.goods", self.env._("Choose the goods you sell"),
                 "point_of_sale.product_template_action_pos_product", "product.template",
                 [ours, ("available_in_pos", "=", True), ("create_uid", "!=", SUPERUSER_ID)],
                 hint=self.env._("From the generic catalogue, or typed by hand")),
            Tile("start.tariffs", self.env._("Write the tariffs of your households"),
                 "escarcelle_social.product_pricelist_action", "product.pricelist", [ours],
                 hint=self.env._("What part of the price each public pays")),
            Tile("start.tiers", self.env._("Say how large the budgets are"),
                 "escarcelle_social.budget_tier_action", "escarcelle.budget.tier", [here],
                 hint=self.env._("By size of household; skip it if your households shop without a limit")),
            Tile("start.households", self.env._("Register the first household"),
                 "escarcelle_social.household_action", "escarcelle.household", [here],
                 hint=self.env._("Typed, or imported from a spreadsheet")),
            Tile("start.deliveries", self.env._("Receive the first goods"),
                 "escarcelle_supply.delivery_action", "stock.picking",
                 [here, ("picking_type_code", "=", "incoming")],
                 hint=self.env._("An order, a delivery or a gift")),
            Tile("start.tills", self.env._("Pair the first till"),
                 "escarcelle_pos.action_till", "escarcelle.till", [here, ("state", "=", "live")],
                 hint=self.env._("The computer of the till shows a code to type here")),
        ]  # fmt: skip
        steps = [
            Step(tile, bool(self.env[tile.model].search_count(tile.domain, limit=1)))
            for tile in tiles
        ]
        if self.env.ref(ASSISTANT, raise_if_not_found=False):
            guided = Tile(
                "start.assistant", self.env._("Let the assistant guide you"), ASSISTANT,
                hint=self.env._("It asks for what is below, page after page"),
            )  # fmt: skip
            steps.insert(0, Step(guided, False))
        return steps
