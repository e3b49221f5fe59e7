"""Periods that follow each other: weeks from Monday, months, quarters, years."""

from datetime import date, timedelta

#: Months of a frequency; a week is no number of months.
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_start(frequency, day):
    """First day of the period in which ``day`` is; a week starts on Monday."""
    if frequency == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[frequency]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def next_start(frequency, start):
    """First day of the period after the one that starts on ``start``."""
    if frequency == "week":
        return start + timedelta(days=7)
    year, month = divmod(start.year * 12 + start.month - 1 + MONTHS[frequency], 12)
    return date(year, month + 1, 1)
