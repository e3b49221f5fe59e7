"""Where a device stands (``TillState``) as an element of ``archive.xml``: ``avant``, ``apres``."""

from datetime import date
from types import MappingProxyType

from lxml import etree

from ..anchor import append_heads, read_heads
from ..documents import KINDS
from ..errors import DocumentError
from ..state import TillState
from ..totals import LEVELS
from .record_xml import read_totals
from .stamp import append_totals


def build(tag: str, state: TillState) -> etree._Element:
    """The element ``tag`` for ``state``."""
    element = etree.Element(
        tag,
        jour=state.day.isoformat() if state.day else "",
        rang=str(state.rank),
        closes=" ".join(sorted(state.closed)),
        ancre=state.anchor,
    )
    append_heads(element, tuple(sorted(state.heads.items())))
    append_totals(element, state.totals)
    return element


def read(element: etree._Element) -> TillState:
    """Read it back; DocumentError when it is not what ``build`` writes."""
    try:
        heads = read_heads(element)
        day = element.attrib["jour"]
        state = TillState(
            MappingProxyType(dict(heads)),
            read_totals(element),
            date.fromisoformat(day) if day else None,
            int(element.attrib["rang"]),
            frozenset(element.attrib["closes"].split()),
            element.attrib["ancre"],
        )
    except (KeyError, ValueError) as error:
        raise DocumentError("État de caisse illisible.") from error
    if not state.closed <= LEVELS.keys() or not state.heads.keys() <= set(KINDS):
        raise DocumentError("État de caisse illisible : chaîne inconnue.")
    return state
