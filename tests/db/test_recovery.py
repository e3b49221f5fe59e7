"""``docs/reprise.md``, followed to the letter after everything was lost."""

import os
import re
import signal
import subprocess
import time
import urllib.request

import pytest

from fiscal_database import FiscalDatabase, append
from ops import shell, world
from ops.paths import HOUSE
from ops.ports import Ports
from ops.saving import backup, passphrase, plan

PAGE = HOUSE.root / "docs" / "reprise.md"
PHRASE = "UNE-PHRASE-DE-SECOURS"
OPENED = re.compile(r"http://127\.0\.0\.1:(\d+)")


@pytest.fixture
def plan_kept():
    """The page sets the backups of the checkout: what was set before comes back."""
    files = (plan.FILE, HOUSE.secrets / passphrase.FILE)
    before = {path: path.read_bytes() if path.exists() else None for path in files}
    yield
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)


def commands() -> list[str]:
    """The page's own commands, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) == 6
    return blocks


def test_the_page_is_one_page():
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) < 75


def test_everything_lost_then_the_page_followed(make_world, cluster, house, tmp_path, plan_kept):
    lost = make_world()
    database = FiscalDatabase.attached(house, lost.name)
    till = database.till()
    with database.odoo() as connection, connection.cursor() as cr:
        append(cr, till, till.event() + till.ticket() + till.ticket())
    (lost.fiscal / "server.key").write_text("clé")
    place = tmp_path / "disque"
    backup.save(cluster, lost, place, PHRASE)
    world.remove(cluster, lost)
    assert lost.name not in cluster.databases() and not lost.base.exists()

    *blocks, opening = commands()
    script = "".join(blocks)
    script = script.replace("/mnt/sauvegardes", str(place))
    script = re.sub(r"(ESCARCELLE_BACKUP_PASSPHRASE)='[^']+'", rf"\1='{PHRASE}'", script)
    done = subprocess.run(
        ["sh", "-eu", "-c", script + '\nprintf "BASE %s\\n" "$BASE"\n'],
        cwd=HOUSE.root, env=shell.environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"BASE {lost.name}" in done.stdout and "CONFORME" in done.stdout
    assert (lost.fiscal / "server.key").read_text() == "clé"
    assert len(list(place.glob("*.escarcelle"))) == 2
    assert plan.read().database == lost.name
    # The backups of the coming nights use the phrase people have on paper.
    assert (HOUSE.secrets / passphrase.FILE).read_text().strip() == PHRASE
    assert_opens(opening, lost.name)


def assert_opens(command: str, database: str) -> None:
    """The last command stays up: it answers, then is ended as a person would."""
    process = subprocess.Popen(
        ["sh", "-eu", "-c", f"BASE={database}\nexec {command}"],
        cwd=HOUSE.root, env=shell.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
        # Whoever runs the tests may have switched it off (a job in the background).
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    said = []
    try:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and (line := process.stdout.readline()):
            said.append(line)
            if found := OPENED.search(line):
                url = f"http://127.0.0.1:{found[1]}/web/login"
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with opener.open(url, timeout=60) as answer:
                    assert answer.status == 200
                break
        else:
            pytest.fail("".join(said))
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=90)
    assert Ports(HOUSE.var / "ports.json").known().get("odoo")
