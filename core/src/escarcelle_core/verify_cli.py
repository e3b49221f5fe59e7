"""``escarcelle-verify PATH… [--json]``: exit 0 sound, 1 defects, 2 unusable input."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .verify import report
from .verify.outcome import DEFECTS, SOUND
from .verify.run import verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    outcome = verify(
        options.paths,
        records_only=options.records_only,
        keys=frozenset(key.lower() for key in options.key),
        processes=os.cpu_count() or 1,
    )
    if options.json:
        print(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        sys.stdout.write(report.text(outcome))
    return {SOUND: 0, DEFECTS: 1}.get(outcome.verdict, 2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="escarcelle-verify",
        description="Vérifie des archives fiscales d'Escarcelle, sans Escarcelle : manifeste, signature"
        " XML, sceau, et chaque enregistrement (signature, suite, sommes, totaux, clôtures, ancres).",
        epilog="Code de sortie : 0 conforme, 1 défauts, 2 rien à vérifier.",
    )
    for names, settings in (
        (("paths",), {
            "metavar": "CHEMIN", "nargs": "+", "type": Path,
            "help": "archive .7z, dossier d'une archive extraite, ou dossier d'archives",
        }),
        (("--json",), {"action": "store_true", "help": "répond en JSON"}),
        (("--records-only",), {
            "action": "store_true",
            "help": "ne vérifie que les enregistrements : ni manifeste, ni signature XML, ni sceau",
        }),
        (("--key",), {
            "action": "append", "default": [], "metavar": "EMPREINTE",
            "help": "empreinte SHA-256 du certificat du serveur que vous tenez pour vraie (répétable)",
        }),
    ):  # fmt: skip
        parser.add_argument(*names, **settings)
    return parser
