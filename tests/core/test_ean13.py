"""EAN-13 numbers and card numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import ean13

twelve_digits = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize(
    ("twelve", "digit"),
    [
        ("400638133393", 1),
        ("301762042200", 3),
        ("978020137962", 4),
        ("000000000000", 0),
        ("999999999999", 4),
    ],
)
def test_known_check_digits(twelve, digit):
    assert ean13.check_digit(twelve) == digit


@given(twelve_digits)
def test_a_completed_number_is_valid(twelve):
    code = ean13.complete(twelve)
    assert code[:12] == twelve
    assert ean13.is_valid(code)


@given(twelve_digits, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_found(twelve, rank, shift):
    code = ean13.complete(twelve)
    wrong = str((int(code[rank]) + shift) % 10)
    assert not ean13.is_valid(code[:rank] + wrong + code[rank + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "40063813339311",
        "400638133393x",
        "٤٠٠٦٣٨١٣٣٣٩٣١",
        None,
        4006381333931,
        " 4006381333931",
    ],
)
def test_anything_else_is_refused(text):
    assert not ean13.is_valid(text)


@pytest.mark.parametrize("twelve", ["12345678901", "1234567890123", "12345678901x", "", None])
def test_check_digit_of_nonsense_is_an_error_in_french(twelve):
    with pytest.raises(ean13.BarcodeError, match="treize chiffres"):
        ean13.check_digit(twelve)


@given(st.integers(0, ean13.CARD_ROOM - 1))
def test_a_card_is_in_the_card_range(serial):
    number = ean13.card(serial)
    assert ean13.is_card(number)
    assert int(number[len(ean13.CARD_PREFIX) : 12]) == serial


@pytest.mark.parametrize("serial", [-1, ean13.CARD_ROOM, True, "1", None, 1.0])
def test_a_card_out_of_range_is_refused(serial):
    with pytest.raises(ean13.BarcodeError):
        ean13.card(serial)


def test_a_product_is_not_a_card():
    assert ean13.is_valid("3017620422003")
    assert not ean13.is_card("3017620422003")


def test_modules_of_the_symbol():
    # The example everybody prints: 4 003994 155486 (left sets ABAABB for a first digit 4).
    assert ean13.modules("4003994155486") == (
        "101" "0001101" "0100111" "0111101" "0001011" "0010111" "0011101" "01010"
        "1100110" "1001110" "1001110" "1011100" "1001000" "1010000" "101"
    )  # fmt: skip


@given(st.integers(0, ean13.CARD_ROOM - 1))
def test_a_symbol_has_95_modules_and_is_read_back(serial):
    code = ean13.card(serial)
    bits = ean13.modules(code)
    assert len(bits) == 95 and bits[:3] == bits[-3:] == "101" and bits[45:50] == "01010"
    # A digit has two bars and two spaces; read from the right it is another one.
    for start in (*range(3, 45, 7), *range(50, 92, 7)):
        digit = bits[start : start + 7]
        assert digit[0] != digit[-1] and sum(a != b for a, b in zip(digit, digit[1:], strict=False)) == 3


@pytest.mark.parametrize("wrong", ["", "2000000000001", "200", None, "²000000000008"])
def test_no_symbol_of_what_is_not_a_number(wrong):
    with pytest.raises(ean13.BarcodeError):
        ean13.modules(wrong)
