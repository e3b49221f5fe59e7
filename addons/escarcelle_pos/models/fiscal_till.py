from odoo import fields, models
from odoo.exceptions import UserError


class EscarcelleFiscalTill(models.Model):
    _inherit = "escarcelle.fiscal.till"

    def _escarcelle_retired(self):
        """A retired device is refused at the door too."""
        super()._escarcelle_retired()
        tills = self.env["escarcelle.till"].sudo().search([("uid8", "in", self.mapped("uid8"))])
        tills.filtered(lambda till: till.state != "revoked").write(
            {"state": "revoked", "pairing_hash": False, "pairing_until": False}
        )


class EscarcelleFiscalSituation(models.AbstractModel):
    _inherit = "escarcelle.fiscal.situation"

    def _escarcelle_devices(self, companies):
        """What each till says it still has to send, and whether it is silent."""
        devices = super()._escarcelle_devices(companies)
        tills = {till.uid8: till for till in self.env["escarcelle.till"].search([("uid8", "!=", False)])}
        for device in devices:
            till = tills.get(device["uid8"])
            if till and till.state != "revoked":
                device["queue"] = till.queue_length
                if till.is_silent or till.queue_length:
                    device["state"] = "warning"
        return devices


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    key_to_replace = fields.Char("Key to replace", readonly=True, copy=False)

    def _escarcelle_key(self):
        """The key a till signs with: the last of its certificates that is not withdrawn."""
        self.ensure_one()
        self.env.cr.execute(
            "SELECT c.key_id FROM fiscal.certificate c LEFT JOIN fiscal.certificate_revocation r USING (till, key_id)"
            " WHERE c.till = %s AND r.id IS NULL ORDER BY c.id DESC LIMIT 1",
            [self.uid8],
        )
        row = self.env.cr.fetchone()
        return row[0] if row else False

    def action_rotate_key(self):
        """Ask the till for a new signing key; it does so at its next contact."""
        self.check_access("write")
        for till in self.sudo():
            key = till.state == "live" and till._escarcelle_key()
            if not key:
                raise UserError(self.env._("%s has no key in use.", till.display_name))
            till.key_to_replace = key

    def _escarcelle_commands(self):
        """What the till is asked for with this answer; asked again until the journal shows it done."""
        self.ensure_one()
        if not self.key_to_replace:
            return []
        if self._escarcelle_key() != self.key_to_replace:
            self.key_to_replace = False
            return []
        return [{"name": "rotate_key", "key": self.key_to_replace}]
