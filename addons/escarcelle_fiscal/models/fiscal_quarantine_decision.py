from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from escarcelle_core import jet
from escarcelle_core.xml.quarantine_xml import STATES as SAID

DECISIONS = [
    ("reviewing", "Being examined"),
    ("entered", "Entered again"),
    ("duplicate", "Already recorded"),
    ("explained", "Explained, nothing to do"),
    ("reopened", "Opened again"),
]


class EscarcelleFiscalQuarantineDecision(models.Model):
    """What somebody decided about a document of the quarantine: a row beside it, never a change of it."""

    _name = "escarcelle.fiscal.quarantine.decision"
    _description = "Decision about a quarantined document"
    _auto = False
    _order = "id desc"
    _rec_name = "state"

    quarantine_id = fields.Many2one("escarcelle.fiscal.quarantine", "Document", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(DECISIONS, "Decision", readonly=True)
    reason = fields.Char(readonly=True)
    decided_by = fields.Char("Decided by", readonly=True, help="Internal code of the person.")
    decided_at = fields.Datetime("Decided on", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT d.id::integer AS id, d.quarantine_id::integer AS quarantine_id, q.company_id, d.state,
                   d.reason, d.decided_by, d.decided_at AT TIME ZONE 'UTC' AS decided_at
            FROM fiscal.quarantine_decision d JOIN fiscal.quarantine q ON q.id = d.quarantine_id
            """
        )


class EscarcelleFiscalQuarantineDecide(models.TransientModel):
    """« Decide »: what becomes of the documents chosen in the quarantine."""

    _name = "escarcelle.fiscal.quarantine.decide"
    _description = "Decide about quarantined documents"

    quarantine_ids = fields.Many2many(
        "escarcelle.fiscal.quarantine", "escarcelle_quarantine_decide_rel", string="Documents", required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )  # fmt: skip
    state = fields.Selection(DECISIONS, "Decision", required=True, default="explained")
    reason = fields.Char(required=True, size=500)

    def action_decide(self):
        """Write the decision beside each document, and in the event journal."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager decides about the quarantine."))
        reason = " ".join((self.reason or "").split())
        if not reason:
            raise UserError(self.env._("Say why: the reason is kept with the decision."))
        documents = self.env["escarcelle.fiscal.quarantine"].search([("id", "in", self.quarantine_ids.ids)])
        if not documents:
            raise UserError(self.env._("Choose at least one document of the quarantine."))
        outbox = self.env["escarcelle.fiscal.outbox"]
        for document in documents:
            self.env.cr.execute(
                "SELECT fiscal.decide_quarantine(%s, %s, %s, %s)",
                [document.id, self.state, reason[:500], f"U{self.env.uid}"],
            )
            outbox._escarcelle_note(
                jet.MAINTENANCE,
                f"quarantaine {document.id} {document.kind} {document.number} {SAID[self.state]} {reason}",
            )
        self.env["escarcelle.fiscal.quarantine"].invalidate_model()
        self.env["escarcelle.fiscal.quarantine.decision"].invalidate_model()
        return {"type": "ir.actions.act_window_close"}
