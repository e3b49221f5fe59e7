"""What every printer transport is to the print queue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

#: State of a printer → what the status page says, and what to do about it.
MESSAGES = {
    "ready": "Imprimante prête.",
    "paper_low": "Bientôt plus de papier : préparez un rouleau.",
    "paper_out": "Plus de papier : remettez un rouleau et refermez le capot.",
    "cover_open": "Capot ouvert : refermez le capot de l'imprimante.",
    "error": "L'imprimante signale une erreur : éteignez-la, rallumez-la.",
    "offline": "L'imprimante ne répond pas : vérifiez qu'elle est allumée et branchée.",
    "busy": "L'imprimante est occupée : réessayez dans un instant.",
    "unknown": "Imprimante sans retour d'état : regardez-la.",
    "checking": "Imprimante : vérification en cours.",
    "none": "Aucune imprimante n'est réglée sur cette caisse.",
}
#: States in which a printer takes a new job.
PRINTS = ("ready", "paper_low", "unknown", "checking")


@dataclass(frozen=True, slots=True)
class Status:
    """State of a printer; ``code`` is a key of ``MESSAGES``."""

    code: str

    @property
    def message(self) -> str:
        """French, and says what to do."""
        return MESSAGES[self.code]

    @property
    def prints(self) -> bool:
        """Whether a job sent now would be printed."""
        return self.code in PRINTS


class PrinterFault(Exception):
    """The printer did not do it.

    ``code`` is a key of ``MESSAGES``. ``sure`` is true when nothing of the job can be on paper: it may
    be sent again. Otherwise nobody but a person looking at the printer knows.
    """

    def __init__(self, code: str, *, sure: bool, detail: str = ""):
        self.code = code
        self.sure = sure
        self.detail = detail
        super().__init__(MESSAGES[code])


class Printer(Protocol):
    """A printer at the end of a wire. Methods block; one job at a time."""

    #: For people: address or name.
    name: str

    def send(self, data: bytes, starting: Callable[[], None]) -> None:
        """Print ``data`` and come back when the printer has it.

        ``starting`` is called once, when the printer is found able to print and before the first byte
        of the job leaves. Raises PrinterFault.
        """

    def pulse(self, pulse: bytes, now: bytes) -> None:
        """Open the drawer: ``pulse`` between jobs, ``now`` (real time) during one.

        Raises PrinterFault.
        """

    def status(self) -> Status:
        """What the printer says of itself; never raises."""
