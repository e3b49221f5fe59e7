"""Who was erased stays erased: the lists of this machine follow a restored database.

``data/odoo/escarcelle_erased/<database>.list`` holds one token a line, in which nothing can be read. Odoo
erases again, within the hour, what a backup from before brought back (docs/decisions/0038).
"""

import os
from pathlib import Path

from ops.paths import HOUSE
from ops.world import World

INSIDE = "erased"


def lists(directory: Path) -> list[Path]:
    """The lists in a directory; none is a fair answer."""
    return sorted(directory.glob("*.list"))


def bring(unpacked: Path, target: World) -> None:
    """Write into ``target`` all that the backup and the databases of this machine know as erased."""
    known: dict[str, set[str]] = {}
    neighbours = [
        path
        for where in ("", "worlds/*/")
        for path in HOUSE.var.glob(f"{where}data/odoo/escarcelle_erased")
    ]
    for source in (unpacked, target.erased, *neighbours):
        for path in lists(source):
            known.setdefault(path.name, set()).update(path.read_text("ascii").split())
    for name, tokens in known.items():
        target.erased.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.erased / f".{name}"
        draft.write_text("".join(f"{token}\n" for token in sorted(tokens)), "ascii")
        draft.chmod(0o600)
        os.replace(draft, target.erased / name)
