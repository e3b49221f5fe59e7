from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Collections are prepared this far ahead.
AHEAD = 7


class EscarcelleDonationRound(models.Model):
    """A collection round (« ramasse »): which donors are called on, on which days, in which order."""

    _name = "escarcelle.donation.round"
    _description = "Collection Round"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, size=64)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    monday = fields.Boolean("Mon")
    tuesday = fields.Boolean("Tue")
    wednesday = fields.Boolean("Wed")
    thursday = fields.Boolean("Thu")
    friday = fields.Boolean("Fri")
    saturday = fields.Boolean("Sat")
    sunday = fields.Boolean("Sun")
    days = fields.Char(compute="_compute_days")
    driver_id = fields.Many2one("res.partner", "Usual driver")
    vehicle = fields.Char(size=64, help="Registration or name.")
    refrigerated = fields.Boolean(
        "Refrigerated", help="Its temperature is asked on leaving and on return."
    )
    storage_id = fields.Many2one(
        "escarcelle.storage", "Keeps goods", help="Between which degrees the vehicle must stay."
    )
    instructions = fields.Text()
    step_ids = fields.One2many("escarcelle.donation.round.step", "round_id", "Stops", copy=True)
    collection_ids = fields.One2many("escarcelle.donation.collection", "round_id", "Collections")

    @api.depends(*DAYS)
    def _compute_days(self):
        for route in self:
            route.days = ", ".join(
                self._fields[day]._description_string(self.env) for day in DAYS if route[day]
            )

    def _escarcelle_runs_on(self, day):
        return self[DAYS[day.weekday()]]

    @api.model
    def _escarcelle_prepare(self):
        """Prepare the collections of the coming days, once each (cron)."""
        for company in self.search([]).company_id:
            today = company._escarcelle_today()
            days = [today + timedelta(days=n) for n in range(AHEAD)]
            self.search([("company_id", "=", company.id)])._escarcelle_collections(days)

    def _escarcelle_collections(self, days):
        """The collections of these rounds on those of ``days`` they run; made where they are missing."""
        collections = self.env["escarcelle.donation.collection"]
        known = {
            (c.round_id, c.date)
            for c in collections.search([("round_id", "in", self.ids), ("date", "in", days)])
        }
        return collections.create(
            [
                route._escarcelle_values(day)
                for route in self for day in days
                if route.step_ids and route._escarcelle_runs_on(day) and (route, day) not in known
            ]
        )  # fmt: skip

    def _escarcelle_values(self, day):
        self.ensure_one()
        return {
            "round_id": self.id, "date": day, "company_id": self.company_id.id, "driver_id": self.driver_id.id,
            "vehicle": self.vehicle,
            "stop_ids": [
                Command.create(
                    {
                        "sequence": number * 10, "donor_id": step.donor_id.id, "time_from": step.time_from,
                        "time_to": step.time_to, "instructions": step.instructions,
                    }
                )
                for number, step in enumerate(self.step_ids, 1)
            ],
        }  # fmt: skip

    def action_today(self):
        """Open the collection of today, made unless it is there; the next steps are on its screen."""
        self.ensure_one()
        if not self.step_ids:
            raise UserError(self.env._("Add the donors to call on first."))
        today = self.company_id._escarcelle_today()
        found = self.env["escarcelle.donation.collection"].search(
            [("round_id", "=", self.id), ("date", "=", today)]
        )
        collection = found or found.create(self._escarcelle_values(today))
        return collection._escarcelle_open()


class EscarcelleDonationRoundStep(models.Model):
    """A donor on a round, with the hours it may be called on."""

    _name = "escarcelle.donation.round.step"
    _description = "Donor on a Round"
    _order = "round_id, sequence, id"

    round_id = fields.Many2one(
        "escarcelle.donation.round", required=True, ondelete="cascade", index=True
    )
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
    instructions = fields.Char(size=256, help="Ring at the back door, ask for the fruit section…")

    _hours = models.Constraint(
        "CHECK (time_from >= 0 AND time_from < 24 AND time_to >= 0 AND time_to <= 24)",
        "A day has 24 hours.",
    )

    @api.constrains("time_from", "time_to")
    def _check_hours(self):
        for step in self:
            if step.time_to and step.time_to < step.time_from:
                raise ValidationError(
                    self.env._("The time window of %s ends before it begins.", step.donor_id.name)
                )
