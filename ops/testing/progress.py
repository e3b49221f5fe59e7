"""How far a layer is, read from what its test program has printed so far."""

import re

#: What pytest writes at the end of a line of dots.
PERCENT = re.compile(r"\[ *(\d+)%\]")
#: What Odoo logs when a test begins.
STARTING = re.compile(r": Starting \S+ \.\.\.")


def of(text: str) -> str:
    """A few words: ``45 %`` from pytest, ``214 essais`` from Odoo; empty when nothing ran yet."""
    if percents := PERCENT.findall(text):
        return f"{percents[-1]} %"
    started = len(STARTING.findall(text))
    return f"{started} essai{'s' if started > 1 else ''}" if started else ""
