"""Finding PostgreSQL's server programs, which Debian keeps out of ``PATH``."""

import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 13  # what Odoo 19 asks for


def find_binaries(major: int | None = None) -> Path | None:
    """Directory of the newest PostgreSQL server programs, or of a given major version."""
    found: dict[int, Path] = {}
    for directory in Path("/usr/lib/postgresql").glob("*/bin"):
        if directory.parent.name.isdigit() and (directory / "initdb").exists():
            found[int(directory.parent.name)] = directory
    on_path = shutil.which("initdb")
    if on_path:
        shown = subprocess.run([on_path, "--version"], capture_output=True, text=True).stdout
        match = re.search(r"(\d+)", shown)
        if match:
            found.setdefault(int(match.group(1)), Path(on_path).resolve().parent)
    found = {number: path for number, path in found.items() if number >= OLDEST}
    if major is not None:
        return found.get(major)
    return found[max(found)] if found else None
