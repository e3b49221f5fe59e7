"""Cards on paper, and the way to them from a household."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import symbol


class EscarcelleCard(models.Model):
    _inherit = "escarcelle.card"

    def action_print_card(self):
        """A card of credit card size, one a page."""
        return self._escarcelle_print("escarcelle_social.report_card")

    def action_print_sheet(self):
        """Labels, 24 to an A4 sheet of three columns (70 × 37 mm), from the first that is free."""
        wizard = self.env["escarcelle.card.print"].create({"card_ids": self._escarcelle_valid().ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print the cards as labels"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _escarcelle_print(self, report):
        return self.env.ref(report).report_action(self._escarcelle_valid(), config=False)

    def _escarcelle_valid(self):
        active = self.filtered(lambda card: card.state == "active")
        if not active:
            raise UserError(
                self.env._("Only active cards are printed: give the household a card first.")
            )
        return active

    def _escarcelle_symbol(self, width="50mm", height="17mm"):
        """The number as an EAN-13 symbol with its digits below: SVG, as sharp as the printer can."""
        self.ensure_one()
        return symbol.drawing(self.number, width, height)

    def _escarcelle_label_pages(self, first=0):
        """The cards by sheet: lists of 24 cells, ``False`` where a sheet was used already."""
        cells = [False] * first + list(self)
        cells += [False] * (-len(cells) % 24)
        return [cells[start : start + 24] for start in range(0, len(cells), 24)]


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    card_count = fields.Integer(
        "Number of cards", compute="_compute_card_count", groups="escarcelle_social.group_manager"
    )

    @api.depends("card_ids")
    def _compute_card_count(self):
        for household in self:
            household.card_count = len(household.card_ids)

    def action_view_cards(self):
        """Open the cards of these households, those that ended too."""
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.card_action")
        return {**action, "domain": [("household_id", "in", self.ids)], "context": {}}

    def action_view_entitlements(self):
        """Open what these households were granted."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_social.entitlement_action"
        )
        return {
            **action,
            "domain": [("household_id", "in", self.ids)],
            "context": {"default_household_id": self.id if len(self) == 1 else False},
        }

    def action_print_card(self):
        """Print the cards of these households."""
        return self.card_id.action_print_card()

    def action_print_sheet(self):
        """Print the cards of these households as labels; who has none receives one."""
        self.action_issue_card()
        return self.card_id.action_print_sheet()
