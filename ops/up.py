"""``./escarcelle up``: an empty house to work in for good. No demonstration data, no till program."""

import time

from ops import databases, fiscal, odoo_command, provision, secrets, shell, templates, world
from ops.console import CONSOLE
from ops.paths import HOUSE
from ops.ports import DEFAULTS
from ops.postgres import Cluster
from ops.provision import Level
from ops.saving import nightly, plan
from ops.server import OdooServer
from ops.world import World

ADMIN_SECRET = "odoo_admin"
#: French is the language of who opens an empty house, and of everybody made there.
FIRST_USER = """
env.ref("base.user_admin").write({{"password": {password!r}, "lang": "fr_FR", "tz": "Europe/Paris"}})
env["ir.default"].set("res.partner", "lang", "fr_FR")
env.cr.commit()
"""


def run(database: str | None = None, *, yes: bool = False) -> int:
    """Provision, make the database the first time, serve until Ctrl-C. ``database``: one that exists."""
    with provision.ready(Level.EMPTY, yes=yes) as cluster:
        house = world.of_database(cluster, database) if database else world.house_world()
        if house.name not in cluster.databases():
            with CONSOLE.working("base neuve"):
                make(cluster, house)
        else:
            fiscal.migrate(cluster, house.name)
        server = OdooServer(cluster, house)
        try:
            with CONSOLE.working("serveur Odoo"):
                server.start()
            print(welcome(server), flush=True)
            with nightly.Watch():
                while True:
                    time.sleep(1)
                    server.check()
        except KeyboardInterrupt:
            CONSOLE.say("\nFermeture…")
        finally:
            server.stop()
    return 0


def make(cluster: Cluster, house: World) -> None:
    """An empty shop with a password of its own; made aside so that an interruption leaves nothing."""
    draft = world.other_world(house.name + "_draft")
    world.clone(cluster, templates.empty_world(), draft)
    draft.write_conf(cluster, DEFAULTS["odoo"], max_cron_threads=0)
    name_first_user(draft)
    world.move(cluster, draft, house)


def name_first_user(target: World) -> str:
    """Give the administrator of an empty shop the password of this house, and French; the password."""
    password = secrets.read_or_draw(HOUSE.secrets / ADMIN_SECRET)
    shell.run(
        [*odoo_command.argv(target)[:3], "shell", *odoo_command.argv(target)[3:], "--no-http"],
        what="le mot de passe de l'administrateur n'a pas pu être posé",
        env=target.environment(),
        stdin=FIRST_USER.format(password=password),
    )
    return password


def welcome(server: OdooServer) -> str:
    return "\n".join([
        "",
        "Escarcelle est ouverte, vide.",
        "",
        f"  Gestion     {server.url}    identifiant : admin",
        f"  Mot de passe de départ : {HOUSE.secrets / ADMIN_SECRET}",
        "",
        "  À la première connexion : changer ce mot de passe, puis suivre les « Premiers pas » qui s'ouvrent",
        "  d'eux-mêmes (boutique, TVA, tarifs, budgets, articles, personnes, caisse et son code d'association).",
        *([] if plan.FILE.exists() else [
            "  Sauvegardes : ./escarcelle backup DOSSIER --nightly, vers un autre disque ou un autre endroit.",
        ]),
        f"  Base {databases.checked(server.world.name)}, fichiers dans {server.world.base}.",
        "",
        "Ctrl-C pour fermer.",
    ])  # fmt: skip
