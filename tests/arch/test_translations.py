"""French is the product's language: every string of ours has its translation."""

import ast
import re

import polib
import pytest

import repository as repo

pytestmark = pytest.mark.parametrize("addon", repo.ADDONS)


def french(addon):
    path = repo.ROOT / "addons" / addon / "i18n" / "fr.po"
    assert path.exists(), f"{addon} has no i18n/fr.po"
    entries = [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    assert entries, f"{addon}/i18n/fr.po is empty"
    return entries


def test_every_entry_is_translated(addon):
    assert [e.msgid for e in french(addon) if not e.msgstr.strip() or e.fuzzy] == []


def test_named_placeholders_survive(addon):
    pattern = re.compile(r"%\((\w+)\)[sdif]")
    wrong = [
        entry.msgid
        for entry in french(addon)
        if sorted(pattern.findall(entry.msgid)) != sorted(pattern.findall(entry.msgstr))
    ]
    assert wrong == []


def test_every_message_of_the_code_is_in_the_file(addon):
    known = {entry.msgid for entry in french(addon)}
    missing = [f"{where} {text!r}" for where, text in messages(addon) if text not in known]
    assert missing == []


def messages(addon):
    """Literals given to ``env._``, ``_``, ``_lt`` in Python and to ``_t`` in JavaScript."""
    for path in repo.addon_files(addon, ".py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(repo.tree(path)):
            if isinstance(node, ast.Call) and node.args and _translates(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield f"{repo.name(path)}:{node.lineno}", first.value
    for path in repo.addon_files(addon, ".js"):
        if "tests" in path.parts:
            continue
        content = path.read_text(encoding="utf-8")
        for match in re.finditer(r"""\b_t\(\s*(["'`])((?:\\.|(?!\1).)*)\1""", content, re.DOTALL):
            yield repo.name(path), re.sub(r"\\(.)", r"\1", match[2])


def _translates(function) -> bool:
    if isinstance(function, ast.Name):
        return function.id in {"_", "_lt"}
    return isinstance(function, ast.Attribute) and function.attr == "_"
