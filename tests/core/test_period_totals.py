"""Whatever a till lives through, its closings add up: days make the month and the fiscal year, per rate
and sector; the perpetual totals forget nothing; nothing is closed twice nor left out.
"""

from collections import Counter
from datetime import date, datetime, timedelta, timezone

from hypothesis import example, given, settings
from hypothesis import strategies as st

from escarcelle_core import chain, jet
from escarcelle_core.documents import JetEvent, Regime
from escarcelle_core.errors import PeriodError
from escarcelle_core.money import parse_euros
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from escarcelle_core.xml import stamp
from shop import make_desk, make_line, make_ticket, verifiers

ZONES = (
    "Europe/Paris", "Pacific/Noumea", "America/Cayenne", "America/Martinique", "Indian/Reunion",
    "Pacific/Wallis", "America/Miquelon",
)  # fmt: skip
EXEMPT = Regime("EXO_B", "TVA non applicable, art. 261-7-1° b du CGI")

SALE = st.tuples(
    st.just("sale"), st.sampled_from((210, 550, 1000, 2000, None)),
    st.integers(-400, 900).filter(bool), st.booleans(),
)  # fmt: skip
WAIT = st.tuples(st.just("wait"), st.integers(1, 45 * 24 * 60))
EVENING = st.tuples(st.just("wait"), st.integers(1, 36 * 60))
BACK = st.tuples(st.just("back"), st.integers(1, 3 * 24 * 60))
LIFE = st.lists(st.one_of(SALE, SALE, WAIT, EVENING, BACK, st.just(("z",))), min_size=1, max_size=25)


class Life:
    """A till and all it signed; an auditor reads ``records`` only."""

    def __init__(self, **rules):
        self.desk = make_desk(**rules)
        self.state = TillState()
        self.records = []
        self.number = 0

    def _keep(self, issue):
        self.state = issue.state
        self.records += issue.records

    def start(self, at):
        self._keep(chain.issue_event(self.state, self.desk, JetEvent(jet.INITIALISATION, "x"), at))

    def sell(self, at, rate, cents, training):
        self.number += 1
        sign = "-" if cents < 0 else ""
        line = make_line(1, f"{sign}1.000", f"{abs(cents) // 100}.{abs(cents) % 100:02d}00", rate or 0)
        regime = Regime() if rate else EXEMPT
        ticket = make_ticket(self.number, [line], regime=regime)
        self._keep(chain.issue_ticket(self.state, self.desk, ticket, at, training))

    def z(self, at):
        try:
            self._keep(chain.close_day(self.state, self.desk, at))
        except PeriodError:
            assert self.state.closed

    def finish(self, at):
        self._keep(chain.close_elapsed(self.state, self.desk, at))


def _live(life: Life, start: datetime, steps, absence: int) -> datetime:
    """Play ``steps``, then nothing for ``absence`` days; the instant of the end.

    A program dates nothing before its last record, whatever the clock says.
    """
    clock = at = start
    life.start(at)
    for step in steps:
        what, *rest = step
        if what == "wait":
            clock += timedelta(minutes=rest[0])
        elif what == "back":
            clock -= timedelta(minutes=rest[0])
        at = max(at, clock)
        if what == "sale":
            life.sell(at, *rest)
        elif what == "z":
            life.z(at)
    # An hour more: the night winter time begins, 24 hours end in the same business day.
    at += timedelta(days=absence, hours=1)
    life.finish(at)
    return at


def _sold(life: Life, level: str) -> dict[str, Counter]:
    """Period of ``level`` → (sector, rate) → cents, from the tickets alone."""
    found: dict[str, Counter] = {}
    for record in life.records:
        if record.kind == "TCK":
            period = life.desk.rules.period(level, record.business_day)
            document = stamp.parse(record.xml)
            sector = document.find("entete/tarif").get("secteur")
            for share in document.iterfind("bilan/tvas/tva"):
                key = (sector, share.get("taux"))
                found.setdefault(period, Counter())[key] += parse_euros(share.get("base"))
    return found


def _closed(life: Life, level: str) -> dict[str, Counter]:
    """The same from the closings of ``level``; the parts of a day are added."""
    found: dict[str, Counter] = {}
    for record in life.records:
        if record.kind == level:
            document = stamp.parse(record.xml)
            sums = found.setdefault(document.get("periode"), Counter())
            for share in document.iterfind("bilan/tvas/tva"):
                sums[share.get("secteur"), share.get("taux")] += parse_euros(share.get("base"))
    return found


def _nonzero(sums: dict[str, Counter]) -> dict[str, dict]:
    kept = {period: {k: v for k, v in each.items() if v} for period, each in sums.items()}
    return {period: each for period, each in kept.items() if each}


@settings(max_examples=40, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(timezone.utc)),
    st.sampled_from(ZONES), st.integers(0, 23), st.integers(1, 12), st.integers(1, 31), LIFE,
    st.sampled_from((1, 2, 3, 40, 370)),
)  # fmt: skip
# Winter time begins, a shop that closes its day at three; a leap day that ends a fiscal year.
@example(datetime(2026, 10, 24, 22, 30, tzinfo=timezone.utc), "Europe/Paris", 3, 12, 31,
         [("sale", 550, 100, False), ("wait", 120), ("sale", 550, 200, False), ("wait", 120),
          ("sale", 2000, 300, False)], 8)  # fmt: skip
@example(datetime(2028, 2, 29, 10, 30, tzinfo=timezone.utc), "Pacific/Noumea", 0, 2, 29,
         [("sale", 550, 100, False), ("wait", 180), ("sale", 550, -100, False), ("z",)], 2)  # fmt: skip
@example(datetime(2027, 11, 6, 19, 0, tzinfo=timezone.utc), "America/Miquelon", 17, 1, 1, [("z",)], 1)
def test_days_make_months_and_years_and_perpetual_totals(
    start, zone, hour, month, last, steps, absence
):
    life = Life(timezone=zone, closing_hour=hour, year_end_month=month, year_end_day=last)
    end = _live(life, start, steps, absence)
    state, known = TillState(), verifiers(life.desk)
    for record in life.records:
        state = verify_next(state, record, known)  # every signature, link, total and closing
    for level in ("GTJ", "GTM", "GTA"):
        closed, sold = _closed(life, level), _sold(life, level)
        over = {period: sums for period, sums in sold.items() if period in closed}
        assert _nonzero(closed) == _nonzero(over)
        assert level != "GTJ" or set(sold) <= set(closed)
    totals = [int(r.payload.split(",")[1]) for r in life.records if r.kind == "TCK"]
    assert state.totals.perpetual_real == sum(totals)
    assert state.totals.perpetual_absolute == sum(map(abs, totals))
    _every_day_once(life, end)


def _every_day_once(life: Life, end: datetime) -> None:
    """From the first business day to the last, each day, month and year is closed; parts are numbered."""
    rules = life.desk.rules
    closed = {level: [] for level in ("GTJ", "GTM", "GTA")}
    for record in life.records:
        if record.kind in closed:
            closed[record.kind].append(record.payload.split(",")[5])
    assert all(len(set(periods)) == len(periods) for periods in closed.values())
    first = life.records[0].business_day
    last = rules.business_day(end) - timedelta(days=1)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    assert [p for p in closed["GTJ"] if "-" not in p] == [f"{day:%Y%m%d}" for day in days]
    ended = {rules.period("GTM", day) for day in days if (day + timedelta(days=1)).day == 1}
    assert set(closed["GTM"]) == ended
    years = {
        rules.period("GTA", day) for day in days
        if rules.fiscal_year(day) != rules.fiscal_year(day + timedelta(days=1))
    }  # fmt: skip
    assert set(closed["GTA"]) == years


@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES), st.integers(0, 23),
    st.lists(st.integers(0, 2 * 24 * 3600), min_size=2, max_size=12),
)  # fmt: skip
def test_a_business_day_never_goes_back_while_time_goes_on(day, zone, hour, seconds):
    """Both DST nights included: an hour that comes twice belongs to one day."""
    rules = Life(timezone=zone, closing_hour=hour).desk.rules
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    days = [rules.business_day(start + timedelta(seconds=s)) for s in sorted(seconds)]
    assert days == sorted(days)


def test_a_fiscal_year_that_ends_in_june_adds_its_own_days():
    life = Life(year_end_month=6, year_end_day=30)
    june = datetime(2026, 6, 30, 10, 0, tzinfo=timezone.utc)
    life.start(june)
    life.sell(june, 550, 100, False)
    life.sell(june + timedelta(days=1), 550, 1000, False)
    life.finish(datetime(2027, 7, 1, 10, 0, tzinfo=timezone.utc))
    years = [r.payload.split(",") for r in life.records if r.kind == "GTA"]
    assert [(y[5], y[1]) for y in years] == [("2026", "100"), ("2027", "1000")]
