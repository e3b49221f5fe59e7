"""Copies of an archive for spreadsheets: what an accountant or an inspector opens first.

UTF-8 with a mark, semicolons, decimal commas, French headers. They prove nothing: ``archive.xml`` does.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from typing import BinaryIO

from lxml import etree

from ..documents import DOCUMENT_LABELS
from ..record import Record

_RECORD = ("Caisse", "Numéro", "Journée", "Date et heure")
TABLES: dict[str, tuple[str, ...]] = {
    "csv/tickets.csv": (*_RECORD, "Document", "Opération", "École", "Caissier", "Client", "Tarif",
        "Secteur TVA", "Lignes", "Total TTC", "Total HT", "Total TVA", "Document d'origine",
        "Total perpétuel réel", "Total perpétuel absolu", "Signature"),
    "csv/lignes.csv": (*_RECORD, "Document", "Ligne", "Code", "Code-barres", "Libellé", "Groupe",
        "Quantité", "Unité", "Prix unitaire TTC", "Remise %", "Taux TVA", "Montant TTC", "Montant HT",
        "Montant TVA"),
    "csv/factures.csv": (*_RECORD, "Opération", "Client", "Nom", "Code postal", "Ville", "N° de TVA",
        "Date de vente", "Échéance", "Ticket", "Total TTC"),
    "csv/pieces.csv": (*_RECORD, "Document", "Référence", "Tiers", "Nom", "Opérateur", "Lignes",
        "Total TTC", "Total HT", "Suite de", "Signature"),
    "csv/lignes_pieces.csv": (*_RECORD, "Document", "Ligne", "Code", "Libellé", "Quantité", "Unité",
        "Quantité avant", "Lot", "Péremption", "De", "Vers", "Prix unitaire", "Montant", "Motif"),
    "csv/tva.csv": (*_RECORD, "Document", "Taux TVA", "Base TTC", "Base HT", "TVA"),
    "csv/encaissements.csv": (*_RECORD, "Document", "Mode", "Libellé", "Encaissé", "Remis", "Rendu"),
    "csv/clotures.csv": (*_RECORD, "Niveau", "Période", "Rang", "Tickets", "Total TTC", "Total HT",
        "Total TVA", "Total perpétuel réel", "Total perpétuel absolu", "Signature"),
    "csv/clotures_tva.csv": (*_RECORD, "Niveau", "Période", "Rang", "Secteur TVA", "Taux TVA",
        "Base TTC", "Base HT", "TVA"),
    "csv/duplicata.csv": (*_RECORD, "Document d'origine", "Rang", "Canal", "Opérateur", "Signature"),
    "csv/evenements.csv": (*_RECORD, "Code", "Événement", "Description", "Opérateur", "Signature"),
}  # fmt: skip


class CsvCopies:
    """Call ``add`` for every record, then ``close``. ``store`` opens a file of the archive."""

    def __init__(self, store: Callable[[str], BinaryIO]):
        self._streams = {
            name: io.TextIOWrapper(store(name), encoding="utf-8-sig", newline="")  # type: ignore[arg-type]
            for name in TABLES
        }
        self._tables = {
            name.removeprefix("csv/").removesuffix(".csv"): csv.writer(stream, delimiter=";")
            for name, stream in self._streams.items()
        }
        for name, headers in TABLES.items():
            self._row(name.removeprefix("csv/").removesuffix(".csv"), headers)

    def add(self, record: Record, document: etree._Element) -> None:
        """The rows of a record whose document is ``document``."""
        place = (record.till_number, record.number, record.business_day, record.local)
        write = _ROWS.get(document.tag)
        for table, row in write(record, document) if write else ():
            self._row(table, (*place, *row))

    def close(self) -> None:
        """Flush and close the files."""
        for stream in self._streams.values():
            stream.close()

    def _row(self, table: str, values: Iterable[object]) -> None:
        # Looked at together: hardly any row has such a value, and no text of a document has a NUL.
        if _FORMULA.search("\0" + "\0".join(map(str, values))):
            values = [_harmless(value) for value in values]
        self._tables[table].writerow(values)


def _ticket(record: Record, document: etree._Element):
    kind = DOCUMENT_LABELS[record.doc_type]
    header, balance, counters = (document.find(tag) for tag in ("entete", "bilan", "compteurs"))
    taxes, tariff = balance.find("tvas"), header.find("tarif")
    client, origin = header.find("client"), header.find("origine")
    lines = document.findall("lignes/article")
    yield "tickets", (
        kind, record.operation, document.get("ecole"), header.find("caissier").get("numero"),
        "" if client is None else client.get("code"), tariff.get("code"), tariff.get("secteur"),
        len(lines), _number(balance.get("montantTTC")), _number(balance.get("montantHT")),
        _number("" if taxes is None else taxes.get("montantTaxes")),
        "" if origin is None else _pointer(origin),
        _number(counters.get("perpetuel")), _number(counters.get("absolu")), record.signature,
    )  # fmt: skip
    for line in lines:
        yield "lignes", (
            kind, line.get("numero"), line.get("plu"), line.get("cab"), line.findtext("libelle"),
            line.findtext("groupe", ""), _number(line.get("quantite")), line.get("unite"),
            _number(line.get("base")), _number(line.get("remise")), _number(line.get("tva")),
            _number(line.get("net")), _number(line.get("net_ht")), _number(line.get("taxe")),
        )  # fmt: skip
    invoice = header.find("facture")
    if invoice is not None:
        yield "factures", _invoice(record, invoice, origin, balance)
    # A note has neither, a proof of payment no tax.
    for share in () if taxes is None else taxes:
        yield "tva", (kind, *_share(share))
    for paid in balance.iterfind("encaissements/encaissement"):
        yield "encaissements", (
            kind, paid.get("mode"), paid.get("libelle"), _number(paid.get("montant")),
            _number(paid.text), _number(paid.get("rendu")),
        )  # fmt: skip


def _invoice(record: Record, invoice: etree._Element, origin, balance: etree._Element):
    to = invoice.find("destinataire")
    return (
        record.operation, to.get("code"), to.findtext("nom"), to.findtext("codepostal"),
        to.findtext("ville"), to.get("tva"), invoice.get("vente"), invoice.get("echeance"),
        "" if origin is None else _pointer(origin), _number(balance.get("montantTTC")),
    )  # fmt: skip


def _piece(record: Record, document: etree._Element):
    kind = DOCUMENT_LABELS[record.doc_type]
    header, balance = document.find("entete"), document.find("bilan")
    party = header.find("tiers")
    totals = ("", "") if balance is None else (balance.get("montantTTC"), balance.get("montantHT"))
    lines = document.findall("lignes/ligne")
    yield "pieces", (
        kind, header.get("reference"), "" if party is None else party.get("code"),
        "" if party is None else party.findtext("nom", ""), header.get("operateur"), len(lines),
        _number(totals[0]), _number(totals[1]),
        ", ".join(node.get("reference") for node in document.iterfind("origines/origine")),
        record.signature,
    )  # fmt: skip
    for line in lines:
        yield "lignes_pieces", (
            kind, line.get("numero"), line.get("code"), line.findtext("libelle"),
            _number(line.get("quantite")), line.get("unite"), _number(line.get("avant")),
            line.get("lot", ""), line.get("peremption", ""), line.get("de", ""), line.get("vers", ""),
            _number(line.get("prix")), _number(line.get("montant")), line.findtext("motif", ""),
        )  # fmt: skip


def _closing(record: Record, document: etree._Element):
    balance = document.find("bilan")
    taxes = balance.find("tvas")
    period = (DOCUMENT_LABELS[record.kind], document.get("periode"), document.get("rang"))
    yield "clotures", (
        *period, balance.get("tickets"), _number(balance.get("montantTTC")),
        _number(balance.get("montantHT")), _number(taxes.get("montantTaxes")),
        _number(balance.get("perpetuel")), _number(balance.get("absolu")), record.signature,
    )  # fmt: skip
    for share in taxes:
        yield "clotures_tva", (*period, share.get("secteur"), *_share(share))


def _duplicate(record: Record, document: etree._Element):
    copy = document.find("copie")
    yield "duplicata", (
        _pointer(document.find("original")), copy.get("rang"), copy.get("canal"),
        copy.get("operateur"), record.signature,
    )  # fmt: skip


def _event(record: Record, document: etree._Element):
    event = document.find("jet")
    yield "evenements", (
        event.get("code"), event.findtext("libelle"), event.findtext("description"),
        event.get("operateur"), record.signature,
    )  # fmt: skip


_ROWS = {
    "ticket": _ticket, "cloture": _closing, "duplicata": _duplicate, "evenement": _event,
    "piece": _piece,
}  # fmt: skip


def _share(share: etree._Element) -> tuple[str, ...]:
    return (
        _number(share.get("taux")), _number(share.get("base")), _number(share.get("ht")),
        _number(share.text),
    )  # fmt: skip


def _pointer(node: etree._Element) -> str:
    kind = node.get("document")
    return f"{DOCUMENT_LABELS.get(kind, kind)} {node.get('caisse')}-{node.get('numero')}"


def _number(text: str | None) -> str:
    return text.replace(".", ",") if text else ""


#: What a spreadsheet would take for a formula; a negative number is none.
_FORMULA = re.compile(r"\0(?!-[0-9]+(?:,[0-9]+)?(?:\0|\Z))[=+\-@\t\r]")


def _harmless(value: object) -> object:
    """Text a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(f"\0{value}") else value
