"""The shipped templates: golden papers at three widths, and every mandatory mention."""

import random
from dataclasses import replace

import pytest

import paper_samples as samples
from escarcelle_core import chain, jet
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.errors import DocumentError
from escarcelle_core.money import euros
from escarcelle_core.printing import escpos, paper, preview, profiles, stylesheet
from escarcelle_core.printing.context import DuplicateMark, Identification, PrintContext
from escarcelle_core.state import TillState
from shop import NOON, make_desk, make_ticket, random_ticket, uuid

PARAMETERS = {"message": "Merci de votre visite et à bientôt !"}
SIGNED = PrintContext(excerpt="aB3_")
COPY = DuplicateMark(2, "22/11/2026 09:00:12", "3-1", "xY-0")
PAPERS = {
    "vente": (samples.sale_xml, "ticket", SIGNED),
    "vente-duplicata": (samples.sale_xml, "ticket", replace(SIGNED, rank=2, duplicate=COPY)),
    "remboursement": (samples.refund_xml, "ticket", SIGNED),
    "vente-exoneree": (samples.exempt_xml, "ticket", SIGNED),
    "vente-ecole": (lambda: samples.sale_xml(place=samples.stamp("ECO")), "ticket", SIGNED),
    "vente-provisoire": (samples.sale_xml, "ticket", PrintContext(provisional=True)),
    "vente-degradee": (lambda: samples.exempt_xml(degraded=True), "ticket", SIGNED),
    "cloture-jour": (samples.closing_xml_bytes, "cloture", PrintContext(
        excerpt="aB3_", anchor="0123456789abcdef0123", dynamic={"especes": (
            "Fond de caisse\t50,00", "Compté à la clôture\t59,18")})),
    "cloture-mois": (lambda: samples.closing_xml_bytes("GTM", "202611"), "cloture", SIGNED),
    "cloture-annee": (lambda: samples.closing_xml_bytes("GTA", "2026", 2), "cloture", SIGNED),
    "lecture-x": (samples.closing_xml_bytes, "cloture", PrintContext(reading=True)),
    "note": (samples.note_xml, "note", SIGNED),
    "facture": (samples.invoice_xml, "facture", SIGNED),
    "facture-duplicata": (samples.invoice_xml, "facture", replace(SIGNED, rank=2, duplicate=COPY)),
    "avoir": (samples.credit_xml, "facture", SIGNED),
    "justificatif": (samples.proof_xml, "justificatif", SIGNED),
    "reglement": (samples.settlement_xml, "reglement", SIGNED),
    "reglement-annule": (lambda: samples.settlement_xml(-1500, 0), "reglement", SIGNED),
    "test": (lambda: b"<test/>", "test", PrintContext()),
}  # fmt: skip


def printed(name: str, width: int = 42, **parameters: str) -> str:
    build, template, context = PAPERS[name]
    commands = stylesheet.render(build(), template, {**PARAMETERS, **parameters}, context)
    return preview.text(commands, width)


@pytest.mark.parametrize("width", [42, 48, 32])
@pytest.mark.parametrize("name", PAPERS)
def test_golden_paper(name, width, golden):
    text = printed(name, width, largeur=str(width), date="21/11/2026 21:30", caisse="3")
    assert max(map(len, text.splitlines())) <= width
    golden(f"{width}/{name}.txt", text)


@pytest.mark.parametrize("name", ["vente", "vente-duplicata", "cloture-jour"])
def test_golden_bytes(name, golden):
    build, template, context = PAPERS[name]
    commands = stylesheet.render(build(), template, PARAMETERS, context)
    lines = escpos.encode(commands, profiles.load()).splitlines(keepends=True)
    golden(f"escpos/{name}.txt", "".join(f"{line!r}\n" for line in lines))


@pytest.mark.parametrize(
    "mention",
    [
        "Épicerie solidaire du Moulin", "12 rue des Lilas", "67000 Strasbourg", "France",
        "SIRET 732 829 320 00074", "NAF 4711B", "TVA FR44732829320",
        "Ticket (VTE) 3-1.1", "21/11/2026 21:30:05", "Caisse 3", "Op. C07",
        "Pâtes complètes bio 500 g", "2 x 1,25", "0,350 kg x 2,499", "1 x 4,90 - 10 %",
        'Yaourt "nature" <125 g> & sucre', "3 x 0,3333",
        "A    20 %", "B   5,5 %", "C   2,1 %", "Nombre de lignes : 5", "TOTAL TTC",
        "Bon d'achat", "Espèces", "Rendu", "Escarcelle 0.1.0 (F1.0)", "Signature aB3_",
    ],
)  # fmt: skip
def test_a_sale_carries_every_mandatory_mention(mention):
    assert mention in printed("vente")


def test_other_papers_say_what_they_are():
    copy = printed("vente-duplicata")
    for mention in ("*** DUPLICATA ***", "DUPLICATA n° 3-1", "rang 2",
                    "Édité le 22/11/2026 09:00:12", "xY-0", "Ticket (VTE) 3-1.2"):  # fmt: skip
        assert mention in copy
    refund = " ".join(printed("remboursement").split())
    assert "Ticket (ANN) 3-2.1" in refund
    assert "Ce ticket annule en partie le ticket n° 3-1" in refund
    assert "TVA non applicable, art. 261-7-1° b du CGI" in printed("vente-exoneree")
    assert printed("vente-ecole").count("*** MODE ÉCOLE - FACTICE ***") == 2
    assert "TICKET PROVISOIRE - MODE DÉGRADÉ" in printed("vente-provisoire")
    assert "Non signé" in printed("vente-provisoire")
    assert "ÉTABLI EN MODE DÉGRADÉ" in printed("vente-degradee")
    note = printed("note")
    assert "JUSTIFICATIF NON VALABLE POUR ENCAISSEMENT" in note
    # Nothing of a note looks like a ticket: no VAT, no means of payment, no total of a sale.
    for word in ("Espèces", "Bon d'achat", "HT", "TVA  ", "TOTAL", "Ticket", "5,5 %"):
        assert word not in note
    assert "LECTURE X" in printed("lecture-x")
    assert "0123456789abcdef\n" in printed("cloture-jour")


@pytest.mark.parametrize(
    "mention",
    [
        "Facture n° FCT 3-5", "Facture (VTE) 3-5.1", "21/11/2026 21:30:05", "20/11/2026", "n° 3-1",
        "12 rue des Lilas", "SIRET 732 829 320 00074", "TVA FR44732829320",
        "Association « Les Petits OEufs » & Cie", "3 bis rue du Four à Chaux", "67100 Strasbourg",
        "N° TVA FR44732829320", "2 x 1,25", "P.U. HT 1,1848", "1 x 4,90 - 10 %", "B   5,5 %", "Total HT",
        "Échéance", "Pas d'escompte", "indemnité", "40 €",
    ],
)  # fmt: skip
def test_an_invoice_carries_every_mandatory_mention(mention):
    assert mention in printed("facture")


def test_papers_that_are_no_tickets_say_so():
    credit = printed("avoir")
    assert "Avoir n° FCT 3-6" in credit
    assert "Rectifie la facture" in credit and "n° FCT 3-5" in credit
    assert "TVA non applicable" in credit
    assert "DUPLICATA" in printed("facture-duplicata")
    proof = printed("justificatif")
    assert "CE DOCUMENT N'EST PAS UN TICKET DE CAISSE" in proof
    assert "10,18" in proof and "TVA  " not in proof and "Pâtes" not in proof
    settled = " ".join(printed("reglement").split())
    assert "Compte client F00012" in settled and "ne constate pas une vente" in settled
    assert "Annule le règlement n° 3-6" in printed("reglement-annule")


def test_no_paper_claims_a_certificate():
    for name in PAPERS:
        assert "certif" not in printed(name).lower()


def test_a_mark_is_printed_only_when_it_is_true():
    plain = printed("vente")
    for mark in ("DUPLICATA", "ÉCOLE", "PROVISOIRE", "DÉGRADÉ", "annule"):
        assert mark not in plain


def test_neither_household_nor_tariff_is_printed():
    ticket = samples.sale(customer="F00012", tariff="SOLIDAIRE-10")
    text = preview.text(stylesheet.render(samples.sale_xml(ticket), "ticket", {}, SIGNED))
    assert "F00012" not in text
    assert "SOLIDAIRE" not in text


def test_barcode_for_a_later_refund_when_the_shop_wants_it():
    assert "[CODE128 VTE1D211126213005]" in printed("vente", code_barres="oui")
    assert "CODE128" not in printed("vente")


def test_amounts_on_paper_are_those_of_the_document():
    rng = random.Random(525)
    for number in range(60):
        ticket = random_ticket(rng, number + 1)
        place = samples.stamp(operation=ticket.operation)
        commands = stylesheet.render(samples.sale_xml(ticket, place), "ticket", {}, SIGNED)
        lines = preview.text(commands).splitlines()
        assert max(map(len, lines)) <= 42

        def amount(cents: int) -> str:
            return euros(cents).replace(".", ",")

        total = next(line for line in lines if line.startswith("TOTAL TTC"))
        assert total.split()[2:] == [amount(ticket.total), "€"]
        start = next(i for i, line in enumerate(lines) if line.startswith("TVA  Taux"))
        table = [line.split() for line in lines[start + 1 : start + 1 + len(ticket.shares)]]
        assert [row[3:] for row in table] == [
            [amount(s.base), amount(s.tax), amount(s.total)] for s in ticket.shares
        ]
        body = "\n".join(lines)
        for line in ticket.lines:
            assert f" {amount(line.amount)}\n" in body


def records():
    """A signed sale, its duplicate and the closing after it."""
    desk = make_desk()
    issue = chain.issue_event(TillState(), desk, JetEvent(jet.INITIALISATION, "Début"), NOON)
    sale = chain.issue_ticket(issue.state, desk, make_ticket(1), NOON)
    copy = chain.issue_duplicate(
        sale.state, desk, Duplicate(Reference("TCK", 3, 1, uuid(1)), 2, "C07"), NOON, uuid(2)
    )
    return sale.records[-1], copy.records[-1]


def test_a_record_prints_its_own_excerpt_and_rank():
    sale, copy = records()
    text = preview.text(paper.commands(sale, PARAMETERS))
    assert f"Signature {sale.excerpt}" in text
    assert "Ticket (VTE) 3-1.1" in text
    again = preview.text(paper.commands(sale, PARAMETERS, duplicate=copy))
    assert copy.excerpt in again
    assert "Ticket (VTE) 3-1.2" in again
    assert "14/03/2026 12:00:00" in again


def test_a_shop_template_takes_the_place_of_the_shipped_one():
    sale, _ = records()
    own = b"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
    <xsl:template match="/"><ticket>"a nous"<lf/></ticket></xsl:template></xsl:stylesheet>"""
    assert preview.text(paper.commands(sale, templates={"ticket": own})) == "a nous\n"


def test_records_that_are_never_printed_are_refused():
    _, copy = records()
    with pytest.raises(DocumentError, match="ne s'imprime pas"):
        paper.commands(copy)


def test_identity_comes_from_the_signed_document():
    other = PrintContext(identification=Identification("Autre"))
    build, template, _ = PAPERS["vente"]
    assert "Moulin" not in preview.text(stylesheet.render(build(), template, {}, other))
    assert "Moulin" in printed("vente")
