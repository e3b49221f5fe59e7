"""Who advances the fiscal state: instants, elapsed periods, long absences."""

from datetime import datetime, timezone

import pytest

from escarcelle_core import chain
from escarcelle_core.documents import JetEvent
from shop import NOON
from till_proxy.errors import Refusal


def test_the_clock_never_dates_a_record_before_the_last(bench):
    bench.sell()
    last = bench.writer.last_at
    bench.clock_file.write_text("2026-03-10T08:00:00Z")
    bench.sell()
    assert bench.writer.last_at == last
    assert bench.writer.state.seq("JET") == 1, "the setback is signed"
    entry = bench.journal.read(2)
    assert [r["kind"] for r in entry["records"]] == ["JET", "TCK"]
    assert "Horloge_reculée" in entry["records"][0]["payload"]
    assert entry["records"][1]["business_day"] == "2026-03-14"
    bench.sell()
    assert bench.writer.state.seq("JET") == 1, "once"
    assert bench.writer.clock_is_behind


def test_a_clock_far_ahead_is_refused(bench):
    bench.sell()
    bench.clock_file.write_text("2099-01-01T08:00:00Z")
    with pytest.raises(Refusal) as caught:
        bench.sell()
    assert caught.value.code == "clock" and "à l'heure" in caught.value.message
    assert bench.writer.n == 1


def test_days_without_the_program_are_closed_one_by_one(bench):
    bench.sell()
    bench.clock_file.write_text("2026-04-02T08:00:00Z")
    bench.sell()
    kinds = [r["kind"] for r in bench.journal.read(2)["records"]]
    assert "JET" not in kinds[:1], "a holiday is no jump of the clock"
    assert kinds.count("GTJ") == 19 and kinds.count("GTM") == 1 and kinds[-1] == "TCK"
    bench.open()
    assert bench.messages() == []


def test_a_year_without_the_program_is_cut_into_entries_the_server_takes(bench):
    bench.sell()
    bench.clock_file.write_text("2027-03-20T08:00:00Z")
    bench.sell()
    entries = [bench.journal.read(n) for n in bench.journal.numbers]
    assert all(len(entry["records"]) < 500 for entry in entries) and len(entries) > 4
    assert [e["event"]["type"] for e in entries[1:-1]] == ["closing"] * (len(entries) - 2)
    assert all(e["records"][-1]["kind"] == "ANC" for e in entries[1:-1])
    assert entries[-1]["event"]["type"] == "ticket"
    first = entries[1]["records"][0]
    assert first["kind"] == "JET" and "Horloge_avancée" in first["payload"]
    kinds = [r["kind"] for entry in entries for r in entry["records"]]
    assert kinds.count("GTJ") == 371 and kinds.count("GTM") == 12 and kinds.count("GTA") == 1
    state = bench.writer.state
    assert bench.open().state == state and bench.messages() == []


def test_cut_short_between_two_of_them_the_rest_is_closed_later(bench, monkeypatch):
    bench.sell()
    bench.clock_file.write_text("2027-03-20T08:00:00Z")
    real, left = bench.journal.append, [2]

    def append(entry, **options):
        left[0] -= 1
        if left[0] < 0:
            raise Refusal("disk_full", "plein")
        real(entry, **options)

    with monkeypatch.context() as patch:
        patch.setattr(bench.journal, "append", append)
        with pytest.raises(Refusal):
            bench.sell()
    assert bench.writer.n == 3
    bench.open()
    bench.sell()
    kinds = [r["kind"] for n in bench.journal.numbers for r in bench.journal.read(n)["records"]]
    assert kinds.count("GTJ") == 371 and kinds.count("ANC") == 371
    bench.open()
    assert bench.messages() == []


def test_an_event_alone_is_an_entry(bench):
    line = JetEvent(80, "essai", "C07")
    entry = bench.writer.write(
        "11111111-1111-4111-8111-111111111111", {"type": "jet", "code": 80},
        lambda state, desk, at: chain.issue_event(state, desk, line, at),
    )  # fmt: skip
    assert entry["order"] is None and entry["n"] == 1
    made = datetime.strptime(entry["made_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert made == NOON
