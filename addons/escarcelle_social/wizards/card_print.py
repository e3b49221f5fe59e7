from odoo import api, fields, models
from odoo.exceptions import UserError

#: Labels on a sheet.
SHEET = 24


class EscarcelleCardPrint(models.TransientModel):
    """Cards as labels, on a sheet of which some labels may be gone already."""

    _name = "escarcelle.card.print"
    _description = "Cards as Labels"

    card_ids = fields.Many2many("escarcelle.card", string="Cards", required=True)
    card_count = fields.Integer("Number of cards", compute="_compute_card_count")
    first = fields.Integer(
        "First free label", required=True, default=1,
        help="On a sheet that was begun: count from the left, line by line. 1: a new sheet.",
    )  # fmt: skip

    @api.depends("card_ids")
    def _compute_card_count(self):
        for wizard in self:
            wizard.card_count = len(wizard.card_ids)

    def action_print(self):
        """The PDF."""
        self.ensure_one()
        if not 1 <= self.first <= SHEET:
            raise UserError(self.env._("A sheet has labels 1 to %s.", SHEET))
        return self.env.ref("escarcelle_social.report_card_sheet").report_action(self, config=False)

    def _escarcelle_label_pages(self):
        """What the template of the sheet asks of its document: the cards, after the labels that are gone."""
        return self.card_ids._escarcelle_label_pages(self.first - 1)
