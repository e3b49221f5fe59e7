from datetime import datetime, time, timedelta

import pytz
from odoo import fields, models
from odoo.exceptions import UserError


class EscarcelleOrderSummary(models.TransientModel):
    """The summary of the orders confirmed on a day."""

    _name = "escarcelle.order.summary"
    _description = "Summary of the orders of a day"

    day = fields.Date(required=True, default=fields.Date.context_today)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)

    def action_issue(self):
        """Have the summary signed; UserError when nothing was ordered that day."""
        self.ensure_one()
        zone = pytz.timezone(self.company_id.escarcelle_timezone or "Europe/Paris")
        start, end = (
            zone.localize(datetime.combine(day, time())).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (self.day, self.day + timedelta(days=1))
        )
        orders = self.env["purchase.order"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "purchase"),
                ("date_approve", ">=", start),
                ("date_approve", "<", end),
            ]
        )
        if not orders:
            raise UserError(self.env._("No order was confirmed on that day. Choose another one."))
        return orders.action_escarcelle_summary()
