"""Counts from pytest's JUnit file: what ran is read from the report, not from the screen."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from ops.testing.result import LayerResult


def read(name: str, path: Path, exit_code: int, seconds: float) -> LayerResult:
    """The result of a pytest run.

    An exit code that the counts do not explain (nothing collected, interrupted, crashed) is a
    problem of its own.
    """
    if not path.exists():
        text = f"pytest s'est arrêté avec le code {exit_code} sans rapport"
        return LayerResult(name, seconds=seconds, problem=text)
    root = ElementTree.parse(path).getroot()
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")

    def count(attribute: str) -> int:
        return sum(int(suite.get(attribute, "0")) for suite in suites)

    failed, errors, skipped = count("failures"), count("errors"), count("skipped")
    passed = count("tests") - failed - errors - skipped
    problem = ""
    if exit_code != 0 and not failed and not errors:
        problem = f"pytest s'est arrêté avec le code {exit_code}"
        if exit_code == 5:
            problem = "aucun essai trouvé"
    return LayerResult(name, passed, failed, errors, skipped, seconds, problem)
