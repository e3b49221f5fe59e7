from odoo import api, fields, models

from escarcelle_core import jet


class EscarcelleTill(models.Model):
    """A till knows how far the server acknowledged its entries. A server that knows less than that was
    put back to an older state: it is said at once, and the till sends again what is missing."""

    _inherit = "escarcelle.till"

    acknowledged = fields.Integer(
        "Last entry acknowledged to the till", readonly=True, copy=False,
        help="As the till says. When the server holds less, it was restored from an older backup.",
    )  # fmt: skip
    behind_since = fields.Datetime("Server behind since", readonly=True, copy=False)

    def _escarcelle_claimed(self, acknowledged):
        """What the till says the server acknowledged; anything odd is ignored."""
        self.ensure_one()
        if type(acknowledged) is not int or not 0 < acknowledged < 10**9:
            return
        if acknowledged > self.last_entry and not self.behind_since:
            self.write({"acknowledged": acknowledged, "behind_since": self.env.cr.now()})
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.SEQUENCE_BREAK,
                f"caisse {self.number} {self.uid8} le serveur en est à l'envoi {self.last_entry} et avait confirmé"
                f" {acknowledged} base restaurée d'une ancienne sauvegarde",
            )
        elif acknowledged > self.acknowledged:
            self.acknowledged = acknowledged

    def _escarcelle_heard(self, jobs):
        # EXTENDS 'escarcelle_pos'
        result = super()._escarcelle_heard(jobs)
        if self.behind_since and self.last_entry >= self.acknowledged:
            self.behind_since = False
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.MAINTENANCE, f"caisse {self.number} {self.uid8} a renvoyé ce qui manquait au serveur"
            )
        return result


class EscarcelleFiscalBackup(models.Model):
    """The red sentences above every screen also speak of a server put back to an older state."""

    _inherit = "escarcelle.fiscal.backup"

    @api.model
    def escarcelle_banner(self):
        # EXTENDS 'escarcelle_fiscal'
        sentences = super().escarcelle_banner()
        if not self._escarcelle_concerned():
            return sentences
        behind = self.env["escarcelle.till"].sudo().search([("behind_since", "!=", False)])
        if behind:
            sentences.append(
                self.env._(
                    "The server was restored from an older backup: it misses sales of %s. These tills are sending them"
                    " again; keep them switched on. If this sentence stays, run « escarcelle-till resend » on them.",
                    ", ".join(behind.mapped("display_name")),
                )
            )
        return sentences
