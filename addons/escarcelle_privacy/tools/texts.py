"""The texts shipped with this addon: French, written for it, with the shop's own facts left open. No Odoo here."""

import json
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "texts"


@cache
def load(name):
    """What ``texts/<name>.json`` holds."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def fill(text, facts):
    """``text`` with its ``{facts}``; it begins with a capital. KeyError for a fact that nobody knows."""
    filled = spaced(text.format_map(facts))
    return filled[:1].upper() + filled[1:]


def spaced(text):
    """``text`` (HTML too) in which no line begins with the punctuation that French sets apart."""
    return re.sub(r" ([;:?!»])", "\u00a0\\1", text).replace("« ", "«\u00a0")
