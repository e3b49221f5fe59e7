"""From a postcode to the department that reports to the State count by."""

import re

_POSTCODE = re.compile(r"\d{5}")
#: Corsica: 200 and 201 belong to 2A, the others to 2B.
_CORSICA_SOUTH = ("200", "201")


def district(zip_code: str | None) -> str | None:
    """The postcode, five digits; ``None`` for anything else (abroad, none, a mistake)."""
    found = "".join((zip_code or "").split())
    return found if _POSTCODE.fullmatch(found) and found[:2] not in ("00", "99") else None


def department(zip_code: str | None) -> str | None:
    """Code of the department: "67", "2A", "974"; ``None`` where there is none."""
    code = district(zip_code)
    if code is None:
        return None
    if code.startswith("20"):
        return "2A" if code.startswith(_CORSICA_SOUTH) else "2B"
    return code[:3] if code.startswith(("97", "98")) else code[:2]
