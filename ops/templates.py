"""Template databases in three layers, so that a change of ours does not rebuild Odoo's own.

``escarcelle_base_<hash>``: Odoo and the modules ours depend on. ``escarcelle_empty_<hash>``: that, plus
the fiscal schema and our addons, as a new shop finds them. ``escarcelle_template_<hash>``: that, plus
the demonstration. Named after what they were made from; built aside, then renamed.
"""

import ast
import re
from functools import cache

from ops import databases, fiscal, hashing, odoo_command, odoo_source, shell, world
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.ports import DEFAULTS
from ops.postgres import Cluster
from ops.world import World

#: Our addons, bridges included: all of them make one product.
OURS = tuple(sorted(path.parent.name for path in HOUSE.addons.glob("*/__manifest__.py")))
ALWAYS = ("base", "point_of_sale", "l10n_fr_account")
BASE = "escarcelle_base_"
EMPTY = "escarcelle_empty_"
TEMPLATE = "escarcelle_template_"
KEPT = 3


def foreign_depends() -> list[str]:
    """Odoo's modules our addons depend on, read from the manifests."""
    names = set(ALWAYS)
    for path in HOUSE.addons.glob("*/__manifest__.py"):
        manifest = ast.literal_eval(path.read_text(encoding="utf-8"))
        names.update(manifest.get("depends", []))
    return sorted(names - set(OURS))


@cache
def base_world() -> World:
    """Named once a run: files that change meanwhile are for the next one."""
    recipe = hashing.of_text(odoo_source.version(), databases.EXTENSIONS, *foreign_depends())
    return world.other_world(BASE + recipe[:10])


@cache
def empty_world() -> World:
    """Named once a run, like the base."""
    return world.other_world(EMPTY + _recipe(base_world(), "addons", "core/src", "config/fiscal"))


@cache
def template_world() -> World:
    """Named once a run, like the base."""
    return world.other_world(TEMPLATE + _recipe(empty_world(), "ops/demo_data"))


def _recipe(source: World, *folders: str) -> str:
    """What a layer is made from, in ten characters."""
    content = hashing.of_files(HOUSE.root, [HOUSE.root / folder for folder in folders])
    return hashing.of_text(source.name, content)[:10]


def start_empty(cluster: Cluster, target: World) -> None:
    """A world whose database has nothing but what Odoo expects to find."""
    world.remove(cluster, target)
    databases.create(cluster, target.name)
    databases.extend(cluster, target.name)
    target.make_directories()


def _build(cluster: Cluster, target: World, source: World | None, fill) -> None:
    """Make ``target`` under another name, then give it its own; forget older ones of its layer."""
    draft = world.other_world(re.sub(r"[0-9a-f]+$", "draft", target.name))
    if source is None:
        start_empty(cluster, draft)
    else:
        world.clone(cluster, source, draft)
    draft.write_conf(cluster, DEFAULTS["odoo"], max_cron_threads=0)
    fill(draft)
    world.remove(cluster, target)
    world.move(cluster, draft, target)
    target.write_conf(cluster, DEFAULTS["odoo"], max_cron_threads=0)
    _forget_old(cluster, target)


def _forget_old(cluster: Cluster, target: World) -> None:
    """Keep the newest few of the layer: another command may be working from the one before."""
    prefix = re.sub(r"[0-9a-f]+$", "", target.name)
    layer = [world.other_world(name) for name in cluster.databases() if name.startswith(prefix)]

    def made(one: World) -> float:
        return one.conf.stat().st_mtime if one.conf.exists() else 0.0

    for old in sorted(layer, key=made, reverse=True)[KEPT:]:
        if old.name != target.name:
            world.remove(cluster, old)


def build_base(cluster: Cluster) -> None:
    """Odoo alone, French loaded."""
    log = HOUSE.log / "odoo-base.log"

    def fill(draft: World) -> None:
        odoo_command.install(
            draft, foreign_depends(), "--load-language=fr_FR",
            log=log, what="l'installation d'Odoo dans la base a échoué",
        )  # fmt: skip

    _build(cluster, base_world(), None, fill)


def build_empty(cluster: Cluster) -> None:
    """The fiscal schema and our addons, over a copy of the base."""
    log = HOUSE.log / "odoo-empty.log"
    if not OURS:
        raise OpsError(f"aucun addon dans {HOUSE.addons}", "git status ; git checkout .")

    def fill(draft: World) -> None:
        fiscal.migrate(cluster, draft.name)
        odoo_command.install(draft, OURS, log=log, what="l'installation de nos addons a échoué")
        _prepare_assets(draft)
        _refuse_instance(cluster, draft, "les addons ne doivent ni signer ni créer de clé")

    _build(cluster, empty_world(), base_world(), fill)


def build_template(cluster: Cluster) -> None:
    """The demonstration, over a copy of the empty shop."""

    def fill(draft: World) -> None:
        load_demo_data(draft)
        _refuse_instance(cluster, draft, "ops/demo_data ne doit ni signer ni créer de clé")

    _build(cluster, template_world(), empty_world(), fill)


def _refuse_instance(cluster: Cluster, draft: World, remedy: str) -> None:
    """A journal opens in the database it will live in: a copy of an opened one could not sign."""
    if cluster.sql("SELECT id FROM fiscal.instance", draft.name):
        raise OpsError(f"le journal fiscal a été ouvert dans {draft.name}", remedy)


def _prepare_assets(target: World) -> None:
    """Make the pages' bundles once, here: every copy would make them again at its first page."""
    argv = odoo_command.argv(target)
    shell.run(
        [*argv[:3], "shell", *argv[3:], "--no-http"],
        what="les pages d'Odoo n'ont pas pu être préparées",
        log=HOUSE.log / "odoo-empty.log",
        env=target.environment(),
        stdin="env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n",
    )


def load_demo_data(target: World) -> None:
    """Fill a database with the demonstration shop."""
    shell.run(
        [HOUSE.python, "-m", "ops.demo_data.load", "--config", target.conf,
         "--database", target.name],
        what="le chargement des données de démonstration a échoué",
        log=HOUSE.log / "odoo-template.log",
        env={**target.environment(), "PYTHONPATH": str(HOUSE.root)},
        cwd=HOUSE.root,
        remedy="corriger, puis relancer la même commande",
    )  # fmt: skip


def base_present(cluster: Cluster) -> bool:
    return base_world().name in cluster.databases()


def empty_present(cluster: Cluster) -> bool:
    return empty_world().name in cluster.databases()


def template_present(cluster: Cluster) -> bool:
    return template_world().name in cluster.databases()
