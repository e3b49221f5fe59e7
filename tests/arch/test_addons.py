"""What every addon of ours owes to Odoo 19 and to its reader."""

import ast
import csv
import re

import pytest
from lxml import etree

import repository as repo

pytestmark = pytest.mark.parametrize("addon", repo.ADDONS)

#: Stored fields the browser sends back on every order (reference: any of them may be set from a
#: browser). None may carry a fiscal value. Adding one is a decision: say here what it is for.
ALLOWED_STORED = {
    "pos.order": set(),
    "pos.order.line": set(),
    "pos.payment": set(),
}
OUTDATED_PYTHON = {
    r"\b_sql_constraints\b": "models.Constraint",
    r"\btype=['\"]json['\"]": "type='jsonrpc'",
    r"\bself\._(cr|uid|context)\b": "self.env.cr, .uid, .context",
    r"\bgroups_id\b": "group_ids",
    r"\bname_get\b": "_compute_display_name",
}
OUTDATED_XML = {
    r"<tree\b": "<list>",
    r"\battrs\s*=": "invisible=, readonly=, required=",
    r"\bstates\s*=\s*\"": "invisible=",
    r"name=\"view_mode\">[^<]*\btree\b": "list",
    r"kanban-box": "card",
    r"name=\"groups_id\"": "group_ids",
    r"<group\s[^>]*\bexpand=": "<group>",
}


def test_manifest(addon):
    manifest = repo.manifest(addon)
    assert manifest["name"] and manifest["author"] and manifest["summary"]
    assert manifest["license"] == "LGPL-3"
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
    assert manifest.get("installable", True) is True
    assert bool(manifest.get("auto_install")) == (addon in repo.BRIDGES)
    folder = repo.ROOT / "addons" / addon
    for listed in (*manifest.get("data", ()), *manifest.get("demo", ())):
        assert (folder / listed).is_file(), f"{addon}: {listed} is not there"
    for bundle, paths in manifest.get("assets", {}).items():
        for path in paths:
            pattern = path if isinstance(path, str) else path[-1]
            own, _, rest = pattern.lstrip("/").partition("/")
            if own == addon:
                assert list(folder.glob(rest)), f"{addon}: {bundle}: nothing matches {pattern}"


def test_data_files_are_in_the_manifest(addon):
    manifest = repo.manifest(addon)
    listed = {*manifest.get("data", ()), *manifest.get("demo", ())}
    folder = repo.ROOT / "addons" / addon
    for part in ("data", "security", "views", "wizards", "report"):
        for path in (folder / part).rglob("*"):
            if path.suffix in {".xml", ".csv"}:
                inside = path.relative_to(folder).as_posix()
                assert inside in listed, f"{addon}: {inside} is never loaded"


def test_every_model_has_an_access_line(addon):
    concrete = {
        values["_name"]
        for _path, _node, values in repo.model_classes(addon)
        if "AbstractModel" not in values["bases"] and values.get("_name") in repo.own_models(addon)
    }
    assert concrete or addon in repo.BRIDGES, f"{addon} has no model"
    path = repo.ROOT / "addons" / addon / "security" / "ir.model.access.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    named = {row["model_id:id"].split(".")[-1] for row in rows}
    assert concrete == {m for m in concrete if "model_" + m.replace(".", "_") in named}


def test_no_api_of_an_older_odoo(addon):
    found = []
    for suffix, outdated in ((".py", OUTDATED_PYTHON), (".xml", OUTDATED_XML)):
        for path in repo.addon_files(addon, suffix):
            content = path.read_text(encoding="utf-8")
            for pattern, instead in outdated.items():
                found += [
                    f"{repo.name(path)}:{content[: match.start()].count(chr(10)) + 1} → {instead}"
                    for match in re.finditer(pattern, content)
                ]
    assert repo.addon_files(addon, ".py")
    assert found == []


def test_an_override_says_what_it_extends(addon):
    """A method of a model that is not ours, calling ``super()``, carries ``# EXTENDS 'module'``."""
    own = {model for other in repo.ADDONS for model in repo.own_models(other)}
    found = []
    for path, node, values in repo.model_classes(addon):
        if values.get("_name") in own or not set(repo.inherited(values)) - own:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for method in node.body:
            if not isinstance(method, ast.FunctionDef) or not _calls_super(method):
                continue
            first = min([method.lineno, *(d.lineno for d in method.decorator_list)]) - 2
            said = "\n".join(lines[max(first, 0) : method.end_lineno])
            if not re.search(r"# (EXTENDS|OVERRIDES) '\w+'", said):
                found.append(f"{repo.name(path)}:{method.lineno} {method.name}")
    assert found == []


def _calls_super(method: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == method.name
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "super"
        for node in ast.walk(method)
    )


def test_what_is_added_to_a_model_of_odoo_bears_our_name(addon):
    own = {model for other in repo.ADDONS for model in repo.own_models(other)}
    found = []
    for path, node, values in repo.model_classes(addon):
        foreign = [model for model in repo.inherited(values) if model not in own]
        if not foreign or values.get("_name") in own:
            continue
        found += [
            f"{repo.name(path)}:{item.lineno} {item.targets[0].id}"
            for item in node.body
            if _is_field(item) and not item.targets[0].id.startswith("escarcelle_")
            and not _redefines(item)
        ]  # fmt: skip
    assert found == []


def test_no_stored_field_on_what_a_browser_sends_back(addon):
    found = []
    for path, node, values in repo.model_classes(addon):
        models = {*repo.inherited(values), values.get("_name")} & ALLOWED_STORED.keys()
        for item in node.body if models else ():
            if not _is_field(item) or _redefines(item):
                continue
            keywords = {k.arg: k.value for k in item.value.keywords}
            store = keywords.get("store")
            stored = not ({"compute", "related"} & keywords.keys()) and not (
                isinstance(store, ast.Constant) and store.value is False
            )
            name = item.targets[0].id
            if stored and any(name not in ALLOWED_STORED[model] for model in models):
                found.append(f"{repo.name(path)}:{item.lineno} {name}")
    assert found == []


def _is_field(item: ast.stmt) -> bool:
    return (
        isinstance(item, ast.Assign)
        and isinstance(item.targets[0], ast.Name)
        and isinstance(item.value, ast.Call)
        and isinstance(item.value.func, ast.Attribute)
        and isinstance(item.value.func.value, ast.Name)
        and item.value.func.value.id == "fields"
    )


def _redefines(item: ast.Assign) -> bool:
    """A field that only changes an attribute of one of Odoo's (``selection_add``, ``ondelete``)."""
    return any(k.arg in {"selection_add"} for k in item.value.keywords)


def test_an_empty_screen_says_what_to_do(addon):
    """Every list a menu opens tells, while there is nothing on it, what it is for and how to begin."""
    actions, opened = {}, set()
    for path in repo.addon_files(addon, ".xml"):
        tree = etree.parse(path)
        for record in tree.iter("record"):
            if record.get("model") == "ir.actions.act_window":
                actions[record.get("id").split(".")[-1]] = {
                    field.get("name"): field.text for field in record.findall("field")
                }
        opened |= {menu.get("action").split(".")[-1] for menu in tree.iter("menuitem") if menu.get("action")}
    silent = [
        name for name in sorted(opened & actions.keys())
        if {"list", "kanban"} & set((actions[name].get("view_mode") or "list,form").split(","))
        and "help" not in actions[name]
    ]  # fmt: skip
    assert opened & actions.keys() or addon in repo.BRIDGES
    assert silent == []
