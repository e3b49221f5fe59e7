"""What an invoice says of its payment."""

from dataclasses import replace
from datetime import date

import pytest

from escarcelle_core import invoicing
from escarcelle_core.documents import Payment
from shop import make_ticket, uuid

DUE = date(2026, 4, 30)


def ticket(*payments: tuple[str, int], operation: str = "VTE"):
    paid = tuple(Payment(uuid(1, 50 + n), mode, mode.title(), amount) for n, (mode, amount) in enumerate(payments))
    return replace(make_ticket(1), operation=operation, payments=paid)


def test_what_is_owed_is_what_was_put_on_the_account():
    assert invoicing.owed(ticket(("ESPECES", 300), ("COMPTE", 150), ("COMPTE", 50))) == 200
    assert invoicing.owed(ticket(("ESPECES", 500))) == 0


@pytest.mark.parametrize("professional", [False, True])
@pytest.mark.parametrize(
    "sold, said",
    [
        (ticket(("ESPECES", 500)), "Payée comptant."),
        (ticket(("ESPECES", 499), ("COMPTE", 1)), "À payer au plus tard le 30/04/2026."),
    ],
)
def test_a_sale_says_when_it_is_due_and_to_a_professional_what_lateness_costs(sold, said, professional):
    first, *rest = invoicing.terms(sold, DUE, professional=professional)
    assert first == said
    assert rest == ([invoicing.LATE] if professional else [])


@pytest.mark.parametrize(
    "mode, said", [("COMPTE", "Avoir porté au compte du client."), ("ESPECES", "Avoir remboursé.")]
)
def test_a_credit_note_says_where_its_money_went(mode, said):
    back = ticket((mode, -500), operation="ANN")
    assert invoicing.terms(back, DUE, professional=True) == (said,)
