from odoo import api, fields, models
from odoo.exceptions import UserError

from .privacy_facts import MISSING

KINDS = [
    ("host", "Hosting"),
    ("maintenance", "Maintenance of the software"),
    ("network", "Network of groceries"),
    ("backup", "Storage of backups"),
    ("other", "Other"),
]
#: What each kind of provider usually does, in the words of the contract.
PURPOSES = {
    "host": "Héberger le serveur, la base de données et les pièces jointes",
    "maintenance": "Maintenir le logiciel, aider ses utilisateurs, corriger les anomalies",
    "network": "Administrer le logiciel pour les épiceries du réseau et établir des statistiques anonymes",
    "backup": "Conserver les copies chiffrées de la base de données",
    "other": "",
}
OPERATIONS = {
    "host": "hébergement, sauvegarde, restauration",
    "maintenance": "consultation lors d'une intervention, correction, restauration",
    "network": "consultation, paramétrage, établissement de totaux anonymes",
    "backup": "conservation d'une copie chiffrée dont il n'a pas la clé",
    "other": "",
}


class EscarcelleProcessor(models.Model):
    """A company that handles a shop's personal data for it, and the contract that binds it (GDPR art. 28)."""

    _name = "escarcelle.processor"
    _description = "Processor"
    _inherit = ["mail.thread"]
    _order = "kind, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(
        "res.partner", "Provider", required=True, index=True, ondelete="restrict", domain=[("is_company", "=", True)]
    )  # fmt: skip
    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(KINDS, "Service", required=True, default="host")
    purpose = fields.Char(compute="_compute_purpose", store=True, readonly=False, precompute=True)
    operations = fields.Char(
        compute="_compute_purpose", store=True, readonly=False, precompute=True
    )
    signatory = fields.Char("Signed for the provider by")
    signatory_quality = fields.Char("In the quality of")
    security_contact = fields.Char(
        "To be told of a breach", help="E-mail or telephone of the provider, day and night."
    )
    place = fields.Char("Where the data is", default="France")
    breach_hours = fields.Integer(
        "Breach announced within (hours)", default=24, required=True,
        help="The shop has 72 hours to tell the CNIL (art. 33): ask for less.",
    )  # fmt: skip
    notice_days = fields.Integer(
        "New sub-processor announced (days before)", default=30, required=True
    )
    end_of_contract = fields.Selection(
        [("return", "Given back, then destroyed"), ("destroy", "Destroyed")], "At the end, data is",
        required=True, default="return",
    )  # fmt: skip
    end_days = fields.Integer("Within (days)", default=30, required=True)
    date_from = fields.Date("From")
    date_to = fields.Date("Until", help="Empty: as long as the service lasts.")
    subprocessor_ids = fields.One2many("escarcelle.subprocessor", "processor_id", "Sub-processors")
    contract = fields.Html("Text of the contract", copy=False)
    state = fields.Selection(
        [("none", "No contract"), ("draft", "Drafted"), ("signed", "Signed"), ("ended", "Ended")],
        "Contract", required=True, default="none", tracking=True, copy=False,
    )  # fmt: skip
    signed_on = fields.Date(tracking=True, copy=False)
    document = fields.Binary("Signed contract", attachment=True, copy=False)
    document_name = fields.Char(copy=False)

    _sound = models.Constraint(
        "CHECK (breach_hours BETWEEN 1 AND 72 AND notice_days BETWEEN 1 AND 365 AND end_days BETWEEN 1 AND 365)",
        "A breach is announced within 1 to 72 hours; the other delays are 1 to 365 days.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A contract ends after it starts.",
    )

    @api.depends("kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for one in self:
            one.name = labels.get(one.kind, "")

    @api.depends("kind")
    def _compute_purpose(self):
        for one in self:
            one.purpose = PURPOSES[one.kind or "other"]
            one.operations = OPERATIONS[one.kind or "other"]

    def write(self, vals):
        if "contract" in vals and any(one.state in ("signed", "ended") for one in self):
            raise UserError(
                self.env._("This contract is signed: its text stays. Go back to a draft first.")
            )
        return super().write(vals)

    def _escarcelle_contract(self):
        """The contract with the fields of this form."""
        self.ensure_one()
        facts = self.env["escarcelle.privacy.facts"]
        place = " ".join(filter(None, (self.partner_id.zip, self.partner_id.city)))
        return facts._escarcelle_words(
            "escarcelle_privacy.contract_text",
            facts=facts._escarcelle_facts(self.company_id),
            one=self,
            partner_address=", ".join(filter(None, (self.partner_id.street, place))) or MISSING,
            blank=MISSING,
        )

    def action_draft(self):
        """Write the contract from the fields of this form; it can then be edited."""
        for one in self:
            if one.state in ("signed", "ended"):
                raise UserError(self.env._("This contract is signed: go back to a draft first."))
            one.write({"contract": one._escarcelle_contract(), "state": "draft"})

    def action_sign(self):
        """Both have signed."""
        for one in self:
            if not one.contract and not one.document:
                raise UserError(
                    self.env._(
                        "Draft the contract, or attach the provider's own, before it is signed."
                    )
                )
            if one.contract and "à compléter" in one.contract and not one.document:
                raise UserError(
                    self.env._(
                        "Something is still to be filled in (« à compléter ») in the contract."
                    )
                )
            one.write(
                {"state": "signed", "signed_on": one.signed_on or fields.Date.context_today(self)}
            )

    def action_back(self):
        """To a draft again."""
        self.write({"state": "draft", "signed_on": False})

    def action_end(self):
        """The service is over."""
        self.write({"state": "ended", "date_to": fields.Date.context_today(self)})


class EscarcelleSubprocessor(models.Model):
    """A company that a processor relies on, which the shop allowed (art. 28, § 2 and 4)."""

    _name = "escarcelle.subprocessor"
    _description = "Sub-processor"
    _order = "processor_id, id"

    processor_id = fields.Many2one(
        "escarcelle.processor", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="processor_id.company_id", store=True, index=True)
    name = fields.Char("Company", required=True)
    service = fields.Char(required=True)
    place = fields.Char("Where", required=True, default="Union européenne")
    allowed_on = fields.Date("Accepted on", default=fields.Date.context_today)
