from odoo import api, fields, models
from odoo.exceptions import ValidationError
from stdnum.fr import siren

KINDS = [
    ("company", "Business"),
    ("individual", "Individual"),
    ("association", "Association or other organisation"),
]


class ResPartner(models.Model):
    """A donor is a contact that gives; what its kind asks for decides which receipt it gets."""

    _inherit = "res.partner"

    escarcelle_donor = fields.Boolean(
        "Donor", index="btree_not_null", help="Gives goods or money to the shop."
    )
    escarcelle_donor_kind = fields.Selection(
        KINDS, "Kind of donor", compute="_compute_escarcelle_donor_kind", store=True, readonly=False,
        help="Companies get receipt 16216, individuals 11580; another association gets none.",
    )  # fmt: skip
    escarcelle_first_name = fields.Char(
        "First name", size=64, help="On the receipt of an individual."
    )
    escarcelle_legal_form = fields.Char(
        "Legal form", size=64, help="SAS, SARL, GIE… as the receipt of a company says it."
    )
    escarcelle_siren = fields.Char(
        "SIREN", size=11, compute="_compute_escarcelle_siren", store=True, readonly=False,
        help="Nine digits, the first of the SIRET.",
    )  # fmt: skip
    escarcelle_receipt_rhythm = fields.Selection(
        [("each", "One a gift"), ("yearly", "One a year"), ("never", "None asked")], "Receipts",
        compute="_compute_escarcelle_receipt_rhythm", store=True, readonly=False,
    )  # fmt: skip
    escarcelle_agreement_ids = fields.One2many(
        "escarcelle.donation.agreement", "donor_id", "Agreements"
    )
    escarcelle_donation_count = fields.Integer(
        "Gifts", compute="_compute_escarcelle_donation_count"
    )

    @api.depends("is_company", "escarcelle_donor")
    def _compute_escarcelle_donor_kind(self):
        for partner in self:
            kind = "company" if partner.is_company else "individual"
            partner.escarcelle_donor_kind = partner.escarcelle_donor and (
                partner.escarcelle_donor_kind or kind
            )

    @api.depends("company_registry", "vat")
    def _compute_escarcelle_siren(self):
        for partner in self:
            registry = "".join(filter(str.isdigit, partner.company_registry or ""))
            vat = (partner.vat or "").replace(" ", "")
            if len(registry) in (9, 14):
                partner.escarcelle_siren = registry[:9]
            elif not partner.escarcelle_siren and vat[:2].upper() == "FR" and vat[4:].isdigit():
                partner.escarcelle_siren = vat[4:13]
            else:
                partner.escarcelle_siren = partner.escarcelle_siren

    @api.depends("escarcelle_donor_kind")
    def _compute_escarcelle_receipt_rhythm(self):
        for partner in self:
            rhythm = {"company": "each", "individual": "yearly", "association": "never"}
            partner.escarcelle_receipt_rhythm = rhythm.get(partner.escarcelle_donor_kind, False)

    def _compute_escarcelle_donation_count(self):
        donations = self.env["escarcelle.donation"]
        counts = {}
        if donations.has_access("read"):
            counts = dict(
                donations._read_group(
                    [("donor_id", "in", self.ids), ("state", "=", "done")],
                    ["donor_id"],
                    ["__count"],
                )
            )
        for partner in self:
            partner.escarcelle_donation_count = counts.get(partner, 0)

    @api.constrains("escarcelle_siren", "escarcelle_donor")
    def _check_escarcelle_siren(self):
        for partner in self.filtered(lambda p: p.escarcelle_donor and p.escarcelle_siren):
            if not siren.is_valid(partner.escarcelle_siren):
                raise ValidationError(
                    self.env._(
                        "%(siren)s is no SIREN number: it has nine digits, the last of which checks the others."
                        " Look at a paper of %(donor)s.",
                        siren=partner.escarcelle_siren, donor=partner.display_name,
                    )
                )  # fmt: skip

    def action_escarcelle_donations(self):
        """The gifts of this donor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_donation.donation_action_all"
        )
        return {
            **action,
            "domain": [("donor_id", "=", self.id)],
            "context": {"default_donor_id": self.id},
        }

    def _escarcelle_receipt_form(self):
        """The receipt this donor may get: ``16216``, ``11580`` or None."""
        self.ensure_one()
        return {"company": "16216", "individual": "11580"}.get(self.escarcelle_donor_kind)

    def _escarcelle_receipt_gaps(self):
        """What a receipt needs of this donor and does not find, as people call it."""
        self.ensure_one()
        wanted = {
            self.env._("street"): self.street,
            self.env._("postcode"): self.zip,
            self.env._("town"): self.city,
        }
        if self.escarcelle_donor_kind == "company":
            wanted[self.env._("SIREN")] = siren.is_valid(self.escarcelle_siren or "")
            wanted[self.env._("legal form")] = self.escarcelle_legal_form
        else:
            wanted[self.env._("first name")] = self.escarcelle_first_name
        return [label for label, value in wanted.items() if not value]

    def _escarcelle_last_name(self):
        """The name without the first name, when it was written with it: « Marie Dupont », « DUPONT Marie »."""
        self.ensure_one()
        name, first = (self.name or "").strip(), (self.escarcelle_first_name or "").strip()
        words = name.split()
        if first and len(words) > 1:
            if name.lower().startswith(f"{first.lower()} "):
                return name[len(first) :].strip()
            if name.lower().endswith(f" {first.lower()}"):
                return name[: -len(first)].strip()
        return name
