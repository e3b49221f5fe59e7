"""What a kept entry puts on paper, and when the drawer opens: after the disk, never before.

Every paper has a name derived from the entry, and the print queue knows the names it has had: the
same sale sent again prints nothing twice. A printer at fault never fails a sale.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from escarcelle_core.documents import DOCUMENT_LABELS
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.printing import escpos, paper, stylesheet
from escarcelle_core.printing.context import PrintContext
from escarcelle_core.printing.errors import PrintingError
from escarcelle_core.record import Record

from .closings import anchor_of, closing_records, tickets_of
from .devices.base import PrinterFault
from .devices.settings import Devices
from .faults import fault
from .papers import own_record
from .printing import PrintQueue
from .printjobs import PrintError
from .tickets import ticket_record

_logger = logging.getLogger(__name__)

#: A sale sent again after this long no longer opens the drawer.
_FRESH = timedelta(minutes=10)
_TEST = b"<?xml version='1.0'?><ticket/>"


class Papers:
    """Turns entries into print jobs and drawer pulses. Never raises: what is signed stays sold.

    ``templates`` gives the shop's own stylesheets by name, as they are now.
    """

    def __init__(
        self,
        devices: Devices,
        queue: PrintQueue,
        now: Callable[[], datetime],
        templates: Callable[[], Mapping[str, bytes]],
        *,
        print_z: bool,
    ):
        self._devices = devices
        self._queue = queue
        self._now = now
        self._templates = templates
        self._print_z = print_z
        self._pulsed: set[str] = set()
        self._pulses = ThreadPoolExecutor(1, thread_name_prefix="drawer")

    def sold(self, entry: dict) -> None:
        """A sale: the drawer when cash moved, the ticket when paper was asked."""
        event, uuid = entry["event"], entry["uuid"]
        record = ticket_record(entry)
        if event.get("drawer") and self._now() - record.at < _FRESH:
            fault("before_drawer")
            self.drawer(uuid)
        if event["print_rank"]:
            fault("before_queue")
            self._print(f"{uuid}:1", record, rank=event["print_rank"])
            fault("after_queue")

    def issued(self, entry: dict) -> None:
        """An invoice, a note, a proof, a settlement: its paper when asked; the drawer when cash moved."""
        event, uuid = entry["event"], entry["uuid"]
        record = own_record(entry)
        if event.get("drawer") and self._now() - record.at < _FRESH:
            fault("before_drawer")
            self.drawer(uuid)
        if event["print_rank"]:
            fault("before_queue")
            self._print(f"{uuid}:1", record, rank=event["print_rank"])
            fault("after_queue")

    def copied(self, entry: dict, original: Record, fate: tuple[str, ...] = ()) -> None:
        """A duplicate on paper: the original's text, marked; ``fate`` says what became of it since."""
        if entry["event"]["channel"] == "paper":
            copy = Record.from_json(next(d for d in entry["records"] if d["kind"] == "DUP"))
            self._print(f"{entry['uuid']}:dup", original, duplicate=copy, fate=fate)

    def closed(self, entry: dict) -> None:
        """The Z of every period closed in an entry, whatever caused it.

        A day without a ticket is printed when somebody asked for it, not when a till that was off
        for a month closes thirty of them.
        """
        asked = entry["event"].get("by") == "button"
        for record in closing_records(entry):
            if self._print_z and (asked or tickets_of(record)):
                self._print(f"{record.origin}:z", record, anchor=anchor_of(entry))

    def reading(self, uuid: str, document: bytes) -> bool:
        """Queue the X report on paper; False when there is no printer."""
        if self._devices.printer is None:
            return False
        commands = stylesheet.render(document, "cloture", {}, PrintContext(reading=True))
        data = escpos.encode(commands, self._devices.profile)
        self._queue.submit(f"{uuid}:x", data, label="Lecture X")
        return True

    def drawer(self, uuid: str) -> None:
        """Open the drawer for an entry, once a run; a dead printer holds up nobody."""
        if self._devices.printer is not None and uuid not in self._pulsed:
            self._pulsed.add(uuid)
            self._pulses.submit(self._pulse)

    def test_page(self, till: str) -> None:
        """Queue a page that shows what the printer can do; PrintError when there is no printer."""
        now = self._now()
        page = test_page(self._devices, till, now)
        self._queue.submit(f"test-{now:%Y%m%d%H%M%S}", page, label="Page d'essai")

    def status(self) -> dict:
        """For the status page."""
        return {
            "configured": self._devices.printer is not None, **self._queue.status().as_json()
        }

    def close(self) -> None:
        """Wait for the pulse under way."""
        self._pulses.shutdown(wait=True)

    def _print(self, job: str, record: Record, **context: object) -> None:
        if self._devices.printer is None:
            return
        label = f"{DOCUMENT_LABELS[record.doc_type]} {record.number}"
        try:
            data = escpos.encode(self._commands(record, **context), self._devices.profile)
            self._queue.submit(job, data, label=label)
        except (PrintError, EscarcelleError, OSError) as error:
            _logger.error("%s not printed: %s", label, error)
        except Exception:
            _logger.exception("%s not printed", label)

    def _commands(self, record: Record, **context: object) -> list:
        """With the shop's template; with ours when the shop's fails: a ticket must come out."""
        own = self._templates()
        if own:
            try:
                return paper.commands(record, templates=own, **context)  # type: ignore[arg-type]
            except PrintingError as error:
                _logger.error("shop template refused: %s", error)
        return paper.commands(record, **context)  # type: ignore[arg-type]

    def _pulse(self) -> None:
        try:
            self._devices.drawer.open_drawer()
        except PrinterFault as problem:
            _logger.warning("drawer: %s", problem.code)
        except Exception:
            _logger.exception("drawer")


def test_page(devices: Devices, till: str, now: datetime) -> bytes:
    """The bytes of the test page of this printer."""
    if devices.printer is None:
        raise PrintError("Aucune imprimante n'est réglée sur cette caisse ([devices.printer]).")
    profile = devices.profile
    parameters = {
        "caisse": till,
        "imprimante": f"{devices.printer.name} ({profile.name})",
        "date": f"{now:%d/%m/%Y %H:%M}",
        "largeur": str(profile.width),
    }
    commands = stylesheet.render(_TEST, "test", parameters, PrintContext())
    return escpos.encode(commands, profile)


