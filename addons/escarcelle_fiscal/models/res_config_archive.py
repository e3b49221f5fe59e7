from pathlib import Path
from urllib.parse import urlsplit

from odoo import fields, models
from odoo.exceptions import ValidationError

from escarcelle_core import jet

from .fiscal_archive_task import COPY

TSA = "escarcelle_fiscal.tsa_url"


class ResConfigSettings(models.TransientModel):
    """Settings of archives and anchors. The time stamping server and the second folder are the server's,
    not a company's."""

    _inherit = "res.config.settings"

    escarcelle_archive_days = fields.Boolean(related="company_id.escarcelle_archive_days", readonly=False)
    escarcelle_archive_delay = fields.Integer(related="company_id.escarcelle_archive_delay", readonly=False)
    escarcelle_tsa_url = fields.Char("Time stamping server (RFC 3161)", config_parameter=TSA)
    escarcelle_archive_copy = fields.Char("Second folder of the archives", config_parameter=COPY)

    def set_values(self):
        # EXTENDS 'base': an address or a folder that cannot work is refused, a change is an event
        parameters = self.env["ir.config_parameter"].sudo()
        before = {name: parameters.get_param(name) or "" for name in (TSA, COPY)}
        after = {TSA: (self.escarcelle_tsa_url or "").strip(), COPY: (self.escarcelle_archive_copy or "").strip()}
        if after[TSA] and after[TSA] != before[TSA]:
            self._escarcelle_check_url(after[TSA])
        if after[COPY] and after[COPY] != before[COPY]:
            self._escarcelle_check_folder(after[COPY])
        result = super().set_values()
        for name, label in ((TSA, "Serveur d'horodatage"), (COPY, "Second dossier des archives")):
            if after[name] != before[name]:
                self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                    jet.SETTING_CHANGED, f"{label} : {after[name] or 'aucun'}"
                )
        return result

    def _escarcelle_check_url(self, url):
        try:
            parts = urlsplit(url)
            right = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        except ValueError:
            right = False
        if not right:
            raise ValidationError(
                self.env._("« %s » is not the address of a time stamping server: it starts with https://", url)
            )

    def _escarcelle_check_folder(self, name):
        path = Path(name)
        own = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        if not path.is_absolute() or not path.is_dir():
            raise ValidationError(
                self.env._("The folder « %s » does not exist on the server. Ask the administrator to make it.", name)
            )
        if path.resolve() == own.resolve() or own.resolve() in path.resolve().parents:
            raise ValidationError(
                self.env._("The second folder must stand elsewhere than the archives themselves: another disk.")
            )
