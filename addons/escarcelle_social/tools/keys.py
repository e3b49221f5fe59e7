"""What makes two entries the same to somebody who reads them: no accent, no case, no punctuation."""

import re
import unicodedata


def fold(text):
    """``text`` in lower case, without accents, its words one space apart: « Éloïse  N'Guyen » → ``eloise n guyen``."""
    plain = unicodedata.normalize("NFKD", str(text or ""))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.sub(r"[\W_]+", " ", plain.replace("œ", "oe").replace("æ", "ae")).strip()


def person(first_name, last_name):
    """Key of a name, the same whichever way round it was typed; empty without both."""
    first, last = fold(first_name), fold(last_name)
    return " ".join(sorted(f"{first} {last}".split())) if first and last else ""


def phone(text):
    """Digits of a telephone number, French ones in their national form; empty when too short to tell."""
    digits = "".join(c for c in str(text or "") if c in "0123456789")
    national = re.fullmatch(r"(?:00)?(?:33|262|590|594|596)0?([1-9]\d{8})", digits)
    if national and not re.fullmatch(r"0[1-9]\d{8}", digits):
        digits = "0" + national[1]
    return digits if len(digits) >= 6 else ""


def email(text):
    """An address as its owner would compare it."""
    return str(text or "").strip().casefold()
