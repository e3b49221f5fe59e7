from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from escarcelle_core import FISCAL_VERSION, jet

#: Who signs: system parameters, filled in the settings. Nobody is presumed.
PUBLISHER = {
    "publisher_name": "escarcelle_fiscal.publisher_name",
    "publisher_address": "escarcelle_fiscal.publisher_address",
    "publisher_siren": "escarcelle_fiscal.publisher_siren",
    "publisher_representative": "escarcelle_fiscal.publisher_representative",
    "publisher_quality": "escarcelle_fiscal.publisher_quality",
    "publisher_place": "escarcelle_fiscal.publisher_place",
    "marketed_on": "escarcelle_fiscal.publisher_marketed_on",
}

COVERED = """\
Encaissement au comptoir sur la caisse Escarcelle (programme escarcelle-till) et sur une tablette reliée au serveur.
Tickets, factures, notes, justificatifs de paiement, duplicatas, règlements de comptes clients.
Annulations, remboursements et échanges par écritures contraires ; mode école ; mode dégradé.
Clôtures de jour, de mois et d'exercice ; grands totaux de période et perpétuels, réels et absolus, par assujetti.
Journal des événements techniques ; signature et chaînage de chaque enregistrement ; ancres.
Archives signées (jour, mois, exercice), vérificateur autonome, conservation.\
"""

NOT_COVERED = """\
Comptabilité générale, factures et devis saisis dans la gestion hors de la caisse, banque, paie.
Terminal de paiement électronique, imprimante, tiroir, balance et tout autre matériel.
Modules d'Odoo ou de tiers installés à côté d'Escarcelle, et tout développement particulier.
Calcul des budgets, des quotas et de l'éligibilité des foyers.
Hébergement, sauvegardes et accès d'administrateur au serveur et aux ordinateurs de caisse.
Base déclarée « niveau 1 » de protection, base copiée ou neutralisée (école).\
"""


class EscarcelleFiscalAttestation(models.Model):
    """The publisher's individual attestation (CGI art. 286, I, 3° bis; model BOI-LETTRE-000242): one
    shop, one fiscal version, both parts. The register is this list.

    Invariants: nothing about the publisher is invented; what is issued is never changed nor deleted; it
    names the fingerprint of the fiscal files, and says by itself when those files are no longer the same.
    """

    _name = "escarcelle.fiscal.attestation"
    _description = "Individual attestation"
    _order = "id desc"
    _rec_name = "number"
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "In preparation"), ("issued", "Issued")], default="draft", required=True, readonly=True, copy=False
    )
    company_id = fields.Many2one(
        "res.company", "User of the software", required=True, default=lambda self: self.env.company
    )
    representative = fields.Char("Legal representative of the user", required=True)
    representative_quality = fields.Char("Quality", help="President, manager…")
    acquired_on = fields.Date("Acquired on", required=True)
    distributor = fields.Char("Acquired from", required=True)
    used_since = fields.Date("Used since", required=True)

    publisher_name = fields.Char("Publisher", readonly=True, copy=False)
    publisher_address = fields.Char(readonly=True, copy=False)
    publisher_siren = fields.Char("SIREN of the publisher", readonly=True, copy=False)
    publisher_representative = fields.Char("Its legal representative", readonly=True, copy=False)
    publisher_quality = fields.Char("Their quality", readonly=True, copy=False)
    publisher_place = fields.Char("Signed at", readonly=True, copy=False)
    marketed_on = fields.Char("On the market since", readonly=True, copy=False)
    publisher_agrees = fields.Boolean(
        "The publisher named here signs",
        help="The publisher is who holds the source and the fiscal parameters, and whoever changed them last.",
    )

    software = fields.Char(readonly=True, copy=False)
    fiscal_version = fields.Char(readonly=True, copy=False)
    version_root = fields.Char("Root of the major version", readonly=True, copy=False)
    sha256 = fields.Char("Fingerprint of the fiscal files", readonly=True, copy=False)
    licence = fields.Char("Licence number", readonly=True, copy=False)
    covered = fields.Text("Functions covered", default=COVERED, required=True)
    not_covered = fields.Text("Functions not covered", default=NOT_COVERED, required=True)
    issued_on = fields.Date(readonly=True, copy=False)
    issued_by = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    is_void = fields.Boolean("No longer covers this program", compute="_compute_is_void")

    _number_uniq = models.UniqueIndex("(number) WHERE number IS NOT NULL")

    @api.model
    def default_get(self, fields_list):
        return {**super().default_get(fields_list), **self._escarcelle_publisher()}

    @api.model
    def _escarcelle_publisher(self):
        """Who signs, as the settings say it."""
        parameters = self.env["ir.config_parameter"].sudo()
        return {name: parameters.get_param(key) or False for name, key in PUBLISHER.items()}

    @api.depends("sha256", "fiscal_version", "state")
    def _compute_is_void(self):
        release = self.env["escarcelle.fiscal.release"]._escarcelle_current()
        for attestation in self:
            attestation.is_void = attestation.state == "issued" and (
                attestation.sha256 != release.sha256 or attestation.fiscal_version != release.fiscal_version
            )

    @api.depends("number", "company_id")
    def _compute_display_name(self):
        for attestation in self:
            attestation.display_name = attestation.number or self.env._("Attestation in preparation")

    def write(self, vals):
        if any(attestation.state == "issued" for attestation in self):
            raise UserError(self.env._("An attestation that was issued is not changed: make another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_draft(self):
        if any(attestation.state == "issued" for attestation in self):
            raise UserError(self.env._("An attestation that was issued stays in the register."))

    def _escarcelle_missing(self):
        """Labels of what the form needs and nobody has filled in."""
        self.ensure_one()
        missing = [self._fields[name].get_description(self.env, ["string"])["string"]
                   for name in PUBLISHER if not self[name]]  # fmt: skip
        company = self.company_id._escarcelle_company()
        if not (company.siret and company.street and company.city):
            missing.append(self.env._("address and SIRET of %s", company.name))
        return missing

    def action_refresh(self):
        """Take the publisher again from the settings."""
        self.ensure_one()
        self.write(self._escarcelle_publisher())

    def action_issue(self):
        """Number it, take the version and the fingerprint of the files, and close it for ever."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager issues an attestation."))
        if self.state == "issued":
            raise UserError(self.env._("This attestation has already been issued."))
        self.write(self._escarcelle_publisher())
        missing = self._escarcelle_missing()
        if missing:
            raise UserError(
                self.env._(
                    "Nothing is invented about who signs. Fill in first (Settings, Point of Sale, Attestation): %s.",
                    ", ".join(missing),
                )
            )
        if not self.publisher_agrees:
            raise UserError(self.env._("Say that the publisher named here signs: their signature is what counts."))
        release = self.env["escarcelle.fiscal.release"].sudo()._escarcelle_look()
        if not release.accepted_at:
            raise UserError(
                self.env._("Accept the fiscal version first (Fiscal journal, Configuration, Fiscal version).")
            )
        instance = self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_open()
        self.write(
            {
                "number": self._escarcelle_next_number(),
                "software": release.software,
                "fiscal_version": release.fiscal_version,
                "version_root": FISCAL_VERSION.partition(".")[0],
                "sha256": release.sha256,
                "licence": instance.identity,
                "issued_on": fields.Date.context_today(self),
                "issued_by": self.env.uid,
                "state": "issued",
            }
        )
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
            jet.SETTING_CHANGED,
            f"Attestation {self.number} éditée pour la version fiscale {self.fiscal_version} empreinte {self.sha256}",
        )
        return True

    def _escarcelle_next_number(self):
        """« ATT-0003 »; two at once: the unique index refuses the second, Odoo's own message says so."""
        last = self.sudo().search([("number", "!=", False)], order="number desc", limit=1).number
        return f"ATT-{int(last[4:]) + 1 if last else 1:04d}"

    def action_print(self):
        """The paper, in PDF."""
        self.ensure_one()
        return self.env.ref("escarcelle_fiscal.report_attestation").report_action(self)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    escarcelle_publisher_name = fields.Char(config_parameter="escarcelle_fiscal.publisher_name")
    escarcelle_publisher_address = fields.Char(config_parameter="escarcelle_fiscal.publisher_address")
    escarcelle_publisher_siren = fields.Char(config_parameter="escarcelle_fiscal.publisher_siren")
    escarcelle_publisher_representative = fields.Char(config_parameter="escarcelle_fiscal.publisher_representative")
    escarcelle_publisher_quality = fields.Char(config_parameter="escarcelle_fiscal.publisher_quality")
    escarcelle_publisher_place = fields.Char(config_parameter="escarcelle_fiscal.publisher_place")
    escarcelle_publisher_marketed_on = fields.Char(config_parameter="escarcelle_fiscal.publisher_marketed_on")
