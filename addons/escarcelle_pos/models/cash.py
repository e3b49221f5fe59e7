from datetime import timezone

from odoo import models

from escarcelle_core.errors import AmountError
from escarcelle_core.money import cents
from escarcelle_core.periods import PeriodRules

from .till_job import Repair


class EscarcelleTill(models.Model):
    """Cash put in, taken out and counted at the till."""

    _inherit = "escarcelle.till"

    def _escarcelle_cash(self, job):
        """Book the cash move or count of ``job`` in its session; raises Repair."""
        session, event = job.session, job.entry["event"]
        if not session.cash_journal_id:
            raise Repair(
                self.env._(
                    "Point of sale %s has no cash payment method. Add one, then retry.",
                    self.config_id.display_name,
                )
            )
        try:
            amount = cents(event.get("amount"))
        except AmountError as error:
            raise Repair(str(error)) from error
        if job.type == "cash_move":
            self._escarcelle_cash_move(session, amount, str(event.get("reason") or ""))
        elif event.get("moment") == "opening":
            session.write(
                {
                    "cash_register_balance_start": amount / 100,
                    "opening_notes": str(event.get("notes") or "") or False,
                    "escarcelle_opening_counted": True,
                }
            )
        elif session.state == "closed":
            # Kept and shown; the drawer is counted again the next day.
            job.error = self.env._("The day was closed before its cash count arrived: the count is kept, not booked.")
            return
        else:
            session.write(
                {
                    "cash_register_balance_end_real": amount / 100,
                    "closing_notes": str(event.get("notes") or "") or False,
                    "escarcelle_closing_counted": True,
                }
            )
        job.build = "built"

    def _escarcelle_cash_move(self, session, amount, reason):
        kind = self.env._("cash in") if amount > 0 else self.env._("cash out")
        self.env["account.bank.statement.line"].with_context(no_retrieve_partner=True).create(
            {
                "pos_session_id": session.id,
                "journal_id": session.cash_journal_id.id,
                "amount": amount / 100,
                "payment_ref": " - ".join(filter(None, [session.name, kind, reason])),
            }
        )

    def _escarcelle_day(self, at):
        """Business day of a naive UTC instant, by the company's rules."""
        return PeriodRules(**self._escarcelle_period()).business_day(at.replace(tzinfo=timezone.utc))
