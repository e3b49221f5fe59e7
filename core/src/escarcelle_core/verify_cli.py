"""``escarcelle-verify PATH… [--database DSN] [--json] [--html FILE]``: exit 0 sound, 1 defects, 2 unusable."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .verify import report, report_html
from .verify.outcome import DEFECTS, SOUND, Outcome
from .verify.run import verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    if not options.paths and not options.database:
        _parser().error("donnez une archive, un dossier d'archives, ou --database.")
    progress = _Progress(options.quiet)
    try:
        outcome = verify(
            options.paths,
            database=options.database,
            records_only=options.records_only,
            keys=frozenset(key.lower() for key in options.key),
            anchors=options.anchor,
            processes=options.processes or os.cpu_count() or 1,
            progress=progress,
        )
    except KeyboardInterrupt:
        progress.end()
        sys.stderr.write("Vérification interrompue : elle ne prouve rien.\n")
        return 2
    progress.end()
    if options.html and not _write(options.html, outcome):
        return 2
    if options.json:
        print(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        sys.stdout.write(report.text(outcome))
    return {SOUND: 0, DEFECTS: 1}.get(outcome.verdict, 2)


class _Progress:
    """Says on stderr how far a long run is, once in a while."""

    def __init__(self, quiet: bool):
        self._quiet = quiet
        self._started = self._said = time.monotonic()

    def __call__(self, records: int) -> None:
        now = time.monotonic()
        # A file in place of a screen gets a line now and then only.
        if self._quiet or now - self._said < (1 if sys.stderr.isatty() else 30):
            return
        rate = records / (now - self._started)
        end = "\r" if sys.stderr.isatty() else "\n"
        sys.stderr.write(f"{records} enregistrements vérifiés, {rate:.0f} par seconde…{end}")
        sys.stderr.flush()
        self._said = now

    def end(self) -> None:
        """Leave the line to whoever writes next."""
        if self._said != self._started and sys.stderr.isatty():
            sys.stderr.write("\n")


def _write(path: Path, outcome: Outcome) -> bool:
    when = time.strftime("%d/%m/%Y à %H:%M")
    made_at = f"Vérification faite le {when} sur {platform.node() or 'cet ordinateur'}"
    try:
        path.write_text(report_html.page(outcome, made_at), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"Le rapport ne peut pas être écrit dans « {path} » : {error.strerror}.\n")
        return False
    return True


class _French(argparse.ArgumentParser):
    """Its few own words in French."""

    def format_help(self) -> str:
        text = super().format_help()
        for english, french in (
            ("usage:", "usage :"), ("positional arguments:", "arguments :"), ("options:", "options :"),
            ("show this help message and exit", "affiche cette aide"),
        ):  # fmt: skip
            text = text.replace(english, french)
        return text

    def error(self, message: str) -> None:
        for english, french in (
            ("unrecognized arguments:", "option inconnue :"),
            ("expected one argument", "une valeur est attendue"),
            ("argument ", "option "), ("invalid int value:", "nombre incorrect :"),
        ):  # fmt: skip
            message = message.replace(english, french)
        self.exit(2, f"{self.prog} : {message}\nPour l'aide : {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _French(
        prog="escarcelle-verify",
        description="Vérifie des archives fiscales d'Escarcelle, ou la base elle-même en lecture seule, sans"
        " Escarcelle : manifeste, signature XML, sceau, et chaque enregistrement (signature, suite, sommes,"
        " totaux, clôtures, ancres) ; dans la base, chaque colonne de chaque table du journal.",
        epilog="Code de sortie : 0 conforme, 1 défauts, 2 rien à vérifier.",
    )
    for names, settings in (
        (("paths",), {
            "metavar": "CHEMIN", "nargs": "*", "type": Path,
            "help": "archive .7z, dossier d'une archive extraite, ou dossier d'archives",
        }),
        (("--database",), {
            "metavar": "DSN", "default": "",
            "help": "base à vérifier en lecture seule, par exemple « dbname=boutique user=odoo » ;"
            " avec des archives, elle doit contenir ce dont elles attestent",
        }),
        (("--json",), {"action": "store_true", "help": "répond en JSON"}),
        (("--html",), {"metavar": "FICHIER", "type": Path, "help": "écrit aussi le rapport en une page HTML"}),
        (("--anchor",), {
            "action": "append", "default": [], "metavar": "ANCRE",
            "help": "ancre imprimée sur un Z (0-12=3fa9…), ou le fichier du courriel d'ancre, à retrouver"
            " (répétable) ; donnez aussi les archives qui vont jusqu'à sa date",
        }),
        (("--key",), {
            "action": "append", "default": [], "metavar": "EMPREINTE",
            "help": "empreinte SHA-256 du certificat du serveur que vous tenez pour vraie (répétable)",
        }),
        (("--records-only",), {
            "action": "store_true",
            "help": "ne vérifie que les enregistrements : ni manifeste, ni signature XML, ni sceau",
        }),
        (("--processes",), {
            "type": int, "default": 0, "metavar": "N",
            "help": "nombre de processeurs à employer (tous, si rien n'est dit)",
        }),
        (("--quiet",), {"action": "store_true", "help": "ne dit rien de l'avancement"}),
    ):  # fmt: skip
        parser.add_argument(*names, **settings)
    return parser
