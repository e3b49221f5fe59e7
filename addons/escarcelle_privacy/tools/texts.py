"""The texts shipped with this addon: French, written for it, with the shop's own facts left open. No Odoo here."""

import json
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "texts"


@cache
def load(name):
    """What ``texts/<name>.json`` holds."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def fill(text, facts):
    """``text`` with its ``{facts}``; KeyError for one that nobody knows."""
    return text.format_map(facts)
