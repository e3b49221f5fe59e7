"""``escarcelle-till``: the till program's commands, for the person who installs it."""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from escarcelle_core import jet

from . import __version__, enrolment
from .clock import Clock, FileClock, SystemClock
from .config import Config, load
from .devices.base import PrinterFault
from .devices.settings import open_devices
from .errors import Refusal, StartError
from .paper import test_page
from .printjobs import PrintError
from .service import Service
from .state import Lock, StateDir
from .till import Till

#: Where the settings are looked for when ``--config`` is not given.
DEFAULT_CONFIG = Path("/etc/escarcelle/till.toml")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0, or 1 with a French phrase on stderr."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # whatever this program writes is for its user only
    logging.basicConfig(level=logging.INFO, format=_FORMAT, stream=sys.stderr)
    try:
        return options.command(options, _config(options), _clock(options))
    except StartError as error:
        print(f"escarcelle-till : {error}", file=sys.stderr)
    except Refusal as refusal:
        print(f"escarcelle-till : {refusal.message}", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="escarcelle-till", description="Le programme de caisse d'Escarcelle.", add_help=False
    )
    parser.add_argument("-h", "--help", action="help", help="affiche cette aide")
    parser.add_argument(
        "--version", action="version", version=f"escarcelle-till {__version__}",
        help="affiche la version",
    )  # fmt: skip
    parser.add_argument("--config", type=Path, metavar="FICHIER", help="réglages (TOML)")
    parser.add_argument(
        "--state-dir", type=Path, metavar="DOSSIER", help="dossier de la caisse"
    )
    parser.add_argument("--port", type=int, help="port d'écoute sur cet ordinateur (8868)")
    parser.add_argument("--server", metavar="URL", help="adresse du serveur")
    parser.add_argument(
        "--clock-file", type=Path, metavar="FICHIER",
        help="répétitions : décalage en secondes (+3600) ou instant figé, relu à chaque fois",
    )  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="COMMANDE", title="commandes")
    enroll = commands.add_parser("enroll", help="associe cette caisse au serveur")
    enroll.add_argument("code", help="code à usage unique, donné par la gestion")
    enroll.set_defaults(command=_enroll)
    commands.add_parser("run", help="fait tourner la caisse").set_defaults(command=_run)
    commands.add_parser("status", help="dit où en est la caisse").set_defaults(command=_status)
    resend = commands.add_parser(
        "resend", help="renvoie au serveur les écritures qu'il avait déjà reçues"
    )
    resend.add_argument("--from", dest="first", type=int, default=1, metavar="N",
                        help="à partir de l'écriture n° N")  # fmt: skip
    resend.set_defaults(command=_resend)
    test = commands.add_parser("print-test", help="imprime une page d'essai")
    test.set_defaults(command=_print_test)
    commands.add_parser(
        "rotate-key", help="remplace la clé de signature (la caisse étant arrêtée)"
    ).set_defaults(command=_rotate_key)
    export = commands.add_parser("export", help="écrit les écritures de la caisse dans un fichier")
    export.add_argument("file", type=Path, metavar="FICHIER", help="fichier JSON Lines à créer")
    export.set_defaults(command=_export)
    return parser


def _config(options: argparse.Namespace) -> Config:
    path = options.config
    if path is None and DEFAULT_CONFIG.exists():
        path = DEFAULT_CONFIG
    return load(path).with_options(
        state_dir=options.state_dir, port=options.port, url=options.server
    )


def _clock(options: argparse.Namespace) -> Clock:
    path = options.clock_file or os.environ.get("ESCARCELLE_TILL_CLOCK_FILE")
    return FileClock(Path(path)) if path else SystemClock()


def _enroll(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    if not config.server.url:
        raise StartError("Donnez l'adresse du serveur : [server] url, ou --server https://….")
    till = Till(config, clock)
    try:
        identity = enrolment.enroll(till.vault, config.server, options.code, clock.now())
        till.identity = identity
        till.open_fiscal()
        till.initialise()
    finally:
        till.close()
    print(f"Caisse {identity.number} enrôlée ({identity.till}).")
    return 0


def _run(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    till = Till(config, clock)
    if not till.enrolled:
        print("Cette caisse n'est pas encore enrôlée : escarcelle-till enroll CODE", flush=True)
    try:
        service = Service(till)
    except StartError:
        till.close()
        raise
    asyncio.run(service.run())
    # Everything is on disk. A thread may still wait for a server that hangs: nobody waits for it.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _status(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    directory = StateDir(config.till.state_dir)
    kept = directory.root / "etat.json"
    running = False
    if directory.root.is_dir():
        try:
            Lock(directory).release()
        except StartError:
            running = True
    status = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    status["running"] = running
    if directory.pending.is_dir():
        status["waiting_files"] = sum(1 for _ in directory.pending.glob("*.entry"))
        status["kept_files"] = sum(1 for _ in directory.sent.glob("*.entry"))
    print(json.dumps(status, ensure_ascii=False, indent=2))
    return 0


def _resend(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    directory = StateDir(config.till.state_dir)
    if not directory.sent.is_dir():
        raise StartError(f"Il n'y a pas de caisse dans {directory.root} (--state-dir).")
    (directory.root / "resend").write_text(str(options.first), encoding="ascii")
    print(
        f"{sum(1 for _ in directory.sent.glob('*.entry'))} écritures gardées. Celles à partir du "
        f"n° {options.first} repartent dès que la caisse tourne et que le serveur répond."
    )
    return 0


def _rotate_key(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    till = Till(config, clock)
    try:
        till.rotate_key()
        key = till.writer.desk.signer.key_id
        till.writer.save_base()
    finally:
        till.close()
    print(
        f"Nouvelle clé {key[:16]}… L'ancienne a signé son remplacement ; elle est détruite. Le serveur "
        "l'apprendra au prochain envoi : démarrez la caisse."
    )
    return 0


def _print_test(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    printing = config.printing
    devices = open_devices(config.devices, printing.profile, printing.columns or None)
    try:
        page = test_page(devices, platform.node(), clock.now())
        assert devices.printer is not None
        devices.printer.send(page, lambda: None)
    except PrinterFault as problem:
        raise StartError(f"{problem} {problem.detail}".strip()) from problem
    except PrintError as error:
        raise StartError(str(error)) from error
    print(f"Page d'essai envoyée à l'imprimante {devices.printer.name}.")
    return 0


def _export(options: argparse.Namespace, config: Config, clock: Clock) -> int:
    till = Till(config, clock)
    try:
        writer = till.writer
        fd = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        count = 0
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            for _n, entry in writer.journal.entries():
                if entry is not None:
                    file.write(json.dumps(entry, ensure_ascii=False) + "\n")
                    count += 1
        writer.event(jet.DATA_EXPORT, f"Export de {count} écritures")
        writer.save_base()
    except OSError as error:
        raise StartError(f"Export impossible : {options.file} ({error.strerror}).") from error
    finally:
        till.close()
    print(f"{count} écritures dans {options.file}. Ce fichier n'est pas chiffré : gardez-le à l'abri.")
    return 0
