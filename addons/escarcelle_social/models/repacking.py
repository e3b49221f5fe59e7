from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, float_is_zero, float_round

DIGITS = 3


class EscarcelleRepacking(models.Model):
    """A bulk good made into bags: what was taken, what was made, what was lost on the way.

    Invariants: what is taken = the bags' weights + the loss, to the gram; a done repacking is never
    changed nor deleted, only undone by a contrary one; each gives its two documents, once (TRS what
    was taken, FAB what was made).
    """

    _name = "escarcelle.repacking"
    _inherit = "escarcelle.fiscal.documented"
    _description = "Repacking"
    _order = "id desc"

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Done"), ("undone", "Undone")],
        required=True, readonly=True, copy=False, default="draft",
    )  # fmt: skip
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    location_id = fields.Many2one(
        "stock.location", "Place", required=True, check_company=True,
        compute="_compute_location_id", store=True, readonly=False, precompute=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
    )  # fmt: skip
    product_id = fields.Many2one(
        "product.product", "Bulk good", required=True, check_company=True,
        domain="[('is_storable', '=', True)]",
    )  # fmt: skip
    tracking = fields.Selection(related="product_id.tracking")
    uom_id = fields.Many2one(related="product_id.uom_id")
    lot_id = fields.Many2one(
        "stock.lot", "Lot", check_company=True, domain="[('product_id', '=', product_id)]"
    )
    expiry = fields.Date(
        "Expiry date", compute="_compute_expiry", store=True, readonly=False,
        help="Of the bulk good; the bags carry it unless told otherwise.",
    )  # fmt: skip
    quantity = fields.Float("Quantity taken", digits=(16, DIGITS), required=True)
    packed = fields.Float("In the bags", digits=(16, DIGITS), compute="_compute_packed")
    loss = fields.Float("Loss", digits=(16, DIGITS), compute="_compute_packed")
    loss_reason = fields.Char("Reason of the loss")
    line_ids = fields.One2many("escarcelle.repacking.line", "repacking_id", "Bags", copy=True)
    move_ids = fields.One2many("stock.move", "escarcelle_repacking_id", "Stock moves", readonly=True)
    done_on = fields.Datetime(readonly=True, copy=False)
    undo_of_id = fields.Many2one("escarcelle.repacking", "Undoes", readonly=True, copy=False, index="btree_not_null")
    undone_by_ids = fields.One2many("escarcelle.repacking", "undo_of_id", "Undone by", readonly=True)

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "Say how much of the bulk good is taken.")
    _undone_once = models.UniqueIndex(
        "(undo_of_id) WHERE undo_of_id IS NOT NULL", "This repacking is undone already."
    )

    @api.depends("name")
    def _compute_display_name(self):
        for repacking in self:
            numbered = repacking.name and repacking.name != "/"
            repacking.display_name = repacking.name if numbered else self.env._("New repacking")

    @api.depends("company_id")
    def _compute_location_id(self):
        for repacking in self:
            warehouse = self.env["stock.warehouse"].search(
                [("company_id", "=", repacking.company_id.id)], limit=1
            )
            repacking.location_id = warehouse.lot_stock_id

    @api.depends("lot_id")
    def _compute_expiry(self):
        # The date of a lot comes with Odoo's expiry module, which a shop may not have.
        known = "expiration_date" in self.env["stock.lot"]._fields
        for repacking in self:
            date = known and repacking.lot_id.expiration_date
            repacking.expiry = date.date() if date else repacking.expiry

    @api.depends("quantity", "line_ids.weight")
    def _compute_packed(self):
        for repacking in self:
            repacking.packed = float_round(sum(repacking.line_ids.mapped("weight")), DIGITS)
            repacking.loss = float_round(repacking.quantity - repacking.packed, DIGITS)

    @api.constrains("line_ids", "product_id")
    def _check_line_ids(self):
        for repacking in self:
            if repacking.product_id in repacking.line_ids.product_id:
                raise ValidationError(self.env._("The bags are another good than the bulk they are made of."))

    def write(self, vals):
        if self.filtered(lambda r: r.state != "draft") and vals.keys() - {"state", "done_on", "name"}:
            raise UserError(self.env._("A repacking that is done does not change: undo it and make another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered(lambda r: r.state != "draft"):
            raise UserError(self.env._("A repacking that is done is never deleted: undo it."))

    # -- doing and undoing -------------------------------------------------------------------------

    def action_done(self):
        """Move the stock and have both documents signed. Doing it twice does it once."""
        for repacking in self.filtered(lambda r: r.state == "draft"):
            repacking._escarcelle_check()
            repacking._escarcelle_do()
        return True

    def action_undo(self):
        """Undo by a contrary repacking: the bags leave, the bulk comes back."""
        self.ensure_one()
        if self.state != "done" or self.undo_of_id:
            raise UserError(self.env._("Only a repacking that is done can be undone, and only once."))
        contrary = self.copy({"undo_of_id": self.id, "lot_id": self.lot_id.id})
        for line in contrary.line_ids:
            contrary._escarcelle_check_held(
                line.product_id, line._escarcelle_lot(make=False), line.bags, line.product_id.uom_id
            )
        contrary._escarcelle_do()
        self.state = "undone"
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": contrary.id,
            "view_mode": "form",
        }

    def _escarcelle_check(self):
        """UserError, saying what to do, unless this can be done."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Add the bags that were made."))
        if self.tracking != "none" and not self.lot_id:
            raise UserError(self.env._("Choose the lot of %s that is repacked.", self.product_id.display_name))
        if float_compare(self.loss, 0, precision_digits=DIGITS) < 0:
            raise UserError(
                self.env._(
                    "The bags hold %(packed)s, more than the %(taken)s taken. Correct one of them.",
                    packed=self.packed, taken=self.quantity,
                )
            )  # fmt: skip
        if not float_is_zero(self.loss, precision_digits=DIGITS) and not (self.loss_reason or "").strip():
            raise UserError(self.env._("Say why %(loss)s %(unit)s were lost.", loss=self.loss, unit=self.uom_id.name))
        self._escarcelle_check_held(self.product_id, self.lot_id, self.quantity, self.uom_id)
        self.line_ids._escarcelle_check()

    def _escarcelle_check_held(self, product, lot, quantity, uom):
        held = self.env["stock.quant"]._get_available_quantity(product, self.location_id, lot_id=lot or None)
        if float_compare(held, quantity, precision_digits=DIGITS) < 0:
            raise UserError(
                self.env._(
                    "%(place)s holds %(held)s %(unit)s of %(good)s, not %(quantity)s:"
                    " count it first, or correct the quantity.",
                    place=self.location_id.display_name, held=held, unit=uom.name,
                    good=product.display_name, quantity=quantity,
                )
            )  # fmt: skip

    def _escarcelle_do(self):
        self.ensure_one()
        # Whoever comes second waits for nothing: the write conflicts, and its replay finds it done.
        self.write(
            {
                "state": "done",
                "done_on": fields.Datetime.now(),
                "name": self.env["ir.sequence"].next_by_code("escarcelle.repacking"),
            }
        )
        self.env["stock.move"].create(self._escarcelle_moves())._action_done()
        self._escarcelle_issue()

    def _escarcelle_moves(self):
        """Values of the moves; those of a contrary repacking go the other way."""
        product = self.product_id.with_company(self.company_id)
        workshop, lost = product.property_stock_production, product.property_stock_inventory
        taken = [(product, self.packed, self.lot_id, self.location_id, workshop)]
        if not float_is_zero(self.loss, precision_digits=DIGITS):
            taken.append((product, self.loss, self.lot_id, self.location_id, lost))
        made = [
            (line.product_id, line.bags, line._escarcelle_lot(), workshop, self.location_id)
            for line in self.line_ids
        ]
        vals_list = []
        for good, quantity, lot, here, there in taken + made:
            if self.undo_of_id:
                here, there = there, here
            line = {
                "product_id": good.id,
                "product_uom_id": good.uom_id.id,
                "quantity": quantity,
                "lot_id": lot.id if good.tracking != "none" else False,
                "location_id": here.id,
                "location_dest_id": there.id,
                "company_id": self.company_id.id,
            }
            vals_list.append(
                {
                    "product_id": good.id,
                    "product_uom": good.uom_id.id,
                    "product_uom_qty": quantity,
                    "location_id": here.id,
                    "location_dest_id": there.id,
                    "company_id": self.company_id.id,
                    "origin": self.name,
                    "escarcelle_repacking_id": self.id,
                    "picked": True,
                    "move_line_ids": [fields.Command.create(line)],
                }
            )
        return vals_list

    def _escarcelle_issue(self):
        """TRS, what was taken, and FAB, what was made, each citing the other; negative when undone."""
        outbox, source = self.env["escarcelle.fiscal.outbox"], self.env["escarcelle.fiscal.source"]
        sign = -1 if self.undo_of_id else 1
        place = self.location_id.complete_name
        bulk = {
            "source": place,
            "expiry": self.expiry.isoformat() if self.expiry else "",
            "lot": self.lot_id.name or "",
        }
        taken = [outbox._escarcelle_line(self.product_id, sign * self.packed, **bulk)]
        if not float_is_zero(self.loss, precision_digits=DIGITS):
            reason = f"Perte : {self.loss_reason}"
            taken.append(outbox._escarcelle_line(self.product_id, sign * self.loss, **bulk, reason=reason))
        unit = self.uom_id.with_context(lang="fr_FR").name
        made = [
            outbox._escarcelle_line(
                line.product_id,
                sign * line.bags,
                target=place,
                lot=line.lot_name or "",
                expiry=line.expiry.isoformat() if line.expiry else "",
                reason=f"{line.unit_weight:.3f} {unit} par sac".replace(".", ","),
            )
            for line in self.line_ids
        ]
        origin = self.undo_of_id
        common = {
            "company": self.company_id,
            "reference": self.name,
            "date": outbox._escarcelle_moment(self.done_on),
            "comment": f"Annule {origin.name}" if origin else "",
        }
        documents = []
        for doc_type, other, lines in (("TRS", "FAB", taken), ("FAB", "TRS", made)):
            cited = [(other, self)] + ([(doc_type, origin)] if origin else [])
            origins = [
                {"reference": r.name, "document": d, "uid": source._escarcelle_uid(d, r, "done")}
                for d, r in cited
            ]
            documents.append((doc_type, {**common, "lines": lines, "origins": origins}, (self, "done")))
        outbox._escarcelle_issue_all(documents)


class StockMove(models.Model):
    _inherit = "stock.move"

    escarcelle_repacking_id = fields.Many2one(
        "escarcelle.repacking", "Repacking", readonly=True, index="btree_not_null"
    )
