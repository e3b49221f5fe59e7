"""The launcher's command line. Each command lives in a module of its own, imported on demand."""

import argparse
import signal
from collections.abc import Sequence

from ops.console import CONSOLE
from ops.errors import OpsError

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
LAYERS = ("core", "till", "arch", "db", "odoo", "office", "browser", "upstream", "all")


def parser() -> argparse.ArgumentParser:
    """Everything ``./escarcelle`` understands."""
    top = argparse.ArgumentParser(
        prog="./escarcelle",
        description="Escarcelle : la caisse et la gestion d'une épicerie sociale.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="commande")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--yes", action="store_true", help="ne rien demander")
        return command

    demo = add("demo", "prépare tout et ouvre une épicerie de démonstration")
    demo.add_argument("--day", action="store_true", help="joue trois journées sans personne")
    demo.add_argument("--json", action="store_true", help="avec --day : un objet JSON en sortie")
    demo.add_argument("--fresh", action="store_true", help="repart de données neuves")
    test = add("test", "prépare tout et lance les essais")
    test.add_argument("layers", nargs="*", metavar="couche", help=", ".join(LAYERS))
    bench = add("bench", "mesure, face à ce qui existe ailleurs")
    bench.add_argument("names", nargs="*", metavar="NOM")
    bench.add_argument("--json", action="store_true", help="un objet JSON par mesure")
    bench.add_argument("--full", action="store_true", help="un million de tickets (une heure environ)")
    up = add("up", "ouvre une maison vide, pour s'en servir vraiment")
    up.add_argument("--database", metavar="BASE", help="une autre base, restaurée par exemple")
    add("doctor", "dit ce qui manque et la commande qui répare")
    add("manual", "reprend les images du manuel (docs/manuel) sur la démonstration")
    backup = add("backup", "sauvegarde chiffrée : base, fichiers, clés")
    backup.add_argument("directory", metavar="DOSSIER", nargs="?")
    backup.add_argument(
        "--nightly", action="store_true", help="désormais chaque nuit, dans ce dossier, et la première maintenant"
    )
    backup.add_argument("--hour", type=int, default=3, metavar="H", help="heure de la nuit (3)")
    backup.add_argument(
        "--keep", type=int, nargs=3, default=(14, 8, 24), metavar=("JOURS", "SEMAINES", "MOIS"),
        help="combien de jours, de semaines et de mois sont gardés (14 8 24)",
    )
    backup.add_argument(
        "--due", action="store_true", help="seulement ce qui est dû : sauvegarde, essai de restauration"
    )
    backup.add_argument("--test", action="store_true", help="essaie maintenant de restaurer la dernière")
    backup.add_argument(
        "--database", metavar="BASE", help="par défaut : escarcelle, sinon la démonstration"
    )
    restore = add("restore", "restaure une sauvegarde dans une base neuve")
    restore.add_argument("archive", metavar="FICHIER")
    restore.add_argument("--database", metavar="BASE", help="nom de la base neuve")
    migrate = add("fiscal-migrate", "applique les migrations du journal fiscal")
    migrate.add_argument("databases", nargs="*", metavar="BASE")
    verify = add("verify", "vérifie le journal d'une base, en lecture seule (escarcelle-verify)")
    verify.add_argument("database", nargs="?", metavar="BASE")
    psql = add("psql", "ouvre psql sur une base")
    psql.add_argument("database", nargs="?", metavar="BASE")
    shell = add("shell", "ouvre l'interpréteur d'Odoo sur une base")
    shell.add_argument("database", nargs="?", metavar="BASE")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when all went well, 1 when something failed, 130 when interrupted."""
    options = parser().parse_args(arguments)
    for name in SIGNALS:
        number = getattr(signal, name, None)
        # Under nohup, SIGHUP is ignored and stays so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        return _command(options)
    except OpsError as error:
        CONSOLE.say(error.report())
        return 1
    except KeyboardInterrupt:
        CONSOLE.say("Interrompu.")
        return 130


def _interrupt(_number, _frame) -> None:
    """The first signal begins the closing; the next ones must not cut it short."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _command(options: argparse.Namespace) -> int:
    match options.command:
        case "doctor":
            from ops import doctor

            return doctor.report()
        case "demo" if options.day:
            from ops.day import main as play

            return play(json=options.json, yes=options.yes)
        case "demo":
            from ops import demo

            return demo.run(fresh=options.fresh, yes=options.yes)
        case "up":
            from ops import up

            return up.run(options.database, yes=options.yes)
        case "test":
            from ops.testing import command

            return command.run(options.layers, yes=options.yes)
        case "bench":
            from ops.bench import main as bench

            return bench(options.names, json=options.json, full=options.full, yes=options.yes)
        case "manual":
            from ops import manual

            return manual.run(yes=options.yes)
        case "backup":
            from ops.saving import command

            return command.run(options)
        case "restore":
            from ops.saving import restore

            return restore.run(options.archive, options.database, yes=options.yes)
        case "fiscal-migrate":
            from ops import maintenance

            return maintenance.migrate(options.databases, yes=options.yes)
        case "verify":
            from ops import maintenance

            return maintenance.verify(options.database, yes=options.yes)
        case "psql":
            from ops import maintenance

            return maintenance.psql(options.database, yes=options.yes)
        case _:
            from ops import maintenance

            return maintenance.shell_of_odoo(options.database, yes=options.yes)
