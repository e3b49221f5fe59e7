"""What an archive hears of devices, from seals, shop anchors and other archives: none may contradict."""

from collections.abc import Callable
from datetime import timedelta

from lxml import etree

from .. import anchor as anchors
from ..documents import KINDS
from ..errors import EscarcelleError
from ..record import Record
from ..xml import archive_xml
from .ending import Read
from .till import TillCheck
from .witness import Witnesses


class Hearing:
    """``tell`` takes what a finding is about, the finding, and the device."""

    def __init__(self, witnesses: Witnesses, tell: Callable[..., None]):
        self._witnesses = witnesses
        self._tell = tell

    def seal(self, document: etree._Element, shown: str) -> None:
        """A seal states where every device stood: whatever comes later must agree."""
        try:
            content = archive_xml.read(document)
        except EscarcelleError:
            return  # already reported: the document does not verify
        for stated in content.tills:
            for finding in self._witnesses.say(
                shown, content.seq, stated.uid, stated.heads, content.period.last
            ):
                self._tell(shown, finding, stated.uid)

    def anchor(self, document: etree._Element, record: Record, shown: str, read: Read) -> None:
        """A shop anchor states where every device stood that day. A till whose clock is ahead of the
        server's may already be in the next one."""
        last = record.business_day + timedelta(days=1)
        try:
            shop = anchors.read(document).shop
        except EscarcelleError:
            return  # already reported
        for stated in shop:
            # Signed before this archive was made: this one too must hold what it states.
            for finding in self._witnesses.say(
                shown, read.header.seq - 1, stated.uid, stated.heads, last
            ):
                self._tell(shown, finding, stated.uid)

    def compare(self, till: TillCheck, read: Read) -> None:
        """A device at its end: does it hold all that was stated of it? Then it states its own."""
        where, number, last = f"caisse {till.number}", read.header.seq, read.header.period.last
        for kind in KINDS:
            cut = self._witnesses.check_end(number, till.uid, kind, till.state.seq(kind), last)
            if cut:
                self._tell(where, cut, till.uid)
        for state in (read.before[till.uid], till.state):
            for finding in self._witnesses.say(
                read.name, number, till.uid, state.heads.items(), state.day or last
            ):
                self._tell(where, finding, till.uid)
