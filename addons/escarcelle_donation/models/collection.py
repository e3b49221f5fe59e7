from urllib.parse import quote_plus

from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleDonationCollection(models.Model):
    """A round on its day: who drives, how cold the vehicle is, and what each stop gave."""

    _name = "escarcelle.donation.collection"
    _description = "Collection"
    _inherit = ["mail.thread", "escarcelle.donation.paper"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    round_id = fields.Many2one(
        "escarcelle.donation.round",
        "Round",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(required=True, default=lambda self: self.env.company._escarcelle_today())
    state = fields.Selection(
        [("planned", "Planned"), ("running", "On the way"), ("done", "Back"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="planned", tracking=True, copy=False,
    )  # fmt: skip
    driver_id = fields.Many2one("res.partner", "Driver")
    helper_ids = fields.Many2many(
        "res.partner",
        "escarcelle_donation_collection_helper",
        "collection_id",
        "partner_id",
        "With",
    )
    vehicle = fields.Char(size=64)
    refrigerated = fields.Boolean(related="round_id.refrigerated")
    temperature_out = fields.Float("Leaving (°C)", digits=(5, 1), copy=False)
    temperature_back = fields.Float("Back (°C)", digits=(5, 1), copy=False)
    temperature_out_taken = fields.Boolean(
        "Taken on leaving", compute="_compute_temperature_taken", store=True, readonly=False, copy=False
    )  # fmt: skip
    temperature_back_taken = fields.Boolean(
        "Taken on return", compute="_compute_temperature_taken", store=True, readonly=False, copy=False
    )  # fmt: skip
    too_warm = fields.Char(compute="_compute_too_warm")
    stop_ids = fields.One2many("escarcelle.donation.stop", "collection_id", "Stops", copy=True)
    donation_ids = fields.One2many("escarcelle.donation", compute="_compute_donation_ids")
    stops_left = fields.Integer("Stops left", compute="_compute_donation_ids")
    weight = fields.Float("Collected (kg)", digits=(16, 3), compute="_compute_donation_ids")

    _day_uniq = models.Constraint(
        "UNIQUE (round_id, date)", "This round has its collection of that day already."
    )

    @api.depends("round_id", "date")
    def _compute_name(self):
        for collection in self:
            day = collection.date and f"{collection.date:%d/%m/%Y}"
            collection.name = " ".join(filter(None, (collection.round_id.name, day)))

    @api.depends("temperature_out", "temperature_back")
    def _compute_temperature_taken(self):
        # Degrees somebody typed were taken; only zero is ticked by hand.
        for collection in self:
            for name in ("temperature_out", "temperature_back"):
                taken = collection[f"{name}_taken"] or bool(collection[name])
                collection[f"{name}_taken"] = taken

    @api.depends(
        "temperature_out", "temperature_back", "temperature_out_taken", "temperature_back_taken"
    )
    def _compute_too_warm(self):
        for collection in self:
            storage = collection.round_id.storage_id
            taken = [
                collection[name]
                for name in ("temperature_out", "temperature_back")
                if collection[f"{name}_taken"]
            ]
            wrong = storage and [
                degrees for degrees in taken if not storage._escarcelle_accepts(degrees)
            ]
            collection.too_warm = False
            if wrong:
                collection.too_warm = self.env._(
                    "The vehicle was at %s °C: check the goods one by one.",
                    ", ".join(f"{d:.1f}" for d in wrong),
                )

    @api.depends("stop_ids.state", "stop_ids.donation_ids.weight")
    def _compute_donation_ids(self):
        for collection in self:
            collection.donation_ids = collection.stop_ids.donation_ids
            collection.stops_left = len(collection.stop_ids.filtered(lambda s: s.state == "todo"))
            collection.weight = sum(
                collection.donation_ids.filtered(lambda d: d.state != "undone").mapped("weight")
            )

    def action_leave(self):
        """The vehicle leaves."""
        self.ensure_one()
        if self.refrigerated and not self.temperature_out_taken:
            raise UserError(self.env._("Take the temperature of the vehicle first."))
        if self.state != "planned":
            raise UserError(self.env._("This collection has left already."))
        self.state = "running"

    def action_back(self):
        """The vehicle is back: what was not called on is told."""
        self.ensure_one()
        if self.state != "running":
            raise UserError(self.env._("This collection is not on its way."))
        if self.refrigerated and not self.temperature_back_taken:
            raise UserError(self.env._("Take the temperature of the vehicle first."))
        self.stop_ids.filtered(lambda s: s.state == "todo").state = "missed"
        self.state = "done"

    def action_cancel(self):
        """Nobody goes."""
        if self.filtered(lambda c: c.state not in ("planned", "cancelled")):
            raise UserError(
                self.env._("A collection that left is not cancelled: say what each stop gave.")
            )
        self.state = "cancelled"

    def action_plan_again(self):
        """A cancelled collection is planned again; one that came back too early goes on."""
        for collection in self:
            collection.state = "planned" if collection.state == "cancelled" else "running"

    def action_drafts(self):
        """Make the intake of every stop that has none, so that only the goods are left to say."""
        for stop in self.stop_ids.filtered(lambda s: not s.donation_ids):
            stop._escarcelle_donation()
        return self.action_view_donations()

    def action_view_donations(self):
        """The gifts of this collection."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_donation.donation_action_goods"
        )
        return {
            **action,
            "domain": [("stop_id.collection_id", "=", self.id)],
            "context": {"default_kind": "goods"},
        }

    def _escarcelle_open(self):
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form",
            "name": self.env._("Collection"),
        }  # fmt: skip


class EscarcelleDonationStop(models.Model):
    """A stop of a collection, on the phone of whoever drives."""

    _name = "escarcelle.donation.stop"
    _description = "Stop of a Collection"
    _order = "collection_id, sequence, id"

    collection_id = fields.Many2one(
        "escarcelle.donation.collection", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="collection_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    donor_id = fields.Many2one(
        "res.partner",
        "Donor",
        required=True,
        ondelete="restrict",
        domain="[('escarcelle_donor', '=', True)]",
    )
    time_from = fields.Float("From")
    time_to = fields.Float("To")
    window = fields.Char("Hours", compute="_compute_window")
    instructions = fields.Char(size=256)
    address = fields.Char(compute="_compute_address")
    phone = fields.Char(related="donor_id.phone")
    collection_state = fields.Selection(related="collection_id.state", string="Collection state")
    state = fields.Selection(
        [("todo", "To do"), ("done", "Collected"), ("nothing", "Nothing to give"), ("missed", "Not called on")],
        required=True, default="todo", copy=False,
    )  # fmt: skip
    arrived_at = fields.Datetime("Called on at", readonly=True, copy=False)
    note = fields.Char(size=256, copy=False)
    donation_ids = fields.One2many("escarcelle.donation", "stop_id", "Gifts")
    weight = fields.Float("kg", digits=(16, 3), compute="_compute_weight")

    @api.depends("time_from", "time_to")
    def _compute_window(self):
        for stop in self:
            hours = [
                f"{int(hour):02d}:{round(hour % 1 * 60):02d}"
                for hour in (stop.time_from, stop.time_to)
                if hour
            ]
            stop.window = " – ".join(hours)

    @api.depends("donor_id.street", "donor_id.street2", "donor_id.zip", "donor_id.city")
    def _compute_address(self):
        for stop in self:
            donor = stop.donor_id
            town = " ".join(filter(None, (donor.zip, donor.city)))
            stop.address = ", ".join(filter(None, (donor.street, donor.street2, town)))

    @api.depends("donation_ids.weight", "donation_ids.state")
    def _compute_weight(self):
        for stop in self:
            stop.weight = sum(
                stop.donation_ids.filtered(lambda d: d.state != "undone").mapped("weight")
            )

    def action_collect(self):
        """Open the intake of this stop, made the first time."""
        self.ensure_one()
        donation = self._escarcelle_donation()
        if self.state != "done":
            self.write({"state": "done", "arrived_at": self.env.cr.now().replace(microsecond=0)})
        return {
            "type": "ir.actions.act_window", "res_model": "escarcelle.donation", "res_id": donation.id,
            "view_mode": "form", "name": self.donor_id.name,
            "views": [(self.env.ref("escarcelle_donation.donation_view_form_goods").id, "form")],
        }  # fmt: skip

    def action_nothing(self):
        """The donor had nothing to give."""
        self.write({"state": "nothing", "arrived_at": self.env.cr.now().replace(microsecond=0)})

    def action_reopen(self):
        """Back among those to call on."""
        self.write({"state": "todo", "arrived_at": False})

    def action_map(self):
        """Show the way, in the map of the phone. Who lives there is nothing the map is told."""
        self.ensure_one()
        if not self.address:
            raise UserError(self.env._("Write the address of this donor in its file first."))
        place = quote_plus(self.address)
        return {
            "type": "ir.actions.act_url",
            "url": f"https://www.openstreetmap.org/search?query={place}",
            "target": "new",
        }

    def _escarcelle_donation(self):
        """The gift of this stop that is not undone, made unless it is there."""
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        live = self.donation_ids.filtered(lambda d: d.state != "undone")[:1]
        if not live:
            live = self.env["escarcelle.donation"].create(
                {
                    "kind": "goods", "donor_id": self.donor_id.id, "stop_id": self.id,
                    "company_id": self.company_id.id, "date": self.collection_id.date,
                    "taker_id": (self.collection_id.driver_id or self.env.user.partner_id).id,
                }
            )  # fmt: skip
        return live
