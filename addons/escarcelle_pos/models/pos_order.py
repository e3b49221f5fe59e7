from odoo import api, models
from odoo.exceptions import UserError


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def sync_from_ui(self, orders):
        # EXTENDS 'point_of_sale': what a till sells comes signed, through the till program only
        sessions = self.env["pos.session"].sudo().browse({o["session_id"] for o in orders if o.get("session_id")})
        till = sessions.exists().config_id.escarcelle_till_id.filtered(lambda t: t.state == "live")[:1]
        if till:
            raise UserError(
                self.env._("Point of sale %s belongs to a till: sell on the till's own screen.", till.display_name)
            )
        return super().sync_from_ui(orders)
