from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import archive_files

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
    verdict = fields.Selection(
        [("sound", "Sound"), ("defects", "Defects"), ("unusable", "Unusable")], readonly=True
    )
    report = fields.Text("Verification report", readonly=True)
    verified_at = fields.Datetime("Verified on", readonly=True)
    is_present = fields.Boolean("File present", compute="_compute_is_present")

    @property
    def _table_query(self):
        # The seal is the server's own record; whose sales it holds is written in it.
        return SQL(
            """
            SELECT r.id::integer AS id, r.id::integer AS record_id, r.seq::integer AS number,
                   (xpath('/archive/@nom', d.xml))[1]::text AS name,
                   (SELECT c.id FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                    WHERE replace(p.company_registry, ' ', '')
                          = (xpath('/archive/entete/societe/@siret', d.xml))[1]::text
                    ORDER BY c.id LIMIT 1) AS company_id,
                   (xpath('/archive/@niveau', d.xml))[1]::text AS level,
                   (xpath('/archive/@premier-jour', d.xml))[1]::text::date AS first_day,
                   (xpath('/archive/@dernier-jour', d.xml))[1]::text::date AS last_day,
                   r.at AT TIME ZONE 'UTC' AS made_at,
                   (SELECT sum(n::text::integer)
                    FROM unnest(xpath('/archive/caisses/caisse/@enregistrements', d.xml)) n) AS records,
                   split_part(r.payload, ',', 2)::bigint / 100.0 AS amount,
                   nullif(array_to_string(
                       xpath('/archive/caisses/caisse[@close="N"]/@numero', d.xml)::text[], ', '), '') AS missing,
                   k.sha256, k.size, k.verdict, k.report, k.verified_at
            FROM fiscal.record r
            CROSS JOIN LATERAL (SELECT r.xml::xml AS xml) d
            LEFT JOIN escarcelle_fiscal_archive_check k
                   ON k.name = (xpath('/archive/@nom', d.xml))[1]::text
            WHERE r.kind = 'ARC'
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
        for archive in self:
            path = archive._escarcelle_path()
            if path is None:
                raise UserError(
                    self.env._(
                        "The file %s is no longer on the server. Put it back from a copy.", archive.name
                    )
                )
            self.env["escarcelle.fiscal.archive.check"].sudo()._escarcelle_check(path)
        self.env.flush_all()
        self.invalidate_model()

    def action_download(self):
        """Download the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/escarcelle/fiscal/archive/{self.id}",
            "target": "download",
        }
