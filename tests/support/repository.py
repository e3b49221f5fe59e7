"""The repository as the tests of ``tests/arch`` read it: files, syntax trees, addons.

Everything fails when its subject is missing: a rule about nothing is not kept, it is not tested.
"""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = (
    "escarcelle_fiscal", "escarcelle_fiscal_purchase", "escarcelle_fiscal_sale", "escarcelle_pos",
    "escarcelle_social", "escarcelle_catalogue", "escarcelle_supply", "escarcelle_donation",
    "escarcelle_statistics",
    "escarcelle_privacy", "escarcelle_start",
)  # fmt: skip
#: Between one of ours and a module of Odoo: installed by themselves when both are there.
BRIDGES = ("escarcelle_fiscal_purchase", "escarcelle_fiscal_sale")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git follows and that is there, absolute."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    files = tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())
    assert files, "git ls-files lists nothing"
    return files


def text(path: Path) -> str | None:
    """Content of a text file, ``None`` for a binary one."""
    raw = path.read_bytes()
    if b"\0" in raw[:8000]:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def name(path: Path) -> str:
    """Path as it is said in a message: relative to the root."""
    return path.relative_to(ROOT).as_posix()


def python_files(folder: str) -> tuple[Path, ...]:
    """Python files below a folder of the root; there is at least one."""
    files = tuple(p for p in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in p.parts)
    assert files, f"no Python in {folder}/"
    return files


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """``(line, absolute dotted name)`` of everything a file imports, wherever the import stands.

    ``from a.b import c`` gives ``a.b.c``: a submodule is imported that way too.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def manifest(addon: str) -> dict:
    path = ROOT / "addons" / addon / "__manifest__.py"
    assert path.exists(), f"addons/{addon} is missing"
    return ast.literal_eval(path.read_text(encoding="utf-8"))


def addon_files(addon: str, suffix: str) -> tuple[Path, ...]:
    """Files of one addon with that suffix; none is a fair answer, a missing addon is not."""
    manifest(addon)
    return tuple(sorted((ROOT / "addons" / addon).rglob(f"*{suffix}")))


def model_classes(addon: str) -> Iterator[tuple[Path, ast.ClassDef, dict[str, object]]]:
    """``(file, class, {_name, _inherit, …})`` of each Odoo model class of an addon."""
    for path in addon_files(addon, ".py"):
        if "tests" in path.relative_to(ROOT / "addons" / addon).parts:
            continue
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            bases = {base.attr for base in node.bases if isinstance(base, ast.Attribute)}
            if not bases & {"Model", "TransientModel", "AbstractModel"}:
                continue
            values: dict[str, object] = {"bases": bases}
            for item in node.body:
                if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                    try:
                        values[item.targets[0].id] = ast.literal_eval(item.value)
                    except ValueError:
                        values[item.targets[0].id] = item.value
            yield path, node, values


def inherited(values: dict[str, object]) -> list[str]:
    """Names in ``_inherit``, as a list."""
    found = values.get("_inherit", [])
    return [found] if isinstance(found, str) else list(found)


def own_models(addon: str) -> dict[str, Path]:
    """``{model: file}`` of the models an addon gives birth to."""
    return {
        values["_name"]: path
        for path, _node, values in model_classes(addon)
        if isinstance(values.get("_name"), str) and values["_name"] not in inherited(values)
    }
