import itertools
from datetime import date

import pytest

from escarcelle_core import vat
from escarcelle_core.errors import DocumentError

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("territory", "rates"),
    [
        ("METROPOLE", (2000, 1000, 550, 210)),
        ("CORSE", (2000, 1300, 1000, 550, 210, 90)),
        ("DOM", (850, 210, 175, 105)),
        ("GUYANE", (0,)),
        ("MAYOTTE", (0,)),
    ],
)
def test_rates_of_each_territory(territory, rates):
    assert vat.rates(territory, DAY) == rates


@pytest.mark.parametrize(
    ("territory", "category", "rate"),
    [
        ("METROPOLE", "ALIMENTAIRE", 550), ("METROPOLE", "A_EMPORTER", 1000), ("METROPOLE", "NORMAL", 2000),
        ("CORSE", "ALIMENTAIRE", 210), ("CORSE", "ANIMAL_VIVANT", 90), ("CORSE", "CARBURANT", 1300),
        ("DOM", "ALIMENTAIRE", 210), ("DOM", "NORMAL", 850), ("DOM", "PRESSE", 105),
        ("GUYANE", "NORMAL", 0), ("MAYOTTE", "ALIMENTAIRE", 0),
    ],
)  # fmt: skip
def test_a_category_owes_what_the_place_says(territory, category, rate):
    assert vat.rate(territory, category, DAY) == rate


def test_the_table_is_dated():
    assert vat.rate("METROPOLE", "HYGIENE", date(2015, 12, 31)) == 2000
    assert vat.rate("METROPOLE", "HYGIENE", date(2016, 1, 1)) == 550


def test_every_line_has_a_source_and_none_overlaps():
    lines = vat.table()
    assert all(line.source.startswith("CGI art. ") for line in lines)
    for one, other in itertools.combinations(lines, 2):
        if one.territory == other.territory and one.category == other.category:
            first, second = sorted((one, other), key=lambda item: item.start)
            assert first.end is not None and first.end < second.start


def test_what_the_law_does_not_say_is_an_error_in_french():
    with pytest.raises(DocumentError, match="Aucun taux"):
        vat.rate("DOM", "CARBURANT", DAY)
    with pytest.raises(DocumentError, match="01/01/2000"):
        vat.rate("METROPOLE", "NORMAL", date(2000, 1, 1))
    twice = vat.table() * 2
    with pytest.raises(DocumentError, match="Deux taux"):
        vat.line("METROPOLE", "NORMAL", DAY, twice)


@pytest.mark.parametrize(
    "row",
    [
        "METROPOLE;NORMAL;vingt;2014-01-01;;x", "LUNE;NORMAL;20,00;2014-01-01;;x",
        "METROPOLE;PAIN;20,00;2014-01-01;;x", "METROPOLE;NORMAL;20,005;2014-01-01;;x",
        "METROPOLE;NORMAL;20,00;1er janvier;;x", "METROPOLE;NORMAL",
    ],
)  # fmt: skip
def test_an_unreadable_table_is_refused(row):
    with pytest.raises(DocumentError):
        vat.read(f"territoire;categorie;taux;debut;fin;source\n{row}\n")


def test_no_vat_is_never_without_a_mention():
    assert set(vat.MENTIONS) == {"EXO_A", "EXO_B", "FRANCHISE", "DOM_NONE"}
