from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleRefuse(models.TransientModel):
    """Refuse a part of a delivery: which good, how much, why, with a photo."""

    _name = "escarcelle.refuse"
    _description = "Refuse Goods of a Delivery"

    picking_id = fields.Many2one("stock.picking", required=True)
    move_id = fields.Many2one(
        "stock.move", "Good", domain="[('picking_id', '=', picking_id), ('state', 'not in', ('done', 'cancel'))]",
        help="Empty: the whole delivery.",
    )  # fmt: skip
    quantity = fields.Float(digits=(16, 3), compute="_compute_quantity", store=True, readonly=False)
    reason_id = fields.Many2one("escarcelle.refusal.reason", "Reason", required=True)
    note = fields.Char("Remark")
    photo = fields.Image(max_width=1600, max_height=1600)
    done = fields.Boolean(readonly=True)

    @api.depends("move_id")
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = wizard.move_id.quantity or wizard.move_id.product_uom_qty

    def action_refuse(self):
        self.ensure_one()
        if self.done:
            raise UserError(self.env._("These goods are refused already."))
        self.done = True
        if self.move_id and self.move_id.picking_id != self.picking_id:
            raise UserError(self.env._("This good is not on this delivery."))
        moves = self.move_id or self.picking_id.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        if not moves:
            raise UserError(self.env._("Nothing is left to refuse on this delivery."))
        self.picking_id._escarcelle_refuse(
            moves, self.reason_id, self.note, self.photo, self.quantity if self.move_id else None
        )
        return {"type": "ir.actions.act_window_close"}
