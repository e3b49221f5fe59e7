"""Business days, months and fiscal years.

A business day runs from the closing hour, in the shop's time zone, to the next closing hour and is
named after the date it starts on. With the closing hour at 3, a sale at 01:30 on the 2nd belongs
to the 1st. Months are calendar months of business days; the fiscal year ends on a given day
(BOI-TVA-DECLA-30-10-30 §170: daily, monthly and yearly closings).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from .errors import PeriodError

DAY, MONTH, YEAR = "GTJ", "GTM", "GTA"


@dataclass(frozen=True, slots=True)
class PeriodRules:
    """The company's settings: IANA time zone, closing hour 0…23, last day of the fiscal year."""

    timezone: str = "Europe/Paris"
    closing_hour: int = 0
    year_end_month: int = 12
    year_end_day: int = 31

    def __post_init__(self) -> None:
        if not 0 <= self.closing_hour <= 23 or not 1 <= self.year_end_month <= 12:
            raise PeriodError("Heure de clôture ou fin d'exercice incorrecte.")
        if not 1 <= self.year_end_day <= 31:
            raise PeriodError("Jour de fin d'exercice incorrect.")
        ZoneInfo(self.timezone)

    def local(self, at: datetime) -> datetime:
        """The instant on the shop's clock."""
        return at.astimezone(ZoneInfo(self.timezone))

    def business_day(self, at: datetime) -> date:
        """The business day an instant belongs to; wall-clock hours, so DST nights are right."""
        local = self.local(at)
        day = local.date()
        return day if local.hour >= self.closing_hour else day - timedelta(days=1)

    def day_end(self, day: date) -> datetime:
        """The UTC instant at which ``day`` is over."""
        end = datetime.combine(day + timedelta(days=1), datetime.min.time()).replace(
            hour=self.closing_hour, tzinfo=ZoneInfo(self.timezone)
        )
        return end.astimezone(timezone.utc)

    def fiscal_year(self, day: date) -> int:
        """The calendar year in which the fiscal year containing ``day`` ends."""
        return day.year if day <= self._year_end(day.year) else day.year + 1

    def period(self, level: str, day: date) -> str:
        """Name of the period of ``level`` that contains ``day``: 20261121, 202611 or 2026."""
        if level == DAY:
            return f"{day:%Y%m%d}"
        if level == MONTH:
            return f"{day:%Y%m}"
        if level == YEAR:
            return f"{self.fiscal_year(day):04d}"
        raise PeriodError(f"Niveau de période inconnu : {level}.")

    def _year_end(self, year: int) -> date:
        """Last day of the fiscal year ending in ``year`` (30 February means its last day)."""
        first_of_next = date(year + self.year_end_month // 12, self.year_end_month % 12 + 1, 1)
        last = first_of_next - timedelta(days=1)
        return last.replace(day=min(last.day, self.year_end_day))

    def closings(self, open_day: date, today: date) -> list[tuple[str, date]]:
        """What must be closed before a record of ``today`` when ``open_day`` is still open.

        In order: each day from ``open_day`` to the day before ``today``, each followed by its
        month and its year where that day is the last of them.
        """
        due: list[tuple[str, date]] = []
        day = open_day
        while day < today:
            due.append((DAY, day))
            following = day + timedelta(days=1)
            if self.period(MONTH, following) != self.period(MONTH, day):
                due.append((MONTH, day))
            if self.fiscal_year(following) != self.fiscal_year(day):
                due.append((YEAR, day))
            day = following
        return due
