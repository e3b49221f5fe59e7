"""What a kept entry puts on paper, and when the drawer opens: after the disk, never before.

Every job has a name derived from the entry, and the print queue knows the names it has had: sending
the same sale again prints nothing twice. A printer at fault never fails a sale.
"""

import logging
from typing import Protocol

from escarcelle_core.record import Record

from .closings import anchor_of, closing_records
from .faults import fault
from .tickets import ticket_record

_logger = logging.getLogger(__name__)


class Queue(Protocol):
    """The print queue of ``till_proxy.printing``."""

    def submit(self, job_id: str, record: Record, **context: object) -> bool:
        """Queue a document once; False when ``job_id`` is already known."""

    def open_drawer(self, job_id: str) -> bool:
        """Queue a drawer pulse once; False when ``job_id`` is already known."""

    def status(self) -> dict:
        """For the status page."""


class NoPrinter:
    """The queue of a till without any printer: everything is refused politely."""

    def submit(self, job_id: str, record: Record, **context: object) -> bool:
        """See ``Queue``."""
        _logger.info("no printer configured: %s not printed", job_id)
        return False

    def open_drawer(self, job_id: str) -> bool:
        """See ``Queue``."""
        return False

    def status(self) -> dict:
        """See ``Queue``."""
        return {"configured": False}


class Paper:
    """Turns entries into jobs. Never raises: what is signed stays sold."""

    def __init__(self, queue: Queue, *, print_z: bool):
        self._queue = queue
        self._print_z = print_z

    def sold(self, entry: dict) -> None:
        """A sale: the drawer when cash moved, the ticket when paper was asked."""
        event, uuid = entry["event"], entry["uuid"]
        self.closed(entry)
        if event.get("drawer"):
            fault("before_drawer")
            self._safely(self._queue.open_drawer, f"{uuid}:drawer")
        if event["print_rank"]:
            fault("before_print")
            self._safely(
                self._queue.submit, f"{uuid}:1", ticket_record(entry), rank=event["print_rank"]
            )
            fault("after_print")

    def copied(self, entry: dict, original: Record) -> None:
        """A duplicate on paper: the original's text, marked."""
        event = entry["event"]
        self.closed(entry)
        if event["channel"] == "paper":
            copy = Record.from_json(next(d for d in entry["records"] if d["kind"] == "DUP"))
            self._safely(
                self._queue.submit, f"{entry['uuid']}:dup", original,
                rank=event["rank"], duplicate=copy,
            )  # fmt: skip

    def closed(self, entry: dict) -> None:
        """The Z of every period closed in an entry."""
        if not self._print_z:
            return
        for record in closing_records(entry):
            self._safely(
                self._queue.submit, f"{record.origin}:z", record, anchor=anchor_of(entry)
            )

    def drawer(self, job_id: str) -> None:
        """Open the drawer for a move of cash."""
        self._safely(self._queue.open_drawer, job_id)

    def status(self) -> dict:
        """For the status page."""
        return self._queue.status()

    def _safely(self, function, *arguments: object, **options: object) -> None:
        try:
            function(*arguments, **options)
        except Exception:
            _logger.exception("printing %s failed", arguments[0])
