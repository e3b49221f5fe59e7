from odoo import api, fields, models

from ..tools import texts
from .privacy_facts import BASES, NEEDS

#: What the software writes and rewrites; the rest is the shop's.
TEXTS = (
    "name",
    "purpose",
    "basis_detail",
    "sensitive",
    "subjects",
    "data",
    "recipients",
    "retention",
    "transfers",
)
#: Activities a household is told about when it asks for its data.
OF_HOUSEHOLDS = (
    "households",
    "eligibility",
    "sales",
    "fiscal",
    "appointments",
    "traceability",
    "statistics",
)


class EscarcelleProcessing(models.Model):
    """One activity of a shop's register (GDPR art. 30): what is done with whose data, why, how long.

    Those of the software come filled in from the shop's settings and stay editable; the shop adds its own.
    """

    _name = "escarcelle.processing"
    _description = "Processing Activity"
    _inherit = ["mail.thread", "escarcelle.privacy.paper"]
    _order = "sequence, id"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    code = fields.Char(
        readonly=True, copy=False, help="Activity that the software knows; empty: the shop's own."
    )
    name = fields.Char("Activity", required=True, tracking=True)
    purpose = fields.Text("Purposes", required=True)
    basis = fields.Selection(BASES, "Legal ground", required=True, tracking=True)
    basis_detail = fields.Text("Which one exactly")
    legal_basis = fields.Text(compute="_compute_legal_basis")
    sensitive = fields.Text("Special categories (art. 9)")
    subjects = fields.Text("People concerned", required=True)
    data = fields.Text("Categories of data", required=True)
    recipients = fields.Text()
    retention = fields.Text("Kept for", required=True)
    transfers = fields.Text("Outside the European Union")
    security = fields.Text("Security measures")
    reviewed_on = fields.Date(
        "Read again on", tracking=True, help="A register is read again each year."
    )
    to_review = fields.Boolean(compute="_compute_to_review", search="_search_to_review")

    _one_code = models.UniqueIndex("(company_id, code) WHERE code IS NOT NULL")

    @api.depends("basis", "basis_detail")
    def _compute_legal_basis(self):
        labels = dict(self._fields["basis"]._description_selection(self.env))
        for one in self:
            one.legal_basis = one.basis_detail or labels.get(one.basis, "")

    @api.depends("reviewed_on")
    def _compute_to_review(self):
        limit = fields.Date.subtract(fields.Date.context_today(self), years=1)
        for one in self:
            one.to_review = not one.reviewed_on or one.reviewed_on < limit

    @api.model
    def _search_to_review(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        limit = fields.Date.subtract(fields.Date.context_today(self), years=1)
        return ["|", ("reviewed_on", "=", False), ("reviewed_on", "<", limit)]

    @api.model
    def _escarcelle_known(self):
        """The activities of the software as installed: ``{code: shipped text}``."""
        return {
            one["code"]: one for one in texts.load("register")
            if one["code"] not in NEEDS or NEEDS[one["code"]] in self.env
        }  # fmt: skip

    @api.model
    def _escarcelle_fill(self, company):
        """Add to ``company`` (sudo) the activities of the software that it has not."""
        known = self._escarcelle_known()
        mine = self.sudo().with_context(active_test=False)
        have = set(
            mine.search([("company_id", "=", company.id), ("code", "!=", False)]).mapped("code")
        )
        return mine.create(
            [
                {
                    "company_id": company.id,
                    "code": code,
                    "sequence": 10 * rank,
                    **self._escarcelle_texts(code, company),
                }
                for rank, code in enumerate(known, 1)
                if code not in have
            ]
        )

    @api.model
    def _escarcelle_texts(self, code, company):
        """What the software writes of the activity ``code`` for ``company`` now."""
        facts = self.env["escarcelle.privacy.facts"]
        words = facts._escarcelle_facts(company)
        shipped = self._escarcelle_known()[code]
        basis = shipped["basis"]
        if basis == "interest" and words["public_body"] and code in OF_HOUSEHOLDS:
            basis = "public"
        measures = facts._escarcelle_measures(company)
        return {
            **{name: texts.fill(shipped[name], words) for name in TEXTS},
            "basis": basis,
            "security": "\n".join(text for _code, in_place, text in measures if in_place),
        }

    @api.model
    def _escarcelle_of_households(self, company):
        """The activities that concern a household, in the order of the register."""
        self._escarcelle_fill(company)
        return self.search([("company_id", "=", company.id), ("code", "in", OF_HOUSEHOLDS)])

    @api.model
    def action_escarcelle_open(self):
        """Open the register of the current shop, filled in the first time."""
        self.check_access("read")
        self._escarcelle_fill(self.env.company)
        return self.env["ir.actions.act_window"]._for_xml_id("escarcelle_privacy.processing_action")

    def action_refill(self):
        """Take the software's text again, with the settings of today."""
        for one in self.filtered("code"):
            if one.code in self._escarcelle_known():
                one.write(self._escarcelle_texts(one.code, one.company_id))

    def action_reviewed(self):
        """Somebody read it again today."""
        self.reviewed_on = fields.Date.context_today(self)
