"""What a ticket says of a household besides its budget: it came, and may have paid its fee."""

from odoo import fields, models


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_ingested(self, entry, order):
        # EXTENDS 'escarcelle_pos': a visit, and the membership fee among what was bought
        super()._escarcelle_ingested(entry, order)
        household = order.partner_id._escarcelle_household()
        ticket = next((record for record in entry["records"] if record["kind"] == "TCK"), None)
        if household and ticket and entry.get("order"):
            day = fields.Date.to_date(ticket["business_day"])
            household._escarcelle_shopped(order, day, ticket["origin"])


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        # EXTENDS 'point_of_sale': a sale without a till program says it here
        result = super().action_pos_order_paid()
        household = self.partner_id._escarcelle_household()
        if household and self.config_id.escarcelle_signer in ("server", "none"):
            day = self.company_id._escarcelle_rules().business_day(
                self.env["escarcelle.fiscal.device"]._escarcelle_now()
            )
            household._escarcelle_shopped(self, day, self.uuid)
        return result


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def _escarcelle_shopped(self, order, day, origin):
        """Note the visit and the fee of one ticket; the ticket may be sent again."""
        self.ensure_one()
        if order.amount_total >= 0 and any(line.qty > 0 for line in order.lines):
            self.env["escarcelle.visit"]._escarcelle_post_ticket(self, order, day)
        self.env["escarcelle.membership"]._escarcelle_post_ticket(self, order, day, origin)
