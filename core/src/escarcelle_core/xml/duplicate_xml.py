"""A duplicate: the trace of a print or an e-mail asked for after the sale."""

from lxml import etree

from ..documents import Duplicate, Reference
from ..errors import DocumentError
from ..totals import Totals
from .stamp import Stamp, append_totals, child, clean, root, serialise


def build(duplicate: Duplicate, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``duplicate``; it names the original and never repeats it."""
    element = root("duplicata", stamp)
    original = duplicate.original
    etree.SubElement(
        element,
        "original",
        document=original.document,
        caisse=str(original.till_number),
        numero=str(original.seq),
        uid="{" + original.uid.upper() + "}",
    )
    etree.SubElement(
        element,
        "copie",
        rang=str(duplicate.rank),
        canal=clean(duplicate.channel),
        operateur=clean(duplicate.operator),
    )
    append_totals(element, totals)
    return serialise(element)


def read(element: etree._Element) -> Duplicate:
    """Read it back."""
    original, copy = child(element, "original"), child(element, "copie")
    try:
        return Duplicate(
            Reference(
                original.attrib["document"],
                int(original.attrib["caisse"]),
                int(original.attrib["numero"]),
                original.attrib["uid"].strip("{}").lower(),
            ),
            int(copy.attrib["rang"]),
            copy.attrib["operateur"],
            copy.attrib["canal"],
        )
    except (KeyError, ValueError) as error:
        raise DocumentError("Duplicata illisible.") from error
