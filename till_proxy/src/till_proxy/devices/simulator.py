"""A network receipt printer that exists on disk only: for trials, demonstrations and tests.

``python -m till_proxy.devices.simulator --port 9100 --directory DIR`` keeps each job as
``DIR/0001.bin`` (bytes) and ``DIR/0001.txt`` (what the paper shows), and notes in
``DIR/events.jsonl`` jobs, drawer pulses and faults. It answers status requests as a real printer does
and serves one connection at a time.

``DIR/control`` holds one line, read again all the time, to play a fault::

    ready          prints (also when the file is absent)
    paper_low      prints, and says that the roll is near its end
    paper_out      takes bytes, prints nothing until the roll is back
    cover_open     the same with an open cover
    offline        refuses connections
    mute           takes and prints, never answers
    slow 200       prints 200 bytes a second
    cut 500        drops the connection after 500 bytes of a job, once (then « ready »)
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path

from .decoder import Paper, tokens

_TICK = 0.05
_STATES = ("ready", "paper_low", "paper_out", "cover_open", "offline", "mute", "slow", "cut")
#: Answers to DLE EOT 1, 2, 3, 4 in each state that differs from « ready ».
_READY = (0x16, 0x12, 0x12, 0x12)
_STOPPED = ("paper_out", "cover_open")
_ANSWERS = {
    "paper_low": (0x16, 0x12, 0x12, 0x1E),
    "paper_out": (0x1E, 0x32, 0x12, 0x7E),
    "cover_open": (0x1E, 0x16, 0x12, 0x12),
}


class Simulator:
    """The printer. ``start`` binds the port; ``close`` lets it go."""

    def __init__(self, directory: Path, port: int = 0, host: str = "127.0.0.1", width: int = 42):
        self.directory = directory
        self.port = port
        self._host = host
        self._width = width
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task | None = None
        self._turn = asyncio.Lock()
        self._printing: list[_Connection] = []
        self._serving: set[asyncio.Task] = set()
        self._number = 0

    async def start(self) -> None:
        """Bind and serve; ``port`` is then the real one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        kept = [int(p.stem) for p in self.directory.glob("[0-9]*.bin") if p.stem.isdigit()]
        self._number = max(kept, default=0)
        await self._listen()
        self._watch = asyncio.create_task(self._follow_control())

    async def close(self) -> None:
        """Stop at once."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await self._deafen()

    def state(self) -> tuple[str, int]:
        """What ``control`` asks for: a state and its number."""
        try:
            words = (self.directory / "control").read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError):
            return "ready", 0
        if not words or words[0] not in _STATES:
            return "ready", 0
        return words[0], int(words[1]) if len(words) > 1 and words[1].isdigit() else 200

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _deafen(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    async def _follow_control(self) -> None:
        """Refuse connections while « offline »."""
        while True:
            await asyncio.sleep(0.1)
            offline = self.state()[0] == "offline"
            if offline and self._server:
                self._note("offline")
                await self._deafen()
            elif not offline and not self._server:
                with contextlib.suppress(OSError):
                    await self._listen()
                    self._note("online")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        connection = _Connection(self, reader, writer)
        try:
            async with self._turn:
                self._printing.append(connection)
                await connection.talk()
            writer.close()
            await connection.drain()
        except (OSError, asyncio.CancelledError):  # gone, or switched off: never an answer
            writer.transport.abort()
        finally:
            if connection in self._printing:
                self._printing.remove(connection)
                connection.flush()
            self._serving.discard(task)

    def is_next(self, connection: "_Connection") -> bool:
        """Whether everything received before this connection is printed."""
        return self._printing[0] is connection

    def paper(self) -> Paper:
        """A new sheet."""
        return Paper(self._width)

    def keep(self, data: bytes, paper: Paper) -> None:
        """Write one job; the text last, so that whoever sees it sees a whole job."""
        for pin in paper.pulses:
            self._note("drawer", pin=pin)
        if paper.blank:
            return
        self._number += 1
        name = f"{self._number:04d}"
        (self.directory / f"{name}.bin").write_bytes(data)
        draft = self.directory / f".{name}.txt"
        draft.write_text(paper.text, encoding="utf-8")
        draft.replace(self.directory / f"{name}.txt")
        unknown = [code.hex() for code in paper.unknown]
        self._note("job", number=self._number, bytes=len(data), cuts=paper.cuts, unknown=unknown)

    def restore(self) -> None:
        """A fault that happens once has happened."""
        (self.directory / "control").write_text("ready\n", encoding="ascii")

    def _note(self, event: str, **facts: object) -> None:
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **facts})
        with (self.directory / "events.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    #: For the connection, which tells what happens to it.
    note = _note


class _Connection:
    """One client: bytes in, paper and answers out."""

    def __init__(self, printer: Simulator, reader, writer):
        self._printer = printer
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._raw = bytearray()
        self._paper = printer.paper()
        self._taken = 0
        self._open = True

    async def talk(self) -> None:
        """Take bytes, print and answer until the client has said everything."""
        while self._open:
            await self._receive()
            await self._go_on()

    async def drain(self) -> None:
        """Print what is left in the printer's memory; others may talk meanwhile."""
        while self._buffer:
            before = len(self._buffer)
            runs = self._printer.state()[0] not in _STOPPED and self._printer.is_next(self)
            await self._go_on()
            if runs and len(self._buffer) == before:  # a command cut short: nothing can follow
                self._paper.unknown.append(bytes(self._buffer))
                self._buffer.clear()
            await asyncio.sleep(0 if runs else _TICK)

    async def _go_on(self) -> None:
        state, number = self._printer.state()
        if state in _STOPPED or not self._printer.is_next(self):
            self._answer_in_real_time(state)
        else:
            await self._print(state, number)

    async def _receive(self) -> None:
        try:
            data = await asyncio.wait_for(self._reader.read(4096), _TICK)
        except asyncio.TimeoutError:
            return
        self._open = bool(data)
        self._buffer += data
        state, number = self._printer.state()
        self._taken += len(data)
        if state == "cut" and self._taken >= number:
            self._printer.restore()
            self._printer.note("cut", bytes=self._taken)
            raise ConnectionResetError

    def _answer_in_real_time(self, state: str) -> None:
        """Stopped: only status requests and the drawer are obeyed, wherever they are."""
        while (at := self._buffer.find(b"\x10\x04")) >= 0 and at + 3 <= len(self._buffer):
            self._answer(_ANSWERS.get(state, _READY)[(self._buffer[at + 2] - 1) % 4])
            del self._buffer[at : at + 3]
        while (at := self._buffer.find(b"\x10\x14\x01")) >= 0 and at + 5 <= len(self._buffer):
            self._printer.note("drawer", pin=5 if self._buffer[at + 3] == 1 else 2)
            del self._buffer[at : at + 5]

    async def _print(self, state: str, number: int) -> None:
        budget = number * _TICK if state == "slow" else None
        for token in tokens(self._buffer):
            size = len(token.code) + len(token.data)
            if token.code == b"\x10\x04":
                if state != "mute":
                    self._answer(_ANSWERS.get(state, _READY)[(token.data[0] - 1) % 4])
                continue
            if token.code == b"\x1dr":
                self.flush()
                if state != "mute":
                    self._answer(0x03 if state == "paper_low" else 0x00)
                continue
            self._raw += token.code + token.data
            self._paper.take(token)
            if budget is not None:
                budget -= size
                if budget <= 0:
                    await asyncio.sleep(_TICK)
                    return

    def _answer(self, byte: int) -> None:
        if not self._writer.is_closing():
            self._writer.write(bytes((byte,)))

    def flush(self) -> None:
        """What was printed so far is one job."""
        if self._raw:
            self._printer.keep(bytes(self._raw), self._paper)
        self._raw = bytearray()
        self._paper = self._printer.paper()


async def _main(arguments: argparse.Namespace) -> None:
    printer = Simulator(arguments.directory, arguments.port, arguments.host, arguments.columns)
    await printer.start()
    print(f"imprimante simulée sur {arguments.host}:{printer.port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await printer.close()


def main(argv: list[str] | None = None) -> int:
    """Run until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m till_proxy.devices.simulator",
        description="Imprimante de tickets simulée : garde sur disque ce qu'on lui imprime.",
    )
    parser.add_argument("--port", type=int, default=9100, help="port TCP (9100)")
    parser.add_argument("--host", default="127.0.0.1", help="adresse d'écoute (127.0.0.1)")
    parser.add_argument("--directory", type=Path, required=True, help="dossier des impressions")
    parser.add_argument("--columns", type=int, default=42, help="largeur du papier (42)")
    try:
        asyncio.run(_main(parser.parse_args(argv)))
    except OSError as error:
        print(f"Impossible de démarrer l'imprimante simulée : {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
