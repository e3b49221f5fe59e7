"""What a household is called in free text, and how it is taken out of it."""

import html
import json
import re
import unicodedata
from dataclasses import dataclass

#: A shorter word stands for too many other things.
SHORTEST = 3


@dataclass(frozen=True)
class Needles:
    """``whole``: what names the household wherever it stands (full names, address, numbers); ``words``:
    names alone, which only mean it in what belongs to it."""

    whole: tuple[str, ...]
    words: tuple[str, ...]

    def pattern(self, *, own: bool) -> str:
        """A regular expression for PostgreSQL and Python, without regard to case; ``""`` without needles.
        ``own``: of a row that belongs to the household."""
        texts = {*self.whole, *(self.words if own else ())}
        spelled = {form for text in texts for form in _forms(text)}
        longest_first = sorted(spelled, key=lambda one: (-len(one), one))
        return "|".join(_spelled(text) for text in longest_first)

    def replaced(self, text: str, code: str) -> str:
        """``text`` with the number of the file in the place of every name."""
        pattern = self.pattern(own=True)
        if not pattern or not text:
            return text
        return re.sub(
            pattern.replace("\\m", r"\b").replace("\\M", r"\b"), code, text, flags=re.IGNORECASE
        )


def of(names, others, own=()):
    """Needles of ``names``, pairs (first name, last name), of ``others``, texts that are whole, and of
    ``own``, texts that only mean somebody in their own file (an address)."""
    whole, words = set(), {" ".join(text.split()) for text in own if text}
    for first, last in names:
        first, last = (" ".join((name or "").split()) for name in (first, last))
        if first and last:
            whole |= {f"{first} {last}", f"{last} {first}", f"{last}, {first}"}
            slugs = (_slug(first), _slug(last))
            whole |= {mark.join(pair) for pair in (slugs, slugs[::-1]) for mark in ".-_" if all(pair)}
        words |= {name for name in (first, last) if len(name) >= SHORTEST}
    whole |= {" ".join(text.split()) for text in others if text and len(text.strip()) > SHORTEST}
    return Needles(tuple(sorted(whole)), tuple(sorted(words)))


def _slug(name):
    """A name as it stands in an address or a file: without accents, without spaces."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def numbers(text):
    """The ways a telephone number is written: as typed, without spaces, two by two."""
    digits = re.sub(r"\D", "", text or "")
    if len(digits) < 6:
        return []
    national = "0" + digits[-9:] if len(digits) > 9 else digits
    paired = [sep.join(re.findall(r"\d{1,2}", national)) for sep in (" ", ".", "-")]
    return [text.strip(), digits, national, "+33" + national[1:], *paired]


def _forms(text):
    """How a text is written in a message (HTML) and in JSON, besides as it is."""
    return {text, html.escape(text), html.escape(text, quote=False), json.dumps(text)[1:-1]}


def _spelled(text):
    """The expression of one text, whole words only, whatever its spaces are."""
    body = r"\s+".join(re.escape(word) for word in text.split())
    start = r"\m" if text[0].isalnum() else ""
    end = r"\M" if text[-1].isalnum() else ""
    return f"{start}{body}{end}"
