import json

from odoo import api, fields, models

from escarcelle_core import money
from escarcelle_core.errors import AmountError


class EscarcelleQuotaOverride(models.Model):
    """A manager let a household go beyond a quota, and said why. Also signed in the ticket and the event
    journal: this is the copy one can search."""

    _name = "escarcelle.quota.override"
    _description = "Quota exceeded with an agreement"
    _order = "day desc, id desc"
    _rec_name = "reason"

    order_id = fields.Many2one("pos.order", "Ticket", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    household_id = fields.Many2one(
        "escarcelle.household", required=True, readonly=True, index=True, ondelete="cascade"
    )
    quota_id = fields.Many2one("escarcelle.quota", readonly=True, index=True, ondelete="set null")
    day = fields.Date(required=True, readonly=True)
    over = fields.Float("Beyond", digits=(16, 3), readonly=True)
    reason = fields.Char(readonly=True)
    manager = fields.Char("Manager code", readonly=True)

    _one_a_ticket = models.UniqueIndex("(order_id, quota_id)")

    @api.model
    def _escarcelle_note(self, household, order, day, proof, beyond):
        """Keep a proof, once a ticket; ``beyond``: what the till said, by quota."""
        if self.search_count([("order_id", "=", order.id)], limit=1):
            return
        said = beyond if isinstance(beyond, dict) else {}
        amounts = {int(key): value for key, value in said.items() if str(key).isdigit() and len(str(key)) < 10}
        quotas = self.env["escarcelle.quota"].with_context(active_test=False).search(
            [("id", "in", list(amounts)), ("company_id", "=", household.company_id.id)]
        )
        common = {
            "order_id": order.id,
            "household_id": household.id,
            "day": day,
            "reason": str(proof.get("reason") or "")[:200],
            "manager": str(proof.get("manager") or "")[:32],
        }
        rows = [{**common, "quota_id": q.id, "over": _number(amounts[q.id])} for q in quotas]
        self.create(rows or [common])


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_snapshot_parts(self):
        # EXTENDS 'escarcelle_pos': what was taken moves with every sale and stays out of its cache
        return {**super()._escarcelle_snapshot_parts(), "quotas.json": self._escarcelle_quotas()}

    def _escarcelle_quotas(self):
        """Bytes of ``quotas.json``: the rules, and what each household took in the periods of today."""
        company = self.company_id
        quotas = self.env["escarcelle.quota"].sudo().search([("company_id", "=", company.id)])
        used = quotas._escarcelle_used(company._escarcelle_today())
        codes = {h.id: h.code for h in self.env["escarcelle.household"].sudo().browse(used)}
        content = {
            "quotas": quotas._escarcelle_till_rows(),
            "used": {
                codes[household]: {
                    str(quota): {first.isoformat(): f"{used:.3f}" for first, used in sorted(periods.items())}
                    for quota, periods in sorted(by_quota.items())
                }
                for household, by_quota in sorted(used.items())
            },
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def _escarcelle_ingested(self, entry, order):
        # EXTENDS 'escarcelle_pos': a quota exceeded with a manager's agreement can be looked up
        super()._escarcelle_ingested(entry, order)
        household = order.partner_id._escarcelle_household()
        proofs = (entry.get("order") or {}).get("overrides") or []
        proof = next((p for p in proofs if isinstance(p, dict) and p.get("kind") == "quota"), None)
        if not household or not proof:
            return
        flags = (entry.get("event") or {}).get("flags")
        beyond = flags.get("quota") if isinstance(flags, dict) else None
        ticket = next(record for record in entry["records"] if record["kind"] == "TCK")
        self.env["escarcelle.quota.override"]._escarcelle_note(
            household, order, fields.Date.to_date(ticket["business_day"]), proof, beyond
        )


def _number(value):
    """A quantity as a till writes it; 0 for anything else."""
    try:
        return float(money.quantity(value)) if isinstance(value, str) and len(value) < 20 else 0.0
    except AmountError:
        return 0.0
