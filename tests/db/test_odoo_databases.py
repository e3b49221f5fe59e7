"""Odoo's own dump, load, duplicate, neutralize and uninstall, run for real on a shop whose journal is open.

A copy made by Odoo neither signs nor takes anything in; a loaded one has lost its guard and says so.
"""

import json
import subprocess

import pytest

from ops import databases, fiscal, odoo_command, shell

#: What a database says of itself, and whether it lets anybody sign or send.
PROBE = """
import json
from odoo.exceptions import UserError
instance, guard = env['escarcelle.fiscal.instance'], env['escarcelle.fiscal.guard']
def refused(work):
    try:
        work()
    except UserError as error:
        return str(error)
    return ''
def row(query):
    env.cr.execute(query)
    return env.cr.fetchone()[0]
env['escarcelle.fiscal.outbox']._escarcelle_drain()
print('PROBE ' + json.dumps({
    'level': guard._escarcelle_level(),
    'defects': sorted({d.code for d in guard._escarcelle_check()}),
    'problem': instance._escarcelle_problem() or '',
    'banner': guard.with_user(env.ref('base.user_admin')).escarcelle_banner(),
    'sign': refused(instance._escarcelle_open),
    'ingest': refused(lambda: env['escarcelle.fiscal.journal']._escarcelle_verify_and_append({'records': []})),
    'records': row('SELECT count(*) FROM fiscal.record'),
    'waiting': row('SELECT count(*) FROM escarcelle_fiscal_outbox'),
    'levels': row("SELECT count(*) FROM escarcelle_fiscal_outbox WHERE code = 960 AND description LIKE 'niveau 1%'"),
    'neutralized': instance._escarcelle_neutralized(),
}))
env.cr.commit()
"""


class Odoo:
    """Odoo's command line on the databases of one world (they share its folder of keys)."""

    def __init__(self, world, cluster):
        self.world, self.cluster = world, cluster
        self.made: list[str] = []

    def name(self, suffix: str) -> str:
        name = f"{self.world.name}_{suffix}"
        self.made.append(name)
        return name

    def run(self, *words: str, stdin: str | None = None, check: bool = True) -> str:
        python = odoo_command.argv(self.world)[:3]
        # ``db`` takes its settings before its own sub-command, ``module`` after.
        place = 2 if words[0] == "module" else 1
        done = subprocess.run(
            [*python, *words[:place], "--config", str(self.world.conf), *words[place:]],
            env=shell.environment(self.world.environment()), input=stdin, text=True,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def probe(self, database: str) -> dict:
        said = self.run("shell", "-d", database, "--no-http", stdin=PROBE)
        lines = [line for line in said.splitlines() if "PROBE " in line]
        assert lines, said[-4000:]
        return json.loads(lines[-1].split("PROBE ", 1)[1])


@pytest.fixture(scope="module")
def odoo(make_world, cluster):
    """A shop whose journal is open and holds its first events."""
    odoo = Odoo(make_world(), cluster)
    said = odoo.run(
        "shell", "-d", odoo.world.name, "--no-http",
        stdin="env['escarcelle.fiscal.instance']._escarcelle_open()\n"
        "env['escarcelle.fiscal.outbox']._escarcelle_drain()\nenv.cr.commit()\n",
    )  # fmt: skip
    assert "Traceback" not in said, said[-4000:]
    yield odoo
    for name in odoo.made:
        databases.drop(cluster, name)


@pytest.fixture(scope="module")
def original(odoo):
    return odoo.probe(odoo.world.name)


def copy_refuses(state: dict, original: dict) -> None:
    """It holds what the original held, and neither signs nor takes in; people are told."""
    assert state["records"] == original["records"] > 0
    for refusal in (state["problem"], state["sign"], state["ingest"], state["banner"]["problem"]):
        assert refusal and refusal == state["problem"]


def test_the_original_signs_and_is_fully_guarded(original):
    assert (original["level"], original["defects"], original["problem"]) == (2, [], "")
    assert (original["sign"], original["ingest"]) == ("", "")


def test_a_duplicate_is_a_copy_and_keeps_the_guard(odoo, original):
    target = odoo.name("double")
    odoo.run("db", "duplicate", odoo.world.name, target)
    state = odoo.probe(target)
    copy_refuses(state, original)
    assert (state["level"], state["defects"], state["neutralized"]) == (2, [], False)


def test_a_neutralized_duplicate_is_for_training(odoo, original):
    target = odoo.name("essai")
    odoo.run("db", "duplicate", "--neutralize", odoo.world.name, target)
    state = odoo.probe(target)
    copy_refuses(state, original)
    assert state["neutralized"] is True and state["waiting"] == 0


def test_neutralize_in_place_stops_signing(odoo, original):
    target = odoo.name("place")
    odoo.run("db", "duplicate", odoo.world.name, target)
    odoo.run("neutralize", "-d", target)
    state = odoo.probe(target)
    copy_refuses(state, original)
    assert state["neutralized"] is True


def test_a_dump_loaded_by_odoo_is_a_copy_of_level_1_until_it_is_mended(odoo, original, cluster, tmp_path):
    target, dump = odoo.name("charge"), tmp_path / "boutique.zip"
    odoo.run("db", "dump", odoo.world.name, str(dump))
    odoo.run("db", "load", target, str(dump))
    state = odoo.probe(target)
    copy_refuses(state, original)
    assert state["level"] == 1 and "owner" in state["defects"]
    assert state["banner"]["level"] == 1 and state["banner"]["messages"]
    assert state["levels"] >= 1, "the event journal is to say it"
    # What fiscal-migrate does for such a base: the guard is back, the copy is still a copy.
    assert fiscal.migrate(cluster, target) == []
    assert fiscal.protect(cluster, target) > 10
    assert fiscal.protect(cluster, target) == 0
    mended = odoo.probe(target)
    assert (mended["level"], mended["defects"]) == (2, [])
    copy_refuses(mended, original)


def test_a_renamed_database_does_not_sign_without_its_folder(odoo, original):
    first, second = odoo.name("avant"), odoo.name("apres")
    odoo.run("db", "duplicate", odoo.world.name, first)
    odoo.run("db", "rename", first, second)
    copy_refuses(odoo.probe(second), original)


def test_uninstalling_is_refused_while_records_exist(odoo, original):
    said = odoo.run("module", "uninstall", "-d", odoo.world.name, "escarcelle_fiscal", check=False)
    assert "UserError" in said, said[-3000:]
    after = odoo.probe(odoo.world.name)
    assert after["records"] >= original["records"] and after["sign"] == ""
