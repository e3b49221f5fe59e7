"""Dependencies point one way (DESIGN.md §2)."""

import ast
import re
import sys

import pytest

import repository as repo

CORE_MAY = {"lxml", "cryptography", "tomli", "escarcelle_core"}
#: An addon knows those before it, never those after it.
ORDER = list(repo.ADDONS)


#: The verifier opens .7z files when that library is there, in one place (DESIGN.md §2, « CLI »).
CORE_EXCEPTIONS = {("core/src/escarcelle_core/verify/sources.py", "py7zr")} | {
    # Time stamps (RFC 3161) are ASN.1: wanted by who asks for one or verifies one, nothing else.
    ("core/src/escarcelle_core/time_stamp.py", f"asn1crypto.{name}") for name in ("algos", "cms", "core", "tsp")
}


def offences(folder: str, forbidden) -> list[str]:
    return [
        f"{repo.name(path)}:{line} {imported}"
        for path in repo.python_files(folder)
        for line, imported in repo.imports(path)
        if forbidden(imported) and (repo.name(path), imported) not in CORE_EXCEPTIONS
    ]


def top(imported: str) -> str:
    return imported.split(".")[0]


def test_core_imports_the_standard_library_lxml_and_cryptography():
    def forbidden(imported):
        return top(imported) not in sys.stdlib_module_names | CORE_MAY

    assert offences("core/src", forbidden) == []


def test_core_reads_no_clock_and_opens_no_socket():
    """The clock is passed in. Files are read by the verifier and for package data only."""
    found = []
    for path in repo.python_files("core/src"):
        for node in ast.walk(repo.tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
                found.append(f"{repo.name(path)}:{node.lineno} .{node.attr}")
        found += [
            f"{repo.name(path)}:{line} {imported}"
            for line, imported in repo.imports(path)
            if top(imported) in {"socket", "urllib", "http", "requests", "subprocess"}
        ]
    assert found == []


def test_the_till_program_never_imports_odoo_nor_ops():
    assert offences("till_proxy/src", lambda x: top(x) in {"odoo", "ops"}) == []


def test_core_and_addons_never_import_ops_nor_the_till_program():
    for folder in ("core/src", "addons"):
        assert offences(folder, lambda x: top(x) in {"ops", "till_proxy"}) == []


@pytest.mark.parametrize("addon", repo.ADDONS)
def test_an_addon_imports_no_other_addon_of_ours(addon):
    def forbidden(imported):
        match = re.match(r"odoo\.addons\.(escarcelle_\w+)", imported)
        return bool(match) and match[1] != addon

    # What an addon above needs to stage a test it takes from below, in one place.
    staging = re.compile(
        rf"addons/{addon}/tests/common\.py:\d+ odoo\.addons\.({'|'.join(ORDER[: ORDER.index(addon)]) or '-'})\.tests\."
    )
    assert [o for o in offences(f"addons/{addon}", forbidden) if not staging.match(o)] == []


@pytest.mark.parametrize("addon", repo.ADDONS)
def test_an_addon_depends_only_downwards(addon):
    above = ORDER[ORDER.index(addon) + 1 :]
    assert not set(repo.manifest(addon)["depends"]) & set(above)


@pytest.mark.parametrize("addon", repo.ADDONS[:-1])
def test_an_addon_names_no_model_of_an_addon_above(addon):
    above = {m for other in ORDER[ORDER.index(addon) + 1 :] for m in repo.own_models(other)}
    assert above, "no model above to look for"
    found = [
        f"{repo.name(path)}:{node.lineno} {node.value}"
        for path in repo.addon_files(addon, ".py")
        for node in ast.walk(repo.tree(path))
        if isinstance(node, ast.Constant) and node.value in above
    ]
    assert found == []
