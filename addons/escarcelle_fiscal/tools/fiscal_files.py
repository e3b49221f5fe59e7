"""The files the attestation is about: their list with SHA-256, and one SHA-256 over the list.

The list is what ``sha256sum`` writes, with paths from the root of the published sources, so that
anybody checks an installation with ``sha256sum -c``.
"""

from hashlib import sha256
from pathlib import Path

import escarcelle_core

#: Translations and tests change nothing that is signed, counted or kept.
_OUTSIDE = {"tests", "i18n", "description", "__pycache__"}
_KINDS = {".py", ".xml", ".csv", ".js", ".scss", ".css", ".sql", ".xsd", ".xsl", ".txt", ".toml"}
_PLACES = (
    ("core/src/escarcelle_core", Path(escarcelle_core.__file__).parent),
    ("addons/escarcelle_fiscal", Path(__file__).parents[1]),
)


def listing(cr, places=_PLACES):
    """{path: SHA-256} of the fiscal files of the running program.

    The numbered SQL files are those the database has applied, whatever lies on the disk now.
    """
    found = {}
    for name, folder in places:
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            if path.suffix in _KINDS and not _OUTSIDE & set(inside.parts):
                found[f"{name}/{inside.as_posix()}"] = sha256(path.read_bytes()).hexdigest()
    cr.execute("SELECT number, name, sha256 FROM fiscal.schema_migration ORDER BY number")
    for number, name, digest in cr.fetchall():
        found[f"config/fiscal/{number:04d}_{name}.sql"] = digest
    return found


def text(files):
    """The list as ``sha256sum`` writes it, by path."""
    return "".join(f"{files[name]}  {name}\n" for name in sorted(files))


def parse(said):
    """{path: SHA-256} of what ``text`` wrote."""
    return {line[66:]: line[:64] for line in (said or "").splitlines()}


def print_of(said):
    """SHA-256 of the list."""
    return sha256(said.encode()).hexdigest()


def changed(before, after):
    """Paths that are not the same in two lists, sorted."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
