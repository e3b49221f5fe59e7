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

    def counted(self, day, at):
        """The session a closing count of ``day`` is about: a count may come after the closing."""
        return self._open.get(day) or self._find(day) or self._last(day) or self.of(day, at)

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
