"""The files of a till: nothing lost by a crash, no tampering unseen."""

import os
import shutil
from datetime import timedelta

import pytest

from shop import NOON
from till_proxy.errors import Refusal, StartError
from till_proxy.state import Lock


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


def test_the_reserve_stops_sales_but_not_events(bench):
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
