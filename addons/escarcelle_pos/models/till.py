from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ..tools import secret

#: A live till that says nothing for this long is shown as silent.
SILENT_AFTER_MINUTES = 15
TOUCH_MINUTES = 5


class EscarcelleTill(models.Model):
    """A till: a computer that signs its own tickets and sends them when it can.

    Invariants: a till keeps its number and its device identifier for ever; a point of sale has at
    most one till; only a live till's API key opens ``/escarcelle/till/v1/*``; no secret is readable,
    not even by an administrator.
    """

    _name = "escarcelle.till"
    _description = "Till"
    _inherit = ["mail.thread"]
    _order = "number, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    number = fields.Integer(
        required=True,
        copy=False,
        default=lambda self: self._default_number(),
        help="Printed on every ticket. Never given to another till.",
    )
    uid8 = fields.Char(
        "Device", readonly=True, copy=False, size=8, help="Drawn by the till when it is paired."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    config_id = fields.Many2one(
        "pos.config", "Point of Sale", required=True, copy=False, check_company=True, ondelete="restrict"
    )
    state = fields.Selection(
        [("draft", "New"), ("pairing", "Being paired"), ("live", "Live"), ("revoked", "Revoked")],
        default="draft", required=True, readonly=True, copy=False, tracking=True,
    )  # fmt: skip
    enrolled_at = fields.Datetime("Paired on", readonly=True, copy=False)
    last_contact = fields.Datetime(readonly=True, copy=False)
    queue_length = fields.Integer("Waiting to be sent", readonly=True, copy=False)
    software = fields.Char("Program version", readonly=True, copy=False)
    hostname = fields.Char("Computer", readonly=True, copy=False)
    last_entry = fields.Integer("Last entry received", readonly=True, copy=False)
    is_silent = fields.Boolean(compute="_compute_is_silent")

    pairing_hash = fields.Json(groups=NO_ACCESS, copy=False)
    pairing_until = fields.Datetime("Code valid until", readonly=True, copy=False)
    key_hash = fields.Char(groups=NO_ACCESS, copy=False)

    _number_range = models.Constraint(
        "CHECK (number BETWEEN 1 AND 999)", "A till's number goes from 1 to 999."
    )
    # The fiscal journal gives a number to one device of the database, whatever the company.
    _number_uniq = models.Constraint("UNIQUE (number)", "This number belongs to another till.")
    _uid8_uniq = models.UniqueIndex("(uid8) WHERE uid8 IS NOT NULL")
    _config_uniq = models.UniqueIndex(
        "(config_id) WHERE state <> 'revoked'", "This point of sale already has a till."
    )

    @api.model
    def _default_number(self):
        numbers = set(self.sudo().search([]).mapped("number"))
        return next((n for n in range(1, 1000) if n not in numbers), 0)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for till in self:
            till.display_name = f"{till.number} · {till.name}" if till.number else till.name

    @api.depends("last_contact", "state")
    def _compute_is_silent(self):
        limit = fields.Datetime.subtract(self.env.cr.now(), minutes=SILENT_AFTER_MINUTES)
        for till in self:
            heard = till.last_contact or till.enrolled_at
            till.is_silent = till.state == "live" and bool(heard) and heard < limit

    def write(self, vals):
        if {"number", "config_id", "company_id", "uid8"} & vals.keys() and any(t.uid8 for t in self):
            raise UserError(
                self.env._(
                    "This till is paired: its number, point of sale and company stay as they are."
                    " Revoke it and create another till."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_never_paired(self):
        if any(till.uid8 for till in self):
            raise UserError(
                self.env._("A till that was paired once has signed records: revoke it, it stays listed.")
            )

    def action_retire(self):
        """Ask why this till sells no more, then revoke it."""
        self.ensure_one()
        self.check_access("write")
        device = self.env["escarcelle.fiscal.till"]._escarcelle_by_uid(self.uid8 or "-")
        if not device:  # never paired: nothing was signed
            self.action_revoke()
            return None
        return device.with_env(self.env).action_retire()

    def action_revoke(self):
        """Refuse the API key and withdraw the certificate: nothing more is accepted from this till."""
        self.check_access("write")
        for till in self.sudo().filtered(lambda t: t.state != "revoked"):
            if till.uid8:
                self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_revoke_till(till.uid8)
            # The hash of the key stays: its bearer is told "revoked", not "unknown".
            till.write({"state": "revoked", "pairing_hash": False, "pairing_until": False})
            # Its point of sale is free for another till from here on, in this transaction too.
            till.flush_recordset(["state"])

    @api.model
    def _escarcelle_from_key(self, key):
        """The till an API key belongs to (sudo), live or revoked; empty when the key is wrong."""
        till = self.sudo().search([("uid8", "=", secret.key_till(key) or "-")], limit=1)
        # The comparison is made in any case: the answer takes as long for a till that is unknown.
        right = secret.same(secret.key_digest(key), till.key_hash or "")
        return till if right else self.browse()

    def _escarcelle_touch(self):
        """Note a sign of life; not at every call, so that reading never waits for a batch."""
        now = self.env.cr.now()
        if not self.last_contact or self.last_contact < now - timedelta(minutes=TOUCH_MINUTES):
            self.last_contact = now

    def _escarcelle_reported(self, queue, software):
        """What a till says of itself with each batch; anything odd is ignored."""
        self.ensure_one()
        values = {}
        if type(queue) is int and 0 <= queue < 10**9:
            values["queue_length"] = queue
        if isinstance(software, str) and 0 < len(software) <= 100 and software != self.software:
            values["software"] = software
        self.write(values)

    def _escarcelle_enrolled(self, key, journal):
        """Answer to an enrolment (docs/formats.md §7)."""
        settings = self._escarcelle_settings()
        return {
            "till": self.uid8,
            "number": self.number,
            "api_key": key,
            "config_id": self.config_id.id,
            "company": settings["company"],
            "instance": journal["instance"],
            "period": settings["period"],
            "server_certificate": journal["server_certificate"],
        }
