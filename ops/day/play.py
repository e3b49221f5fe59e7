"""The three days, in order. Runs inside ``var/venv``; started by ``ops.day.main``.

Day 1 everything works. Then the server is killed, midnight passes, and the tills go through day 2
alone. On day 3 the server is back. What is reported is counted afterwards, from the database,
the printers and the verifier.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ops import databases, shell, shop, world
from ops.console import CONSOLE
from ops.day import summary, tamper
from ops.day.browser import sell_on_screen
from ops.day.clock import DayClock
from ops.day.counts import Database, last_ticket, printed
from ops.day.seller import Ledger, Refused, Seller
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.postgres import Cluster

SYNC_SECONDS = 15
#: Accounting entries are made by a job of the server, after the tills had their answer.
BOOKING_SECONDS = 90
BROWSER_SALES = 8
HTTP_SALES_PER_TILL = 21
OFFLINE_SALES_PER_TILL = 3


class DayError(Exception):
    """The days did not go as they must; the message says what was expected."""


@dataclass
class Day:
    """The stage: the running shop, its clock, who sells, and what was noted on the way."""

    house: shop.Shop
    clock: DayClock
    cast: dict
    database: Database
    ledger: Ledger = field(default_factory=Ledger)
    browser_uuids: set[str] = field(default_factory=set)
    offline_uuids: set[str] = field(default_factory=set)
    sync_seconds: float = 0.0

    def sellers(self, seed: int) -> list[Seller]:
        """A logged-in seller at each till."""
        made = [
            Seller(till.url, till.number, self.cast, self.ledger, seed + till.number)
            for till in self.house.tills
        ]
        for seller in made:
            seller.open()
        return made


def main() -> int:
    """Play and report; 0 only when nothing is lost, doubled or unexplained."""
    parser = argparse.ArgumentParser()
    parser.add_argument("world")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    start = time.monotonic()
    cluster, stage = Cluster(), world.other_world(options.world)
    clock = DayClock(stage.base / "clock")
    clock.set(1, 9)
    environment = {"ESCARCELLE_TILL_CLOCK_FILE": str(clock.path)}
    with shop.opened(cluster, stage, port_name=f"odoo@{stage.name}", env=environment) as house:
        cast = _odoo_json(stage, "ops.day.cast")
        password = databases.odoo_password(cluster)
        day = Day(house, clock, cast, Database(cluster, stage, password))
        for play in (_day_online, _day_alone, _day_back):
            with CONSOLE.working(play.__doc__.splitlines()[0].rstrip(".")):
                play(day)
        report = _report(day, stage)
    report["seconds"] = round(time.monotonic() - start, 1)
    text = summary.text(report, last_ticket(house.printers[0].directory))
    print(json.dumps(report) if options.json else text, flush=True)
    problems = summary.problems(report)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _day_online(day: Day) -> None:
    """Jour 1 : en ligne, deux caisses et un écran."""
    day.clock.set(1, 9, 30)
    sellers = day.sellers(1)

    buyers = _buyers(day.cast)
    sales = [
        (day.cast["products"][number], buyers[number % 3] if number % 2 else None)
        for number in range(BROWSER_SALES)
    ]

    def on_screen() -> None:
        till = day.house.tills[0]
        day.browser_uuids |= sell_on_screen(till.url, day.cast, 1, day.ledger, sales)

    def over_http(seller: Seller) -> None:
        for number in range(HTTP_SALES_PER_TILL):
            seller.sell_to_next_household() if number % 3 == 0 else seller.sell()

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(on_screen), *(pool.submit(over_http, s) for s in sellers)]
        for job in jobs:
            job.result()
    _wait_for_orders(day)


def _day_alone(day: Day) -> None:
    """Jour 2 : le serveur est mort, minuit passe, les caisses continuent."""
    day.house.server.kill()
    before = _closings(day)
    day.clock.set(2, 0, 1)
    _until(lambda: _closings(day) == [n + 1 for n in before], 90, "la clôture du jour 1 à minuit")
    day.clock.set(2, 10)
    sellers = day.sellers(100)
    first = set(day.ledger.sold)
    day.browser_uuids |= sell_on_screen(
        day.house.tills[0].url, day.cast, 1, day.ledger, [(day.cast["products"][3], None)],
        online=False,
    )  # fmt: skip
    for seller in sellers:
        for _ in range(OFFLINE_SALES_PER_TILL):
            seller.sell()
    _over_budget(day, sellers[0])
    sellers[1].refund(sellers[1].orders[-1])
    till = day.house.tills[0]
    till.kill()
    till.start()
    sellers[0].open()
    sellers[0].sell()
    sellers[0].refund(sellers[0].orders[0], lines=1)
    day.offline_uuids = set(day.ledger.sold) - first
    day.clock.set(2, 18)
    for seller in sellers:
        seller.close_day()


def _day_back(day: Day) -> None:
    """Jour 3 : le serveur revient, un remboursement partiel, la clôture."""
    day.clock.set(3, 9)
    day.house.server.start()
    since = time.monotonic()
    _wait_for_orders(day)
    day.sync_seconds = round(time.monotonic() - since, 1)
    sellers = day.sellers(200)
    for seller in sellers:
        seller.refund(seller.sell(minimum=1500), lines=1)
    day.clock.set(3, 18)
    for seller in sellers:
        seller.close_day()
    _wait_for_orders(day)
    _until(
        lambda: all(s.status()["queue"]["pending"] == 0 for s in sellers), SYNC_SECONDS * 2,
        "l'envoi des dernières clôtures",
    )  # fmt: skip
    _until(
        lambda: not day.database.rows("SELECT FROM pos_session WHERE state != 'closed' LIMIT 1"),
        BOOKING_SECONDS, "la comptabilisation des dernières journées",
    )  # fmt: skip


def _over_budget(day: Day, seller: Seller) -> None:
    """A household cannot spend more than is left, server or not."""
    poor = min(
        (h for h in day.cast["households"] if h["entitled"] and h["cards"] and h["balance"] > 0),
        key=lambda h: h["balance"],
    )
    before = dict(day.ledger.sold)
    try:
        seller.sell(poor, minimum=poor["balance"] + 500)
    except Refused as refused:
        if refused.code != "over_budget":
            raise
    else:
        raise DayError("Une vente au-delà du budget a été acceptée.")
    if day.ledger.sold != before:
        raise DayError("Une vente refusée a laissé une trace.")


def _report(day: Day, stage: world.World) -> dict:
    first = day.clock.first_day
    last = first.fromordinal(first.toordinal() + 2)
    ending = _odoo_json(stage, "ops.day.ending", str(first), str(last))
    found = day.database.count(day.ledger.sold)
    verdict = _verify(*ending["archives"])
    forged = tamper.falsified_copy(Path(ending["archives"][0]), stage.base)
    caught = _verify(str(forged))
    rows = ending["rows"]
    return {
        "sales": found.sales,
        "sales_in_browser": day.database.present(day.browser_uuids),
        "offline_sales": day.database.present(day.offline_uuids),
        "refunds": found.refunds,
        "lost": found.lost,
        "doubled": found.doubled,
        "wrong_amounts": found.wrong_amounts,
        "records": found.records,
        "closings": found.closings,
        "sessions": found.sessions,
        "accounting_matches": bool(rows) and all(row["matches"] for row in rows),
        "days": rows,
        "archive": ending["archives"][-1],
        "verify": verdict["verdict"],
        "verified_records": verdict["records"],
        "tamper_found": caught["verdict"] == "defects" and _names_a_record(caught),
        "sync_seconds": day.sync_seconds,
        "printed": sum(len(printed(p.directory)) for p in day.house.printers),
    }


def _names_a_record(verdict: dict) -> bool:
    """The defect must say which ticket, not only that a file changed."""
    return any(str(defect.get("record", "")).strip() for defect in verdict["defects"])


def _verify(*paths: str) -> dict:
    done = subprocess.run(
        [HOUSE.venv / "bin" / "escarcelle-verify", "--json", *paths], capture_output=True, text=True
    )
    try:
        verdict = json.loads(done.stdout)
    except ValueError:
        raise DayError(f"escarcelle-verify n'a pas répondu : {done.stderr[-400:]}") from None
    expected = {"sound": 0, "defects": 1, "unusable": 2}[verdict["verdict"]]
    if done.returncode != expected:
        raise DayError(
            f"escarcelle-verify dit {verdict['verdict']} et finit par {done.returncode}."
        )
    return verdict


def _odoo_json(stage: world.World, module: str, *arguments: str) -> dict:
    output = shell.run(
        [HOUSE.python, "-m", module, "--config", stage.conf, "--database", stage.name, *arguments],
        what=f"{module} a échoué",
        env={**stage.environment(), "PYTHONPATH": str(HOUSE.root)},
        cwd=HOUSE.root,
        log=HOUSE.log / "day.log",
    )
    return json.loads(output.splitlines()[-1])


def _buyers(cast: dict) -> list[dict]:
    return [h for h in cast["households"] if h["entitled"] and h["cards"] and h["balance"] >= 4000]


def _closings(day: Day) -> list[int]:
    """How many days each till says it has closed."""
    return [len(seller.closings()) for seller in _watchers(day)]


def _watchers(day: Day) -> list[Seller]:
    made = [Seller(t.url, t.number, day.cast, day.ledger, 0) for t in day.house.tills]
    for watcher in made:
        watcher.open()
    return made


def _wait_for_orders(day: Day) -> None:
    promised = set(day.ledger.sold)
    _until(
        lambda: day.database.present(promised) == len(promised), SYNC_SECONDS,
        f"l'arrivée des {len(promised)} tickets au serveur",
    )  # fmt: skip


def _until(reached: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise DayError(f"Attendu en vain pendant {seconds:.0f} s : {what}.")
        time.sleep(0.2)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DayError, Refused) as error:
        print(f"La journée a échoué : {error}", file=sys.stderr)
        sys.exit(1)
    except OpsError as error:
        print(error.report(), file=sys.stderr)
        sys.exit(1)
