"""A receipt printer on the network (raw TCP, port 9100 as a rule).

Before a job it is asked for its status; after it, for a reply that comes only when everything
before it is printed. So « sent » means printed, and what is not certain is known to be so. A printer
that never answers is believed when it takes the bytes.
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from .base import PrinterFault, Status
from .replies import ASK_DONE, ASK_STATUS, QUIET, is_done, is_status, read_status

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 1.5
#: A long ticket on a slow printer; and how long somebody may take to change the roll.
PRINT_SECONDS = 60.0
REPAIR_SECONDS = 900.0
_POLL_SECONDS = 0.25
_CHUNK = 4096


class NetworkPrinter:
    """See ``Printer``. One connection at a time, opened for each job."""

    def __init__(
        self,
        host: str,
        port: int = 9100,
        *,
        print_seconds: float = PRINT_SECONDS,
        repair_seconds: float = REPAIR_SECONDS,
    ):
        self.name = f"{host}:{port}"
        self._address = (host, port)
        self._print_seconds = print_seconds
        self._repair_seconds = repair_seconds
        self._busy = threading.Lock()
        self._urgent: deque[tuple[bytes, threading.Event]] = deque()
        self._during = ""
        self._talks = False

    def send(self, data: bytes, starting: Callable[[], None]) -> None:
        """See ``Printer``."""
        with self._busy:
            try:
                self._send(data, starting)
            finally:
                self._during = ""

    def _send(self, data: bytes, starting: Callable[[], None]) -> None:
        try:
            link = _Link(self._address)
        except OSError as error:
            raise PrinterFault("offline", sure=True, detail=str(error)) from error
        with link:
            state = self._state(link)
            if not Status(state).prints:
                raise PrinterFault(state, sure=True)
            starting()
            try:
                self._transmit(link, QUIET + data + (b"" if state == "unknown" else ASK_DONE))
                if state == "unknown":
                    link.finish()
                else:
                    self._wait_until_printed(link)
            except OSError as error:
                raise PrinterFault("offline", sure=False, detail=str(error)) from error

    def _state(self, link: "_Link") -> str:
        """What the printer answers; one that once answered and is silent serves somebody else."""
        state = link.ask_status()
        if state != "unknown":
            self._talks = True
        return "busy" if state == "unknown" and self._talks else state

    def _transmit(self, link: "_Link", data: bytes) -> None:
        view = memoryview(data)
        last = time.monotonic()
        while view:
            self._pass_urgent(link)
            sent = link.write_some(view[:_CHUNK])
            view = view[sent:]
            if sent:
                last = time.monotonic()
            elif time.monotonic() - last > self._patience(link):
                raise PrinterFault(self._during or "offline", sure=False)

    def _wait_until_printed(self, link: "_Link") -> None:
        last = time.monotonic()
        while True:
            self._pass_urgent(link)
            patience = self._patience(link)
            if link.done():
                return
            if time.monotonic() - last > patience:
                raise PrinterFault(self._during or "error", sure=False)

    def _patience(self, link: "_Link") -> float:
        """How long without progress is too long, by what the printer says is wrong."""
        self._during = link.trouble()
        return self._repair_seconds if self._during else self._print_seconds

    def _pass_urgent(self, link: "_Link") -> None:
        while self._urgent:
            pulse, done = self._urgent.popleft()
            link.write_all(pulse)
            done.set()

    def pulse(self, pulse: bytes, now: bytes) -> None:
        """See ``Printer``. During a job the pulse goes through the job's own connection."""
        if self._busy.acquire(timeout=0.2):
            try:
                with _Link(self._address) as link:
                    # A printer without paper keeps ordinary commands for later.
                    stopped = self._talks and not Status(link.ask_status()).prints
                    link.write_all(now if stopped else pulse)
                    link.finish()
            except OSError as error:
                raise PrinterFault("offline", sure=True, detail=str(error)) from error
            finally:
                self._busy.release()
            return
        done = threading.Event()
        wanted = (now, done)
        self._urgent.append(wanted)
        if not done.wait(CONNECT_SECONDS):
            try:
                self._urgent.remove(wanted)
            except ValueError:
                return  # taken at the last moment
            raise PrinterFault("busy", sure=True)

    def status(self) -> Status:
        """See ``Printer``."""
        if not self._busy.acquire(timeout=0.2):
            return Status(self._during or "ready")
        try:
            with _Link(self._address) as link:
                return Status(self._state(link))
        except OSError:
            return Status("offline")
        finally:
            self._busy.release()


class _Link:
    """One TCP connection and the answers read from it. Methods raise OSError."""

    def __init__(self, address: tuple[str, int]):
        self._socket = socket.create_connection(address, CONNECT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._done = False
        self._status = bytearray()
        self._asked = time.monotonic()
        self._trouble = ""

    def __enter__(self) -> "_Link":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def write_all(self, data: bytes) -> None:
        self._socket.settimeout(CONNECT_SECONDS)
        self._socket.sendall(data)

    def write_some(self, data: memoryview) -> int:
        """Bytes taken within a moment, maybe none."""
        self._socket.settimeout(_POLL_SECONDS)
        try:
            return self._socket.send(data)
        except TimeoutError:
            return 0

    def finish(self) -> None:
        """Say that nothing more comes and let the other side read it all."""
        self._socket.shutdown(socket.SHUT_WR)
        self._socket.settimeout(ANSWER_SECONDS)
        try:
            while self._socket.recv(256):
                pass
        except TimeoutError:
            pass

    def ask_status(self) -> str:
        """State before a job: a key of ``MESSAGES``; ``unknown`` for a printer that says nothing."""
        self.write_all(ASK_STATUS)
        end = time.monotonic() + ANSWER_SECONDS
        while len(self._status) < 4 and (left := end - time.monotonic()) > 0:
            self._read(left)
        answers = bytes(self._status[:4])
        self._status.clear()
        return read_status(answers) if len(answers) == 4 else "unknown"

    def trouble(self) -> str:
        """What keeps the printer from going on, ``""`` for nothing; asked once a second."""
        if time.monotonic() - self._asked > 1:
            self._status.clear()
            self._asked = time.monotonic()
            self.write_some(memoryview(ASK_STATUS))
        self._read(_POLL_SECONDS)
        if len(self._status) >= 4:
            state = read_status(bytes(self._status[:4]))
            self._trouble = state if state in ("paper_out", "cover_open", "error") else ""
            self._status.clear()
        return self._trouble

    def done(self) -> bool:
        """Whether the reply that closes the job has come."""
        return self._done

    def _read(self, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            answer = self._socket.recv(256)
        except TimeoutError:
            return
        if not answer:
            raise ConnectionResetError("closed by the printer")
        for byte in answer:
            if is_status(byte):
                self._status.append(byte)
            elif is_done(byte):
                self._done = True
