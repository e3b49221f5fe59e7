"""The restore test: a backup is only a hope until it was restored.

Into a database of its own, removed afterwards; the journal in it is verified like any other.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from ops import databases, shell, world
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.saving import restore
from ops.saving.backup import python
from ops.superuser import Superuser

PREFIX = "escarcelle_essai_"
VERIFY = "import sys; from escarcelle_core.verify_cli import main; sys.exit(main())"


def run(admin: Superuser, archive: Path, phrase: str) -> str:
    """Restore ``archive`` on the side and verify it; returns the French sentence of the result.

    Raises:
        OpsError: it does not open, differs from what was saved, or its journal has defects.
    """
    HOUSE.var.mkdir(exist_ok=True)
    for left in admin.databases():
        if left.startswith(PREFIX):  # a test that a power cut interrupted
            databases.drop(admin, left)
    with tempfile.TemporaryDirectory(prefix="essai-", dir=HOUSE.var) as work:
        manifest = restore.unpack(archive, Path(work), phrase)
        name = databases.checked(f"{PREFIX}{archive.stem[-15:].replace('-', '_')}")
        target = world.World(name, Path(work) / "monde")
        try:
            restore.restore(admin, target, Path(work), manifest)
            return verified(admin, name)
        finally:
            databases.drop(admin, name)


def verifier(*words: str) -> list[str]:
    """The command line of ``escarcelle-verify``, wherever our packages are."""
    return [python(), "-c", VERIFY, *words]


def verified(admin: Superuser, database: str) -> str:
    """``escarcelle-verify`` over a database.

    Raises:
        OpsError: it found a defect, or could not read.
    """
    done = subprocess.run(
        verifier("--database", f"dbname={database}", "--json"),
        capture_output=True,
        text=True,
        env=shell.environment(admin.environment()),
    )
    try:
        outcome = json.loads(done.stdout)
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["sans rien dire"])[-1]
        raise OpsError(f"le journal restauré n'a pas pu être vérifié : {reason}") from None
    if outcome["verdict"] == "defects":
        first = outcome["defects"][0]["message"] if outcome["defects"] else ""
        raise OpsError(f"le journal restauré a {outcome['defects_total']} défaut(s) : {first}")
    if outcome["verdict"] != "sound" and outcome.get("records"):
        raise OpsError("le journal restauré n'a pas pu être vérifié")
    return f"{outcome.get('records', 0)} enregistrements restaurés et vérifiés"
