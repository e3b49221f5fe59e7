"""The sessions of a till's business days, found or made once per batch."""

from datetime import date

from odoo import fields

from .till_job import instant


class DaySessions:
    """``of(day)``: the session that takes what happens on ``day``; ``closed``: the day's closing came."""

    def __init__(self, till):
        self.till = till
        self.Session = till.env["pos.session"]
        self._open = {}

    def of(self, day, at):
        """The open session of ``day``, made when there is none. ``at``: naive UTC, when it begins.

        A day closed at the till and sold on afterwards gets another session of the same day.
        """
        if day not in self._open:
            self._open[day] = self._find(day) or self._make(day, at)
        return self._open[day]

    def of_cash(self, day, at, record, counting=False):
        """The session cash of ``day`` is booked in; it may move, and is often counted, after the closing.

        ``record``: the move's or count's own; ``counting``: a closing count is about a session that was.
        """
        session = self._open.get(day) or self._find(day) or self._last(day)
        if session and (counting or session.state != "closed"):
            return session
        if not self._was_closed(day, record):
            return self.of(day, at)
        # No closing will come for it any more: it is booked as soon as can be.
        session = self._make(day, at)
        session.escarcelle_closed_at = at
        return session

    def closed(self, record):
        """A day closing (GTJ) has come: the session may be closed. No session: nothing was sold."""
        day = date.fromisoformat(record["business_day"])
        session = self._open.pop(day, None) or self._find(day)
        if session:
            session.escarcelle_closed_at = instant(record["at"])

    def _domain(self, day):
        return [("escarcelle_till_id", "=", self.till.id), ("escarcelle_business_day", "=", day)]

    def _find(self, day):
        return self.Session.search([*self._domain(day), ("escarcelle_closed_at", "=", False)], limit=1)

    def _last(self, day):
        return self.Session.search(self._domain(day), order="escarcelle_rank desc", limit=1)

    def _was_closed(self, day, record):
        """Whether the day stood closed, in the till's own order, when ``record`` was signed."""
        if not record:
            return False
        self.till.env.cr.execute(
            """
            SELECT kind FROM fiscal.record
            WHERE till = %s AND business_day = %s AND kind IN ('TCK', 'GTJ')
              AND id < (SELECT id FROM fiscal.record WHERE till = %s AND kind = %s AND seq = %s)
            ORDER BY id DESC LIMIT 1
            """,
            [self.till.uid8, day, self.till.uid8, record["kind"], record["seq"]],
        )
        return self.till.env.cr.fetchone() == ("GTJ",)

    def _make(self, day, at):
        config = self.till.config_id
        rank = self.Session.search_count(self._domain(day)) + 1
        session = self.Session.create(
            {
                "config_id": config.id,
                "escarcelle_till_id": self.till.id,
                "escarcelle_business_day": day,
                "escarcelle_rank": rank,
            }
        )
        name = f"{self.till.name} {day:%d/%m/%Y}"
        locked = session._escarcelle_accounting_date() != day
        session.write(
            {
                "name": name if rank == 1 else f"{name} ({rank})",
                "state": "opened",
                # Core refuses a session that starts in a locked period; what it takes is then booked today.
                "start_at": fields.Datetime.now() if locked else at,
                # One picking a day instead of one a ticket: ingestion stays fast.
                "update_stock_at_closing": True,
            }
        )
        return session
