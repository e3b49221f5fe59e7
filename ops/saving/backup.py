"""Writing one backup: the sealed file."""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import odoo_source, shell
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.saving import erased, guard
from ops.saving.retention import SUFFIX
from ops.superuser import Superuser
from ops.world import World

FORMAT = 1


def save(cluster: Superuser, saved: World, directory: Path, phrase: str) -> Path:
    """Write the sealed file, complete or not at all; returns its path."""
    directory.mkdir(parents=True, exist_ok=True)
    HOUSE.var.mkdir(exist_ok=True)
    name = f"{saved.name}-{time.strftime('%Y%m%d-%H%M%S')}{SUFFIX}"
    draft = directory / f".{name}.part"
    # The dump is in clear for as long as the sealing lasts, beside the database itself.
    with tempfile.TemporaryDirectory(prefix="backup-", dir=HOUSE.var) as work:
        dump = Path(work) / "database.dump"
        with _snapshot(cluster, saved.name) as snapshot:
            guarded = guard.describe(cluster, saved.name, snapshot)
            _dump(cluster, saved.name, dump, snapshot)
        manifest = {
            "format": FORMAT,
            "database": saved.name,
            "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "odoo": odoo_source.version(),
            "guard": guarded,
        }
        try:
            _write(saved, dump, _roles(cluster), manifest, draft, phrase)
            draft.replace(directory / name)
        finally:
            draft.unlink(missing_ok=True)
    return directory / name


@contextmanager
def _snapshot(cluster: Superuser, database: str) -> Iterator[str]:
    """One instant of the database, shared by all that look at it within the block."""
    process = subprocess.Popen(
        [cluster.client("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=shell.environment({**cluster.environment(), "PGDATABASE": database}),
    )
    with process:
        process.stdin.write(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_export_snapshot();\n"
        )
        process.stdin.flush()
        name = process.stdout.readline().strip()
        if not name:
            raise OpsError(f"la base « {database} » n'a pas pu être lue", "./escarcelle doctor")
        yield name


def _dump(cluster: Superuser, database: str, target: Path, snapshot: str) -> None:
    shell.run(
        [cluster.client("pg_dump"), "--format=custom", "--compress=6", f"--snapshot={snapshot}",
         f"--file={target}", database],
        what=f"la base « {database} » n'a pas pu être lue",
        log=HOUSE.log / "backup.log",
        env=cluster.environment(),
    )  # fmt: skip
    target.chmod(0o600)


def _roles(cluster: Superuser) -> str:
    """The roles the dump speaks of, without any password."""
    return shell.run(
        [cluster.client("pg_dumpall"), "--roles-only", "--no-role-passwords"],
        what="les rôles de la base n'ont pas pu être lus",
        env=cluster.environment(),
    )


def _write(saved: World, dump: Path, roles: str, manifest: dict, target: Path, phrase: str) -> None:
    with target.open("wb") as sealed, sealing("seal", phrase, subprocess.PIPE, sealed) as process:
        with tarfile.open(fileobj=process.stdin, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            _add_text(tar, "manifest.json", json.dumps(manifest))
            _add_text(tar, "roles.sql", roles)
            tar.add(dump, "database.dump")
            for directory, inside in (
                (saved.filestore, "filestore"), (saved.fiscal, "fiscal"), (saved.erased, erased.INSIDE),
            ):  # fmt: skip
                if directory.is_dir():
                    tar.add(directory, inside)
        process.stdin.close()
        if process.wait() != 0:
            raise OpsError("la sauvegarde n'a pas pu être chiffrée", "rm -rf var/venv, relancer")
        os.fchmod(sealed.fileno(), 0o600)
        os.fsync(sealed.fileno())


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    raw = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(raw)
    member.mode = 0o600
    tar.addfile(member, io.BytesIO(raw))


def python() -> str:
    """The Python that has our packages: ``var/venv``; in a container, the one that runs."""
    return str(HOUSE.python) if HOUSE.python.exists() else sys.executable


def sealing(action: str, phrase: str, stdin, stdout) -> subprocess.Popen:
    """The filter of ``container``; the phrase goes through a pipe, never on a command line."""
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(
            [python(), "-m", "ops.saving.container", action, str(reader)],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            pass_fds=(reader,),
            env=shell.environment({"PYTHONPATH": str(HOUSE.root)}),
            cwd=HOUSE.root,
        )
    finally:
        os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        pipe.write(phrase)
    return process
