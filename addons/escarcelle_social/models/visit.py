from odoo import api, fields, models
from odoo.tools import SQL, format_date


class EscarcelleVisit(models.Model):
    """A day a household came, and what for. No name in it: the household's file alone has one.

    Purchases come from tickets, one row a household and day whatever the number of tickets; the
    others are typed, or come from an appointment that was kept.
    """

    _name = "escarcelle.visit"
    _description = "Visit"
    _order = "day desc, id desc"
    _check_company_auto = True

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", "Shop", required=True, index=True, readonly=True,
        compute="_compute_company_id", store=True, precompute=True)  # fmt: skip
    day = fields.Date(required=True, index=True, default=fields.Date.context_today)
    kind = fields.Selection(
        [
            ("purchase", "Purchase"),
            ("interview", "Interview"),
            ("workshop", "Workshop"),
            ("other", "Other"),
        ],
        required=True,
        default="interview",
    )
    order_id = fields.Many2one(
        "pos.order", "First sale", readonly=True, index="btree_not_null", ondelete="set null"
    )
    appointment_id = fields.Many2one(
        "escarcelle.appointment", readonly=True, index="btree_not_null"
    )
    note = fields.Char()

    _one_purchase = models.UniqueIndex(
        "(household_id, day) WHERE kind = 'purchase'",
        "This household's purchases of that day are counted.",
    )
    _one_appointment = models.UniqueIndex("(appointment_id) WHERE appointment_id IS NOT NULL")

    @api.depends("household_id")
    def _compute_company_id(self):
        for visit in self:
            visit.company_id = visit.household_id.company_id

    @api.depends("day", "kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for visit in self:
            day = format_date(self.env, visit.day) if visit.day else ""
            visit.display_name = f"{day} {labels.get(visit.kind, '')}".strip()

    @api.model
    def _escarcelle_post_ticket(self, household, order, day):
        """Count that ``household`` bought something on ``day``: once, whoever says it, however often."""
        self.env.execute_query(
            SQL(
                """
                INSERT INTO escarcelle_visit
                       (household_id, company_id, day, kind, order_id, create_uid, create_date, write_uid, write_date)
                VALUES (%(household)s, %(company)s, %(day)s, 'purchase', %(order)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (household_id, day) WHERE kind = 'purchase' DO NOTHING
                RETURNING id
                """,
                household=household.id,
                company=household.company_id.id,
                day=day,
                order=order.id or None,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        household.invalidate_recordset(["visit_ids"])


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    visit_ids = fields.One2many(
        "escarcelle.visit", "household_id", "Visits", groups="escarcelle_social.group_manager"
    )
    visit_count = fields.Integer(
        "Visits this year", compute="_compute_visits", groups="escarcelle_social.group_manager"
    )
    last_visit = fields.Date(compute="_compute_visits", groups="escarcelle_social.group_manager")

    def _compute_visits(self):
        start = fields.Date.context_today(self).replace(month=1, day=1)
        visits = self.env["escarcelle.visit"]
        last = dict(
            visits._read_group([("household_id", "in", self.ids)], ["household_id"], ["day:max"])
        )
        counts = dict(
            visits._read_group(
                [("household_id", "in", self.ids), ("day", ">=", start)],
                ["household_id"],
                ["__count"],
            )
        )
        for household in self:
            household.visit_count = counts.get(household, 0)
            household.last_visit = last.get(household, False)

    def action_view_visits(self):
        """Open the visits of these households."""
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.visit_action")
        return {
            **action,
            "domain": [("household_id", "in", self.ids)],
            "context": {"default_household_id": self.id if len(self) == 1 else False},
        }
