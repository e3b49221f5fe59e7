import logging

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)
#: How often a closing is tried when it meets a till that sends.
TRIES = 5


class PosSession(models.Model):
    """A till's session is a business day of that till, made by the server from the till's records.

    It is opened by the first record of the day and closed, in order, once the day closing signed by the
    till has arrived; its entry is dated that day. Nobody opens or closes it by hand.
    """

    _inherit = "pos.session"

    escarcelle_till_id = fields.Many2one("escarcelle.till", "Till", readonly=True, index="btree_not_null", copy=False)
    escarcelle_business_day = fields.Date("Business day", readonly=True, copy=False)
    escarcelle_rank = fields.Integer(
        "Opening of the day", readonly=True, copy=False, help="2 and more: sales after the closing of the day."
    )
    escarcelle_closed_at = fields.Datetime("Closed at the till", readonly=True, copy=False)
    escarcelle_opening_counted = fields.Boolean(readonly=True, copy=False)
    escarcelle_closing_counted = fields.Boolean(readonly=True, copy=False)
    escarcelle_forced = fields.Boolean("Closed with entries to repair", readonly=True, copy=False)
    escarcelle_close_error = fields.Text("Why it is not closed", readonly=True, copy=False)

    _escarcelle_day_uniq = models.UniqueIndex(
        "(escarcelle_till_id, escarcelle_business_day, escarcelle_rank) WHERE escarcelle_till_id IS NOT NULL"
    )

    @api.constrains("config_id")
    def _check_pos_config(self):
        # EXTENDS 'point_of_sale': a day that could not be closed must not stop the next one
        return super(PosSession, self.filtered(lambda s: not s.config_id.escarcelle_till_id))._check_pos_config()

    def action_pos_session_closing_control(self, *args, **kwargs):
        # EXTENDS 'point_of_sale'
        if self.escarcelle_till_id:
            self._escarcelle_refuse_by_hand()
            return self.action_escarcelle_close()
        return super().action_pos_session_closing_control(*args, **kwargs)

    def _validate_session(self, *args, **kwargs):
        # EXTENDS 'point_of_sale'
        self._escarcelle_refuse_by_hand()
        return super()._validate_session(*args, **kwargs)

    def try_cash_in_out(self, *args, **kwargs):
        # EXTENDS 'point_of_sale'
        self._escarcelle_refuse_by_hand(closing=False)
        return super().try_cash_in_out(*args, **kwargs)

    def _escarcelle_refuse_by_hand(self, closing=True):
        """A till's day is counted and closed at the till; here it only follows."""
        for session in self.filtered("escarcelle_till_id"):
            if not closing or not session.escarcelle_closed_at:
                raise UserError(
                    self.env._(
                        "This session follows till %(till)s: count and close the day at the till.",
                        till=session.escarcelle_till_id.display_name,
                    )
                )

    def action_escarcelle_close(self):
        """Button: try again to close a day whose closing has arrived from the till."""
        self.check_access("write")
        for session in self.sorted("id"):
            if not session._escarcelle_try_close():
                raise UserError(session.escarcelle_close_error)
        return True

    def action_escarcelle_force_close(self):
        """Button for managers: close although entries wait for repair; they get a session of their own."""
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise UserError(self.env._("Only a manager of the point of sale may close such a day."))
        self.sudo().write({"escarcelle_forced": True})
        return self.action_escarcelle_close()

    @api.model
    def _escarcelle_close_due(self):
        """Cron: close, oldest first, every day closed at its till. One transaction a session."""
        due = self.sudo().search(
            [("escarcelle_closed_at", "!=", False), ("state", "!=", "closed")],
            order="escarcelle_till_id, escarcelle_business_day, escarcelle_rank",
        )
        for done, session in enumerate(due, 1):
            for _attempt in range(TRIES):
                try:
                    session._escarcelle_try_close()
                    self.env["ir.cron"]._commit_progress(1, remaining=len(due) - done)
                    break
                except (OperationalError, ConcurrencyError):
                    # A till was sending at the same instant: again, on fresh data.
                    self.env.cr.rollback()

    def _escarcelle_try_close(self):
        """Close this day; False and ``escarcelle_close_error`` when it cannot be. Never raises for that."""
        self.ensure_one()
        session = self.with_env(self.sudo().escarcelle_till_id._escarcelle_in_company().env)
        if session.state == "closed":
            return True
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                session._escarcelle_check_closable()
                session._escarcelle_close()
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.exception("Till session %s cannot be closed", session.name)
            session.invalidate_recordset()
            session.escarcelle_close_error = str(error)
            return False
        session.escarcelle_close_error = False
        return True

    def _escarcelle_check_closable(self):
        if not self.escarcelle_closed_at:
            self._escarcelle_refuse_by_hand()
        before = self.search(
            [
                ("escarcelle_till_id", "=", self.escarcelle_till_id.id),
                ("state", "!=", "closed"),
                "|",
                ("escarcelle_business_day", "<", self.escarcelle_business_day),
                "&",
                ("escarcelle_business_day", "=", self.escarcelle_business_day),
                ("escarcelle_rank", "<", self.escarcelle_rank),
            ],
            limit=1,
        )
        if before:
            raise UserError(self.env._("Session %s, before this one, is not closed yet.", before.name))
        waiting = self.env["escarcelle.till.entry"].search_count(
            [("session_id", "=", self.id), ("build", "=", "repair")]
        )
        if waiting and not self.escarcelle_forced:
            raise UserError(
                self.env._(
                    "%s tickets of this day wait for repair (menu Tills, To repair). Repair them, then retry.",
                    waiting,
                )
            )
        # Core rolls the whole transaction back when its entry is unbalanced: find out before.
        sold = sum(round(order.amount_total * 100) for order in self._get_closed_orders())
        paid = sum(round(payment.amount * 100) for payment in self._get_closed_orders().payment_ids)
        if sold != paid:
            raise UserError(
                self.env._(
                    "The payments (%(paid)s) and the orders (%(sold)s) of the day differ.",
                    paid=paid / 100,
                    sold=sold / 100,
                )
            )

    def _escarcelle_close(self):
        self.write({"state": "closing_control", "stop_at": self.escarcelle_closed_at})
        # Computed by core without saying from what.
        balances = ["cash_register_balance_end", "cash_register_difference"]
        self.invalidate_recordset(balances)
        if not self.escarcelle_closing_counted:
            # Nobody counted the drawer: what should be in it is in it, until the next count.
            self.cash_register_balance_end_real = self.cash_register_balance_end
        self.invalidate_recordset(balances)
        result = self._validate_session()
        if result is not True:
            raise UserError(self.env._("Odoo found the entry of the day unbalanced."))
        following = self.search(
            [("escarcelle_till_id", "=", self.escarcelle_till_id.id), ("id", ">", self.id), ("state", "!=", "closed")],
            order="id",
            limit=1,
        )
        if following and not following.escarcelle_opening_counted:
            following.cash_register_balance_start = self.cash_register_balance_end_real

    def _escarcelle_accounting_date(self):
        """The business day, or today when accounting is locked on that day (cut-off)."""
        self.ensure_one()
        day = self.escarcelle_business_day
        if not day:
            return False
        journals = self.config_id.journal_id | self.cash_journal_id
        locked = any(self.company_id._get_violated_lock_dates(day, True, journal) for journal in journals)
        return fields.Date.context_today(self) if locked else day

    def _create_account_move(self, *args, **kwargs):
        # EXTENDS 'point_of_sale'
        data = super()._create_account_move(*args, **kwargs)
        if self.escarcelle_till_id:
            # Still a draft: it gets its number, in the right period, when it is posted.
            self.move_id.date = self._escarcelle_accounting_date()
        return data
