"""Counts from the log of Odoo's own test runner."""

import re

from ops.testing.result import LayerResult

SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
LINE = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
SKIPPED = re.compile(LINE + r"INFO \S+ \S+: (?:skipped|Skipped) (.+)$", re.MULTILINE)
BROKEN = re.compile(LINE + r"ERROR \S+ \S+: (?:FAIL|ERROR): (?:Subtest )?(\S+)", re.MULTILINE)
#: Lines people are shown at most.
LONGEST = 400
#: Other errors, except two that say nothing of us: a statement PostgreSQL refuses is logged even when
#: the test wants it refused, and Debian's package of Odoo leaves out one library it may not ship.
EXPECTED = (
    r"odoo\.sql_db: bad query",
    r"\S+assetsbundle: 'Could not get content for mail/static/lib/selfie_segmentation/",
)
TROUBLE = re.compile(
    LINE
    + r"(?:ERROR|CRITICAL) \S+ (?!\S+: (?:FAIL|ERROR): )"
    + "".join(f"(?!{known})" for known in EXPECTED)
    + "(.+)$",
    re.MULTILINE,
)


def broken(text: str) -> list[str]:
    """``Class.method`` of each test that failed or broke, once, in order."""
    return list(dict.fromkeys(BROKEN.findall(text)))


def read(name: str, text: str, exit_code: int, seconds: float) -> LayerResult:
    """The result of ``python -m odoo --test-tags …``, from its whole log.

    The last summary line counts everything: the tests of the installation and those after it.
    """
    summaries = SUMMARY.findall(text)
    skipped = len(SKIPPED.findall(text))
    if not summaries:
        problem = f"Odoo s'est arrêté avec le code {exit_code} sans rien compter"
        return LayerResult(name, skipped=skipped, seconds=seconds, problem=problem)
    failed, errors, run = map(int, summaries[-1])
    passed = run - failed - errors - skipped
    problem = ""
    trouble = TROUBLE.findall(text)
    if run == 0:
        problem = "aucun essai trouvé"
    elif exit_code != 0 and not failed and not errors:
        problem = f"Odoo s'est arrêté avec le code {exit_code}"
    elif trouble and not failed and not errors:
        problem = f"erreur au journal : {trouble[0]}"
    return LayerResult(name, passed, failed, errors, skipped, seconds, problem)


def trouble(text: str) -> str:
    """The failures of a log, nothing else: nobody should have to open it."""
    shown: list[str] = []
    keep = False
    for line in text.splitlines():
        if re.match(LINE, line):  # what follows a record belongs to it
            keep = " ERROR " in line or " CRITICAL " in line or ": skipped " in line
        if keep and len(shown) < LONGEST:
            shown.append(line)
    return "\n".join(shown)
