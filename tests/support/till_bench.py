"""A journal and its writer on a directory, opened again and again as after a crash."""

from pathlib import Path

from escarcelle_core import chain
from shop import NOON, make_desk, make_ticket
from till_proxy.clock import FileClock
from till_proxy.journal import Journal
from till_proxy.state import StateDir
from till_proxy.vault import Vault
from till_proxy.writer import Writer


class Bench:
    """A journal, its writer, and the means to open them again as after a crash."""

    def __init__(self, root: Path):
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

    def file(self, n: int) -> Path:
        """An entry's file, wherever it is."""
        name = f"{n:012d}.entry"
        sent = self.dir.sent / name
        return sent if sent.exists() else self.dir.pending / name

    def messages(self) -> list[str]:
        """What the last start found wrong."""
        return [defect.message for defect in self.writer.recovered.defects]
