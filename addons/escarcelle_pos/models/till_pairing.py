from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import secret

CODE_HOURS = 24
#: Wrong codes one address may send in the window, and all addresses together.
WINDOW = timedelta(minutes=15)
TRIES_PER_ADDRESS = 10
TRIES_IN_ALL = 200


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def action_pair(self):
        """Show a new pairing code, once."""
        self.ensure_one()
        # The code travels in the context of a form that is never saved: nothing stores it in clear.
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pair a till"),
            "res_model": "escarcelle.till.pairing",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_code": self._escarcelle_new_pairing_code(),
                "default_till_id": self.id,
            },
        }

    def _escarcelle_new_pairing_code(self):
        """A new single-use code in clear, ``"ACDE-3467"``, valid 24 hours; the one before it is void."""
        self.ensure_one()
        self.check_access("write")
        till = self.sudo()
        if till.state == "revoked":
            raise UserError(
                self.env._("Till %s is revoked: create another till for this point of sale.", till.display_name)
            )
        code = secret.new_code()
        till.write(
            {
                "state": "live" if till.state == "live" else "pairing",
                "pairing_hash": secret.scrypt(secret.normal_code(code)),
                "pairing_until": self.env.cr.now() + timedelta(hours=CODE_HOURS),
            }
        )
        return code

    @api.model
    def _escarcelle_by_pairing_code(self, code):
        """The till a code was made for, empty when there is none. Costs one scrypt per open code."""
        open_codes = self.sudo().search([("pairing_until", ">", self.env.cr.now())], order="id")
        typed = secret.normal_code(code)
        return open_codes.filtered(lambda till: secret.scrypt_matches(typed, till.pairing_hash))[:1]

    def _escarcelle_enroll(self, uid8, certificate, hostname, software):
        """Pair this till with the device ``uid8``; returns the clear API key and what the journal answers.

        Raises UserError when the till was paired with another device before: its records are signed
        by that one, and a number stays with its device.
        """
        self.ensure_one()
        if self.uid8 and self.uid8 != uid8:
            raise UserError(
                self.env._(
                    "Till %s belongs to another computer. In the back office, revoke it, create a new till"
                    " and pair that one.",
                    self.display_name,
                )
            )
        answer = self.env["escarcelle.fiscal.journal"]._escarcelle_register_till(
            uid8, self.number, self, certificate, software
        )
        key = secret.new_key(uid8)
        values = {
            "state": "live",
            "key_hash": secret.key_digest(key),
            "pairing_hash": False,
            "pairing_until": False,
            "enrolled_at": self.env.cr.now(),
            "hostname": hostname,
            "software": software,
        }
        if not self.uid8:
            values["uid8"] = uid8
        self.write(values)
        return key, answer


class EscarcellePairingAttempt(models.Model):
    """A wrong pairing code, so that trying codes soon stops working. Kept one day."""

    _name = "escarcelle.pairing.attempt"
    _description = "Wrong pairing code"
    _log_access = False

    address = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True, index=True)

    @api.model
    def _escarcelle_too_many(self, address):
        """True when ``address``, or everybody together, sent too many wrong codes lately."""
        # Parallel tries may pass the limit by as many as there are server processes: 37 bits bear it.
        since = self.env.cr.now() - WINDOW
        counts = dict(self._read_group([("at", ">", since)], ["address"], ["__count"]))
        return counts.get(address, 0) >= TRIES_PER_ADDRESS or sum(counts.values()) >= TRIES_IN_ALL

    @api.model
    def _escarcelle_note(self, address):
        self.create({"address": address, "at": self.env.cr.now()})

    @api.autovacuum
    def _gc_attempts(self):
        self.search([("at", "<", self.env.cr.now() - timedelta(days=1))]).unlink()
