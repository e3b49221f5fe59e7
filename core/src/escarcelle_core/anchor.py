"""Anchors: one hash over all chain heads of a device, printed on its Z.

Whoever keeps the paper can prove that a tail was cut or a backup restored: the heads of that
moment can no longer be found in the chains.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from lxml import etree

from .errors import DocumentError
from .stamp import Stamp, append_totals, child, root, serialise
from .totals import Totals


@dataclass(frozen=True, slots=True)
class Head:
    """Last link of a chain."""

    seq: int
    signature: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The heads of a device at one moment, chained to its previous anchor (``""`` at first)."""

    heads: tuple[tuple[str, Head], ...]
    previous: str

    @classmethod
    def over(cls, heads: Mapping[str, Head], previous: str) -> "Anchor":
        """The anchor of ``heads``, every chain but the anchors' own."""
        return cls(
            tuple(sorted((kind, head) for kind, head in heads.items() if kind != "ANC")), previous
        )

    @property
    def value(self) -> str:
        """SHA-256, hexadecimal, of one line ``KIND:seq:signature`` a chain, then the previous."""
        lines = [f"{kind}:{head.seq}:{head.signature}" for kind, head in self.heads]
        return sha256("\n".join([*lines, self.previous]).encode("ascii")).hexdigest()


def build(anchor: Anchor, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``anchor``."""
    element = root("ancre", stamp)
    node = etree.SubElement(
        element, "tetes", empreinte=anchor.value, precedente=anchor.previous
    )
    for kind, head in anchor.heads:
        etree.SubElement(
            node, "tete", chaine=kind, numero=str(head.seq), signature=head.signature
        )
    append_totals(element, totals)
    return serialise(element)


def read(element: etree._Element) -> Anchor:
    """Read it back; DocumentError when the hash is not that of the heads it lists."""
    node = child(element, "tetes")
    try:
        anchor = Anchor(
            tuple(
                (n.attrib["chaine"], Head(int(n.attrib["numero"]), n.attrib["signature"]))
                for n in node.iterfind("tete")
            ),
            node.attrib["precedente"],
        )
        stated = node.attrib["empreinte"]
    except (KeyError, ValueError) as error:
        raise DocumentError("Ancre illisible.") from error
    if anchor.value != stated:
        raise DocumentError("L'empreinte de l'ancre n'est pas celle des têtes qu'elle cite.")
    return anchor
