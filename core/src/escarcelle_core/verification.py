"""Does this record continue its chain and say exactly what it signs? Used by the server when it
receives, and by the stand-alone verifier.

A document is checked by building it again from the values read in it: whatever is stored must be
what those values give, byte for byte, and the signed string what the document gives.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from lxml import etree

from . import anchor as anchors
from . import canonical
from .chain import totals_after
from .documents import CANCELLATION, MANAGEMENT, PIECES, SALE, Ticket
from .errors import ChainError, DocumentError, SignatureError
from .record import Record
from .signing import Verifier
from .state import TillState
from .totals import LEVELS, Totals
from .xml import archive_xml, closing_xml, duplicate_xml, event_xml, piece_xml, ticket_xml
from .xml.stamp import Stamp, digest, local_text, parse, read_stamp


def verify_signature(record: Record, verifiers: Mapping[str, Verifier]) -> None:
    """The signature is that of a known key over the stored string, and the string names the
    stored document. SignatureError otherwise. Says nothing of the chain."""
    verifier = verifiers.get(record.key_id)
    if verifier is None:
        raise SignatureError("La clé qui a signé cet enregistrement n'est pas connue.")
    if digest(record.xml) != record.digest:
        raise SignatureError("Le document n'est pas celui dont l'empreinte est enregistrée.")
    end = f",sha256={record.digest},{'O' if record.previous else 'N'},{record.previous}"
    if not record.payload.endswith(end):
        raise SignatureError("La chaîne signée ne désigne pas ce document ou son prédécesseur.")
    if not verifier.verify(record.payload.encode("utf-8"), record.signature):
        raise SignatureError("La signature ne correspond pas à la chaîne signée.")


def verify_next(
    state: TillState,
    record: Record,
    verifiers: Mapping[str, Verifier],
    element: etree._Element | None = None,
) -> TillState:
    """Check ``record`` as the next one of its device and return the state after it.

    ``element`` is its document when the caller has parsed it already. Raises ChainError (which
    field, expected, found), SignatureError, DocumentError, AmountMismatch.
    """
    if record.seq != state.seq(record.kind) + 1:
        raise ChainError("numéro", state.seq(record.kind) + 1, record.seq)
    if record.previous != state.signature(record.kind):
        raise ChainError("signature précédente", state.signature(record.kind), record.previous)
    verify_signature(record, verifiers)
    return state.after(record, verify_document(state, record, element))


def verify_document(
    state: TillState, record: Record, element: etree._Element | None = None
) -> str:
    """Check the document against the record and the state before it; returns the anchor hash of an
    ANC record, ``""`` for the others."""
    element = parse(record.xml) if element is None else element
    stamp = read_stamp(element)
    for field, expected, found in (
        ("caisse", stamp.device.uid, record.till),
        ("numéro de caisse", stamp.device.number, record.till_number),
        ("chaîne", stamp.kind, record.kind),
        ("numéro", stamp.seq, record.seq),
        ("type de document", stamp.doc_type, record.doc_type),
        ("opération", stamp.operation, record.operation),
        ("instant", stamp.at, record.at),
        ("heure locale", local_text(stamp.local), record.local),
        ("journée", stamp.business_day, record.business_day),
        ("clé", stamp.key_id, record.key_id),
        ("origine", stamp.origin, record.origin),
        ("version fiscale", stamp.fiscal_version, record.fiscal_version),
        ("école", stamp.training, record.training),
        ("version du format", 1, record.format_version),
    ):
        if expected != found:
            raise ChainError(field, expected, found)
    _check_day(state, record.business_day)
    rebuild = _REBUILD.get(element.tag)
    if rebuild is None or record.kind not in rebuild[0]:
        raise DocumentError(f"Document « {element.tag} » inattendu dans la chaîne {record.kind}.")
    try:
        xml, payload, totals, anchor = rebuild[1](state, record, element, stamp)
    except (LookupError, ValueError, ArithmeticError, TypeError, AttributeError) as error:
        raise DocumentError("Document illisible : une valeur est absente ou incorrecte.") from error
    if totals != record.totals:
        raise ChainError("totaux", totals.as_json(), record.totals.as_json())
    if xml != record.xml:
        raise DocumentError("Le document ne dit pas ce que ses propres valeurs donnent.")
    if payload != record.payload:
        raise ChainError("chaîne signée", payload, record.payload)
    return anchor


def _check_day(state: TillState, day: date) -> None:
    """Days follow each other without a gap, each after the closing of the one before."""
    if state.day is None or day == state.day:
        return
    following = state.day + timedelta(days=1)
    if day != following:
        raise ChainError("journée", f"{state.day} ou {following}", day)
    needed = {"GTJ"} | ({"GTM"} if day.month != state.day.month else set())
    if missing := needed - state.closed:
        raise ChainError("clôture", f"{'/'.join(sorted(missing))} du {state.day}", "absente")


def _ticket(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    ticket = ticket_xml.read(element)
    if record.kind not in ("ECO", ticket.document):
        raise ChainError("chaîne", ticket.document, record.kind)
    sign = {SALE: 1, CANCELLATION: -1, MANAGEMENT: 0}[ticket.operation]
    if ticket.document == "TCK" and ticket.total * sign < 0:
        raise DocumentError("Le signe du total ne va pas avec l'opération.")
    _check_origins(state, record, ticket)
    totals = totals_after(state.totals, ticket, record.kind)
    payload = canonical.ticket(
        ticket_xml.amounts(ticket), ticket.total, stamp.local, stamp.number, stamp.operation,
        record.digest, record.previous, ticket_xml.signed_customer(ticket),
    )  # fmt: skip
    return ticket_xml.build(ticket, stamp, totals), payload, totals, ""


def _check_origins(state: TillState, record: Record, ticket: Ticket) -> None:
    """An invoice, a proof, a cancelled settlement name a document this very device has issued."""
    named = [ticket.origin] if ticket.document != "TCK" else []
    named += [ticket.invoice.corrects] if ticket.invoice else []
    for target in filter(None, named):
        if target.till_number != record.till_number:
            raise DocumentError("Ce document cite celui d'une autre caisse.")
        if target.seq > state.seq(target.document) and record.kind != "ECO":
            raise DocumentError("Ce document en cite un qui n'existe pas encore.")


def _closing(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    closing = closing_xml.read(element, state.totals)
    if closing.level not in LEVELS:
        raise DocumentError("Niveau de clôture inconnu.")
    totals = state.totals.restart(closing.level)
    amounts = {rate: amount for rate, amount in closing.totals.split(closing.level).items() if amount}
    payload = canonical.closing(
        amounts, closing.total, totals.perpetual_real, totals.perpetual_absolute, stamp.local,
        closing.name, stamp.number, record.digest, record.previous,
    )  # fmt: skip
    return closing_xml.build(closing, stamp), payload, totals, ""


def _event(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    event = event_xml.read(element)
    payload = canonical.event(
        stamp.number, event.code, event.description, stamp.local, event.operator,
        stamp.device.number, record.digest, record.previous,
    )  # fmt: skip
    return event_xml.build(event, stamp, state.totals), payload, state.totals, ""


def _duplicate(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    duplicate = duplicate_xml.read(element)
    original = duplicate.original
    if original.seq > state.seq(original.document) and original.till_number == record.till_number:
        raise DocumentError("Le duplicata cite un document qui n'existe pas encore.")
    payload = canonical.duplicate(
        stamp.number, original.document, duplicate.rank, duplicate.operator, stamp.local,
        f"{original.till_number}-{original.seq}", record.digest, record.previous,
    )  # fmt: skip
    return duplicate_xml.build(duplicate, stamp, state.totals), payload, state.totals, ""


def _anchor(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    anchor = anchors.read(element)
    # The other devices of a shop anchor are checked where their chains are read (verify/).
    expected = anchors.Anchor.over(state.heads, state.anchor, anchor.shop, anchor.register)
    if anchor != expected:
        raise ChainError("ancre", expected.value, anchor.value)
    payload = canonical.anchor(
        anchor.value, stamp.local, stamp.number, record.digest, record.previous
    )
    return anchors.build(anchor, stamp, state.totals), payload, state.totals, anchor.value


def _archive(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    seal = archive_xml.read(element)
    payload = canonical.archive(
        {share.rate: share.total for share in seal.shares}, seal.total, stamp.local,
        stamp.device.number, record.digest, record.previous,
    )  # fmt: skip
    return archive_xml.build(seal, stamp, state.totals), payload, state.totals, ""


def _piece(
    state: TillState, record: Record, element: etree._Element, stamp: Stamp
) -> tuple[str, str, Totals, str]:
    piece = piece_xml.read(element)
    if piece.document != record.kind:
        raise ChainError("chaîne", piece.document, record.kind)
    if record.till_number or record.operation != MANAGEMENT:
        raise DocumentError("Ces documents sont établis par le serveur, en gestion.")
    payload = canonical.piece(
        stamp.number, stamp.doc_type, stamp.operation, stamp.local, piece.reference,
        len(piece.lines), piece.total, record.digest, record.previous,
    )  # fmt: skip
    return piece_xml.build(piece, stamp, state.totals), payload, state.totals, ""


_REBUILD = {
    "ticket": (frozenset({"TCK", "FCT", "NTE", "JSP", "REG", "ECO"}), _ticket),
    "cloture": (frozenset(LEVELS), _closing),
    "evenement": (frozenset({"JET"}), _event),
    "duplicata": (frozenset({"DUP"}), _duplicate),
    "ancre": (frozenset({"ANC"}), _anchor),
    "archive": (frozenset({"ARC"}), _archive),
    "piece": (frozenset(PIECES), _piece),
}
