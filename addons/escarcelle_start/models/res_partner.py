from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _escarcelle_weekdays(self):
        # EXTENDS 'escarcelle_supply': a supplier that tells no day delivers on the shop's days
        told = super()._escarcelle_weekdays()
        if told:
            return told
        days = (
            self.env["escarcelle.start.day"]
            .sudo()
            .search([("company_id", "=", self.env.company.id), ("delivers", "=", True)])
        )
        # Days that are only proposed, on a page nobody has confirmed, say nothing.
        kept = days.filtered(lambda day: (day.start_id.states or {}).get("opening") == "done")
        return frozenset(int(day.weekday) for day in kept)
