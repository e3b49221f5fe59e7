"""Signed records → print commands: which template, which context."""

from collections.abc import Mapping

from ..errors import DocumentError
from ..record import Record
from .commands import Command
from .context import DuplicateMark, PrintContext
from .stylesheet import render

#: Document type → shipped template. A shop's own template takes the same name.
TEMPLATES = {
    "TCK": "ticket", "FCT": "facture", "JSP": "justificatif", "REG": "reglement",
    "NTE": "note", "GTJ": "cloture", "GTM": "cloture", "GTA": "cloture",
}  # fmt: skip


def commands(
    record: Record,
    parameters: Mapping[str, str] | None = None,
    *,
    rank: int = 1,
    duplicate: Record | None = None,
    anchor: str = "",
    dynamic: Mapping[str, tuple[str, ...]] | None = None,
    templates: Mapping[str, bytes] | None = None,
    fate: tuple[str, ...] = (),
) -> list[Command]:
    """What the paper of ``record`` says; the only source of amounts is its signed XML.

    ``rank`` is the print rank (1 original). ``duplicate`` is the signed DUP record of a copy; it then
    gives the rank. ``anchor`` is the till anchor printed on a Z. ``templates`` are the shop's own
    stylesheets by template name. Raises DocumentError for a record that is never printed.
    """
    name = TEMPLATES.get(record.doc_type)
    if name is None:
        raise DocumentError(f"Un document « {record.doc_type} » ne s'imprime pas.")
    mark = DuplicateMark.of(duplicate) if duplicate else None
    context = PrintContext(
        rank=mark.rank if mark else rank,
        excerpt=record.excerpt,
        duplicate=mark,
        anchor=anchor,
        dynamic=dynamic or {},
        fate=fate,
    )
    template = (templates or {}).get(name, name)
    return render(record.xml.encode("utf-8"), template, parameters or {}, context)
