"""Odoo 19: Debian's own package, unpacked into a private root; or a source tree (``ODOO_HOME``).

Nothing of it is installed in the system: apt keeps its state in a private directory, the packages
are unpacked together so that their relative links resolve.
"""

import os
import re
import shutil
from pathlib import Path

from ops import apt_sources, shell, system
from ops.errors import OpsError
from ops.paths import HOUSE

VERSION = "19.0"
FROM_SID = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
)
FROM_HOST = ("fonts-font-awesome", "fonts-inconsolata")
REMEDY = "relancer la commande, ou donner un arbre de sources d'Odoo 19.0 : ODOO_HOME=/chemin"
# A Debian mirror for a host whose own sources have none (Ubuntu).
MIRROR_VARIABLE = "ESCARCELLE_DEBIAN_MIRROR"


def home() -> Path | None:
    """The source tree given by the person, if any."""
    value = os.environ.get("ODOO_HOME", "")
    return Path(value).expanduser().resolve() if value else None


def import_path() -> Path:
    """The directory that holds the ``odoo`` package."""
    return home() or HOUSE.odoo / "root" / "usr" / "lib" / "python3" / "dist-packages"


def addons_directories() -> list[Path]:
    """Addon folders besides the package's own ``odoo/addons``."""
    own = home()
    return [own / "addons"] if own and (own / "addons").is_dir() else []


def version() -> str:
    """Release read from the source itself, ``""`` when it is not there."""
    path = import_path() / "odoo" / "release.py"
    if not path.is_file():
        return ""
    match = re.search(r"version_info\s*=\s*\((\d+),\s*(\d+),\s*(\d+)", path.read_text())
    return ".".join(match.groups()) if match else ""


def present() -> bool:
    return version().startswith(VERSION + ".")


def wanted() -> str:
    """What the stamp of this step depends on."""
    return f"{home() or ''} {' '.join(FROM_SID + FROM_HOST)}"


def fetch() -> None:
    """Put Odoo in place, or say why not."""
    if home() is not None:
        if not present():
            found = version() or "rien"
            raise OpsError(
                f"ODOO_HOME={home()} ne contient pas Odoo {VERSION} (trouvé : {found})",
                "unset ODOO_HOME, ou le faire pointer sur un arbre d'Odoo 19.0",
            )
        return
    log = HOUSE.log / "odoo.log"
    work = HOUSE.odoo / "apt"
    debs = HOUSE.odoo / "debs"
    for directory in (work / "lists" / "partial", work / "cache" / "archives" / "partial", debs):
        directory.mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    codename = system.os_release().get("VERSION_CODENAME", "")
    options = _update(work, codename, log)
    _check_version(options, log)
    for old in debs.glob("*.deb"):
        old.unlink()
    packages = [f"{name}/sid" for name in FROM_SID] + [f"{name}/{codename}" for name in FROM_HOST]
    shell.run(
        ["apt-get", *options, "download", *packages],
        what="le téléchargement d'Odoo a échoué",
        log=log,
        remedy=REMEDY,
        cwd=debs,
    )
    fresh = HOUSE.odoo / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for deb in sorted(debs.glob("*.deb")):
        shell.run(["dpkg", "-x", deb, fresh], what=f"{deb.name} illisible", log=log, remedy=REMEDY)
        deb.unlink()
    shutil.rmtree(HOUSE.odoo / "root", ignore_errors=True)
    fresh.rename(HOUSE.odoo / "root")
    shutil.rmtree(work / "lists", ignore_errors=True)
    if not present():
        raise OpsError(f"Odoo {VERSION} n'est pas là après le déballage", REMEDY, log)


def _update(work: Path, codename: str, log: Path) -> list[str]:
    """Read the indexes of sid and of the host's suite; return apt's private options."""
    mirrors = apt_sources.debian_mirrors(apt_sources.read_sources(), codename)
    uris = [os.environ[MIRROR_VARIABLE]] if os.environ.get(MIRROR_VARIABLE) else []
    uris += [source.uri for source in mirrors]
    if not uris:
        raise OpsError(
            "aucun miroir Debian dans les sources apt de cette machine",
            f"{MIRROR_VARIABLE}=<miroir Debian> ./escarcelle …, ou ODOO_HOME=/chemin, "
            f"ou {system.APT_COMPOSE}",
        )
    signed_by = str(apt_sources.KEYRING) if apt_sources.KEYRING.exists() else mirrors[0].signed_by
    mark = f"[signed-by={signed_by}] " if signed_by else ""
    sources = work / "sources.list"
    options = [
        f"-oDir::State={work}",
        f"-oDir::State::lists={work / 'lists'}",
        f"-oDir::State::status={work / 'status'}",
        f"-oDir::Cache={work / 'cache'}",
        f"-oDir::Etc::sourcelist={sources}",
        "-oDir::Etc::sourceparts=/dev/null",
        "-oDir::Etc::preferencesparts=/dev/null",
        "-oDir::Etc::preferences=/dev/null",
        "-oAPT::Sandbox::User=root",
        "-oAcquire::Languages=none",
        "-oAPT::Update::Error-Mode=any",
    ]
    for position, uri in enumerate(uris):
        lines = [f"deb {mark}{uri} {suite} main" for suite in ("sid", codename)]
        sources.write_text("\n".join(lines) + "\n")
        try:
            shell.run(
                ["apt-get", *options, "update"],
                what="l'index de Debian sid n'a pas pu être lu",
                log=log,
                remedy=REMEDY,
            )
            break
        except OpsError:
            if position == len(uris) - 1:
                raise
    return options


def _check_version(options: list[str], log: Path) -> None:
    shown = shell.run(
        ["apt-cache", *options, "show", "--no-all-versions", "odoo-19"],
        what="Debian sid n'offre plus le paquet odoo-19",
        log=log,
        remedy=REMEDY,
    )
    match = re.search(r"^Version: (\S+)", shown, re.MULTILINE)
    found = match.group(1) if match else "inconnue"
    if not found.startswith(VERSION + "."):
        raise OpsError(f"Debian sid offre odoo-19 en version {found}, il faut {VERSION}", REMEDY)
