"""A server and till programs that end with the test, whatever happens."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_server import FakeServer
from till_bench import Bench
from till_program import LocalProgram, Program


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A till API that verifies what it stores."""
    house = FakeServer()
    yield house
    house.close()


@pytest.fixture
def make_program(server: FakeServer, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """``make_program(name, code)``: an enrolled till, not started; ``local=True`` in a thread."""
    made: list[Program] = []

    def make(
        name: str = "till", code: str = "AAAA-BBBB", local: bool = False, **options
    ) -> Program:
        kind = LocalProgram if local else Program
        program = kind(tmp_path / name, server.url, **options).enroll(code)
        made.append(program)
        return program

    yield make
    for program in made:
        program.kill()


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    """One enrolled and running till (in a thread), a cashier at it."""
    return make_program(local=True).start()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A journal and its writer, nothing sold."""
    return Bench(tmp_path)
