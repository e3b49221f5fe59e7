from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.shown import number

#: Outside these, a thermometer or a finger slipped.
COLDEST, WARMEST = -60, 80


class EscarcelleReceiptCheck(models.Model):
    """The temperature taken when a delivery arrives, for one storage class, with its photo."""

    _name = "escarcelle.receipt.check"
    _description = "Temperature at Delivery"
    _order = "picking_id desc, storage_id"

    picking_id = fields.Many2one("stock.picking", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="picking_id.company_id", store=True)
    storage_id = fields.Many2one(
        "escarcelle.storage", "Storage", required=True, domain="[('checked', '=', True)]", ondelete="restrict"
    )
    temperature = fields.Float("Temperature (°C)", digits=(5, 1))
    taken = fields.Boolean(
        "Measured", help="Ticked by itself when a temperature is typed. Tick it when the thermometer shows 0 °C."
    )
    photo = fields.Image(max_width=1600, max_height=1600)
    accepted = fields.Boolean("Within limits", compute="_compute_accepted", store=True)
    suggestion = fields.Char(compute="_compute_suggestion")
    reason = fields.Char("Taken all the same because", help="Out of limits, the goods are refused or this is said.")

    _storage_once = models.Constraint(
        "UNIQUE (picking_id, storage_id)", "The temperature of this class is on the delivery already."
    )

    @api.depends("temperature", "taken", "storage_id.receipt_min", "storage_id.receipt_max")
    def _compute_accepted(self):
        for check in self:
            told = check.taken and bool(check.storage_id)
            check.accepted = told and check.storage_id._escarcelle_accepts(check.temperature)

    @api.depends("accepted", "taken")
    def _compute_suggestion(self):
        for check in self:
            if not check.taken:
                check.suggestion = self.env._("Type the temperature.")
            elif check.accepted:
                check.suggestion = False
            else:
                check.suggestion = self.env._(
                    "Out of %(low)s to %(high)s °C: refuse these goods.",
                    low=number(self.env, check.storage_id.receipt_min, 1),
                    high=number(self.env, check.storage_id.receipt_max, 1),
                )  # fmt: skip

    @api.onchange("temperature")
    def _onchange_temperature(self):
        self.taken = True

    @api.constrains("temperature")
    def _check_temperature(self):
        if self.filtered(lambda check: not COLDEST <= check.temperature <= WARMEST):
            raise ValidationError(
                self.env._("A temperature is between %(low)s and %(high)s °C.", low=COLDEST, high=WARMEST)
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "temperature" in vals:
                vals.setdefault("taken", True)
        checks = super().create(vals_list)
        checks._escarcelle_check_open()
        return checks

    def write(self, vals):
        self._escarcelle_check_open()
        if "temperature" in vals:
            vals = {"taken": True, **vals}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._escarcelle_check_open()

    def _escarcelle_check_open(self):
        if self.picking_id.filtered(lambda picking: picking.state == "done"):
            raise UserError(self.env._("This delivery is closed: what was measured does not change."))

    def action_refuse(self):
        """Refuse what the delivery brings of this class, for its temperature."""
        self.ensure_one()
        self.picking_id._escarcelle_refuse(
            self.picking_id._escarcelle_moves_of(self.storage_id),
            self.env.ref("escarcelle_supply.refusal_temperature"),
            self.env._(
                "%(storage)s: %(degrees)s °C",
                storage=self.storage_id.name, degrees=number(self.env, self.temperature, 1),
            ),
            self.photo,
        )  # fmt: skip
        return True


class EscarcelleRefusalReason(models.Model):
    """Why goods are sent away with the driver."""

    _name = "escarcelle.refusal.reason"
    _description = "Reason to Refuse a Delivery"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class EscarcelleRefusal(models.Model):
    """Goods of a delivery that were not taken: they never enter the stock."""

    _name = "escarcelle.refusal"
    _description = "Refused Goods"
    _order = "id desc"

    picking_id = fields.Many2one("stock.picking", "Delivery", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="picking_id.partner_id", string="Supplier", store=True)
    product_id = fields.Many2one("product.product", "Good", required=True, index=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity = fields.Float(digits=(16, 3), required=True)
    reason_id = fields.Many2one("escarcelle.refusal.reason", "Reason", required=True, ondelete="restrict")
    note = fields.Char("Remark")
    photo = fields.Image(max_width=1600, max_height=1600)
    date = fields.Datetime(default=fields.Datetime.now, readonly=True)

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "Say how much is refused.")
