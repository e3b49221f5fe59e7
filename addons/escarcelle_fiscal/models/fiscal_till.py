from odoo import api, fields, models
from odoo.tools.sql import drop_view_if_exists

from escarcelle_core.signing import key_id

#: Why a device sells no more.
RETIREMENTS = [
    ("stolen", "Stolen"),
    ("lost", "Lost"),
    ("broken", "Out of order"),
    ("replaced", "Replaced"),
    ("closed", "No longer needed"),
]


class EscarcelleFiscalTill(models.Model):
    """A device that signs or is signed for. Read from ``fiscal.till``: append-only, a change is a new
    version of which this shows the last; the id is that of the first version."""

    _name = "escarcelle.fiscal.till"
    _inherit = "escarcelle.fiscal.visited"
    _description = "Fiscal device"
    _auto = False
    _order = "number"
    _rec_name = "name"

    uid8 = fields.Char("Device", readonly=True)
    number = fields.Integer(readonly=True)
    name = fields.Char(readonly=True)
    version = fields.Integer("Revision", readonly=True)
    signer = fields.Selection(
        [("till", "Its own key"), ("server", "The server's key")], "Signed by", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    config_id = fields.Many2one("pos.config", "Point of Sale", readonly=True)
    siret = fields.Char("SIRET", readonly=True)
    software = fields.Char(readonly=True)
    registered_at = fields.Datetime("Registered on", readonly=True)
    last_record = fields.Datetime("Last record received", readonly=True)
    tickets = fields.Integer("Last ticket", readonly=True, help="Sequence number of the last ticket.")
    is_revoked = fields.Boolean("Revoked", readonly=True)
    retired_as = fields.Selection(RETIREMENTS, "Retired because", readonly=True)
    retired_at = fields.Datetime("Retired on", readonly=True)
    last_day = fields.Date("Last day of sale", readonly=True)
    retirement_note = fields.Char("Said then", readonly=True)
    predecessor_id = fields.Many2one("escarcelle.fiscal.till", "In the place of", readonly=True)
    successor_id = fields.Many2one("escarcelle.fiscal.till", "Replaced by", readonly=True)

    def init(self):
        # A view, not a table query: other models join it by name when they are sorted by device.
        drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            """
            CREATE VIEW escarcelle_fiscal_till AS
            SELECT f.id::integer AS id, t.uid AS uid8, t.number, t.name, t.version, t.signer,
                   t.company_id, t.config_id, t.siret, t.software,
                   t.registered_at AT TIME ZONE 'UTC' AS registered_at,
                   h.received_at AT TIME ZONE 'UTC' AS last_record,
                   coalesce(k.seq, 0)::integer AS tickets,
                   NOT EXISTS (
                       SELECT FROM fiscal.certificate c
                       LEFT JOIN fiscal.certificate_revocation r USING (till, key_id)
                       WHERE c.till = t.uid AND r.id IS NULL) AS is_revoked,
                   g.kind AS retired_as, g.retired_at AT TIME ZONE 'UTC' AS retired_at, g.last_day,
                   g.note AS retirement_note, p.id::integer AS predecessor_id, s.id::integer AS successor_id
            FROM fiscal.till t
            JOIN fiscal.till f ON f.uid = t.uid AND f.version = 1
            LEFT JOIN fiscal.head k ON k.till = t.uid AND k.kind = 'TCK'
            LEFT JOIN fiscal.retirement g ON g.till = t.uid
            LEFT JOIN fiscal.succession mine ON mine.till = t.uid
            LEFT JOIN fiscal.till p ON p.uid = mine.predecessor AND p.version = 1
            LEFT JOIN fiscal.succession next ON next.predecessor = t.uid
            LEFT JOIN fiscal.till s ON s.uid = next.till AND s.version = 1
            LEFT JOIN LATERAL (
                SELECT r.received_at FROM fiscal.record r
                WHERE r.id = (SELECT max(record_id) FROM fiscal.head h WHERE h.till = t.uid)) h ON true
            WHERE t.version = (SELECT max(v.version) FROM fiscal.till v WHERE v.uid = t.uid)
            """
        )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for till in self:
            till.display_name = f"{till.number} · {till.name}"

    @api.model
    def _escarcelle_register(
        self, uid8, *, name, signer, pem, number=None, company=None, config=None, siret="", software=None
    ):
        """Write the device and its certificate into the journal; returns its number.

        Adds a version when something changed, nothing when nothing did. ``number`` None = next free
        number of the devices the server signs for. Database errors EF0xx: see ``config/fiscal``.
        """
        platform = software or self.env["escarcelle.fiscal.instance"]._escarcelle_platform()
        self.env.cr.execute(
            "SELECT fiscal.register_till(%s, %s, %s, %s, %s, %s, %s, %s)",
            [uid8, number, name, signer, company.id if company else None, config.id if config else None,
             siret, platform],
        )  # fmt: skip
        answer = self.env.cr.fetchone()[0]
        self.env.cr.execute(
            "SELECT fiscal.register_certificate(%s, %s, %s, now())", [uid8, key_id(pem), pem]
        )
        fresh = self.env.cr.fetchone()[0]
        if answer["number"] and (answer["new"] or fresh):
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note_till(
                answer["number"], uid8, name, answer["version"]
            )
        if config and answer["new"] and answer["version"] == 1:
            self._escarcelle_succeed(uid8, config)
        self.invalidate_model()
        return answer["number"]

    @api.model
    def _escarcelle_by_uid(self, uid8):
        """The device, empty when it is unknown. Sudo."""
        return self.sudo().search([("uid8", "=", uid8)], limit=1)
