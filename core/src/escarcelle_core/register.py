"""Where the chains of the database stand that carry no signature of their own, signed in a shop anchor.

Two kinds (``config/fiscal/0008_witness.sql``): the *register*, one chain over the rows of every table
beside the records; and the *reception* of each device, one chain over the order and the moment in
which its records arrived.
"""

from dataclasses import dataclass

from lxml import etree

from .errors import DocumentError


@dataclass(frozen=True, slots=True)
class Reception:
    """Device, how many of its records had arrived, link of the last of them (SHA-256)."""

    till: str
    records: int
    digest: str


@dataclass(frozen=True, slots=True)
class Register:
    """How many rows had been registered, link of the last; the receptions in order of device."""

    facts: int
    digest: str
    receptions: tuple[Reception, ...] = ()

    def lines(self) -> list[str]:
        """What the hash of an anchor covers."""
        return [
            f"registre:{self.facts}:{self.digest}",
            *(f"reception:{r.till}:{r.records}:{r.digest}" for r in self.receptions),
        ]


def append(parent: etree._Element, register: Register) -> None:
    """``<registre>``."""
    node = etree.SubElement(
        parent, "registre", inscriptions=str(register.facts), empreinte=register.digest
    )
    for each in register.receptions:
        etree.SubElement(
            node, "reception", caisse=each.till, nombre=str(each.records), empreinte=each.digest
        )


def read(parent: etree._Element) -> Register | None:
    """Read it back, None when there is none; DocumentError when it is malformed."""
    node = parent.find("registre")
    if node is None:
        return None
    try:
        return Register(
            int(node.attrib["inscriptions"]),
            node.attrib["empreinte"],
            tuple(
                Reception(n.attrib["caisse"], int(n.attrib["nombre"]), n.attrib["empreinte"])
                for n in node.iterfind("reception")
            ),
        )
    except (KeyError, ValueError) as error:
        raise DocumentError("Ancre illisible : son registre est incorrect.") from error
