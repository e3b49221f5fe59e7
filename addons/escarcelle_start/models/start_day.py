from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_duration

from .start_shop import shown

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
#: Proposed to a new shop: working days, morning and afternoon.
USUAL = {"hour_from": 9.0, "hour_to": 12.0, "again_from": 14.0, "again_to": 17.0}
USUAL_DAYS = "01234"


class EscarcelleStartDay(models.Model):
    """A day of the week at the shop: when it is open, whether goods are delivered."""

    _name = "escarcelle.start.day"
    _description = "Day of the Week"
    _order = "start_id, weekday"

    start_id = fields.Many2one(
        "escarcelle.start", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="start_id.company_id", store=True)
    weekday = fields.Selection(WEEKDAYS, "Day", required=True, readonly=True)
    is_open = fields.Boolean("Is open")
    hour_from = fields.Float("Opens at", aggregator=None)
    hour_to = fields.Float("Closes at", aggregator=None)
    again_from = fields.Float("Opens again at", aggregator=None)
    again_to = fields.Float("Closes in the evening at", aggregator=None)
    delivers = fields.Boolean(
        "Deliveries", help="Suppliers that tell no day of theirs are expected to deliver on these."
    )

    _day_uniq = models.Constraint("UNIQUE (start_id, weekday)", "This day is there already.")

    @api.depends("weekday")
    def _compute_display_name(self):
        labels = dict(self._fields["weekday"]._description_selection(self.env))
        for day in self:
            day.display_name = labels.get(day.weekday, "")

    def _escarcelle_hours(self):
        """``[(from, to)]`` in hours, the empty ones left out."""
        self.ensure_one()
        spans = [(self.hour_from, self.hour_to), (self.again_from, self.again_to)]
        return [span for span in spans if any(span)] if self.is_open else []

    @api.constrains("is_open", "hour_from", "hour_to", "again_from", "again_to")
    def _check_hours(self):
        for day in self:
            spans = day._escarcelle_hours()
            hours = [hour for span in spans for hour in span]
            if day.is_open and not spans:
                raise UserError(
                    self.env._("%s: say at what time the shop opens and closes.", day.display_name)
                )
            if hours != sorted(set(hours)) or any(not 0 <= hour <= 24 for hour in hours):
                raise UserError(
                    self.env._("%s: the hours follow each other, such as 9:00 to 12:00, then 14:00 to 17:00.",
                               day.display_name)
                )  # fmt: skip


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    day_ids = fields.One2many("escarcelle.start.day", "start_id", "Days of the week")
    closing_hour = fields.Integer(
        "The business day ends at (hour of the night)",
        compute=shown("escarcelle_closing_hour"),
        inverse="_inverse_clock",
        help="0: at midnight. A sale made before this hour belongs to the day before.",
    )  # fmt: skip
    timezone = fields.Selection(
        lambda self: self._escarcelle_choices("escarcelle_timezone"),
        "Time zone",
        compute=shown("escarcelle_timezone"),
        inverse="_inverse_clock",
    )

    def _inverse_clock(self):
        for start in self:
            company = start._escarcelle_company()
            if not 0 <= start.closing_hour <= 23:
                raise UserError(self.env._("The business day ends at an hour from 0 to 23."))
            values = {
                "escarcelle_closing_hour": start.closing_hour,
                "escarcelle_timezone": start.timezone,
            }
            changed = {name: value for name, value in values.items() if value != company[name]}
            if changed:
                company.write(changed)

    def _escarcelle_enter_opening(self):
        there = set(self.day_ids.mapped("weekday"))
        self.env["escarcelle.start.day"].create(
            [
                {
                    "start_id": self.id,
                    "weekday": weekday,
                    **(
                        {"is_open": True, "delivers": True, **USUAL}
                        if weekday in USUAL_DAYS
                        else {}
                    ),
                }
                for weekday, _label in WEEKDAYS
                if weekday not in there
            ]
        )

    def _escarcelle_apply_opening(self):
        """The night's cut falls before the shop opens: a morning's sale is not of the day before."""
        for day in self.day_ids:
            for opens, _closes in day._escarcelle_hours()[:1]:
                if opens < self.closing_hour:
                    raise UserError(
                        self.env._(
                            "The business day cannot end at %(hour)s: on %(day)s the shop opens at %(opens)s, and what"
                            " is sold before the day ends belongs to the day before. Choose an hour of the night.",
                            hour=format_duration(self.closing_hour),
                            day=day.display_name,
                            opens=format_duration(opens),
                        )
                    )
