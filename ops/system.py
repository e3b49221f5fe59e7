"""System packages, through apt: listed first, only what is missing."""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ops import shell
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.pg_programs import find_binaries

APT_COMPOSE = "docker compose up (voir docker-compose.yml), qui apporte tout dans des conteneurs"
APT_GET = ("apt-get", "-oDPkg::Lock::Timeout=300")
CREATECLUSTER = Path("/etc/postgresql-common/createcluster.d/escarcelle.conf")
FONTS = Path("/usr/share/fonts/truetype")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOX = ("firefox-esr", "firefox")


@dataclass(frozen=True)
class Need:
    """Something of the system, the package that brings it, and how its presence is seen.

    ``elsewhere``: what to do where the system has no such package; the house opens without it.
    """

    package: str
    reason: str
    present: Callable[[], bool]
    elsewhere: str = ""


def chromium() -> str | None:
    """Path of the Chromium to drive, if the machine has one."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def firefox() -> str | None:
    """Path of the Firefox to drive, if the machine has one."""
    return next(filter(None, map(shutil.which, FIREFOX)), None)


def _module(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


NEEDS = (
    Need("python3-venv", "environnement Python", lambda: _module("venv", "ensurepip")),
    Need("postgresql", "base de données", lambda: find_binaries() is not None),
    Need("postgresql-client", "outils de la base", lambda: bool(shutil.which("pg_dump"))),
    Need("fonts-dejavu-core", "signes des documents", (FONTS / "dejavu/DejaVuSans.ttf").exists),
    Need("fonts-crosextra-carlito", "police des documents", (FONTS / "crosextra/Carlito-Regular.ttf").exists),
    # Odoo draws its PDF documents with it. Debian has had no such package since version 13.
    Need(
        "wkhtmltopdf", "documents PDF", lambda: bool(shutil.which("wkhtmltopdf")),
        "installer le paquet wkhtmltox 0.12.6 que publie le projet wkhtmltopdf (celui de Debian 12 "
        f"convient), ou {APT_COMPOSE}",
    ),
)  # fmt: skip
#: An archive must open and verify without any program of ours: the tests do it.
TESTS = (
    Need("xmlsec1", "signature des archives, essais", lambda: bool(shutil.which("xmlsec1"))),
    Need("libxml2-utils", "lecture des archives, essais", lambda: bool(shutil.which("xmllint"))),
    Need("7zip", "ouverture des archives, essais", lambda: any(map(shutil.which, ("7zz", "7z")))),
    Need("openssl", "signatures, essais", lambda: bool(shutil.which("openssl"))),
    # Shops use what their computer has: screens are tried in both.
    Need("firefox-esr", "second navigateur, essais", lambda: firefox() is not None),
)
BROWSER = Need("chromium", "navigateur de la caisse et des essais", lambda: chromium() is not None)


def os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """``/etc/os-release`` as a mapping; empty where there is none."""
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def debian_like(release: dict[str, str]) -> bool:
    """Whether the system is Debian or descends from it."""
    family = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    return "debian" in family


def missing(*, browser: bool = False, tests: bool = False) -> list[Need]:
    """What this machine lacks: always, to drive a browser, to run the tests."""
    wanted = [*NEEDS, *((BROWSER,) if browser else ()), *(TESTS if tests else ())]
    return [need for need in wanted if not need.present()]


def install_command(needs: list[Need]) -> str:
    """The line a person can copy."""
    return "sudo apt-get install -y --no-install-recommends " + " ".join(n.package for n in needs)


def offered(package: str) -> bool:
    """Whether apt knows where to take a package from, as far as its indexes were read."""
    shown = subprocess.run(
        ["apt-cache", "policy", package],
        capture_output=True,
        text=True,
        env=shell.environment(),
    ).stdout
    candidate = re.search(r"^  Candidate: (\S+)", shown, re.MULTILINE)
    return candidate is not None and candidate[1] != "(none)"


def obtainable(needs: list[Need]) -> list[Need]:
    """The needs apt can answer; of the others, what to do is said.

    A machine whose indexes were never read (a bare container) keeps them all.
    """
    if not any(need.elsewhere for need in needs) or not offered("python3-venv"):
        return needs
    kept = [need for need in needs if not need.elsewhere or offered(need.package)]
    for need in needs:
        if need not in kept:
            CONSOLE.say(f"  ! {need.reason} : ce système n'a pas le paquet {need.package}.")
            CONSOLE.say(f"    Pour les avoir : {need.elsewhere}")
    return kept


def require_known_system() -> None:
    """Refuse at once where this way of installing cannot work."""
    if not debian_like(os_release()) or not shutil.which("apt-get"):
        raise OpsError("ce système n'est ni Debian ni Ubuntu", APT_COMPOSE)


def install(needs: list[Need], yes: bool) -> None:
    """Install what is missing, after listing it.

    Raises:
        OpsError: not root, refused by the person, or apt failed.
    """
    CONSOLE.say("Paquets du système à installer :")
    for need in needs:
        CONSOLE.say(f"    {need.package} — {need.reason}")
    if os.geteuid() != 0:
        raise OpsError("il manque des paquets et vous n'êtes pas root", install_command(needs))
    if not CONSOLE.confirm("Les installer maintenant ?", yes):
        raise OpsError("paquets non installés", install_command(needs))
    log = HOUSE.log / "paquets.log"
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    with CONSOLE.working("paquets du système"), _no_system_cluster():
        with contextlib.suppress(OpsError):
            # A source of somebody else's that fails must not stop us: the installation will tell.
            shell.run([*APT_GET, "update"], what="apt-get update", log=log, env=env)
        needs = obtainable(needs)  # the indexes are read now
        if not needs:
            return
        shell.run(
            [*APT_GET, "install", "-y", "--no-install-recommends", *(n.package for n in needs)],
            what="l'installation des paquets a échoué",
            log=log,
            remedy=f"vérifier le réseau, puis : apt-get update && {install_command(needs)}",
            env=env,
        )


@contextlib.contextmanager
def _no_system_cluster() -> Iterator[None]:
    """Keep Debian's packages from creating and starting a cluster of their own.

    Ours lives under ``var/pg``; one that exists already is never touched.
    """
    if CREATECLUSTER.exists() or find_binaries() is not None:
        yield
        return
    CREATECLUSTER.parent.mkdir(parents=True, exist_ok=True)
    CREATECLUSTER.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        CREATECLUSTER.unlink(missing_ok=True)
