from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from escarcelle_core.chain import close_day
from escarcelle_core.errors import PeriodError

from .fiscal_till import RETIREMENTS

#: The event journal speaks French whoever decides.
SAID = {
    "stolen": "volée",
    "lost": "perdue",
    "broken": "hors d'usage",
    "replaced": "remplacée",
    "closed": "retirée",
}


class EscarcelleFiscalJournal(models.AbstractModel):
    """Devices that sell no more."""

    _inherit = "escarcelle.fiscal.journal"

    @api.model
    def _escarcelle_retire(self, uid8, kind, note="", last_day=None):
        """Withdraw the keys of a device and say why, for ever. What it still signs goes to quarantine;
        archives no longer wait for it. ``kind`` is one of ``RETIREMENTS``."""
        till = self.env["escarcelle.fiscal.till"]._escarcelle_by_uid(uid8)
        if till.signer == "server":
            self._escarcelle_last_closing(till)
        self.env.cr.execute(
            "SELECT fiscal.retire_till(%s, %s, %s, %s, %s)",
            [uid8, kind, (note or "")[:500], last_day or None, f"U{self.env.uid}"],
        )
        self._escarcelle_revoke_till(uid8, f"{SAID[kind]} {note or ''}".strip()[:190])
        self.env["escarcelle.fiscal.till"].invalidate_model()

    def _escarcelle_last_closing(self, till):
        """The day a tablet leaves open is closed by the server, which still holds the key."""
        device = self.env["escarcelle.fiscal.device"]
        desk = device._escarcelle_desk(till.config_id)
        if desk.device.uid != till.uid8:
            return
        try:
            issue = close_day(self._escarcelle_standing(till.uid8), desk, device._escarcelle_now())
        except PeriodError:
            return  # nothing was open
        self._escarcelle_append(till.uid8, issue.records)


class EscarcelleFiscalTill(models.Model):
    _inherit = "escarcelle.fiscal.till"

    def action_retire(self):
        """Say that this device sells no more, and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Retire a device"),
            "res_model": "escarcelle.fiscal.retirement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_till_id": self.id},
        }

    def _escarcelle_retired(self):
        """Hook, once the device is retired in the journal: other addons close what they hold of it."""

    @api.model
    def _escarcelle_succeed(self, uid8, config):
        """Link a new device to the retired one whose point of sale it takes over."""
        self.env.cr.execute(
            "SELECT t.uid FROM fiscal.retirement r JOIN fiscal.till t ON t.uid = r.till"
            " LEFT JOIN fiscal.succession s ON s.predecessor = r.till"
            " WHERE t.config_id = %s AND t.uid <> %s AND s.till IS NULL AND r.kind <> 'closed'"
            " ORDER BY r.retired_at DESC LIMIT 1",
            [config.id, uid8],
        )
        row = self.env.cr.fetchone()
        if row:
            self.env.cr.execute("SELECT fiscal.succeed_till(%s, %s)", [uid8, row[0]])


class EscarcelleFiscalRetirement(models.TransientModel):
    """What is asked before a device is retired."""

    _name = "escarcelle.fiscal.retirement"
    _description = "Retirement of a device"

    till_id = fields.Many2one("escarcelle.fiscal.till", "Device", required=True, readonly=True)
    kind = fields.Selection(RETIREMENTS, "Why", required=True, default="replaced")
    last_day = fields.Date("Last day it sold", help="As far as you know. Empty: nobody knows.")
    note = fields.Char("Details", size=300, help="Place, police report, what is wrong… No name of a person.")
    tickets = fields.Integer("Last ticket received", related="till_id.tickets")

    def action_retire(self):
        """Retire the device; cannot be undone."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_fiscal.group_manager") and not self.env.user.has_group(
            "point_of_sale.group_pos_manager"
        ):
            raise AccessError(self.env._("Only a manager retires a device."))
        till = self.till_id
        if till.number == 0:
            raise UserError(self.env._("The server itself is not retired."))
        if till.retired_as:
            raise UserError(self.env._("%s is retired already.", till.display_name))
        if self.kind == "stolen" and not self.note:
            raise UserError(self.env._("Say where and when it was stolen: it stays in the event journal."))
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_retire(
            till.uid8, self.kind, self.note or "", self.last_day or None
        )
        till._escarcelle_retired()
        return {"type": "ir.actions.act_window_close"}


