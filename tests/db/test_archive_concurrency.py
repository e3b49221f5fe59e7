"""Archives under real concurrency and sudden death: one a period, whole or not there at all."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from archives import World
from escarcelle_core.verify.run import verify
from odoo_registry import at_once, opened, replayed
from shop import COMPANY, NOON


@pytest.fixture
def registry(make_world, tmp_path, monkeypatch):
    """Odoo's registry over a fresh copy of the shop, with a till that sold in March and in April."""
    monkeypatch.setenv("ESCARCELLE_FISCAL_DIR", str(tmp_path))
    with opened(make_world()) as registry:
        replayed(registry, sell)
        yield registry


def sell(env):
    world = World()
    till = world.tills[0]
    company = env.ref("base.main_company")
    france = env.ref("base.fr").id
    company.write({"company_registry": COMPANY.siret, "country_id": france, "account_fiscal_country_id": france})
    holder = type("Till", (), {"name": "Caisse", "company_id": company, "config_id": env["pos.config"]})
    number = till.desk.device.number
    used = env["escarcelle.fiscal.till"].search_count([("number", "=", number)])
    assert not used, "a shop whose journal was never opened"
    journal = env["escarcelle.fiscal.journal"]
    journal._escarcelle_register_till(
        till.desk.device.uid, number, holder, till.desk.signer.certificate_pem, "Escarcelle caisse 0.1.0"
    )
    for at in (NOON, NOON + timedelta(days=20)):
        world.sell(till, at)
    journal._escarcelle_append(till.desk.device.uid, till.records)


def make(env):
    """The archive of March, for whoever thinks there is none."""
    company = env.ref("base.main_company")
    return env["escarcelle.fiscal.archive.maker"]._escarcelle_make(company, "M", NOON.date(), after=0)


def made(registry):
    return replayed(registry, lambda env: env["escarcelle.fiscal.archive"].search([]).mapped("name"))


def files(tmp_path):
    return sorted(path.name for path in Path(tmp_path).rglob("archives/**/*") if path.is_file())


def test_two_at_once_make_one(registry, tmp_path):
    from odoo.addons.escarcelle_fiscal.models.fiscal_archive_maker import ArchiveTaken

    names, taken = [], []

    def run():
        try:
            names.append(replayed(registry, make))
        except ArchiveTaken:
            taken.append(sys.exc_info()[1])

    at_once(run, run)
    assert (len(names), len(taken)) == (1, 1)
    assert made(registry) == names == files(tmp_path)
    assert verify(list(Path(tmp_path).rglob("ARC*.7z"))).verdict == "sound"


@pytest.mark.parametrize("where, there", [("pack", False), ("deliver", True)])
def test_killed_in_the_middle(registry, tmp_path, where, there):
    """``pack``: nothing is signed yet. ``deliver``: the journal has it, its file waits."""
    from odoo import sql_db
    from odoo.addons.escarcelle_fiscal.tools import archive_files

    # No connection may be shared by the two.
    sql_db.close_all()
    child = os.fork()
    if not child:
        try:
            setattr(archive_files, where, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            replayed(registry, make)
        finally:
            os._exit(3)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert bool(made(registry)) is there
    # Whoever plans next makes it, or finds that it is there; either way there is one, in its place.
    replayed(registry, lambda env: env["escarcelle.fiscal.archive.task"]._escarcelle_run())
    names = [n for n in made(registry) if n[11] == "M" and n[12:18] == "202603"]
    assert len(names) == 1
    replayed(registry, lambda env: env["escarcelle.fiscal.archive.maker"]._escarcelle_make(
        env.ref("base.main_company"), "J", NOON.date()))  # fmt: skip
    assert names[0] in files(tmp_path)
    assert not list(Path(tmp_path).rglob("archives/.*"))
    assert not list(Path(tmp_path).rglob("attente/*"))
    assert verify(list(Path(tmp_path).rglob("ARC*.7z"))).verdict == "sound"
