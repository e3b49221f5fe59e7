"""A line of the technical event journal (JET) as a signed document."""

from lxml import etree

from .. import jet
from ..documents import JetEvent
from ..errors import DocumentError
from ..totals import Totals
from .stamp import Stamp, append_totals, child, clean, root, serialise


def build(event: JetEvent, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``event``."""
    element = root("evenement", stamp)
    node = etree.SubElement(
        element, "jet", code=str(event.code), operateur=clean(event.operator)
    )
    etree.SubElement(node, "libelle").text = jet.LABELS.get(event.code, "")
    etree.SubElement(node, "description").text = clean(event.description)
    append_totals(element, totals)
    return serialise(element)


def read(element: etree._Element) -> JetEvent:
    """Read it back."""
    node = child(element, "jet")
    try:
        return JetEvent(
            int(node.attrib["code"]), node.findtext("description", ""), node.attrib["operateur"]
        )
    except (KeyError, ValueError) as error:
        raise DocumentError("Événement illisible.") from error
