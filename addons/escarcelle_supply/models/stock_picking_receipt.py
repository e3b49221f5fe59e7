from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.shown import number


class StockPicking(models.Model):
    """A delivery: temperatures first, then what is taken, what is short and what is refused."""

    _inherit = "stock.picking"

    escarcelle_check_ids = fields.One2many("escarcelle.receipt.check", "picking_id", "Temperatures")
    escarcelle_refusal_ids = fields.One2many("escarcelle.refusal", "picking_id", "Refused goods")
    escarcelle_photo = fields.Image("Delivery note (photo)", max_width=1920, max_height=1920, copy=False)
    escarcelle_of_supplier = fields.Boolean(compute="_compute_escarcelle_of_supplier")
    escarcelle_to_measure = fields.Char("Temperatures missing", compute="_compute_escarcelle_to_measure")

    @api.depends("location_id.usage", "picking_type_id.code")
    def _compute_escarcelle_of_supplier(self):
        for picking in self:
            picking.escarcelle_of_supplier = (
                picking.picking_type_id.code == "incoming" and picking.location_id.usage == "supplier"
            )

    @api.depends("escarcelle_check_ids.taken", "escarcelle_check_ids.storage_id", "move_ids.quantity", "state")
    def _compute_escarcelle_to_measure(self):
        for picking in self:
            missing = self.env["escarcelle.storage"]
            if picking.escarcelle_of_supplier and picking.state not in ("done", "cancel"):
                missing = picking._escarcelle_unmeasured()
            picking.escarcelle_to_measure = ", ".join(missing.mapped("name"))

    def _escarcelle_taken(self):
        """Moves that bring something in."""
        moves = self.move_ids.filtered(lambda move: move.state != "cancel" and move.quantity > 0)
        return moves.filtered("picked") or moves

    def _escarcelle_moves_of(self, storage):
        return self._escarcelle_taken().filtered(lambda move: move.product_id.escarcelle_storage_id == storage)

    def _escarcelle_unmeasured(self):
        wanted = self._escarcelle_taken().product_id.escarcelle_storage_id.filtered("checked")
        return wanted - self.escarcelle_check_ids.filtered("taken").storage_id

    def action_escarcelle_measure(self):
        """A line for each temperature still to be taken."""
        self.ensure_one()
        known = self.escarcelle_check_ids.storage_id
        self.env["escarcelle.receipt.check"].create(
            [{"picking_id": self.id, "storage_id": s.id} for s in self._escarcelle_unmeasured() - known]
        )
        return True

    def action_escarcelle_refuse(self):
        """Open the refusal of goods of this delivery."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse goods"),
            "res_model": "escarcelle.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_picking_id": self.id},
        }

    def _escarcelle_refuse(self, moves, reason, note=None, photo=None, quantity=None):
        """Send ``moves`` away with the driver, whole or ``quantity`` of one; UserError when there is less."""
        self.ensure_one()
        if self.state in ("done", "cancel"):
            raise UserError(self.env._("This delivery is closed: return the goods to their supplier."))
        vals_list = []
        for move in moves:
            brought = move.quantity or move.product_uom_qty
            refused = brought if quantity is None else quantity
            if refused <= 0 or move.product_uom.compare(refused, brought) > 0:
                raise UserError(
                    self.env._(
                        "The delivery brings %(brought)s of %(good)s: refuse that or less.",
                        brought=number(self.env, brought), good=move.product_id.display_name,
                    )
                )  # fmt: skip
            vals_list.append(
                {
                    "picking_id": self.id,
                    "product_id": move.product_id.id,
                    "quantity": move.product_uom._compute_quantity(refused, move.product_id.uom_id),
                    "reason_id": reason.id,
                    "note": note,
                    "photo": photo,
                }
            )
            move.quantity = brought - refused
            # What is refused is not awaited: nobody decides for the supplier that it comes again.
            move.product_uom_qty = max(move.product_uom_qty - refused, 0)
            move.picked = True
        refusals = self.env["escarcelle.refusal"].create(vals_list)
        if not self._escarcelle_taken() and not self.move_ids.filtered(lambda m: m.product_uom_qty > 0):
            self.action_cancel()
        for refusal in refusals:
            self.message_post(
                body=self.env._(
                    "Refused: %(quantity)s %(unit)s of %(good)s (%(reason)s)",
                    quantity=number(self.env, refusal.quantity), unit=refusal.uom_id.name,
                    good=refusal.product_id.display_name, reason=reason.name,
                )
            )  # fmt: skip
        return refusals

    def _escarcelle_check_receipt(self):
        """UserError unless the temperatures are taken, within limits or explained, and dates told."""
        for picking in self.filtered("escarcelle_of_supplier"):
            missing = picking._escarcelle_unmeasured()
            if missing:
                raise UserError(
                    self.env._("Take the temperature first: %s.", ", ".join(missing.mapped("name")))
                )
            taken = picking._escarcelle_taken()
            for check in picking.escarcelle_check_ids.filtered("taken"):
                concerned = taken.filtered(lambda m, c=check: m.product_id.escarcelle_storage_id == c.storage_id)
                if concerned and not check.accepted and not (check.reason or "").strip():
                    raise UserError(
                        self.env._(
                            "%(storage)s arrived at %(degrees)s °C: refuse these goods, or say why they are taken.",
                            storage=check.storage_id.name, degrees=number(self.env, check.temperature, 1),
                        )
                    )  # fmt: skip
            picking._escarcelle_check_dated(taken)

    def _escarcelle_check_dated(self, moves):
        for line in moves.move_line_ids.filtered("quantity"):
            good = line.product_id
            if good.tracking == "none" or not (good.use_expiration_date and good.escarcelle_date_kind):
                continue
            if not (line.lot_id.escarcelle_date or line.expiration_date):
                raise UserError(
                    self.env._("Type the date of %s: it is printed on the package.", good.display_name)
                )

    def _action_done(self):
        # EXTENDS 'stock'
        self.filtered(lambda picking: picking.state != "done")._escarcelle_check_receipt()
        return super()._action_done()
