from odoo import fields, models
from odoo.tools import SQL


class EscarcelleFiscalCertificate(models.Model):
    """A certificate that verifies records, read from ``fiscal.certificate`` and its revocations."""

    _name = "escarcelle.fiscal.certificate"
    _inherit = "escarcelle.fiscal.visited"
    _description = "Fiscal certificate"
    _auto = False
    _order = "registered_at desc, id desc"
    _rec_name = "key_id"

    till_id = fields.Many2one("escarcelle.fiscal.till", "Device", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    key_id = fields.Char(
        "Key", readonly=True, help="SHA-256 of the certificate: what each record names."
    )
    pem = fields.Text("Certificate", readonly=True)
    valid_from = fields.Datetime(readonly=True)
    registered_at = fields.Datetime("Registered on", readonly=True)
    revoked_at = fields.Datetime("Revoked on", readonly=True)
    reason = fields.Char("Reason of the revocation", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT c.id::integer AS id, f.id::integer AS till_id, f.company_id, c.key_id, c.pem,
                   c.valid_from AT TIME ZONE 'UTC' AS valid_from,
                   c.registered_at AT TIME ZONE 'UTC' AS registered_at,
                   r.revoked_at AT TIME ZONE 'UTC' AS revoked_at, r.reason
            FROM fiscal.certificate c
            JOIN fiscal.till f ON f.uid = c.till AND f.version = 1
            LEFT JOIN fiscal.certificate_revocation r USING (till, key_id)
            """
        )
