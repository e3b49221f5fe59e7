"""``./escarcelle backup``: now, every night, or what is due."""

import argparse
import time
from pathlib import Path

from ops import provision, world
from ops.console import CONSOLE, seconds
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.provision import Level
from ops.saving import backup, history, nightly, passphrase, plan
from ops.saving.history import BACKUP, Result
from ops.saving.plan import Plan
from ops.saving.retention import Keep


def run(options: argparse.Namespace) -> int:
    """Dispatch; 0 when what was asked was done."""
    automatic = options.due or options.test
    if automatic and (options.directory or options.nightly):
        raise OpsError("--due et --test prennent le dossier réglé", "./escarcelle backup --due")
    if not automatic and not options.directory:
        raise OpsError("il manque le dossier", "./escarcelle backup DOSSIER [--nightly]")
    with provision.ready(Level.CLUSTER, yes=options.yes) as cluster:
        if automatic:
            return _automatic(cluster, test=options.test)
        saved = world.of_database(cluster, options.database)
        directory = Path(options.directory).expanduser().resolve()
        if options.nightly:
            passphrase.remember()
            plan.write(Plan(str(directory), saved.name, options.hour, Keep(*options.keep)))
            _say_plan(directory, options)
        start = time.monotonic()
        with CONSOLE.working(f"sauvegarde de « {saved.name} »"):
            path = backup.save(cluster, saved, directory, passphrase.for_backup())
        spent, size = time.monotonic() - start, path.stat().st_size / 1e6
        history.record(
            cluster, saved.name, Result(BACKUP, True, spent, str(directory), path.name, size)
        )
    CONSOLE.say(f"{size:.1f} Mo en {seconds(spent)}".replace(".", ",", 1))
    print(path)
    return 0


def _automatic(cluster: Cluster, *, test: bool) -> int:
    settings = plan.read()
    if settings is None:
        raise OpsError("aucune sauvegarde n'est réglée", "./escarcelle backup DOSSIER --nightly")
    saved = world.of_database(cluster, settings.database)
    if test:
        return 0 if nightly.try_restore(cluster, saved, settings) else 1
    return 0 if nightly.run_due(cluster, saved, settings) else 1


def _say_plan(directory: Path, options: argparse.Namespace) -> None:
    days, weeks, months = options.keep
    CONSOLE.say(
        f"Chaque nuit à {options.hour} h dans {directory} ; gardées : {days} jours, {weeks} semaines, "
        f"{months} mois. Un essai de restauration chaque mois."
    )
    CONSOLE.say("Elles se font tant que ./escarcelle up tourne (ou par config/systemd).")
    if plan.same_disk(directory, HOUSE.var):
        CONSOLE.say(
            "ATTENTION : ce dossier est sur le même disque que la maison. Un disque en panne ou un vol "
            "emporterait les deux : choisir un autre disque, un autre ordinateur, un autre lieu."
        )
