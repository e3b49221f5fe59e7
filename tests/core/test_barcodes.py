"""What may be attached to a good, and what a scanner or a hostile page may send instead."""

import pytest

from escarcelle_core import barcodes, ean13


@pytest.mark.parametrize(
    "code",
    [
        "3017620422003",
        "96385074",
        "036000291452",
        "13017620422000",
        "ABC-123",
        "LOT 7/2",
        "12345",
        " 3017620422003 ",
    ],
)
def test_labels_of_goods(code):
    assert barcodes.attachable(code) == code.strip()


@pytest.mark.parametrize(
    "code",
    [
        "", "123", "1" * 49, "9" * 100_000, None, 3017620422003, b"3017620422003",
        "3017620422004", "96385075", "036000291453", "13017620422001",  # check digits
        "30176\x1d2042", "3017\n620422003", "\x02301762", "３０１７６２０４２２００３", "éàü123", "<script>", "';--x",
        ean13.card(0), ean13.card(123_456_789), "2000000000016",  # cards, with a wrong key too
    ],
)  # fmt: skip
def test_what_is_no_label_of_a_good(code):
    with pytest.raises(barcodes.AttachError) as caught:
        barcodes.attachable(code)
    assert len(str(caught.value)) < 250 and str(caught.value).isprintable()


def test_every_wrong_digit_is_seen():
    good = "3017620422003"
    for rank, digit in enumerate(good):
        for other in set("0123456789") - {digit}:
            with pytest.raises(barcodes.AttachError):
                barcodes.attachable(good[:rank] + other + good[rank + 1 :])


@pytest.mark.parametrize("count", [0, -1, 1001, 1.0, "6", None, True])
def test_packs_of_nothing(count):
    with pytest.raises(barcodes.AttachError):
        barcodes.units(count)
    assert barcodes.units(6) == 6
