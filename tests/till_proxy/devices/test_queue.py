"""The print queue: durable, in order, once, and never in the way of a sale."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest

import till_proxy.printing as printing
from escarcelle_core.printing import escpos, profiles
from escarcelle_core.printing.commands import Cut, NewLine, Text
from till_proxy.devices.base import PrinterFault, Status
from till_proxy.printing import PrintQueue
from till_proxy.printjobs import (
    EXPIRED,
    KEEP,
    SENDING,
    SENT,
    SETTLED,
    UNCERTAIN,
    WAITING,
    JobStore,
    PrintError,
)


def job(text: str) -> bytes:
    return escpos.encode([Text(text), NewLine(), Cut()], profiles.load())


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setattr(printing, "BACK_OFF", (0.05, 0.1))


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "impressions"


@pytest.fixture
async def queue(bench, directory, cipher, now):
    made = PrintQueue(directory, cipher, bench.printer(), now)
    made.start()
    yield made
    await made.stop()


async def test_jobs_are_printed_in_order_once(queue, bench, until):
    for number in range(1, 6):
        queue.submit(f"order-{number}", job(f"Ticket {number}"), label=f"Ticket 3-{number}")
    await until(lambda: not queue.jobs())
    assert bench.papers() == [f"Ticket {number}\n" for number in range(1, 6)]
    assert queue.job("order-3").state == SENT
    assert queue.job("order-3").data == b""
    assert queue.status().as_json() == {
        "state": "ready", "message": "Imprimante prête.", "waiting": 0, "uncertain": [],
    }  # fmt: skip


async def test_the_same_job_again_changes_nothing(queue, bench, until):
    first = queue.submit("order-1", job("un"), label="Ticket 3-1")
    assert queue.submit("order-1", job("autre"), label="x").n == first.n
    await until(lambda: queue.job("order-1").state == SENT)
    assert queue.submit("order-1", job("un"), label="Ticket 3-1").state == SENT
    queue.submit("order-2", job("deux"), label="Ticket 3-2")
    await until(lambda: not queue.jobs())
    assert bench.papers() == ["un\n", "deux\n"]


async def test_a_printer_without_paper_holds_up_nothing_but_paper(queue, bench, until):
    bench.play("paper_out")
    queue.submit("order-1", job("un"), label="Ticket 3-1")
    queue.submit("order-2", job("deux"), label="Ticket 3-2")
    await until(lambda: queue.status().printer == "paper_out")
    status = queue.status()
    assert status.waiting == 2
    assert status.message == "Plus de papier : remettez un rouleau et refermez le capot."
    await until(lambda: queue.job("order-1").attempts >= 3)
    bench.play("ready")
    await until(lambda: not queue.jobs())
    assert bench.papers() == ["un\n", "deux\n"]


async def test_a_printer_switched_on_later_prints_what_waited(queue, bench, until):
    bench.play("offline")
    await until(lambda: bench.events("offline"))
    queue.submit("order-1", job("un"), label="Ticket 3-1")
    await until(lambda: queue.status().printer == "offline")
    bench.play("ready")
    await until(lambda: not queue.jobs())
    assert bench.papers() == ["un\n"]


async def test_waits_grow_and_a_new_job_shortens_them(queue, bench, until, monkeypatch):
    monkeypatch.setattr(printing, "BACK_OFF", (30,))
    bench.play("paper_out")
    queue.submit("order-1", job("un"), label="Ticket 3-1")
    await until(lambda: queue.job("order-1").attempts == 1)
    bench.play("ready")
    queue.submit("order-2", job("deux"), label="Ticket 3-2")
    await until(lambda: not queue.jobs())
    assert bench.papers() == ["un\n", "deux\n"]


async def test_a_doubtful_job_is_never_sent_again_by_itself(queue, bench, until):
    bench.play("cut 30")
    queue.submit("order-1", job("x" * 300), label="Ticket 3-1")
    queue.submit("order-2", job("deux"), label="Ticket 3-2")
    await until(lambda: queue.job("order-2").state == SENT)
    doubtful = queue.job("order-1")
    assert doubtful.state == UNCERTAIN
    assert "Regardez si le papier est sorti ; sinon, demandez un duplicata." in doubtful.problem
    assert [j.id for j in queue.status().uncertain] == ["order-1"]
    queue.retry()
    queue.submit("order-1", job("x" * 300), label="Ticket 3-1")
    queue.submit("order-3", job("trois"), label="Ticket 3-3")
    await until(lambda: queue.job("order-3").state == SENT)
    assert [paper for paper in bench.papers() if not paper.startswith("x")] == ["deux\n", "trois\n"]
    assert sum(paper.startswith("x") for paper in bench.papers()) <= 1


@pytest.mark.parametrize(("printed", "state"), [(True, SENT), (False, SETTLED)])
async def test_a_person_settles_a_doubtful_job(queue, bench, until, printed, state):
    bench.play("cut 30")
    queue.submit("order-1", job("x" * 300), label="Ticket 3-1")
    await until(lambda: queue.job("order-1").state == UNCERTAIN)
    assert queue.settle("order-1", printed=printed).state == state
    assert queue.status().uncertain == ()
    with pytest.raises(PrintError, match="n'attend pas de réponse"):
        queue.settle("order-1", printed=printed)
    with pytest.raises(PrintError):
        queue.settle("absent", printed=True)


async def test_what_waits_survives_the_program(bench, directory, cipher, now, until):
    first = PrintQueue(directory, cipher, bench.printer(), now)
    first.submit("order-1", job("un"), label="Ticket 3-1")
    second = PrintQueue(directory, cipher, bench.printer(), now)
    assert [j.label for j in second.jobs()] == ["Ticket 3-1"]
    second.start()
    await until(lambda: not second.jobs())
    await second.stop()
    assert bench.papers() == ["un\n"]
    third = PrintQueue(directory, cipher, bench.printer(), now)
    assert third.submit("order-1", job("un"), label="Ticket 3-1").state == SENT


async def test_a_job_too_late_is_given_up(queue, bench, now, until):
    bench.play("paper_out")
    limit = now.at + timedelta(hours=1)
    queue.submit("order-1", job("un"), label="Ticket 3-1", until=limit)
    await until(lambda: queue.job("order-1").attempts)
    now.at = limit
    bench.play("ready")
    queue.retry()
    await until(lambda: queue.job("order-1").state == EXPIRED)
    assert bench.papers() == []


def test_old_ended_jobs_are_forgotten_and_open_ones_kept(directory, cipher, now):
    store = JobStore(directory, cipher, now)
    ended = store.add("ended", "a", b"x", None)
    store.save(printing.replace(ended, state=SENT))
    store.add("open", "b", b"x", None)
    now.at += KEEP + timedelta(seconds=1)
    again = JobStore(directory, cipher, now)
    assert [j.id for j in again.all()] == ["open"]
    assert again.add("new", "c", b"x", None).n == 3


def test_files_are_sealed_and_owner_only(directory, cipher, now):
    JobStore(directory, cipher, now).add("order-1", "Ticket 3-1", job("Amina"), None)
    (path,) = directory.iterdir()
    content = path.read_bytes()
    assert b"Amina" not in content
    assert b"order-1" not in content
    assert path.stat().st_mode & 0o077 == 0
    assert directory.stat().st_mode & 0o077 == 0


def test_an_altered_or_moved_file_is_set_aside_and_told(directory, cipher, now):
    store = JobStore(directory, cipher, now)
    for number in (1, 2, 3):
        store.add(f"order-{number}", f"Ticket 3-{number}", job("x"), None)
    one, two, three = sorted(directory.iterdir())
    one.write_bytes(one.read_bytes()[:-1] + b"!")
    three.replace(directory / "000000000009.job")
    (directory / ".000000000004.job.abcd").write_bytes(b"half a write")
    again = JobStore(directory, cipher, now)
    assert [j.id for j in again.all()] == ["order-2"]
    assert again.defects == [
        "Impression 1 illisible, mise de côté.", "Impression 9 illisible, mise de côté.",
    ]  # fmt: skip
    assert sorted(p.suffix for p in directory.iterdir()) == [".illisible", ".illisible", ".job"]
    assert two.exists()


def test_a_job_found_half_sent_is_uncertain(directory, cipher, now):
    store = JobStore(directory, cipher, now)
    store.save(printing.replace(store.add("order-1", "a", job("x"), None), state=SENDING))
    (found,) = JobStore(directory, cipher, now).all()
    assert found.state == UNCERTAIN
    assert "La caisse s'est arrêtée pendant l'impression" in found.problem


def test_no_printer_and_impossible_jobs(directory, cipher, now):
    queue = PrintQueue(directory, cipher, None, now)
    assert queue.status().message == "Aucune imprimante n'est réglée sur cette caisse."
    assert queue.look() == Status("none")
    for data in (b"", b"x" * 4_000_001):
        with pytest.raises(PrintError, match="vide ou trop longue"):
            queue.submit("order-1", data, label="x")


def test_a_full_disk_refuses_the_job_and_keeps_nothing(directory, cipher, now, monkeypatch):
    queue = PrintQueue(directory, cipher, None, now)

    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(PrintError, match="disque de la caisse est plein"):
            queue.submit("order-1", job("un"), label="Ticket 3-1")
    assert list(directory.iterdir()) == []
    assert queue.submit("order-1", job("un"), label="Ticket 3-1").state == WAITING


class _Printer:
    """Prints by appending to a list; may break the disk or itself on the way."""

    name = "essai"

    def __init__(self, before=lambda: None, after=lambda: None):
        self.printed = []
        self._before = before
        self._after = after

    def send(self, data, starting):
        self._before()
        starting()
        self.printed.append(data)
        self._after()

    def pulse(self, pulse, now):
        raise PrinterFault("busy", sure=True)

    def status(self):
        return Status("ready")


async def test_nothing_is_printed_that_could_not_be_noted(
    directory, cipher, now, until, monkeypatch
):
    """A job whose « sending » is not on disk might be printed again: it is not printed at all."""
    real = os.fsync
    broken = [True]

    def fsync(fd):
        if broken:
            raise OSError(errno.EIO, "I/O error")
        real(fd)

    printer = _Printer()
    queue = PrintQueue(directory, cipher, printer, now)
    queue.submit("order-1", job("un"), label="Ticket 3-1")
    monkeypatch.setattr(os, "fsync", fsync)
    queue.start()
    await until(lambda: queue.status().printer == "error")
    assert printer.printed == []
    broken.clear()
    await until(lambda: queue.job("order-1").state == SENT)
    await queue.stop()
    assert len(printer.printed) == 1


async def test_a_transport_with_a_defect_does_not_stop_the_queue(directory, cipher, now, until):
    def crash():
        if len(printer.printed) == 1:
            raise RuntimeError("bug")

    printer = _Printer(after=crash)
    queue = PrintQueue(directory, cipher, printer, now)
    queue.submit("order-1", job("un"), label="a")
    queue.submit("order-2", job("deux"), label="b")
    queue.start()
    await until(lambda: queue.job("order-2").state == SENT)
    await queue.stop()
    assert queue.job("order-1").state == UNCERTAIN
    assert printer.printed == [job("un"), job("deux")]


async def test_stopping_does_not_wait_for_a_roll_of_paper(bench, directory, cipher, now, until):
    queue = PrintQueue(directory, cipher, bench.printer(), now)
    queue.start()
    bench.play("slow 100")
    queue.submit("order-1", job("un"), label="a")
    await until(lambda: queue.job("order-1").state == SENDING)
    bench.play("paper_out")
    await queue.stop(grace_seconds=0.2)
    (found,) = PrintQueue(directory, cipher, None, now).jobs()
    assert found.state == UNCERTAIN
    bench.play("ready")


async def test_the_status_page_hears_of_changes(bench, directory, cipher, now, until):
    heard = []
    queue = PrintQueue(
        directory, cipher, bench.printer(), now, lambda: heard.append(queue.status().printer)
    )
    queue.start()
    bench.play("paper_out")
    queue.submit("order-1", job("un"), label="a")
    await until(lambda: "paper_out" in heard)
    bench.play("ready")
    await until(lambda: heard[-1] == "ready")
    await queue.stop()


PROGRAM = textwrap.dedent(
    """
    import asyncio, sys
    from datetime import datetime, timezone
    from pathlib import Path
    from till_proxy.devices.network import NetworkPrinter
    from till_proxy.printing import PrintQueue
    from till_proxy.vault import Cipher

    async def main(directory, port, *ids):
        queue = PrintQueue(
            Path(directory), Cipher(bytes(range(32))), NetworkPrinter("127.0.0.1", int(port)),
            lambda: datetime.now(timezone.utc),
        )
        for job_id in ids:
            queue.submit(job_id, b"paper of " + job_id.encode() + b"\\n", label=job_id)
        print("submitted", flush=True)
        queue.start()
        while any(job.state in ("waiting", "sending") for job in queue.jobs()):
            await asyncio.sleep(0.02)
        await queue.stop()

    asyncio.run(main(*sys.argv[1:]))
    """
)


def run(directory, port, *ids, fault=""):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(directory), str(port), *ids],
        env={**os.environ, "ESCARCELLE_TILL_FAULT": fault}, capture_output=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "fault", ["before_print", "after_print", "before_print:2", "after_print:2"]
)
def test_killed_at_any_instant_nothing_is_printed_twice(bench, directory, cipher, now, fault):
    """SIGKILL around a job, then a new start: each paper at most once, and a missing one is told."""
    killed = run(directory, bench.port, "a", "b", "c", fault=fault)
    assert killed.returncode == -signal.SIGKILL
    assert run(directory, bench.port, "a", "b", "c").returncode == 0
    papers = bench.papers()
    assert len(papers) == len(set(papers))
    queue = PrintQueue(directory, cipher, None, now)
    doubtful = {j.id for j in queue.jobs()}
    assert len(doubtful) == 1
    assert {p.split()[-1] for p in papers} | doubtful == {"a", "b", "c"}
    assert all(queue.job(job_id).state == SENT for job_id in {"a", "b", "c"} - doubtful)


def test_killed_before_anything_left_all_is_printed(bench, directory, cipher, now):
    bench.play("paper_out")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(directory), str(bench.port), "a", "b"],
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"submitted\n"
    process.kill()
    process.wait(10)
    process.stdout.close()
    bench.play("ready")
    assert run(directory, bench.port).returncode == 0
    assert bench.papers() == ["paper of a\n", "paper of b\n"]
    assert PrintQueue(directory, cipher, None, now).jobs() == []
