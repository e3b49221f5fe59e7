"""An erased household is nowhere: not in a dump of the database, not among the files, but where the law keeps it.

``EXCEPTIONS`` is the whole list of what may still name it, and docs/decisions/0038 says why.
"""

import base64
import importlib.util
import re
import subprocess

import pytest

import planted_household as planted
from odoo_registry import opened, replayed
from ops import shell
from ops.world import HOUSE

HEX = re.compile(r"\\\\x([0-9a-f]{8,})")
#: Tables that may name an erased household, and what of it.
EXCEPTIONS = {
    "escarcelle_restricted_content": "the restricted archive: read by few, each reading written down, ten years",
    "fiscal.record": "the signed invoice (FCT), which names its customer (CGI, annexe II, 242 nonies A)",
}
#: Tables in which the names must have been before, or this test proves nothing.
PLANTED = {
    "escarcelle_household", "escarcelle_household_member", "escarcelle_entitlement", "escarcelle_appointment",
    "escarcelle_visit", "escarcelle_membership", "escarcelle_budget_ledger", "res_partner", "res_partner_bank",
    "mail_message", "mail_mail", "mail_tracking_value", "mail_activity", "mail_alias", "ir_attachment", "ir_logging",
    "bus_bus", "escarcelle_household_import", "mail_compose_message", "escarcelle_budget_adjust", "pos_order",
    "pos_order_line", "account_move", "account_move_line", "fiscal.record", "escarcelle_recall_line",
    "escarcelle_card", "escarcelle_till_entry",
}  # fmt: skip


@pytest.fixture(scope="module")
def simulator():
    """The till of the addon's own tests: it signs with the real core."""
    path = HOUSE.addons / "escarcelle_pos" / "tests" / "simulator.py"
    spec = importlib.util.spec_from_file_location("escarcelle_pos_simulator", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def world(make_world):
    return make_world()


@pytest.fixture(scope="module")
def registry(world):
    with opened(world) as registry:
        yield registry


@pytest.fixture(scope="module")
def dump(world, cluster):
    """``dump()``: {table: lines that name the household}, as ``pg_dump`` writes them."""

    def read(*also):
        text = subprocess.run(
            [cluster.client("pg_dump"), "--data-only", world.name],
            env=shell.environment(cluster.environment()), capture_output=True, check=True, text=True,
        ).stdout  # fmt: skip
        wanted = tuple(word.lower() for word in (*planted.NAMES, *planted.WORDS, *also))
        found, table = {}, ""
        for line in text.splitlines():
            if line.startswith("COPY "):
                table = line.split()[1].removeprefix("public.")
            elif line == "\\.":
                table = ""
            elif any(word in shown(line) for word in wanted):
                found.setdefault(table, []).append(line)
        return found

    return read


def shown(line):
    """A line of a dump in lower case, with what its binary columns hold, base64 or not."""
    parts = [line]
    for digits in HEX.findall(line):
        raw = bytes.fromhex(digits[: len(digits) // 2 * 2])
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        inside = base64.b64decode(letters[: len(letters) // 4 * 4])
        parts += [raw.decode(errors="replace"), inside.decode(errors="replace")]
    return "\n".join(parts).lower()


def files(world):
    """Files of the filestore that name the household."""
    words = [word.encode() for word in (*planted.NAMES, *planted.WORDS)]
    return {
        path.name for path in world.filestore.rglob("*")
        if path.is_file() and any(word in path.read_bytes().lower() for word in words)
    }  # fmt: skip


def journal(registry):
    """The fiscal records as they are, and what checking each of them by the core finds."""

    def read(env):
        env.cr.execute("SELECT id, md5(r::text) FROM fiscal.record AS r ORDER BY id")
        rows = env.cr.fetchall()
        records = env["escarcelle.fiscal.record"].search([])
        checks = [check for record in records for check in record._escarcelle_checks()]
        return rows, {sound for sound, _what, _detail in checks}

    return replayed(registry, read)


def counted(registry, company):
    """What reports count of the shop."""

    def read(env):
        env.cr.execute(
            "SELECT (SELECT sum(amount_total) FROM pos_order WHERE company_id = %(c)s),"
            " (SELECT count(*) FROM pos_order WHERE company_id = %(c)s),"
            " (SELECT count(*) FROM escarcelle_visit WHERE company_id = %(c)s),"
            " (SELECT sum(amount_cents) FROM escarcelle_budget_ledger WHERE company_id = %(c)s),"
            " (SELECT sum(balance) FROM account_move_line WHERE company_id = %(c)s AND balance > 0),"
            " (SELECT sum(amount) FROM escarcelle_membership WHERE company_id = %(c)s)",
            {"c": company},
        )
        return env.cr.fetchone()

    return replayed(registry, read)


@pytest.fixture(scope="module")
def erased(registry, world, simulator, dump):
    """The household planted, then erased; what was there before."""
    home = replayed(registry, lambda env: planted.plant(env, simulator))
    before = {"dump": dump(home.card), "files": files(world), "journal": journal(registry)}
    before["counts"] = counted(registry, home.company)
    list_file = replayed(registry, lambda env: env["escarcelle.erasure"]._escarcelle_list())

    def erase(env):
        wizard = env["escarcelle.erasure.request"].create({"household_id": home.home})
        assert wizard.goes and wizard.stays
        wizard.confirmation = home.code
        wizard.action_erase()

    replayed(registry, erase)
    yield home, before
    list_file.unlink(missing_ok=True)


def test_the_names_were_everywhere(erased):
    _home, before = erased
    assert PLANTED - before["dump"].keys() == set()
    assert len(before["files"]) >= 3
    everything = "\n".join(shown(line) for lines in before["dump"].values() for line in lines)
    missing = [word for word in (*planted.NAMES, *planted.WORDS[:16]) if word not in everything]
    assert missing == []


def test_nothing_is_left_in_the_database(erased, dump):
    home, _before = erased
    left = {table: lines for table, lines in dump(home.card).items() if table not in EXCEPTIONS}
    left.pop("escarcelle_card_retired", None)
    assert left == {}
    # The number of the card stands alone, with nobody.
    [row] = dump(home.card)["escarcelle_card_retired"]
    assert home.card in row and home.code not in row


def test_nothing_is_left_among_the_files_but_the_invoices(erased, world, registry):
    _home, before = erased

    def kept(env):
        papers = env["ir.attachment"].search([("res_model", "=", "escarcelle.restricted.content")])
        return {name.split("/")[-1] for name in papers.mapped("store_fname") if name}

    left = files(world)
    assert left == replayed(registry, kept), "the restricted archive's own papers"
    assert left < before["files"]


def test_the_journal_and_the_counts_are_whole(erased, registry):
    home, before = erased
    rows, sound = journal(registry)
    assert rows == before["journal"][0] and len(rows) >= 4
    assert sound == before["journal"][1] == {True}
    assert counted(registry, home.company) == before["counts"]


def test_the_law_finds_its_invoices(erased, registry):
    home, _before = erased

    def read(env):
        records = env["escarcelle.restricted.record"].search([("household_code", "=", home.code)])
        contents = env["escarcelle.restricted.content"].search([("record_id", "in", records.ids)])
        return (
            sorted(records.mapped("kind")), set(contents.mapped("who")), len(contents._escarcelle_papers()),
            set(records.mapped("ground")), min(records.mapped("end_on")).year - env.cr.now().year,
        )  # fmt: skip

    kinds, who, papers, ground, years = replayed(registry, read)
    assert kinds == ["account", "invoice", "invoice", "invoice"]
    name = f"{planted.FIRST} {planted.LAST}"
    assert who == {name, f"Madame {name}"}
    assert papers == 2 and ground == {"Code de commerce, art. L123-22"} and years == 10


def test_a_backup_from_before_is_erased_again(erased, registry, world, cluster, dump):
    """The names come back, as a restored backup brings them; the list outside the database takes them away."""
    home, _before = erased

    def restore(env):
        # What a backup holds: the row as it was, and no trace of its erasure.
        env.cr.execute(
            "UPDATE escarcelle_household SET first_name = %s, last_name = %s, active = TRUE, erased_on = NULL"
            " WHERE id = %s",
            [planted.FIRST, planted.LAST, home.home],
        )
        env.cr.execute("DELETE FROM escarcelle_erasure WHERE household_id = %s", [home.home])

    replayed(registry, restore)
    assert "escarcelle_household" in dump()
    replayed(registry, lambda env: env["escarcelle.erasure"]._escarcelle_cron_replay())
    assert dump().keys() <= EXCEPTIONS.keys()
    buried = replayed(
        registry, lambda env: env["escarcelle.erasure"]._escarcelle_list().read_text()
    )
    assert buried.split() and home.code not in buried and planted.LAST not in buried
