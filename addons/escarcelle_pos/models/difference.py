from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleDifference(models.Model):
    """Where a signed ticket and what the server knows or recomputes are not the same.

    The ticket is the authority and the order is built from it; a difference is stored and shown, never
    corrected in silence.
    """

    _name = "escarcelle.difference"
    _description = "Difference between a ticket and the server"
    _order = "id desc"
    _rec_name = "what"

    entry_id = fields.Many2one(
        "escarcelle.till.entry", required=True, readonly=True, index=True, ondelete="restrict"
    )
    till_id = fields.Many2one(related="entry_id.till_id", store=True, index=True)
    company_id = fields.Many2one(related="entry_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one(related="entry_id.order_id")
    number = fields.Char(related="entry_id.number")
    business_day = fields.Date(related="entry_id.business_day", store=True)
    kind = fields.Selection(
        [
            ("line", "Line"),
            ("vat", "VAT"),
            ("product", "Product"),
            ("payment", "Payment"),
            ("customer", "Customer"),
            ("tariff", "Tariff"),
            ("origin", "Refunded line"),
            ("refund", "Given back twice"),
            ("hook", "Extension"),
        ],
        required=True,
        readonly=True,
    )
    what = fields.Char(required=True, readonly=True)
    reference = fields.Char(readonly=True, index="btree_not_null")
    line_uuid = fields.Char(readonly=True)
    ticket_amount = fields.Monetary("On the ticket", readonly=True)
    server_amount = fields.Monetary("Recomputed", readonly=True)
    resolved = fields.Boolean("Seen", help="Somebody looked at it, or it has settled by itself.")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Differences are found by the server."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() - {"resolved"}:
            raise UserError(self.env._("A difference is only marked as seen: what it says stays."))
        return super().write(vals)
