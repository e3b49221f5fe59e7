"""VAT numbers of customers: what a person types, cleaned, and refused when it cannot be one."""

import re

from .errors import DocumentError

_FRENCH = re.compile(r"FR([0-9A-HJ-NP-Z]{2})(\d{9})", re.ASCII)
#: Shapes published by the European Commission (VIES), the other member states and Northern Ireland.
_EUROPEAN = re.compile(
    r"ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}"
    r"|ES[A-Z0-9]\d{7}[A-Z0-9]|FI\d{8}|HR\d{11}|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}"
    r"|LT(\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}|NL[A-Z0-9+*]{12}|PL\d{10}|PT\d{9}|RO\d{2,10}"
    r"|SE\d{12}|SI\d{8}|SK\d{10}|XI(\d{9}|\d{12}|(GD|HA)\d{3})",
    re.ASCII,
)


def clean(text: str) -> str:
    """The number without separators, in capitals; ``""`` when there is none.

    Raises DocumentError, in French for who typed it, when it is no VAT number of the Union.
    """
    number = re.sub(r"[\s.\-]", "", text).upper()
    if not number:
        return ""
    french = _FRENCH.fullmatch(number)
    if french:
        key, siren = french.groups()
        if not _luhn(siren):
            raise _wrong(number, "le SIREN qu'il contient n'existe pas")
        # Keys of two digits are computed; the others are attributed and cannot be checked.
        if key.isdigit() and int(key) != (12 + 3 * (int(siren) % 97)) % 97:
            raise _wrong(number, "sa clé ne correspond pas à son SIREN")
        return number
    if number.startswith("FR"):
        raise _wrong(number, "il a « FR », deux caractères et neuf chiffres")
    if not _EUROPEAN.fullmatch(number):
        raise _wrong(number, "il commence par le code du pays : FR44732829320")
    return number


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _wrong(number: str, why: str) -> DocumentError:
    return DocumentError(
        f"Le numéro de TVA « {number[:20]} » est incorrect : {why}. Corrigez-le, ou laissez-le vide pour un "
        "particulier."
    )
