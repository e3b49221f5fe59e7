"""A real TCP round trip with a printer that has every trouble a printer has."""

import asyncio
import socket
import time

import pytest

from escarcelle_core.printing import escpos, profiles
from escarcelle_core.printing.commands import Cut, Image, NewLine, Text
from till_proxy.devices.base import PrinterFault, Status
from till_proxy.devices.drawer import Drawer
from till_proxy.devices.network import NetworkPrinter

PROFILE = profiles.load()
JOB = escpos.encode([Text("Bonjour 3 €"), NewLine(), Cut()], PROFILE)
BIG = escpos.encode([Image(512, 3000, bytes(64 * 3000)), Cut()], PROFILE)


async def send(printer, data=JOB, started=None):
    marks = [] if started is None else started
    await asyncio.to_thread(printer.send, data, lambda: marks.append(True))


async def test_a_job_is_on_paper_when_send_comes_back(bench):
    started = []
    await send(bench.printer(), started=started)
    assert started == [True]
    assert bench.papers() == ["Bonjour 3 €\n"]
    assert (bench.directory / "0001.bin").read_bytes().endswith(JOB)


async def test_jobs_follow_each_other(bench):
    printer = bench.printer()
    for _ in range(5):
        await send(printer)
    assert len(bench.papers()) == 5


async def test_a_long_picture_passes(bench):
    await send(bench.printer(), BIG)
    assert bench.papers() == ["[image 512x3000]\n"]


@pytest.mark.parametrize("state", ["paper_out", "cover_open"])
async def test_a_printer_that_cannot_print_takes_nothing(bench, state):
    bench.play(state)
    started = []
    with pytest.raises(PrinterFault) as caught:
        await send(bench.printer(), started=started)
    assert (caught.value.code, caught.value.sure, started) == (state, True, [])
    bench.play("ready")
    await send(bench.printer())
    assert len(bench.papers()) == 1


async def test_nearly_out_of_paper_still_prints(bench):
    bench.play("paper_low")
    await send(bench.printer())
    assert len(bench.papers()) == 1
    assert await asyncio.to_thread(bench.printer().status) == Status("paper_low")


async def test_a_printer_that_is_off(bench, until):
    bench.play("offline")
    await until(lambda: bench.events("offline"))
    with pytest.raises(PrinterFault, match="allumée et branchée") as caught:
        await send(bench.printer())
    assert caught.value.sure
    assert await asyncio.to_thread(bench.printer().status) == Status("offline")


async def test_paper_that_ends_during_the_job_is_waited_for(bench, until):
    """The job is in the printer: it comes out when the roll is back, once."""
    bench.play("slow 400")
    printer = bench.printer()
    long = escpos.encode([Text("x" * 400), NewLine(), Cut()], PROFILE)
    job = asyncio.create_task(send(printer, long))
    await asyncio.sleep(0.4)
    bench.play("paper_out")
    shown = await until(lambda: printer.status() if printer._during else None)
    assert shown == Status("paper_out")
    assert not job.done()
    bench.play("ready")
    await job
    assert "".join(bench.papers()).replace("\n", "") == "x" * 400


async def test_paper_that_nobody_puts_back_leaves_the_job_uncertain(bench):
    bench.play("slow 100")
    printer = bench.printer(repair_seconds=0.5)
    job = asyncio.create_task(send(printer))
    await asyncio.sleep(0.15)
    bench.play("paper_out")
    with pytest.raises(PrinterFault) as caught:
        await job
    assert (caught.value.code, caught.value.sure) == ("paper_out", False)


async def test_a_connection_lost_during_the_job_is_uncertain(bench):
    bench.play("cut 20")
    with pytest.raises(PrinterFault) as caught:
        await send(bench.printer(), escpos.encode([Text("x" * 4000)], PROFILE))
    assert not caught.value.sure
    await send(bench.printer())
    assert bench.papers()[-1] == "Bonjour 3 €\n"


async def test_a_slow_printer_is_waited_for(bench):
    bench.play("slow 60")
    start = time.monotonic()
    await send(bench.printer())
    assert bench.papers() == ["Bonjour 3 €\n"]
    assert time.monotonic() - start > 0.2


async def test_a_printer_that_stops_answering_is_not_believed(bench):
    """Alive but never done: after the patience, uncertain."""
    bench.play("slow 1")
    with pytest.raises(PrinterFault) as caught:
        await send(bench.printer(print_seconds=0.6), escpos.encode([Text("x" * 300)], PROFILE))
    assert not caught.value.sure
    bench.play("ready")


async def test_a_printer_that_never_answers_is_believed(bench, until):
    bench.play("mute")
    await send(bench.printer())
    assert await until(bench.papers) == ["Bonjour 3 €\n"]


async def test_a_printer_that_answered_once_and_is_silent_is_busy(bench, until):
    printer = bench.printer()
    await send(printer)
    with socket.create_connection(("127.0.0.1", bench.port)) as other:
        other.sendall(b"\x10\x04\x01")
        await asyncio.sleep(0.2)
        with pytest.raises(PrinterFault) as caught:
            await send(printer)
    assert (caught.value.code, caught.value.sure) == ("busy", True)
    await until(lambda: printer.status().prints)
    assert len(bench.papers()) == 1


async def test_the_drawer_opens_without_paper(bench, until):
    drawer = Drawer(bench.printer(), PROFILE)
    await asyncio.to_thread(drawer.open_drawer)
    assert await until(lambda: bench.events("drawer")) == [
        {**bench.events("drawer")[0], "event": "drawer", "pin": 2}
    ]
    assert bench.papers() == []


async def test_the_drawer_opens_while_a_job_waits_for_paper(bench, until):
    """A cash sale must get its change while somebody looks for a roll."""
    bench.play("slow 200")
    printer = bench.printer()
    job = asyncio.create_task(send(printer))
    await asyncio.sleep(0.05)
    bench.play("paper_out")
    await asyncio.sleep(0.3)
    drawer = Drawer(printer, profiles.load(drawer_pin=5))
    await asyncio.to_thread(drawer.open_drawer)
    assert (await until(lambda: bench.events("drawer")))[0]["pin"] == 5
    assert not job.done()
    bench.play("ready")
    await job


async def test_no_drawer_when_the_printer_is_off_or_there_is_none(bench, until):
    bench.play("offline")
    await until(lambda: bench.events("offline"))
    with pytest.raises(PrinterFault):
        await asyncio.to_thread(Drawer(bench.printer(), PROFILE).open_drawer)
    with pytest.raises(PrinterFault, match="Aucune imprimante"):
        Drawer(None, PROFILE).open_drawer()


async def test_an_address_that_does_not_exist():
    printer = NetworkPrinter("imprimante.invalid")
    assert await asyncio.to_thread(printer.status) == Status("offline")
