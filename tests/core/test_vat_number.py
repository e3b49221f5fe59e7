import pytest
from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core import vat_number
from escarcelle_core.errors import DocumentError


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("FR44732829320", "FR44732829320"), (" fr 44 732.829-320 ", "FR44732829320"), ("", ""), ("  ", ""),
        ("FR83404833048", "FR83404833048"), ("DE123456789", "DE123456789"), ("BE0123456789", "BE0123456789"),
        ("FRK7399859412", "FRK7399859412"), ("NL123456789B01", "NL123456789B01"),
    ],
)  # fmt: skip
def test_what_is_typed_is_cleaned(typed, kept):
    assert vat_number.clean(typed) == kept


def test_a_key_of_letters_does_not_excuse_a_siren_that_cannot_be():
    assert vat_number.clean("FRAB732829320") == "FRAB732829320"
    with pytest.raises(DocumentError, match="SIREN"):
        vat_number.clean("FRAB732829321")


@pytest.mark.parametrize(
    "typed",
    ["FR44732829321", "FR45732829320", "FR4473282932", "FR447328293200", "FRO4732829320", "732829320", "XX123",
     "DE12345678", "FR٤٤732829320", "US123456789", "FR44732829320;--", "<b>"],
)  # fmt: skip
def test_what_cannot_be_one_is_refused(typed):
    with pytest.raises(DocumentError, match="numéro de TVA"):
        vat_number.clean(typed)


@given(st.text(max_size=40))
def test_nothing_crashes_and_what_is_kept_stays(text):
    try:
        kept = vat_number.clean(text)
    except DocumentError:
        return
    assert vat_number.clean(kept) == kept
