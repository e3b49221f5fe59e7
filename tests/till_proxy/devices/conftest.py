"""A simulated printer on a real TCP port, and what it received."""

import asyncio
import json
import threading
import time
from datetime import datetime, timezone

import pytest

from till_proxy.devices.network import NetworkPrinter
from till_proxy.devices.simulator import Simulator
from till_proxy.vault import Cipher


class Bench:
    """The simulator, its control file, and what is on paper."""

    def __init__(self, simulator: Simulator):
        self.simulator = simulator
        self.directory = simulator.directory

    @property
    def port(self) -> int:
        return self.simulator.port

    def printer(self, **limits) -> NetworkPrinter:
        return NetworkPrinter("127.0.0.1", self.port, **limits)

    def play(self, state: str) -> None:
        (self.directory / "control").write_text(state + "\n", encoding="ascii")

    def papers(self) -> list[str]:
        return [p.read_text(encoding="utf-8") for p in sorted(self.directory.glob("*.txt"))]

    def events(self, kind: str) -> list[dict]:
        log = self.directory / "events.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [event for event in map(json.loads, lines) if event["event"] == kind]


@pytest.fixture
def bench(tmp_path):
    """A simulator in a loop and thread of its own: it answers whatever the test is doing."""
    simulator = Simulator(tmp_path / "printer")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(5)
    yield Bench(simulator)
    asyncio.run_coroutine_threadsafe(simulator.close(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(bytes(range(32)))


@pytest.fixture
def now():
    """The instant of the queue; ``now.at`` moves it."""

    class Now:
        at = datetime(2026, 11, 21, 20, 30, 5, tzinfo=timezone.utc)

        def __call__(self) -> datetime:
            return self.at

    return Now()


@pytest.fixture
def until():
    """``await until(condition)``: wait for it, a few seconds at most."""

    async def wait(condition, seconds: float = 8.0):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "it never came"
            await asyncio.sleep(0.02)
        return found

    return wait


@pytest.fixture
def until_sync():
    """The same for tests without a loop."""

    def wait(condition, seconds: float = 8.0):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "it never came"
            time.sleep(0.02)
        return found

    return wait
