"""The tree itself: sizes, secrets, paths of one machine, tests that are not run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import repository as repo
from ops import apt_sources

LONGEST = 400
CODE = {".py", ".js", ".xml", ".sql", ".xsl", ".scss", ".css", ".sh"}
# In pieces: this file is read too.
SKIP = re.compile(
    r"pytest\.mark\.(?:ski" r"p|skipif|xfail)|pytest\.(?:ski" r"p|xfail|importorskip)\(|"
    r"unittest\.(?:ski" r"p|expectedFailure)|\bski" r"pTest\(|raise Ski" r"pTest|"
    r"\b(?:test|it|describe)\.(?:ski" r"p|todo)\("
)  # fmt: skip
UNFINISHED = re.compile(
    r"(?:#|//|/\*|--)\s*(?:TO" r"DO|FIX" r"ME|XX" r"X)\b|raise NotImplemented" r"Error"
)  # fmt: skip
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users)/[a-z]\w*|(?<![\w.])/(?:root|work)/\w")
PRIVATE_KEY = re.compile(r"BEGIN (?:\w+ )*PRIV" r"ATE KEY-----(?:\s|\\n)+[A-Za-z0-9+/=]{20}")  # fmt: skip
REGISTRIES = [".".join(words) for words in (
    ("deb", "debian", "org"), ("security", "debian", "org"), ("pypi", "org"),
    ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"),
)]  # fmt: skip


def found(pattern: re.Pattern, keep=lambda path: True) -> list[str]:
    lines = []
    for path in repo.tracked():
        content = repo.text(path) if keep(path) else None
        for match in pattern.finditer(content or ""):
            lines.append(
                f"{repo.name(path)}:{content[: match.start()].count(chr(10)) + 1} {match[0]}"
            )
    return lines


def test_no_file_is_too_long_to_read():
    long = {}
    for path in repo.tracked():
        if path.suffix in CODE:
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > LONGEST:
                long[repo.name(path)] = lines
    assert long == {}


def test_no_test_is_left_out():
    assert found(SKIP) == []


def test_nothing_is_left_unfinished():
    assert found(UNFINISHED, lambda path: path.suffix in CODE) == []


def test_no_path_of_one_machine():
    assert found(MACHINE) == []
    assert found(re.compile(re.escape(str(repo.ROOT) + "/"))) == []


def test_no_private_key():
    assert found(PRIVATE_KEY) == []


def test_no_registry_is_named():
    """Where packages come from is the machine's business: apt's and pip's own settings say it."""
    hosts = {urlsplit(source.uri).hostname for source in apt_sources.read_sources()} - {None, ""}
    hosts |= set(REGISTRIES)
    assert found(re.compile("|".join(map(re.escape, sorted(hosts))))) == []


def test_no_state_is_tracked():
    names = [repo.name(path) for path in repo.tracked()]
    state = re.compile(r"(^|/)(var|__pycache__|node_modules|\.venv)/|\.(pyc|log|sqlite|pem|key)$")
    assert [name for name in names if state.search(name)] == []


def test_we_never_claim_to_be_certified():
    claim = re.compile(r"(?:Escarcelle|logiciel|software) (?:est|is) certifi", re.IGNORECASE)
    assert found(claim) == []


@pytest.mark.parametrize("needed", ["LICENSE", "README.md", ".ci/run", "escarcelle"])
def test_the_root_has(needed):
    assert repo.ROOT / needed in repo.tracked()


def test_launchers_can_be_executed():
    for launcher in ("escarcelle", ".ci/run"):
        assert (repo.ROOT / launcher).stat().st_mode & 0o111, launcher


def test_style():
    """ruff, with the rules of pyproject.toml."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff, "ruff is not in the environment"
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--output-format=concise", str(repo.ROOT)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
