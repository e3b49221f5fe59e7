"""The options of ``escarcelle-verify``: read, and explained in French, by a Python that has nothing else."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def read(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for; ``SystemExit`` after the help (0) or a French sentence (2)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.paths and not options.database:
        parser.error("donnez une archive, un dossier d'archives, ou --database.")
    return options


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
        prog="verifier.pyz" if sys.argv[0].endswith(".pyz") else "escarcelle-verify",
        description="Vérifie des archives fiscales d'Escarcelle, ou la base elle-même en lecture seule, sans"
        " Escarcelle : manifeste, signature XML, sceau, et chaque enregistrement (signature, suite, sommes,"
        " totaux, clôtures, ancres) ; dans la base, chaque colonne de chaque table du journal.",
        epilog="Code de sortie : 0 conforme, 1 défauts, 2 non vérifiable. Demande Python 3.10 ou plus récent avec"
        " les bibliothèques lxml et cryptography, et psycopg2 pour --database.",
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
            " (répétable) ; « 1-12=3fa9…@21/11/2026 20:15 » dit aussi sa date ; donnez les archives qui vont"
            " jusque là : sinon, elle est dite non vérifiable",
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
