from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools import archive_files

VERDICTS = [
    ("sound", "Sound"), ("defects", "Defects"), ("unusable", "Unusable"), ("missing", "File missing"),
]  # fmt: skip
LEVELS = [("J", "Day"), ("M", "Month"), ("A", "Fiscal year")]


class EscarcelleFiscalArchive(models.Model):
    """An archive that was made: its seal in the server's ARC chain, so that the list cannot lie. The
    content is a file outside the database and the filestore."""

    _name = "escarcelle.fiscal.archive"
    _inherit = "escarcelle.fiscal.visited"
    _description = "Fiscal archive"
    _auto = False
    _order = "number desc"

    name = fields.Char("File", readonly=True)
    number = fields.Integer(readonly=True, aggregator=None)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    record_id = fields.Many2one("escarcelle.fiscal.record", "Seal", readonly=True)
    level = fields.Selection(LEVELS, "Period", readonly=True)
    first_day = fields.Date(readonly=True)
    last_day = fields.Date(readonly=True)
    made_at = fields.Datetime("Made on", readonly=True)
    records = fields.Integer(readonly=True)
    amount = fields.Monetary("Total", readonly=True, help="Tickets of the archive, VAT included.")
    missing = fields.Char(
        "Devices not closed", readonly=True,
        help="Their closing of the period had not arrived: archive the period again for a supplement.",
    )  # fmt: skip
    sha256 = fields.Char("SHA-256 of the file", readonly=True)
    size = fields.Integer("Size (bytes)", readonly=True, aggregator=None)
    state = fields.Selection(
        [("complete", "Complete"), ("waiting", "Waits for tills"), ("completed", "Completed since")],
        readonly=True,
        help="Completed since: what was missing is in a later archive of the same kind.",
    )
    is_supplement = fields.Boolean(
        "Supplement", readonly=True, help="Completes an earlier archive of the same period."
    )
    quarantined = fields.Integer(
        "Quarantined documents", readonly=True, help="Signed, outside the chains, in no total."
    )
    stamped_at = fields.Datetime("Time-stamped on", readonly=True)
    verdict = fields.Selection(VERDICTS, readonly=True)
    report = fields.Text("Verification report", readonly=True)
    verified_at = fields.Datetime("Verified on", readonly=True)
    is_present = fields.Boolean("File present", compute="_compute_is_present")

    @property
    def _table_query(self):
        # The seal is the server's own record; whose sales it holds is written in it.
        return SQL(
            """
            WITH seal AS MATERIALIZED (
                SELECT r.id, r.till, r.seq, r.at, r.payload,
                       (xpath('/archive/@nom', d.xml))[1]::text AS name,
                       (xpath('/archive/entete/societe/@siret', d.xml))[1]::text AS siret,
                       (xpath('/archive/@niveau', d.xml))[1]::text AS level,
                       (xpath('/archive/@premier-jour', d.xml))[1]::text::date AS first_day,
                       (xpath('/archive/@dernier-jour', d.xml))[1]::text::date AS last_day,
                       xpath('/archive/caisses/caisse/@enregistrements', d.xml)::text[] AS records,
                       xpath('/archive/caisses/caisse[@close="N"][not(@retiree="O")]/@numero', d.xml)::text[]
                           AS missing,
                       coalesce((xpath('/archive/quarantaines/@documents', d.xml))[1]::text::integer, 0)
                           AS quarantined
                FROM fiscal.record r CROSS JOIN LATERAL (SELECT r.xml::xml AS xml) d
                WHERE r.kind = 'ARC'
            )
            SELECT s.id::integer AS id, s.id::integer AS record_id, s.seq::integer AS number, s.name,
                   (SELECT c.id FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                    WHERE replace(p.company_registry, ' ', '') = s.siret ORDER BY c.id LIMIT 1) AS company_id,
                   s.level, s.first_day, s.last_day, s.at AT TIME ZONE 'UTC' AS made_at,
                   (SELECT sum(n::integer) FROM unnest(s.records) n) AS records,
                   split_part(s.payload, ',', 2)::bigint / 100.0 AS amount,
                   nullif(array_to_string(s.missing, ', '), '') AS missing,
                   CASE WHEN s.missing = '{}' THEN 'complete'
                        WHEN NOT EXISTS (
                            SELECT FROM unnest(s.missing) m WHERE NOT EXISTS (
                                SELECT FROM seal l WHERE l.siret = s.siret AND l.level = s.level AND l.seq > s.seq
                                AND l.last_day >= s.last_day AND NOT m = ANY(l.missing)))
                        THEN 'completed' ELSE 'waiting' END AS state,
                   EXISTS (SELECT FROM seal e WHERE e.siret = s.siret AND e.level = s.level
                           AND e.first_day = s.first_day AND e.seq < s.seq) AS is_supplement,
                   s.quarantined,
                   (SELECT min(t.stamped_at) AT TIME ZONE 'UTC' FROM fiscal.time_stamp t
                    WHERE t.till = s.till AND t.kind = 'ARC' AND t.seq = s.seq) AS stamped_at,
                   k.sha256, k.size, k.verdict, k.report, k.verified_at
            FROM seal s LEFT JOIN escarcelle_fiscal_archive_check k ON k.name = s.name
            """
        )

    def _compute_is_present(self):
        for archive in self:
            archive.is_present = archive._escarcelle_path() is not None

    def _escarcelle_path(self):
        """Where the file stands, None when it is gone."""
        self.ensure_one()
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        return archive_files.present(folder, self.name)

    @api.model
    def _escarcelle_archive(self, company, level, day):
        """Make the archive of the period of ``level`` (J, M, A) containing ``day``; returns it.

        UserError when the journal cannot be archived.
        """
        maker = self.env["escarcelle.fiscal.archive.maker"].sudo()
        name = maker._escarcelle_make(company.sudo(), level, day)
        self.env.flush_all()
        self.invalidate_model()
        return self.browse(self.sudo().search([("name", "=", name)], limit=1).id)

    @api.model
    def _escarcelle_make_archive(self, company, level, day):
        """The same; returns the path of the file, which is there once this is committed."""
        archive = self._escarcelle_archive(company, level, day)
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        return archive_files.final(folder, archive.sudo().name)

    def action_verify(self):
        """Verify the files again, now."""
        if not self.env.user.has_group("escarcelle_fiscal.group_auditor"):
            raise AccessError(self.env._("Only people in charge of the fiscal journal verify archives."))
        check = self.env["escarcelle.fiscal.archive.check"].sudo()
        gone = [archive.name for archive in self if not check._escarcelle_look(archive)]
        self.env.flush_all()
        self.invalidate_model()
        if gone:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "danger",
                    "sticky": True,
                    "message": self.env._(
                        "No longer on the server: %s. Put it back from a copy.", ", ".join(gone)
                    ),
                    "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                },
            }
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_download(self):
        """Download the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/escarcelle/fiscal/archive/{self.id}",
            "target": "download",
        }
