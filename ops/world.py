"""A *world*: one Odoo database with what belongs to it outside PostgreSQL.

Filestore and sessions (``data``), keys and instance of the fiscal journal (``fiscal``), Odoo's
configuration. They are always copied together: a database without its fiscal directory cannot sign.
"""

import configparser
import shutil
from dataclasses import dataclass
from pathlib import Path

from ops import databases, odoo_source, secrets
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.ports import Ports
from ops.postgres import HOST, Cluster

TEMPLATE_CONF = HOUSE.root / "config" / "odoo.conf"


@dataclass(frozen=True)
class World:
    """Where one database's files are. ``name`` is the database's name."""

    name: str
    base: Path

    @property
    def conf(self) -> Path:
        return self.base / "odoo.conf"

    @property
    def data(self) -> Path:
        return self.base / "data" / "odoo"

    @property
    def fiscal(self) -> Path:
        return self.base / "data" / "fiscal"

    @property
    def filestore(self) -> Path:
        return self.data / "filestore" / self.name

    @property
    def erased(self) -> Path:
        """Tokens of who was erased: no part of the database, or a backup would bring them back."""
        return self.data / "escarcelle_erased"

    def environment(self) -> dict[str, str]:
        """What every Odoo process of this world is given."""
        return {
            "ESCARCELLE_FISCAL_DIR": str(self.fiscal),
            "ESCARCELLE_ROOT": str(HOUSE.root),
        }

    def make_directories(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.fiscal.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write_conf(self, cluster: Cluster, http_port: int, **more: object) -> None:
        """Write ``odoo.conf`` from the documented one, with this world's own values."""
        conf = configparser.RawConfigParser()
        conf.read(TEMPLATE_CONF, encoding="utf-8")
        addons = [str(path) for path in odoo_source.addons_directories()]
        if any(HOUSE.addons.glob("*/__manifest__.py")):
            addons.append(str(HOUSE.addons))
        values: dict[str, object] = {
            "db_host": HOST,
            "db_port": cluster.port,
            "db_user": databases.ODOO,
            "db_password": databases.odoo_password(cluster),
            "db_name": self.name,
            "dbfilter": f"^{self.name}$",
            "http_port": http_port,
            "data_dir": self.data,
            "addons_path": ",".join(addons),
            "admin_passwd": secrets.read_or_draw(HOUSE.secrets / "odoo_master"),
            **more,
        }
        lines = ["[options]"]
        options = dict(conf["options"]) | {key: str(value) for key, value in values.items()}
        lines += [f"{key} = {value}" for key, value in options.items() if value != ""]
        self.make_directories()
        secrets.write_private(self.conf, "\n".join(lines) + "\n")


def demo_world() -> World:
    """The world of ``./escarcelle demo``: its files are ``var``'s own."""
    return World("escarcelle_demo", HOUSE.var)


def house_world() -> World:
    """The world of ``./escarcelle up``: a real shop."""
    return other_world("escarcelle")


def of_name(name: str) -> World:
    """Where the files of a database are."""
    demo = demo_world()
    return demo if name == demo.name else other_world(name)


def of_database(cluster: Cluster, name: str | None) -> World:
    """The world of a database that exists; by default the real shop, else the demonstration.

    Raises:
        OpsError: there is no such database.
    """
    existing = cluster.databases()
    candidates = [name] if name else [house_world().name, demo_world().name]
    for candidate in candidates:
        if candidate in existing:
            return of_name(candidate)
    known = ", ".join(sorted(existing - {"postgres"})) or "aucune"
    raise OpsError(f"pas de base « {candidates[0]} » (bases : {known})", "./escarcelle demo")


def other_world(name: str) -> World:
    """A world on the side: a template, a test, a played day."""
    return World(databases.checked(name), HOUSE.var / "worlds" / name)


def clone(cluster: Cluster, source: World, target: World) -> None:
    """Make ``target`` a faithful copy of ``source``, replacing what was there."""
    remove(cluster, target)
    databases.create(cluster, target.name, source.name)
    if source.filestore.is_dir():
        shutil.copytree(source.filestore, target.filestore)
    if source.fiscal.is_dir():
        shutil.copytree(source.fiscal, target.fiscal)
    target.make_directories()


def move(cluster: Cluster, source: World, target: World) -> None:
    """Give a world on the side its final name. Nothing of that name may be there."""
    databases.rename(cluster, source.name, target.name)
    source.base.rename(target.base)
    former = target.data / "filestore" / source.name
    if former.is_dir():
        former.rename(target.filestore)


def remove(cluster: Cluster, world: World) -> None:
    """Drop the database and its files, give its ports back. ``var/data`` itself stays."""
    databases.drop(cluster, world.name)
    for directory in (world.data, world.fiscal):
        shutil.rmtree(directory, ignore_errors=True)
    world.conf.unlink(missing_ok=True)
    Ports(HOUSE.var / "ports.json").forget(world.name)
    if world.base != HOUSE.var:
        shutil.rmtree(world.base, ignore_errors=True)
