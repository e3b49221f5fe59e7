from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    escarcelle_signer = fields.Selection(
        [("none", "Nobody"), ("server", "The server"), ("till", "Its till program"), ("school", "Training copy")],
        string="Tickets signed by",
        compute="_compute_escarcelle_signer",
        help="The server signs for a point of sale without a till program.",
    )

    def _compute_escarcelle_signer(self):
        self.env.cr.execute(
            """
            SELECT DISTINCT t.config_id FROM fiscal.till t
            JOIN fiscal.certificate c ON c.till = t.uid
            LEFT JOIN fiscal.certificate_revocation r ON r.till = c.till AND r.key_id = c.key_id
            WHERE t.signer = 'till' AND t.config_id = ANY(%s) AND r.id IS NULL
            """,
            [self.ids],
        )
        tills = {row[0] for row in self.env.cr.fetchall()}
        school = self.env["escarcelle.fiscal.instance"]._escarcelle_neutralized()
        for config in self:
            if not config.company_id or not config.company_id.sudo()._escarcelle_is_concerned():
                config.escarcelle_signer = "none"
            elif config.id in tills:
                config.escarcelle_signer = "till"
            else:
                config.escarcelle_signer = "school" if school else "server"
