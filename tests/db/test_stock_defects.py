"""Defects of the stock French module that need a superuser to be tried: impossible here. The other
seven are in ``escarcelle_fiscal/tests/test_stock_defects.py``."""

import logging

import pytest

from escarcelle_core.verify.outcome import SOUND
from escarcelle_core.verify.run import verify_connection
from tampering import cut, do

TICKET = "WHERE till = 'a1b2c3d4' AND kind = 'TCK' AND seq = 2"


def test_defect_01_hash_without_a_key(connection):
    """Stock: whoever has SQL rewrites an order and recomputes every hash. Here digest, signed string
    and what follows can be made to agree; the signature cannot."""
    do(connection, f"UPDATE fiscal.record SET xml = replace(xml, 'Strasbourg', 'Mulhouse') {TICKET}")
    do(
        connection,
        "UPDATE fiscal.record SET payload = replace(payload, digest, encode(sha256(convert_to(xml, 'UTF8')), 'hex')),"
        f" digest = encode(sha256(convert_to(xml, 'UTF8')), 'hex') {TICKET}",
    )
    found = verify_connection("base", connection).defects
    assert [(d.record.split()[-1], d.field) for d in found] == [("1-2.0", "signature")]


@pytest.mark.parametrize(
    ("what", "pattern", "value"),
    [
        ("amount of a line", 'net="', 'net="1'), ("amount paid", 'montant="', 'montant="1'),
        ("payment method", 'mode="', 'mode="X'), ("label", "<libelle>", "<libelle>X"),
        ("VAT rate", 'taux="', 'taux="1'), ("total", 'montantTTC="', 'montantTTC="1'),
        ("VAT", 'montantTaxes="', 'montantTaxes="1'), ("quantity", 'quantite="', 'quantite="1'),
        ("unit price", 'article base="', 'article base="1'), ("number", 'numero="', 'numero="1'),
    ],
)  # fmt: skip
def test_defect_02_identifiers_in_place_of_values(connection, what, pattern, value):
    """Stock: ids are hashed, so amounts, payments, labels and rates may be changed. Here each is found."""
    assert do(connection, f"UPDATE fiscal.record SET xml = replace(xml, '{pattern}', '{value}') {TICKET}") == 1
    found = verify_connection("base", connection).defects
    assert any("1-2" in d.record for d in found), what


def test_defect_08_check_that_misses_the_tail_and_prints_the_orders(connection, caplog):
    """Stock: a removed tail goes unseen, every order is held in memory and printed in the log."""
    with caplog.at_level(logging.DEBUG):
        assert verify_connection("base", connection).verdict == SOUND
    assert "Strasbourg" not in caplog.text
    cut(connection, "a1b2c3d4", 12)
    fields = [d.field for d in verify_connection("base", connection).defects]
    assert "fin de la chaîne TCK" in fields
