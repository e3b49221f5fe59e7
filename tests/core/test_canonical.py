from datetime import datetime

import pytest

from escarcelle_core import canonical
from escarcelle_core.errors import AmountMismatch

AT = datetime(2020, 4, 19, 15, 25, 34)
D = "d" * 64


def test_ticket_string_has_the_published_shape():
    amounts = {1000: 1999, 2000: 750, 550: 100}
    assert canonical.ticket(amounts, 2849, AT, "3-18", "VTE", D, "") == (
        f"2000:750|1000:1999|0550:100,2849,20200419152534,3-18,VTE,sha256={D},N,"
    )


def test_a_record_with_a_predecessor_says_so():
    assert canonical.ticket({0: -5}, -5, AT, "3-2", "ANN", D, "abc").endswith(
        f"0000:-5,-5,20200419152534,3-2,ANN,sha256={D},O,abc"
    )


def test_free_text_cannot_add_a_field():
    written = canonical.event("3-1", 130, "prix, remise\n10\u00a0%\u2028", AT, "C, 1", 3, D, "")
    assert written == f"3-1,130,prix;_remise10_%,20200419152534,C;_1,3,sha256={D},N,"


def test_text_is_composed():
    assert canonical.text("e\u0301te\u0301") == "été"


def test_an_empty_period_has_a_split():
    assert canonical.split({}) == "0000:0"


@pytest.mark.parametrize("rate", [-1, 10000])
def test_a_rate_has_four_digits(rate):
    with pytest.raises(AmountMismatch):
        canonical.split({rate: 1})


def test_each_kind_has_its_fields():
    assert canonical.duplicate("3-4", "TCK", 2, "C07", AT, "3-1", D, "").split(",")[:6] == [
        "3-4", "TCK", "2", "C07", "20200419152534", "3-1"]  # fmt: skip
    assert canonical.closing({550: 10}, 10, 20, 30, AT, "20200419", "3-1", D, "").split(",")[:7] == [
        "0550:10", "10", "20", "30", "20200419152534", "20200419", "3-1"]  # fmt: skip
    assert canonical.anchor("ff", AT, "3-1", D, "").split(",")[:3] == ["ff", "20200419152534", "3-1"]
    assert canonical.archive({550: 10}, 10, AT, 0, D, "").split(",")[:5] == [
        "0550:10", "10", "20200419152534", "0", "Archive"]  # fmt: skip
