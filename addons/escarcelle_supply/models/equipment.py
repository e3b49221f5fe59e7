from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.shown import number

#: Outside these, a thermometer or a finger slipped.
COLDEST, WARMEST = -60, 80


class EscarcelleEquipment(models.Model):
    """A fridge, a freezer, a cold room: what is read every day, and between which degrees."""

    _name = "escarcelle.equipment"
    _description = "Cold Equipment"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("fridge", "Fridge"), ("freezer", "Freezer"), ("room", "Cold room"), ("vehicle", "Vehicle"),
         ("store", "Dry store")],
        required=True, default="fridge",
    )  # fmt: skip
    storage_id = fields.Many2one("escarcelle.storage", "Storage", help="Gives the usual limits.")
    temperature_min = fields.Float(
        "From (°C)", digits=(5, 1), compute="_compute_limits", store=True, readonly=False, tracking=True
    )
    temperature_max = fields.Float(
        "To (°C)", digits=(5, 1), compute="_compute_limits", store=True, readonly=False, tracking=True
    )
    readings_a_day = fields.Integer("Readings a day", default=1)
    opening_days_only = fields.Boolean(
        "Not on Saturday and Sunday", help="No reading is missed on these days."
    )
    reading_ids = fields.One2many("escarcelle.temperature", "equipment_id", "Readings")
    last_temperature = fields.Float("Last reading (°C)", compute="_compute_last", digits=(5, 1))
    last_on = fields.Datetime("Read on", compute="_compute_last")
    last_outside = fields.Boolean(compute="_compute_last")
    read_today = fields.Integer("Readings of today", compute="_compute_last")
    missing = fields.Boolean("To be read", compute="_compute_last", search="_search_missing")

    _limits = models.Constraint("CHECK (temperature_min < temperature_max)", "The lowest temperature comes first.")
    _readings = models.Constraint("CHECK (readings_a_day BETWEEN 1 AND 24)", "Between 1 and 24 readings a day.")

    @api.depends("storage_id", "kind")
    def _compute_limits(self):
        usual = {"fridge": (0, 4), "freezer": (-30, -18), "room": (0, 4), "vehicle": (0, 4), "store": (5, 25)}
        for equipment in self:
            if equipment.storage_id:
                low, high = equipment.storage_id.temperature_min, equipment.storage_id.temperature_max
            else:
                low, high = usual[equipment.kind or "fridge"]
            equipment.temperature_min, equipment.temperature_max = low, high

    @api.depends("reading_ids.temperature", "reading_ids.read_on")
    def _compute_last(self):
        readings = self.env["escarcelle.temperature"]
        last = {
            equipment.id: reading
            for equipment, reading in (
                (reading.equipment_id, reading)
                for reading in readings.browse(
                    row[1]
                    for row in readings._read_group(
                        [("equipment_id", "in", self.ids)], ["equipment_id"], ["id:max"]
                    )
                )
            )
        }
        for company, equipments in self.grouped("company_id").items():
            day = (company or self.env.company)._escarcelle_today()
            start, end = (company or self.env.company)._escarcelle_day_bounds(day)
            today = dict(
                readings._read_group(
                    [("equipment_id", "in", equipments.ids), ("read_on", ">=", start), ("read_on", "<=", end)],
                    ["equipment_id"], ["__count"],
                )
            )  # fmt: skip
            for equipment in equipments:
                reading = last.get(equipment.id, readings)
                equipment.last_temperature = reading.temperature
                equipment.last_on = reading.read_on
                equipment.last_outside = reading.outside
                equipment.read_today = today.get(equipment, 0)
                equipment.missing = equipment._escarcelle_due(day) and (
                    equipment.read_today < equipment.readings_a_day
                )

    def _search_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        ids = [e.id for e in self.search([]) if e.missing in value]
        return [("id", "in", ids)]

    def _escarcelle_due(self, day):
        """Whether a reading is wanted on that day."""
        return not (self.opening_days_only and day.weekday() >= 5)

    # -- reading -----------------------------------------------------------------------------------

    @api.model
    def escarcelle_round(self):
        """What the telephone shows: every piece of equipment of the shop, with its limits."""
        self.check_access("read")
        return [
            {
                "id": equipment.id,
                "name": equipment.name,
                "low": equipment.temperature_min,
                "high": equipment.temperature_max,
                "read": equipment.read_today,
                "wanted": equipment.readings_a_day,
                "missing": equipment.missing,
                "last": equipment.last_temperature if equipment.last_on else False,
            }
            for equipment in self.search([("company_id", "=", self.env.company.id)])
        ]

    @api.model
    def escarcelle_read(self, readings):
        """Keep what was typed: ``[{"equipment", "temperature", "action", "uuid"}]``; a replay keeps nothing new.

        UserError, naming the equipment, when one is outside its limits without a corrective action.
        """
        self.check_access("read")
        if not isinstance(readings, list) or len(readings) > 200:
            raise UserError(self.env._("Type at most 200 temperatures at a time."))
        known = {equipment.id: equipment for equipment in self.search([("company_id", "=", self.env.company.id)])}
        vals_list = []
        for said in readings:
            equipment = known.get(said.get("equipment")) if isinstance(said, dict) else None
            degrees, key = (said.get("temperature"), said.get("uuid")) if equipment else (None, None)
            number = isinstance(degrees, int | float) and not isinstance(degrees, bool) and degrees == degrees
            if not number or not isinstance(key, str) or not 8 <= len(key) <= 64:
                raise UserError(self.env._("A temperature could not be read: type it again."))
            vals_list.append(
                {
                    "equipment_id": equipment.id,
                    "temperature": degrees,
                    "action": str(said.get("action") or "")[:500],
                    "uuid": key,
                }
            )
        return len(self.env["escarcelle.temperature"]._escarcelle_keep(vals_list))

    # -- reminding ---------------------------------------------------------------------------------

    @api.model
    def _escarcelle_cron_missing(self):
        """Remind of the readings missing once the hour of the shop has come; once a day."""
        for company in self.env["res.company"].search([]):
            rules = self.env["escarcelle.supply.policy"]._escarcelle_for(company)
            now = datetime.now(company._escarcelle_zone())
            if now.hour >= rules.reading_hour:
                self.with_company(company)._escarcelle_remind(company)

    def _escarcelle_remind(self, company):
        today = company._escarcelle_today()
        missing = self.search([("company_id", "=", company.id)]).filtered("missing")
        kind = self.env.ref("escarcelle_supply.activity_reading")
        reminded = missing.filtered(
            lambda e: e.activity_ids.filtered(
                lambda a: a.activity_type_id == kind and a.date_deadline == today
            )
        )
        for user in company._escarcelle_stock_users()[:1]:
            # The job speaks no language of its own.
            summary = self.with_context(lang=user.lang).env._("Temperature to be read")
            for equipment in missing - reminded:
                equipment.activity_schedule(
                    activity_type_id=kind.id, date_deadline=today, summary=summary, user_id=user.id
                )
        return missing - reminded

    def _escarcelle_month(self, month):
        """Readings of the month of ``month`` day by day, for the sheet: ``[(day, readings)]``."""
        self.ensure_one()
        start = month.replace(day=1)
        after = (start + timedelta(days=32)).replace(day=1)
        first = self.company_id._escarcelle_day_bounds(start)[0]
        last = self.company_id._escarcelle_day_bounds(after - timedelta(days=1))[1]
        zone = self.company_id._escarcelle_zone()
        by_day = {}
        for reading in self.env["escarcelle.temperature"].search(
            [("equipment_id", "=", self.id), ("read_on", ">=", first), ("read_on", "<=", last)], order="read_on, id"
        ):
            local = reading.read_on.replace(tzinfo=None)
            day = fields.Datetime.context_timestamp(self.with_context(tz=zone.zone), local)
            by_day.setdefault(day.date(), []).append((day, reading))
        days = [start + timedelta(days=n) for n in range((after - start).days)]
        return [(day, by_day.get(day, [])) for day in days]


class EscarcelleTemperature(models.Model):
    """A reading. It does not change: a wrong one is followed by another, as on paper."""

    _name = "escarcelle.temperature"
    _description = "Temperature Reading"
    _order = "read_on desc, id desc"
    _rec_name = "equipment_id"

    equipment_id = fields.Many2one(
        "escarcelle.equipment", "Equipment", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
    temperature = fields.Float("Temperature (°C)", digits=(5, 1), required=True, aggregator="avg")
    read_on = fields.Datetime("Read on", required=True, readonly=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, default=lambda self: self.env.user)
    outside = fields.Boolean("Outside its limits", readonly=True)
    limits = fields.Char(readonly=True, help="Those of that day.")
    action = fields.Char("Corrective action", help="What was done: door closed, goods moved, repair called…")
    followed = fields.Boolean("Seen by the manager", readonly=True)
    uuid = fields.Char(readonly=True, copy=False)

    _uuid_once = models.UniqueIndex("(uuid) WHERE uuid IS NOT NULL", "This reading is kept already.")

    @api.constrains("temperature")
    def _check_temperature(self):
        if self.filtered(lambda reading: not COLDEST <= reading.temperature <= WARMEST):
            raise ValidationError(
                self.env._("A temperature is between %(low)s and %(high)s °C.", low=COLDEST, high=WARMEST)
            )

    @api.model
    def _escarcelle_keep(self, vals_list):
        known = set(self.sudo().search([("uuid", "in", [v["uuid"] for v in vals_list])]).mapped("uuid"))
        fresh = {vals["uuid"]: vals for vals in vals_list if vals["uuid"] not in known}
        return self.create(list(fresh.values()))

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        for vals in vals_list:
            equipment = self.env["escarcelle.equipment"].browse(vals.get("equipment_id"))
            low, high = equipment.temperature_min, equipment.temperature_max
            degrees = round(float(vals.get("temperature") or 0), 1)
            outside = not low <= degrees <= high
            if outside and not (vals.get("action") or "").strip():
                raise UserError(
                    self.env._(
                        "%(equipment)s is at %(degrees)s °C, outside %(low)s to %(high)s °C:"
                        " say what you did about it.",
                        equipment=equipment.name, degrees=number(self.env, degrees, 1),
                        low=number(self.env, low, 1), high=number(self.env, high, 1),
                    )
                )  # fmt: skip
            vals.update(
                {
                    "temperature": degrees, "outside": outside,
                    "limits": f"{number(self.env, low, 1)} … {number(self.env, high, 1)} °C",
                    "read_on": now, "user_id": self.env.uid, "followed": False,
                }
            )  # fmt: skip
        readings = super().create(vals_list)
        readings._escarcelle_alert()
        return readings

    def write(self, vals):
        if vals.keys() - {"followed"}:
            raise UserError(self.env._("A reading does not change: read again."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A reading is never deleted."))

    def _escarcelle_alert(self):
        """Those who must see it have it on their list; what was missing is not any more."""
        kind = self.env.ref("escarcelle_supply.activity_reading")
        alert = self.env.ref("escarcelle_supply.activity_outside")
        for equipment in self.equipment_id.sudo():
            equipment.activity_ids.filtered(lambda a: a.activity_type_id == kind).action_feedback()
        for reading in self.filtered("outside"):
            equipment = reading.equipment_id.sudo()
            for user in equipment.company_id._escarcelle_cold_people(reading.user_id):
                equipment.activity_schedule(
                    activity_type_id=alert.id,
                    date_deadline=equipment.company_id._escarcelle_today(),
                    summary=self.env._(
                        "%(degrees)s °C: %(action)s",
                        degrees=number(self.env, reading.temperature, 1), action=reading.action,
                    ),
                    user_id=user.id,
                )  # fmt: skip

    def action_follow(self):
        """The manager has seen it: it is on nobody's list any more once every such reading is seen."""
        if not self.env.user.has_group("escarcelle_social.group_manager"):
            raise AccessError(self.env._("A manager says what was seen."))
        self.check_access("read")
        self.sudo().write({"followed": True})
        alert = self.env.ref("escarcelle_supply.activity_outside")
        for equipment in self.equipment_id.sudo():
            if not equipment.reading_ids.filtered(lambda one: one.outside and not one.followed):
                equipment.activity_ids.filtered(lambda a: a.activity_type_id == alert).action_feedback()
        return True


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_cold_people(self, reader):
        """Who is told of a temperature outside its limits: the managers but who read it, else who keeps the stock."""
        users = self._escarcelle_stock_users()
        manager = self.env.ref("escarcelle_social.group_manager")
        return users.filtered(lambda user: manager in user.all_group_ids) - reader or users[:1]
