"""``docs/ticket-seed.md`` is true: what it says kept is in the schema, what it says constant never varies."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from escarcelle_core import chain
from escarcelle_core.state import TillState
from escarcelle_core.xml import schemas
from shop import NOON, make_desk, make_line, make_ticket

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ticket-seed.md"
XS = "{http://www.w3.org/2001/XMLSchema}"
ROW = re.compile(r"\| `([^`]+)` \| (conservé|constant|abandonné) \| (?:`([^`]+)`)? ?\| ?(.*?) ?\|")

#: Every node and attribute of the example of the format we come from (names are facts).
EXAMPLE = """
ticket: version type devise uid caisse numero annule memo imprime attente encaisse clotureID
entete:
entete/creation: iso
entete/creation/date:
entete/creation/heure:
entete/modification: iso
entete/modification/date:
entete/modification/heure:
entete/stats: iso
entete/stats/date:
entete/stats/heure:
entete/caissier: numero
entete/vendeur: numero service
entete/table: numero
entete/table/couverts:
entete/cab:
lignes: nombre
lignes/article: numero plu quantite ht base base_ht valeur valeur_ht net net_ht tva code cab codif addon scanning
 tarif unite pesee hca coupon annule controle imprime points action bonus fidelite stock bloque_zero achat etats
 prioritaire horodatage tri regroupement fournisseur
lignes/article/libelle:
lignes/article/groupe: code
lignes/article/famille: code
lignes/article/tags:
lignes/article/tags/cuisine:
lignes/article/tags/tag:
lignes/article/commentaires:
lignes/article/commentaires/liste: code nom optionnel
bilan: montantTTC brut fidelite remise service
bilan/tvas: montantTaxes
bilan/tvas/tva: taux base nombre
bilan/encaissements: montantEncaisse
bilan/encaissements/encaissement: horodatage mode devise nombre rendu avoir acompte
"""
#: Named by the text around the example.
NAMED = """
entete/promotions/promotion: code nombre
entete/promotions/promotion/article: addon annee
entete/paiements/paiement:
entete/reclamations/nom/date:
entete/reclamations/nom/heure:
lignes/menu:
lignes/sous-total: numero valeur typeRemise remise
lignes/plateau: numero valeur typeRemise remise
lignes/sous-ticket:
bilan/avoir: validite
bilan/voucher: montant debut-validite fin-validite
bilan/encaissements: rendu surplus avoir
bilan/encaissements/avoir:
bilan/encaissements/voucher:
bilan/encaissements/acompte:
"""


def paths(text: str) -> set[str]:
    found = set()
    for line in text.replace("\n ", " ").strip().splitlines():
        node, _, names = line.partition(":")
        found |= {node, *(f"{node}/@{name}" for name in names.split())}
    return found


def page() -> dict[str, tuple[str, str, str]]:
    rows = [match.groups("") for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert len({row[0] for row in rows}) == len(rows), "a node stands twice"
    return {path: (state, ours, why) for path, state, ours, why in rows}


def in_the_schema() -> set[str]:
    """Every path a ticket may have, from ``ticket.xsd``."""
    root = etree.fromstring(schemas.content("ticket.xsd"))
    named = {node.get("name"): node for node in root if node.get("name")}
    found = set()

    def inside(node, path):
        for child in node:
            if child.tag == f"{XS}attribute":
                found.add(f"{path}/@{child.get('name')}")
            elif child.tag == f"{XS}attributeGroup":
                inside(named[child.get("ref")], path)
            elif child.tag == f"{XS}element":
                element(child, f"{path}/{child.get('name')}")
            elif isinstance(child.tag, str):
                inside(child, path)

    def element(node, path):
        found.add(path)
        kind = named.get(node.get("type"))
        if kind is not None and kind.tag == f"{XS}complexType":
            inside(kind, path)
        inside(node, path)

    (ticket,) = (n for n in root if n.tag == f"{XS}element" and n.get("name") == "ticket")
    element(ticket, "ticket")
    return found


PAGES = page()


def test_every_node_of_the_seed_is_answered():
    assert paths(EXAMPLE) | paths(NAMED) <= PAGES.keys()
    # A node inside another is never answered before its parent.
    for path in PAGES:
        for parent, _child in pairwise(_prefixes(path)):
            assert parent in PAGES or parent in ("entete/reclamations/nom",), parent


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


@pytest.mark.parametrize("path", [p for p, (state, *_rest) in PAGES.items() if state != "abandonné"])
def test_what_is_kept_is_in_the_schema(path):
    _state, ours, _why = PAGES[path]
    assert ours in in_the_schema(), f"{path}: {ours or 'no place'} is not in ticket.xsd"


@pytest.mark.parametrize("path", [p for p, (state, *_rest) in PAGES.items() if state == "abandonné"])
def test_what_is_dropped_says_why_and_is_not_there(path):
    _state, ours, why = PAGES[path]
    assert not ours and why
    whole = path if path == "ticket" or path.startswith("ticket/") else f"ticket/{path}"
    assert whole not in in_the_schema(), f"{path} is there: say it is kept"


@pytest.mark.parametrize("path", [p for p, (state, *_rest) in PAGES.items() if state == "constant"])
def test_what_is_constant_never_varies(path):
    """On a sale, a refund, an exempt one, a training one."""
    desk, values = make_desk(), set()
    tickets = [
        make_ticket(1), make_ticket(2, [make_line(1, "-1.000", "2.5000", 550)]), make_ticket(3, degraded=True),
    ]  # fmt: skip
    for ticket, training in [*((t, False) for t in tickets), (make_ticket(4), True)]:
        record = chain.issue_ticket(TillState(), desk, ticket, NOON, training=training).records[-1]
        element = etree.fromstring(record.xml)
        node, _, name = PAGES[path][1].partition("/@")
        found = [element] if node == "ticket" else element.findall(node.removeprefix("ticket/"))
        assert found
        values |= {one.get(name) for one in found}
    assert len(values) == 1 and None not in values
    assert values.pop() in PAGES[path][2]
