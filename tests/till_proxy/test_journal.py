"""The files of a till: nothing lost by a crash, no tampering unseen."""

import os
import shutil
from datetime import datetime, timedelta, timezone

import pytest

from escarcelle_core import chain
from escarcelle_core.documents import JetEvent
from shop import NOON, make_desk, make_ticket
from till_proxy.clock import FileClock
from till_proxy.errors import Refusal, StartError
from till_proxy.journal import Journal
from till_proxy.state import Lock, StateDir
from till_proxy.vault import Vault
from till_proxy.writer import Writer


class Bench:
    """A journal, its writer, and the means to open them again as after a crash."""

    def __init__(self, root):
        self.dir = StateDir(root / "state")
        self.dir.create()
        self.clock_file = root / "clock"
        self.clock_file.write_text(NOON.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.desk = make_desk()
        self.count = 0
        self.open()

    def open(self) -> Writer:
        """A fresh start from the files."""
        self.vault = Vault(self.dir.vault, b"k" * 32)
        self.journal = Journal(self.dir, self.vault.cipher)
        clock = FileClock(self.clock_file)
        self.writer = Writer(self.dir, self.vault, self.journal, clock, self.desk)
        return self.writer

    def sell(self, times: int = 1) -> None:
        """Some tickets."""
        for _ in range(times):
            self.count += 1
            ticket = make_ticket(self.count)
            order = {"total": ticket.total, "lines": []}
            event = {"type": "ticket", "content": "c", "day": "2026-03-14", "print_rank": 0}
            self.writer.write(
                ticket.uid, event,
                lambda state, desk, at, ticket=ticket: chain.issue_ticket(state, desk, ticket, at),
                order=order,
            )  # fmt: skip

    def file(self, n: int):
        """An entry's file, wherever it is."""
        name = f"{n:012d}.entry"
        sent = self.dir.sent / name
        return sent if sent.exists() else self.dir.pending / name

    def messages(self) -> list[str]:
        """What the last start found wrong."""
        return [defect.message for defect in self.writer.recovered.defects]


@pytest.fixture
def bench(tmp_path):
    """A till with nothing sold."""
    return Bench(tmp_path)


def test_the_state_is_worked_out_from_the_files(bench):
    bench.sell(5)
    before = bench.writer.state
    assert bench.open().state == before
    assert bench.writer.n == 5 and bench.messages() == []
    (bench.dir.root / "tete").unlink()
    bench.open()
    assert bench.writer.state == before and bench.writer.n == 5
    assert ["manquait" in m for m in bench.messages()] == [True]


def test_entries_are_sealed(bench):
    bench.sell()
    data = bench.file(1).read_bytes()
    assert b"ticket" not in data and b"TCK" not in data
    assert oct(bench.file(1).stat().st_mode & 0o777) == "0o600"


def test_an_older_checkpoint_is_caught_up(bench):
    bench.sell(2)
    old = (bench.dir.root / "tete").read_bytes()
    bench.sell(3)
    before = bench.writer.state
    (bench.dir.root / "tete").write_bytes(old)
    assert bench.open().state == before
    assert bench.messages() == []


def test_a_checkpoint_nobody_sealed_is_not_believed(bench):
    bench.sell(2)
    before = bench.writer.state
    (bench.dir.root / "tete").write_bytes(b"ESC1" + b"\0" * 200)
    assert bench.open().state == before
    assert bench.messages() != []


def test_a_deleted_middle_entry_is_seen(bench):
    bench.sell(5)
    bench.file(3).unlink()
    bench.open()
    assert bench.messages() == ["L'écriture 3 a disparu du disque."]
    assert bench.writer.state.seq("TCK") == 5 and bench.writer.n == 5


@pytest.mark.parametrize("gone", [(5,), (4, 5), (1, 2, 3, 4, 5)])
def test_a_deleted_tail_is_seen_and_no_number_is_used_twice(bench, gone):
    bench.sell(5)
    for n in gone:
        bench.file(n).unlink()
    bench.open()
    assert bench.messages() == [f"L'écriture {n} a disparu du disque." for n in gone]
    bench.sell()
    assert bench.writer.n == 6 and bench.writer.state.seq("TCK") == 6


def test_a_deleted_tail_is_seen_even_when_the_head_is_deleted_too(bench):
    bench.sell(5)
    bench.writer.save_base()
    bench.file(5).unlink()
    (bench.dir.root / "tete").unlink()
    bench.open()
    assert "L'écriture 5 a disparu du disque." in bench.messages()
    assert bench.writer.state.seq("TCK") == 5


def test_what_was_reported_once_is_signed_once(bench):
    bench.sell(5)
    bench.file(3).unlink()
    bench.open().report_defects()
    jets = bench.writer.state.seq("JET")
    assert jets == 1
    bench.open().report_defects()
    assert bench.messages() == [] and bench.writer.state.seq("JET") == jets


def test_one_changed_byte_is_seen_and_the_file_kept(bench):
    bench.sell(3)
    data = bytearray(bench.file(2).read_bytes())
    data[len(data) // 2] ^= 1
    bench.file(2).write_bytes(data)
    bench.open()
    assert bench.messages() == ["L'écriture 2 est illisible ; elle est conservée à part."]
    assert [p.read_bytes() for p in bench.dir.aside.iterdir()] == [bytes(data)]
    assert bench.writer.state.seq("TCK") == 3


def test_two_swapped_files_are_seen(bench):
    bench.sell(3)
    one, two = bench.file(1).read_bytes(), bench.file(2).read_bytes()
    bench.file(1).write_bytes(two)
    bench.file(2).write_bytes(one)
    bench.open()
    assert len(bench.messages()) == 2


@pytest.mark.parametrize("size", [0, 1, 50, -1])
def test_a_truncated_write_is_set_aside_and_reported(bench, size):
    bench.sell(2)
    whole = bench.file(2).read_bytes()
    (bench.dir.pending / "000000000003.tmp").write_bytes(whole[:size] if size >= 0 else whole[:-1])
    bench.open()
    assert bench.messages() == []
    assert ["interrompue" in d.message for d in bench.writer.recovered.notes] == [True]
    assert len(list(bench.dir.aside.iterdir())) == 1
    bench.sell()
    assert bench.writer.n == 3


def test_a_whole_write_that_was_not_renamed_is_adopted(bench):
    bench.sell(3)
    before = bench.writer.state
    os.rename(bench.file(3), bench.dir.pending / "000000000003.tmp")
    assert bench.open().state == before
    assert bench.file(3).exists() and bench.messages() == []


def test_an_old_whole_write_is_not_adopted(bench):
    bench.sell(3)
    shutil.copy(bench.file(2), bench.dir.pending / "000000000002.tmp")
    bench.open()
    assert bench.writer.n == 3 and bench.messages() == []
    assert ["hors de la suite" in d.message for d in bench.writer.recovered.notes] == [True]


def test_acknowledged_entries_are_kept_then_purged_and_the_state_survives(bench):
    bench.sell(6)
    for n in (1, 2, 3):
        bench.journal.acknowledge(n, NOON)
    bench.journal.flush_acknowledged()
    before = bench.writer.state
    assert bench.writer.purge(NOON - timedelta(days=30)) == 0
    assert bench.writer.purge(NOON + timedelta(days=46)) == 3
    assert not bench.file(3).exists() and bench.file(4).exists()
    assert bench.open().state == before and bench.messages() == []
    (bench.dir.root / "tete").unlink()
    assert bench.open().state == before
    assert ["manquait" in m for m in bench.messages()] == [True]


def test_a_waiting_entry_is_never_purged(bench):
    bench.sell(4)
    for n in (1, 3, 4):
        bench.journal.acknowledge(n, NOON)
    assert bench.writer.purge(NOON + timedelta(days=400)) == 1
    assert bench.journal.numbers == [2, 3, 4]


def test_the_last_entry_is_never_purged(bench):
    bench.sell(2)
    for n in (1, 2):
        bench.journal.acknowledge(n, NOON)
    uuids = list(bench.writer.index.tickets)
    bench.writer.purge(NOON + timedelta(days=400))
    assert bench.journal.numbers == [2]
    index = bench.writer.index
    assert list(index.tickets) == uuids[1:] and index.by_number("3-1") is None
    assert set(index.entries) == set(uuids), "a purged sale is not sold again"


def test_without_entries_nor_checkpoint_no_number_is_given_twice(bench):
    bench.sell(4)
    for n in (1, 2):
        bench.journal.acknowledge(n, NOON)
    bench.writer.purge(NOON + timedelta(days=400))
    (bench.dir.root / "tete").unlink()
    (bench.dir.vault / "names" / "base").unlink()
    with pytest.raises(StartError, match="mémoire fiscale"):
        bench.open()


def test_resend_puts_acknowledged_entries_back(bench):
    bench.sell(4)
    for n in (1, 2, 3, 4):
        bench.journal.acknowledge(n, NOON)
    assert bench.journal.resend(3) == 2
    assert bench.journal.pending == [3, 4]
    bench.open()
    assert bench.journal.pending == [3, 4] and bench.messages() == []


def test_file_then_name_then_directory_reach_the_disk_in_that_order(bench, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(fd):
        path = os.readlink(f"/proc/self/fd/{fd}")
        done.append(("fsync", os.path.basename(path)))
        fsync(fd)

    def noted_replace(source, target):
        done.append(("rename", os.path.basename(target)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    bench.sell()
    assert done[:3] == [
        ("fsync", "000000000001.tmp"), ("rename", "000000000001.entry"), ("fsync", "Ventes"),
    ]  # fmt: skip


def test_a_failed_write_leaves_no_trace(bench, monkeypatch):
    bench.sell(2)
    before = bench.writer.state

    def full(fd, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(Refusal) as caught:
            bench.sell()
    assert caught.value.code == "disk_full"
    assert bench.writer.state == before and bench.writer.n == 2
    assert list(bench.dir.pending.glob("*.tmp")) == []
    bench.sell()
    assert bench.writer.state.seq("TCK") == 3
    assert bench.open().state.seq("TCK") == 3


def test_a_disk_that_cannot_sync_stops_everything(bench, monkeypatch):
    bench.sell()

    def dead(fd):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", dead)
        with pytest.raises(Refusal) as caught:
            bench.sell()
    assert caught.value.code == "till_damaged"
    with pytest.raises(Refusal):  # what a failed fsync left on disk is unknown: only a start knows
        bench.sell()
    bench.open()
    assert bench.writer.n == 1
    bench.sell()


def test_the_reserve_stops_sales_but_not_events(tmp_path):
    bench = Bench(tmp_path)
    bench.journal._reserve = bench.journal.free_bytes() * 2
    with pytest.raises(Refusal) as caught:
        bench.sell()
    assert caught.value.code == "disk_full" and "Libérez" in caught.value.message
    bench.writer.event(80, "essai")
    assert bench.writer.n == 1


def test_two_programs_on_one_directory(bench):
    lock = Lock(bench.dir)
    with pytest.raises(StartError, match="utilise déjà"):
        Lock(bench.dir)
    lock.release()
    Lock(bench.dir).release()


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
