from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round

DIGITS = (16, 3)
#: A line over this is a typing mistake (kg or pieces).
MAX_QUANTITY = 100_000
#: Of a line whose gift was received, until a receipt says what it is worth.
VALUES = {"unit_value", "value"}
REASONS = [
    ("date", "Date past or too short"),
    ("temperature", "Temperature"),
    ("packaging", "Damaged packaging"),
    ("unfit", "Unfit to eat"),
    ("label", "No label"),
    ("unwanted", "Not needed"),
    ("other", "Other"),
]


class EscarcelleDonationLine(models.Model):
    """A good on an intake: what came, in what state, and what its donor says it is worth.

    The reference price is for statistics only. The donor's value (its cost, CGI art. 238 bis, 1) goes on
    the receipt; neither is an accounting value: the stock takes gifts in at zero.
    """

    _name = "escarcelle.donation.line"
    _description = "Donated Good"
    _order = "donation_id, sequence, id"
    _check_company_auto = True

    donation_id = fields.Many2one(
        "escarcelle.donation", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="donation_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    donor_id = fields.Many2one(related="donation_id.donor_id", store=True)
    date = fields.Date(related="donation_id.date", store=True)
    state = fields.Selection(related="donation_id.state", store=True)
    product_id = fields.Many2one(
        "product.product", "Good", required=True, check_company=True, ondelete="restrict", index=True,
        domain="[('is_storable', '=', True)]",
    )  # fmt: skip
    name = fields.Char(
        "Description",
        compute="_compute_product",
        store=True,
        readonly=False,
        precompute=True,
        size=256,
    )
    category_id = fields.Many2one(related="product_id.categ_id", store=True)
    quantity = fields.Float(digits=DIGITS, required=True, default=1.0)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    weight = fields.Float(
        "Weight (kg)",
        digits=DIGITS,
        compute="_compute_weight",
        store=True,
        readonly=False,
        precompute=True,
    )
    lot_name = fields.Char("Lot", size=64)
    date_kind = fields.Selection(
        [("dlc", "Use by (DLC)"), ("ddm", "Best before (DDM)"), ("none", "None")], "Kind of date",
        compute="_compute_product", store=True, readonly=False, precompute=True,
    )  # fmt: skip
    expiry = fields.Date("Use by / best before")
    storage_id = fields.Many2one(
        "escarcelle.storage",
        "Storage",
        compute="_compute_product",
        store=True,
        readonly=False,
        precompute=True,
    )
    temperature_asked = fields.Boolean(related="storage_id.checked")
    temperature_taken = fields.Boolean(
        "Temperature taken", compute="_compute_temperature_taken", store=True, readonly=False
    )
    temperature = fields.Float("°C", digits=(5, 1))
    source_id = fields.Many2one(
        "escarcelle.funding.source", "Source", check_company=True, compute="_compute_source_id", store=True,
        readonly=False,
    )  # fmt: skip
    refused = fields.Boolean("Refused")
    refusal = fields.Selection(REASONS, "Reason")
    refusal_note = fields.Char("Why", size=256)
    # Six decimals: a total typed for a thousand pieces comes back to the cent.
    unit_value = fields.Float("Donor's unit value", digits=(16, 6))
    value = fields.Monetary(
        "Donor's value", compute="_compute_value", inverse="_inverse_value", store=True
    )
    reference_price = fields.Float(
        "Reference price", digits=(16, 2), compute="_compute_product", store=True, precompute=True
    )
    reference_value = fields.Monetary(
        "At reference price", compute="_compute_reference_value", store=True
    )
    short = fields.Boolean("Short use-by date", compute="_compute_warning")
    past = fields.Boolean("Past its date", compute="_compute_warning")
    warning = fields.Char(compute="_compute_warning")
    lot_id = fields.Many2one(
        "stock.lot", "Lot in stock", readonly=True, copy=False, index="btree_not_null"
    )
    move_ids = fields.One2many(
        "stock.move", "escarcelle_donation_line_id", "Stock moves", readonly=True
    )

    _quantity = models.Constraint(
        f"CHECK (quantity > 0 AND quantity <= {MAX_QUANTITY})",
        "A quantity is above zero, and not that large.",
    )
    _weight = models.Constraint(
        f"CHECK (weight >= 0 AND weight <= {MAX_QUANTITY})",
        "A weight is not negative, nor that large.",
    )
    _value = models.Constraint(
        "CHECK (unit_value >= 0 AND unit_value <= 100000 AND value >= 0 AND value <= 10000000)",
        "A value is not negative, nor that large.",
    )

    @api.depends("product_id")
    def _compute_product(self):
        for line in self:
            product = line.product_id
            line.name = line.name or product.with_context(display_default_code=False).display_name
            line.date_kind = product.escarcelle_date_kind or line.date_kind
            line.storage_id = product.escarcelle_storage_id or line.storage_id
            line.reference_price = product.lst_price

    @api.depends("product_id", "quantity")
    def _compute_weight(self):
        kilogram = self.env.ref("uom.product_uom_kgm")
        for line in self:
            if line.uom_id and line.uom_id._has_common_reference(kilogram):
                line.weight = line.uom_id._compute_quantity(line.quantity, kilogram, round=False)
            else:
                line.weight = line.quantity * line.product_id.weight or line.weight

    @api.depends("temperature")
    def _compute_temperature_taken(self):
        for line in self:
            line.temperature_taken = line.temperature_taken or bool(line.temperature)

    @api.depends("product_id", "company_id")
    def _compute_source_id(self):
        policies = {}
        for line in self:
            company = line.company_id or self.env.company
            if company not in policies:
                policies[company] = (
                    self.env["escarcelle.donation.policy"]
                    ._escarcelle_for(company)
                    ._escarcelle_source()
                )
            own = line.product_id.escarcelle_funding_source_id
            line.source_id = own if own.kind == "donation" else policies[company] or own

    @api.depends("quantity", "unit_value")
    def _compute_value(self):
        for line in self:
            line.value = float_round(line.quantity * line.unit_value, 2)

    def _inverse_value(self):
        for line in self:
            line.unit_value = line.value / line.quantity if line.quantity else 0

    @api.depends("quantity", "reference_price")
    def _compute_reference_value(self):
        for line in self:
            line.reference_value = float_round(line.quantity * line.reference_price, 2)

    @api.depends(
        "expiry",
        "date_kind",
        "date",
        "temperature",
        "temperature_taken",
        "storage_id",
        "product_id",
        "source_id",
    )
    def _compute_warning(self):
        limits = {}
        for line in self:
            company = line.company_id or self.env.company
            if company not in limits:
                limits[company] = (
                    self.env["escarcelle.donation.policy"]._escarcelle_for(company).short_days
                )
            line.past = bool(line.expiry and line.date and line.expiry < line.date)
            line.short = (
                line.date_kind == "dlc" and bool(line.expiry and line.date)
                and (line.expiry - line.date).days < limits[company]
            )  # fmt: skip
            line.warning = " ".join(line._escarcelle_warnings()) or False

    def _escarcelle_warnings(self):
        """What whoever takes the goods in should know."""
        self.ensure_one()
        said = []
        if self.past:
            said.append(
                self.env._("Past its use-by date: refuse it.") if self.date_kind == "dlc"
                else self.env._("Past its best-before date.")
            )  # fmt: skip
        elif self.short:
            said.append(self.env._("Use-by date within 48 hours."))
        if self.expiry and self.date_kind not in ("dlc", "ddm"):
            said.append(self.env._("Which kind of date is it?"))
        if (
            self.storage_id
            and self.temperature_taken
            and not self.storage_id._escarcelle_accepts(self.temperature)
        ):
            said.append(self.env._("Too warm or too cold: refuse it."))
        product = self.product_id.with_company(self.company_id)
        if (
            product.cost_method == "standard"
            and product.standard_price
            and self.source_id.kind == "donation"
        ):
            said.append(
                self.env._(
                    "This good has a fixed cost, which the stock would count: keep a good of its own for gifts."
                )
            )
        return said

    # -- what may be written when ----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if lines.donation_id.filtered(lambda d: d.state != "draft"):
            raise UserError(
                self.env._(
                    "This gift was received: it does not change any more. Undo it and make another one."
                )
            )
        return lines

    def write(self, vals):
        closed = self.filtered(lambda line: line.state != "draft")
        if closed and not self.env.context.get("escarcelle_booking"):
            stored = {name for name in vals if self._fields[name].store and name not in VALUES}
            if stored - {
                "state",
                "donor_id",
                "date",
                "company_id",
                "category_id",
                "reference_value",
            }:
                raise UserError(
                    self.env._(
                        "This gift was received: it does not change any more. Undo it and make another one."
                    )
                )
            if vals.keys() & VALUES and closed.donation_id.filtered("receipt_id"):
                raise UserError(
                    self.env._(
                        "A receipt says what these goods are worth: replace the receipt first."
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered(lambda line: line.state != "draft"):
            raise UserError(
                self.env._(
                    "This gift was received: it does not change any more. Undo it and make another one."
                )
            )

    # -- booking ---------------------------------------------------------------------------------

    def _escarcelle_check(self):
        """UserError, naming the good, unless these lines may be booked."""
        for line in self:
            if line.refused:
                if not line.refusal:
                    raise UserError(self.env._("Say why %s is refused.", line.name))
                continue
            if line.date_kind == "dlc" and line.past:
                raise UserError(
                    self.env._(
                        "%s is past its use-by date: tick « Refused » and say why.", line.name
                    )
                )
            if line.date_kind == "ddm" and line.past and line._escarcelle_beyond():
                raise UserError(
                    self.env._(
                        "%s is past the days the shop allows after a best-before date: refuse it.",
                        line.name,
                    )
                )
            if line.date_kind in ("dlc", "ddm") and not line.expiry:
                raise UserError(
                    self.env._("Write the date of %s, or say that it has none.", line.name)
                )
            if line.storage_id.checked and not line.temperature_taken:
                raise UserError(self.env._("Take the temperature of %s.", line.name))
            if (
                line.storage_id
                and line.temperature_taken
                and not line.storage_id._escarcelle_accepts(line.temperature)
            ):
                raise UserError(
                    self.env._(
                        "%(good)s came at %(temperature)s °C: tick « Refused » and say why.",
                        good=line.name, temperature=line.temperature,
                    )
                )  # fmt: skip
            if line.product_id.tracking == "serial":
                raise UserError(
                    self.env._(
                        "%s is followed piece by piece: gifts are taken in by lot.", line.name
                    )
                )

    def _escarcelle_beyond(self):
        """Whether the best-before date is past by more than the shop's limit."""
        last = self.product_id._escarcelle_last_day(self.expiry, self.company_id)
        return bool(last) and self.product_id.escarcelle_date_kind == "ddm" and last < self.date

    def _escarcelle_prepare(self):
        """The lot of this line, made unless it is known; a good seen for the first time learns its kind of date."""
        self.ensure_one()
        self.source_id._escarcelle_check_received(self.product_id)
        template = self.product_id.product_tmpl_id
        if not template.escarcelle_date_kind and self.date_kind in ("dlc", "ddm"):
            template.escarcelle_date_kind = self.date_kind
        if not template.escarcelle_storage_id and self.storage_id:
            template.escarcelle_storage_id = self.storage_id
        if self.product_id.tracking == "none":
            return
        name = (
            self.lot_name or ""
        ).strip() or f"{self.donation_id.name}-{self.donation_id.line_ids.ids.index(self.id) + 1}"
        lot = self._escarcelle_lot(name)
        if lot and self.expiry and lot.escarcelle_date and lot.escarcelle_date != self.expiry:
            # Same lot number, another date: two donors, or two deliveries. They stay two lots.
            name = f"{name} ({self.expiry:%d/%m/%y})"
            lot = self._escarcelle_lot(name)
        if not lot:
            values = {
                "name": name,
                "product_id": self.product_id.id,
                "company_id": self.company_id.id,
            }
            if self.product_id.use_expiration_date:
                values["escarcelle_date"] = self.expiry
            if self.source_id != self.product_id.escarcelle_funding_source_id:
                values["escarcelle_funding_source_id"] = self.source_id.id
            lot = lot.create(values)
        self.with_context(escarcelle_booking=True).lot_id = lot

    def _escarcelle_lot(self, name):
        """The lot of that number of this line's good; empty when there is none."""
        return self.env["stock.lot"].search(
            [
                ("name", "=", name), ("product_id", "=", self.product_id.id),
                ("company_id", "in", [False, self.company_id.id]),
            ], limit=1,
        )  # fmt: skip

    def _escarcelle_move_values(self, picking):
        return {
            "picking_id": picking.id,
            "picking_type_id": picking.picking_type_id.id,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "product_uom": self.product_id.uom_id.id,
            "product_uom_qty": self.quantity,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "escarcelle_donation_line_id": self.id,
        }
