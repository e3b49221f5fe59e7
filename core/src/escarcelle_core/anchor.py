"""Anchors: one hash over all chain heads of a device, printed on its Z.

Whoever keeps the paper can prove that a tail was cut or a backup restored: the heads of that
moment can no longer be found in the chains. The server's daily anchor also covers the heads of every
device it knows, with their perpetual totals summed per taxpayer: the *shop anchor*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from lxml import etree

from . import register as registers
from .errors import DocumentError
from .money import euros, parse_euros
from .register import Register
from .totals import Totals
from .xml.stamp import Stamp, append_totals, child, root, serialise


@dataclass(frozen=True, slots=True)
class Head:
    """Last link of a chain."""

    seq: int
    signature: str


@dataclass(frozen=True, slots=True)
class ShopTill:
    """A device in the shop anchor: taxpayer (SIREN), chain heads in order of their names, perpetual
    totals in cents."""

    uid: str
    number: int
    siren: str
    heads: tuple[tuple[str, Head], ...]
    real: int
    absolute: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The heads of a device at one moment, chained to its previous anchor (``""`` at first). ``shop``
    holds the other devices, by number, when it is the anchor of the shop; ``register`` then says where
    what is not signed stands."""

    heads: tuple[tuple[str, Head], ...]
    previous: str
    shop: tuple[ShopTill, ...] = ()
    register: Register | None = None

    @classmethod
    def over(
        cls,
        heads: Mapping[str, Head],
        previous: str,
        shop: tuple[ShopTill, ...] = (),
        register: Register | None = None,
    ) -> "Anchor":
        """The anchor of ``heads``, every chain but the anchors' own."""
        return cls(
            tuple(sorted((kind, head) for kind, head in heads.items() if kind != "ANC")),
            previous,
            shop,
            register,
        )

    @property
    def taxpayers(self) -> dict[str, tuple[int, int]]:
        """SIREN → perpetual totals, real and absolute, of all its devices (cents)."""
        sums: dict[str, tuple[int, int]] = {}
        for till in self.shop:
            real, absolute = sums.get(till.siren, (0, 0))
            sums[till.siren] = (real + till.real, absolute + till.absolute)
        return sums

    @property
    def value(self) -> str:
        """SHA-256, hexadecimal, of one line ``KIND:seq:signature`` a chain; for each device of the
        shop a line ``uid:number:siren:real:absolute`` and its chains; the register, ``registre:number:digest``
        and a line ``reception:uid:number:digest`` a device; then the previous."""
        lines = [f"{kind}:{head.seq}:{head.signature}" for kind, head in self.heads]
        for till in self.shop:
            lines.append(f"{till.uid}:{till.number}:{till.siren}:{till.real}:{till.absolute}")
            lines += [f"{kind}:{head.seq}:{head.signature}" for kind, head in till.heads]
        if self.register:
            lines += self.register.lines()
        return sha256("\n".join([*lines, self.previous]).encode("ascii")).hexdigest()


def build(anchor: Anchor, stamp: Stamp, totals: Totals) -> str:
    """The signed document of ``anchor``."""
    element = root("ancre", stamp)
    node = etree.SubElement(
        element, "tetes", empreinte=anchor.value, precedente=anchor.previous
    )
    append_heads(node, anchor.heads)
    if anchor.shop:
        _append_shop(element, anchor)
    if anchor.register:
        registers.append(element, anchor.register)
    append_totals(element, totals)
    return serialise(element)


def read(element: etree._Element) -> Anchor:
    """Read it back; DocumentError when the hash is not that of the heads it lists."""
    node = child(element, "tetes")
    try:
        anchor = Anchor(read_heads(node), node.attrib["precedente"], _read_shop(element), registers.read(element))
        stated = node.attrib["empreinte"]
    except (KeyError, ValueError) as error:
        raise DocumentError("Ancre illisible.") from error
    if anchor.value != stated:
        raise DocumentError("L'empreinte de l'ancre n'est pas celle des têtes qu'elle cite.")
    return anchor


def append_heads(parent: etree._Element, heads: tuple[tuple[str, Head], ...]) -> None:
    """One ``<tete>`` a chain, in the order given."""
    for kind, head in heads:
        etree.SubElement(
            parent, "tete", chaine=kind, numero=str(head.seq), signature=head.signature
        )


def read_heads(parent: etree._Element) -> tuple[tuple[str, Head], ...]:
    """Read them back; KeyError or ValueError when one is malformed."""
    return tuple(
        (n.attrib["chaine"], Head(int(n.attrib["numero"]), n.attrib["signature"]))
        for n in parent.iterfind("tete")
    )


def _append_shop(element: etree._Element, anchor: Anchor) -> None:
    shop = etree.SubElement(element, "magasin")
    for till in anchor.shop:
        node = etree.SubElement(
            shop, "caisse", uid=till.uid, numero=str(till.number), siren=till.siren,
            perpetuel=euros(till.real), absolu=euros(till.absolute),
        )  # fmt: skip
        append_heads(node, till.heads)
    for siren, (real, absolute) in sorted(anchor.taxpayers.items()):
        etree.SubElement(
            shop, "assujetti", siren=siren, perpetuel=euros(real), absolu=euros(absolute)
        )


def _read_shop(element: etree._Element) -> tuple[ShopTill, ...]:
    return tuple(
        ShopTill(
            n.attrib["uid"], int(n.attrib["numero"]), n.attrib["siren"], read_heads(n),
            parse_euros(n.attrib["perpetuel"]), parse_euros(n.attrib["absolu"]),
        )
        for n in element.iterfind("magasin/caisse")
    )  # fmt: skip
