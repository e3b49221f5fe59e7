"""What gifts of goods tell: weight and value, by donor kind and source. No donor's name."""

from odoo import api, models


class EscarcelleDonation(models.Model):
    _inherit = "escarcelle.donation"

    def action_confirm(self):
        drafts = self.filtered(lambda gift: gift.state == "draft")
        result = super().action_confirm()
        drafts._escarcelle_note_gifts("done")
        return result

    def action_undo(self):
        result = super().action_undo()
        self._escarcelle_note_gifts("undone")
        return result

    def _escarcelle_note_gifts(self, event):
        """Note these gifts of goods: a gift on its day, one that is undone today."""
        for gift in self.filtered(lambda gift: gift.kind == "goods" and gift.state == event):
            day = gift.date if event == "done" else gift.company_id._escarcelle_today()
            self.env["escarcelle.fact.event"]._escarcelle_note(
                "escarcelle.donation", gift.ids, event, day
            )

    @api.model
    def _escarcelle_facts(self, event, events):
        """Goods given, those refused apart; a gift that was undone counts the other way."""
        days = {one.res_id: one.day for one in events}
        gifts = self.browse(days).exists()
        sign = -1 if event == "undone" else 1
        return {
            "goods": [
                {
                    "kind": "donated",
                    "day": days[gift.id] or gift.date,
                    "company_id": gift.company_id.id,
                    "product_tmpl_id": line.product_id.product_tmpl_id.id,
                    "categ_id": line.product_id.categ_id.id,
                    "source_id": line.source_id.id,
                    "donor_kind": gift.donor_kind,
                    "quantity": sign * line.quantity,
                    "weight": sign * line.weight,
                    "reference": sign * line.reference_value,
                    "cost": sign * line.value,
                }
                for gift in gifts
                for line in gift.line_ids
                if not line.refused
            ]
        }
