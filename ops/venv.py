"""The Python environment ``var/venv``: locked packages, Odoo by a ``.pth``, our own two."""

import os
import shutil
import sys
from pathlib import Path

from ops import odoo_source, shell
from ops.errors import OpsError
from ops.paths import HOUSE

LOCK = HOUSE.root / "requirements" / "lock.txt"
DISTRIBUTIONS = ("core", "till_proxy")
NEWEST = (3, 13)  # Odoo 19 knows Python 3.10 to 3.13


def wanted() -> str:
    return f"{sys.version} {HOUSE.venv} {LOCK.read_text()}"


def present() -> bool:
    return HOUSE.python.exists() and (HOUSE.venv / "bin" / "pip").exists()


def create() -> None:
    """Bring the environment to the lock; nothing outside it is resolved.

    It is built anew when Python or its place changed, else brought up to date where it stands: a
    program that runs from it goes on.
    """
    if sys.version_info[:2] > NEWEST:
        raise OpsError(
            f"Odoo 19 ne connaît pas Python {sys.version.split()[0]}",
            "lancer avec un Python 3.10 à 3.13, par exemple : python3.13 ./escarcelle …",
        )
    log = HOUSE.log / "venv.log"
    remedy = "vérifier le réseau puis relancer ; à défaut : rm -rf var/venv"
    mark = HOUSE.venv / "made-with"
    made_with = f"{sys.version}\n{HOUSE.venv}\n"
    if not mark.exists() or mark.read_text() != made_with:
        shutil.rmtree(HOUSE.venv, ignore_errors=True)
        python = Path(sys.base_prefix) / "bin" / Path(os.path.realpath(sys.executable)).name
        shell.run(
            [python if python.exists() else sys.executable, "-m", "venv", HOUSE.venv],
            what="l'environnement Python n'a pas pu être créé",
            log=log,
            remedy="apt-get install python3-venv",
        )
        mark.write_text(made_with)
    shell.run(
        [*_pip_install(), "--no-compile", "-r", LOCK],
        what="les paquets Python n'ont pas pu être installés",
        log=log,
        remedy=remedy,
    )


def distributions_wanted() -> str:
    texts = [HOUSE.root / name / "pyproject.toml" for name in DISTRIBUTIONS]
    return wanted() + odoo_source.wanted() + "".join(p.read_text() for p in texts if p.exists())


def distributions_present() -> bool:
    return _pth().exists()


def install_distributions() -> None:
    """Make Odoo importable, then install our own distributions in place (editable)."""
    path = odoo_source.import_path()
    _pth().write_text(f"{path}\n")
    log = HOUSE.log / "venv.log"
    folders = [HOUSE.root / name for name in DISTRIBUTIONS]
    for folder in folders:
        if not (folder / "pyproject.toml").exists():
            raise OpsError(f"il manque {folder.name}/pyproject.toml", "git status ; git checkout .")
    editable = [word for folder in folders for word in ("-e", str(folder))]
    shell.run(
        [*_pip_install(), "--no-build-isolation", *editable],
        what="nos propres paquets n'ont pas pu être installés",
        log=log,
        remedy="lire var/log/venv.log",
    )


def _pip_install() -> list:
    quiet = ["--disable-pip-version-check", "--progress-bar=off", "--no-deps"]
    return [HOUSE.python, "-m", "pip", "install", *quiet]


def _pth() -> Path:
    return (
        HOUSE.venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
        / "site-packages" / "odoo-escarcelle.pth"
    )  # fmt: skip
