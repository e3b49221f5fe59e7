from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: How long a correction can be undone; after it, neither value is kept with the request.
UNDO_DAYS = 30
MEMBER = "member:"
#: What may be corrected on request; money and decisions have ways of their own.
FIELDS = [
    ("first_name", "First name"),
    ("last_name", "Last name"),
    ("street", "Street"),
    ("street2", "Street 2"),
    ("zip", "ZIP"),
    ("city", "City"),
    ("phone", "Phone"),
    ("email", "Email"),
    ("delegate_name", "Delegated shopper"),
    (f"{MEMBER}name", "First name of a member"),
    (f"{MEMBER}birth_year", "Year of birth of a member"),
]


class EscarcelleRectificationLine(models.Model):
    """One value of a file is corrected on request (GDPR art. 16): before, after, then only that it was."""

    _name = "escarcelle.rectification.line"
    _description = "Correction of a File"
    _order = "request_id, id"
    _rec_name = "field"

    request_id = fields.Many2one(
        "escarcelle.privacy.request", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True, index=True)
    household_id = fields.Many2one(related="request_id.household_id")
    field = fields.Selection(FIELDS, "What", required=True)
    member_id = fields.Many2one(
        "escarcelle.household.member", "Member", ondelete="set null",
        domain="[('household_id', '=', household_id)]",
    )  # fmt: skip
    before = fields.Char(compute="_compute_before")
    after = fields.Char()
    old_value = fields.Char("Value replaced", readonly=True, copy=False)
    state = fields.Selection(
        [("new", "To apply"), ("applied", "Applied"), ("undone", "Undone")], required=True, default="new", readonly=True
    )  # fmt: skip
    applied_on = fields.Date(readonly=True, copy=False)
    applied_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    cleared = fields.Boolean(readonly=True, copy=False)

    @api.depends("field", "member_id", "request_id.household_id", "state", "old_value")
    def _compute_before(self):
        for line in self:
            line.before = line._escarcelle_current() if line.state == "new" else line.old_value

    @api.constrains("field", "member_id", "request_id", "after")
    def _check_target(self):
        for line in self.filtered(lambda one: one.state == "new"):
            if not line.household_id:
                raise ValidationError(
                    self.env._("A correction is made in a household's file: choose it first.")
                )
            of_member = (line.field or "").startswith(MEMBER)
            if of_member != bool(line.member_id) or (
                of_member and line.member_id.household_id != line.household_id
            ):
                raise ValidationError(
                    self.env._(
                        "Choose the member whose first name or year of birth is wrong, and only then."
                    )
                )
            line._escarcelle_new_value()

    def write(self, vals):
        if (
            not self.env.su
            and {"field", "member_id", "after", "request_id"} & vals.keys()
            and any(line.state != "new" for line in self)
        ):
            raise UserError(self.env._("This correction was applied: undo it or add another one."))
        return super().write(vals)

    def _escarcelle_target(self):
        return self.member_id if self.field.startswith(MEMBER) else self.household_id

    def _escarcelle_current(self):
        if not self.field or not (target := self._escarcelle_target()):
            return False
        value = target[self.field.removeprefix(MEMBER)]
        return str(value) if value else False

    def _escarcelle_new_value(self):
        text = (self.after or "").strip()
        if self.field != f"{MEMBER}birth_year":
            return text or False
        if text and not (text.isascii() and text.isdigit() and 1900 <= int(text) <= 2100):
            raise ValidationError(
                self.env._("A year of birth has four digits: « %s » is none.", text[:20])
            )
        return int(text) if text else False

    def _escarcelle_apply(self):
        for line in self.filtered(lambda one: one.state == "new"):
            old = line._escarcelle_current()
            line._escarcelle_target().write(
                {line.field.removeprefix(MEMBER): line._escarcelle_new_value()}
            )
            line.write(
                {
                    "old_value": old,
                    "state": "applied",
                    "applied_on": fields.Date.context_today(self),
                    "applied_by_id": self.env.uid,
                }
            )

    def action_undo(self):
        """Put the value replaced back, while it is known."""
        for line in self:
            if line.state != "applied" or line.cleared:
                raise UserError(
                    self.env._("The value replaced is no longer known: add a correction.")
                )
            value = line.old_value
            if line.field == f"{MEMBER}birth_year" and value:
                value = int(value)
            line._escarcelle_target().write({line.field.removeprefix(MEMBER): value})
            line.sudo().write({"state": "undone", "old_value": False, "after": False})

    @api.model
    def _escarcelle_cron_clear(self):
        """Each day: forget both values of the corrections applied long enough ago."""
        limit = fields.Date.context_today(self) - timedelta(days=UNDO_DAYS)
        done = self.search(
            [("state", "=", "applied"), ("cleared", "=", False), ("applied_on", "<", limit)]
        )
        done.sudo().write({"old_value": False, "after": False, "cleared": True})


class EscarcellePrivacyRequest(models.Model):
    _inherit = "escarcelle.privacy.request"

    def action_apply_corrections(self):
        """Write every correction into the file, and answer the request."""
        for one in self:
            if not one.line_ids.filtered(lambda line: line.state == "new"):
                raise UserError(
                    self.env._("Add a correction first: what is wrong, and the right value.")
                )
            one.line_ids._escarcelle_apply()
            if one.state == "open":
                one.action_answer()
