"""Files, CUPS, serial lines: each through something real at the other end."""

import asyncio
import os
import pty
import threading
import tty
from decimal import Decimal

import pytest

from till_proxy.devices import wired
from till_proxy.devices.base import PrinterFault, Status
from till_proxy.devices.cups import CupsPrinter
from till_proxy.devices.file import FilePrinter
from till_proxy.devices.scale import Scale, ScaleFault
from till_proxy.devices.scanner import Scans, SerialScanner


def nothing() -> None:
    """A job that starts."""


class Line:
    """A serial line: ``path`` for the program, ``master`` for whoever plays the device."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.master)
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)

    def answer(self, question: bytes, reply: bytes) -> threading.Thread:
        """Reply once to ``question``."""

        def play():
            seen = b""
            while question not in seen:
                seen += os.read(self.master, 64)
            os.write(self.master, reply)

        thread = threading.Thread(target=play, daemon=True)
        thread.start()
        return thread

    def close(self):
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def line():
    made = Line()
    yield made
    made.close()


def test_a_file_takes_jobs_one_after_another(tmp_path):
    printer = FilePrinter(tmp_path / "tickets.bin")
    started = []
    printer.send(b"un", lambda: started.append(1))
    printer.pulse(b"<p>", b"<now>")
    printer.send(b"deux", nothing)
    assert (tmp_path / "tickets.bin").read_bytes() == b"un<p>deux"
    assert started == [1]
    assert printer.status() == Status("unknown")


def test_a_file_that_cannot_be_written(tmp_path):
    printer = FilePrinter(tmp_path / "absent" / "lp0")
    started = []
    with pytest.raises(PrinterFault) as caught:
        printer.send(b"un", lambda: started.append(1))
    assert caught.value.sure
    assert started == []
    assert printer.status() == Status("offline")


def test_a_device_that_fails_half_way_is_uncertain():
    printer = FilePrinter("/dev/full")  # type: ignore[arg-type]
    with pytest.raises(PrinterFault) as caught:
        printer.send(b"un", nothing)
    assert not caught.value.sure


@pytest.fixture
def fake_cups(tmp_path, monkeypatch):
    """``lp`` and ``lpstat`` that note what they get; ``refuse`` makes them fail."""
    (tmp_path / "lp").write_text(
        f'#!/bin/sh\n[ -e {tmp_path}/refuse ] && echo "no queue" >&2 && exit 1\n'
        f'echo "$@" > {tmp_path}/arguments\ncat > {tmp_path}/job\n'
    )
    (tmp_path / "lpstat").write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/refuse ] && exit 1\n"
        'echo "printer $2 is idle.  enabled since today"\n'
    )
    for name in ("lp", "lpstat"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_cups_gets_raw_bytes(fake_cups):
    printer = CupsPrinter("Caisse")
    printer.send(b"\x1b@un\n", nothing)
    assert (fake_cups / "job").read_bytes() == b"\x1b@un\n"
    assert (fake_cups / "arguments").read_text().split()[:4] == ["-d", "Caisse", "-o", "raw"]
    assert printer.status() == Status("unknown")
    printer.pulse(b"<p>", b"")
    assert (fake_cups / "job").read_bytes() == b"<p>"


def test_cups_that_refuses_may_be_tried_again(fake_cups):
    (fake_cups / "refuse").touch()
    printer = CupsPrinter("Caisse")
    with pytest.raises(PrinterFault) as caught:
        printer.send(b"un", nothing)
    assert caught.value.sure
    assert caught.value.detail == "no queue"
    assert printer.status() == Status("offline")


def test_no_cups_at_all(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrinterFault) as caught:
        CupsPrinter("Caisse").send(b"un", nothing)
    assert caught.value.sure
    assert CupsPrinter("Caisse").status() == Status("offline")


def test_a_serial_printer_through_python_escpos(line):
    line.answer(b"\x10\x04\x04", b"\x16\x12\x12\x12")
    wired.serial(line.path).send(b"un ticket\n", nothing)
    assert os.read(line.master, 64) == b"\x1da\x00un ticket\n"


def test_a_serial_printer_without_paper_is_not_sent_the_job(line):
    line.answer(b"\x10\x04\x04", b"\x1e\x32\x12\x7e")
    started = []
    with pytest.raises(PrinterFault) as caught:
        wired.serial(line.path).send(b"un", lambda: started.append(1))
    assert (caught.value.code, caught.value.sure, started) == ("paper_out", True, [])


def test_a_serial_printer_that_answers_nothing(line):
    printer = wired.serial(line.path, answers=False)
    printer.send(b"un", nothing)
    printer.pulse(b"<p>", b"")
    assert os.read(line.master, 64) == b"un<p>"
    assert printer.status() == Status("unknown")


def test_wires_that_are_not_there():
    for printer in (wired.serial("/dev/ttyNOPE"), wired.usb(0xDEAD, 0xBEEF), wired.windows("x")):
        with pytest.raises(PrinterFault) as caught:
            printer.send(b"un", nothing)
        assert caught.value.sure
        assert printer.status() == Status("offline")


@pytest.mark.parametrize(
    ("reply", "weight"),
    [(b"\x02 0.350\r", "0.350"), (b"\x0212.345N\r", "12.345"), (b"\x020.5\r", "0.500")],
)
def test_a_scale_gives_kilograms(line, reply, weight):
    scale = Scale(line.path)
    line.answer(b"W", reply)
    assert scale.read() == Decimal(weight)
    assert scale.connected


@pytest.mark.parametrize(
    ("reply", "code"),
    [(b"\x02?A\r", "moving"), (b"\x02?B\r", "overload"), (b"\x02?D\r", "negative"),
     (b"garbage\r", "offline")],
)  # fmt: skip
def test_a_scale_that_cannot_weigh_says_why(line, reply, code):
    line.answer(b"W", reply)
    with pytest.raises(ScaleFault) as caught:
        Scale(line.path).read()
    assert caught.value.code == code


def test_no_scale():
    scale = Scale("/dev/ttyNOPE")
    with pytest.raises(ScaleFault, match="ne répond pas"):
        scale.read()
    assert not scale.connected


async def test_a_serial_scanner_feeds_the_page_that_waits(line, until):
    scans = Scans()
    scans.attach()
    scanner = SerialScanner(line.path, scans)
    scanner.start()
    await until(lambda: scans.connected)
    waiting = asyncio.create_task(scans.next(5))
    await asyncio.sleep(0.05)
    os.write(line.master, b"\r3017620422003\r\n")
    assert await waiting == "3017620422003"
    await asyncio.to_thread(scanner.stop)
    assert not scans.connected


async def test_each_code_goes_to_one_page_and_late_pages_miss_old_codes():
    clock = [0.0]
    scans = Scans(keep_seconds=5, clock=lambda: clock[0])
    scans.attach()
    pages = [asyncio.create_task(scans.next(5)) for _ in range(2)]
    await asyncio.sleep(0)
    for code in ("1", "2", "3", "\x00\x1b", "4" * 500):
        scans.scanned(code)
    assert [await page for page in pages] == ["1", "2"]
    assert await scans.next(0.1) == "3"
    clock[0] = 10
    assert await scans.next(0.05) is None


async def test_a_page_that_left_takes_no_code_with_it():
    scans = Scans()
    scans.attach()
    gone = asyncio.create_task(scans.next(5))
    await asyncio.sleep(0)
    gone.cancel()
    scans.scanned("123")
    await asyncio.sleep(0.01)
    assert await scans.next(0.1) == "123"
