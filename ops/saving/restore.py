"""``./escarcelle restore FILE``: into a fresh database; nothing that exists is written over."""

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

from ops import databases, provision, shell, world
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.provision import Level
from ops.saving import erased, guard, passphrase
from ops.saving.backup import FORMAT, sealing
from ops.superuser import ADMIN, Superuser
from ops.world import World

ROLE_LINE = re.compile(r'(?:CREATE|ALTER) ROLE "?(\w+)"?(?: WITH [A-Z ]+)?;')
GRANT_LINE = re.compile(r'GRANT "?(fiscal_\w+)"? TO "?(fiscal_\w+|odoo)"?(?: .*)?;')


def run(archive: str, database: str | None, *, yes: bool = False) -> int:
    """Open, restore, compare; say where it is."""
    path = Path(archive).expanduser().resolve()
    if not path.is_file():
        raise OpsError(f"pas de fichier {path}", "ls, puis ./escarcelle restore FICHIER")
    phrase = passphrase.for_restore()
    with provision.ready(Level.CLUSTER, yes=yes) as cluster:
        with tempfile.TemporaryDirectory(prefix="restore-", dir=HOUSE.var) as work:
            with CONSOLE.working("ouverture de la sauvegarde"):
                manifest = unpack(path, Path(work), phrase)
            name = databases.checked(database or manifest["database"])
            if name in cluster.databases():
                raise OpsError(
                    f"la base « {name} » existe déjà ; une restauration n'écrase rien",
                    f"./escarcelle restore {path} --database {name}_restauree",
                )
            target = world.of_name(name)
            databases.ensure_roles(cluster)
            with CONSOLE.working(f"restauration dans « {name} »"):
                restore(cluster, target, Path(work), manifest)
    CONSOLE.say("Propriétaires, droits et contenu du journal fiscal : identiques à la sauvegarde.")
    print(target.name)
    return 0


def unpack(path: Path, work: Path, phrase: str) -> dict:
    """Decrypt into ``work``; the manifest once the whole file proved sound."""
    with path.open("rb") as sealed, sealing("open", phrase, sealed, subprocess.PIPE) as process:
        broken = None
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                for member in tar:
                    _extract(tar, member, work)
        except tarfile.TarError as error:
            broken = error
        process.stdout.read()
        said = process.stderr.read().decode(errors="replace").strip()
        if process.wait() != 0 or broken:
            reason = said or str(broken)
            raise OpsError(f"sauvegarde illisible : {reason}", "essayer une autre sauvegarde")
    manifest = json.loads((work / "manifest.json").read_text())
    if manifest.get("format") != FORMAT:
        raise OpsError(
            f"sauvegarde d'un format inconnu ({manifest.get('format')})",
            "la restaurer avec la version du logiciel qui l'a faite",
        )
    return manifest


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, work: Path) -> None:
    """One regular file or directory, inside ``work`` whatever its name says."""
    target = (work / member.name).resolve()
    if work.resolve() not in target.parents:
        raise tarfile.TarError(f"nom refusé : {member.name}")
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
    elif member.isfile():
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            shutil.copyfileobj(tar.extractfile(member), out)
        target.chmod(member.mode & 0o700)
    else:
        raise tarfile.TarError(f"membre refusé : {member.name}")


def restore(cluster: Superuser, target: World, work: Path, manifest: dict) -> None:
    """Fill a database that does not exist yet; removed again when anything differs."""
    missing = role_statements((work / "roles.sql").read_text(), _roles(cluster))
    if missing:
        cluster.sql("\n".join(missing), what="les rôles n'ont pas pu être recréés")
    databases.create(cluster, target.name)
    try:
        databases.extend(cluster, target.name)
        shell.run(
            [cluster.client("pg_restore"), "--exit-on-error", f"--dbname={target.name}",
             work / "database.dump"],
            what="PostgreSQL a refusé la sauvegarde",
            log=HOUSE.log / "restore.log",
            env=cluster.environment(),
            remedy="lire var/log/restore.log",
        )  # fmt: skip
        if guard.describe(cluster, target.name) != manifest["guard"]:
            raise OpsError(
                "la base restaurée n'est pas celle qui fut sauvegardée",
                "garder ce fichier, restaurer une autre sauvegarde, prévenir le support",
            )
        _place(work / "filestore", target.filestore)
        _place(work / "fiscal", target.fiscal)
        target.make_directories()
        erased.bring(work / erased.INSIDE, target)
    except BaseException:
        databases.drop(cluster, target.name)
        raise


def _place(source: Path, target: Path) -> None:
    """Move a directory where it belongs; what stood there is put aside, never removed."""
    if target.exists() and any(target.iterdir()):
        aside = target.with_name(f"{target.name}.avant-{time.strftime('%Y%m%d-%H%M%S')}")
        target.rename(aside)
        CONSOLE.say(f"    {target} existait : gardé dans {aside.name}")
    elif target.exists():
        target.rmdir()
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.move(source, target)


def _roles(cluster: Superuser) -> set[str]:
    return {row[0] for row in cluster.sql("SELECT rolname FROM pg_roles")}


def role_statements(dumped: str, existing: set[str]) -> list[str]:
    """The statements of ``pg_dumpall`` this cluster needs before the dump can be read.

    Roles it lacks, if they cannot log in (the others are the launcher's to make), and who belongs to
    the journal's groups. Odoo never becomes a member of the owner, whatever the file says.
    """
    kept = []
    for line in dumped.splitlines():
        role = ROLE_LINE.fullmatch(line)
        if role and role[1] not in existing | {ADMIN, databases.ODOO}:
            if " LOGIN" not in line and " SUPERUSER" not in line:
                kept.append(line)
        grant = GRANT_LINE.fullmatch(line)
        if grant and (grant[1], grant[2]) != (databases.FISCAL_OWNER, databases.ODOO):
            kept.append(f"GRANT {grant[1]} TO {grant[2]};")
    return kept
