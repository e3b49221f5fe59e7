"""Every code of ``docs/jet.md`` that a till writes, driven for real and read in its signed chain.

The table is the reference: a code of it that no trigger here drives is a failure, and so is a code of the
core that the table does not explain.
"""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

import till_shop
from escarcelle_core import jet
from escarcelle_core.xml import event_xml, stamp
from till_proxy import till as till_module
from till_shop import CARD, MANAGER, MANAGER_PIN, SOAP, line, order, refund

TABLE = Path(__file__).parents[2] / "docs" / "jet.md"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
PRINTER = '[devices.printer]\ntype = "file"\npath = "{path}"\n'
EVENING = "2026-12-31T20:00:00Z"

DRIVEN: dict[int, Callable] = {}
#: What the line must say, by code: a pattern over its description.
SAYS: dict[int, str] = {}


def _table() -> dict[int, tuple[str, set[str]]]:
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    return {int(code): (label, set(where.split(", "))) for code, label, _trigger, where in rows}


def trigger(code: int, says: str = ""):
    """Register the function that makes a till write ``code``."""

    def register(function):
        assert code not in DRIVEN
        DRIVEN[code], SAYS[code] = function, says
        return function

    return register


class House:
    """One till with a printer and a clock that can be turned, and the server that reads its journal."""

    def __init__(self, program, server, clock, monkeypatch):
        self.program, self.server, self.clock, self.monkeypatch = program, server, clock, monkeypatch
        self.uid = program.status()["till"]["uid"]

    def events(self) -> list:
        """The till's event journal as the server verified and stored it."""
        self.program.synced()
        assert self.server.defects == []
        records = [r for r in self.server.records[self.uid] if r.kind == "JET"]
        return [event_xml.read(stamp.parse(record.xml)) for record in records]

    def at(self, instant: str) -> None:
        """Turn the clock."""
        self.clock.write_text(instant)

    def renewed(self, **parts) -> None:
        """The server's data change, and the till has them."""
        version = self.program.status()["snapshot"]["version"]
        self.server.parts = till_shop.parts(**parts)
        self.program.until(lambda: self.program.status()["snapshot"]["version"] != version)

    def restarted(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Stop, do something to the computer, start."""
        self.program.synced()
        self.program.stop()
        meanwhile()
        self.program.start()


@pytest.fixture
def house(make_program, server, tmp_path, monkeypatch):
    clock = tmp_path / "clock"
    clock.write_text(EVENING)
    program = make_program(local=True, clock=clock).add(PRINTER.format(path=tmp_path / "paper.bin"))
    return House(program.start(), server, clock, monkeypatch)


# -- the triggers ------------------------------------------------------------------------------------


@trigger(jet.STOP, "Fin de session C07")
def _log_off(house):
    house.program.page.delete(house.program.url("/till/v1/cashier"), timeout=5)
    house.restarted()
    assert any(e.description == "Arrêt du programme" for e in house.events())


@trigger(jet.START, "Ouverture de session M01")
def _log_in(house):
    house.program.log_in(MANAGER, MANAGER_PIN)
    assert any(e.description.startswith("Démarrage du programme") for e in house.events())


@trigger(jet.CLOSE_DAY_MONTH, r"^202612 250$")
def _midnight(house):
    house.program.sell()
    house.at("2026-12-31T23:00:30Z")
    house.program.until(lambda: house.program.status()["day"]["closed"])


@trigger(jet.CLOSE_YEAR, r"^2026 250$")
def _new_year(house):
    _midnight(house)


@trigger(jet.INTEGRITY_DEFECT, "illisible")
def _damaged(house):
    house.program.sell()

    def damage():
        file = max((house.program.state / "Envoyes").glob("*.entry"))
        file.write_bytes(b"?" + file.read_bytes()[1:])

    house.restarted(damage)


@trigger(jet.SEQUENCE_BREAK, "disparu")
def _lost(house):
    house.program.sell()
    house.restarted(lambda: max((house.program.state / "Envoyes").glob("*.entry")).unlink())


@trigger(jet.DATA_EXPORT, "écritures")
def _export(house):
    target = house.program.state.parent / "export.jsonl"

    def export():
        done = house.program.call("export", str(target))
        assert done.returncode == 0, done.stderr

    house.restarted(export)
    assert target.read_text(encoding="utf-8").count("\n") >= 3


@trigger(jet.TAXPAYER_CHANGED, "SIRET 55208131766522")
def _other_company(house):
    settings = till_shop.settings()
    settings["company"]["siret"] = "55208131766522"
    house.renewed(settings=settings)


@trigger(jet.ISSUER_CHANGED, "SIRET")
def _moved(house):
    settings = till_shop.settings()
    settings["company"]["street"] = "1 place du Marché"
    house.renewed(settings=settings)


@trigger(jet.SETTING_CHANGED, "Clôture 3 h")
def _other_hour(house):
    settings = till_shop.settings()
    settings["period"]["closing_hour"] = 3
    house.renewed(settings=settings)


@trigger(jet.RIGHTS_CHANGED, "refund cas social")
def _manager_agrees(house):
    body = order([line(quantity="-1.000")], -250)
    house.program.sell({**body, "overrides": [house.program.allow("refund")]})


@trigger(jet.DUPLICATE_PRINTED, r"Ticket 3-1 copie 1 paper")
def _copy(house):
    sold = order()
    house.program.sell(sold)
    body = {"uuid": sold["uuid"], "channel": "paper"}
    assert house.program.post("/till/v1/duplicates", body).status_code == 200


@trigger(jet.NOTE_ISSUED, "Note 3-1 commande [0-9a-f-]{36} 2.50")
def _note(house):
    body = {"uuid": str(uuid4()), "paper": "none", "order": order(payments=[])}
    answer = house.program.post("/till/v1/notes", body)
    assert answer.status_code == 200, answer.text


@trigger(jet.CASH_COUNT, "écart -10.00")
def _count(house):
    for amount, moment in ((10_000, "opening"), (9_000, "closing")):
        body = {"uuid": str(uuid4()), "amount": amount, "moment": moment, "notes": None}
        assert house.program.post("/till/v1/cash-counts", body).status_code == 200


@trigger(jet.REFUND, r"Ticket 3-2 ligne 1 P11 x -1.000 -2.50 du ticket 3-1")
def _give_back(house):
    sold = order([line(), line(SOAP, price="8.9000")], 1140)
    house.program.sell(sold)
    back = [*refund(sold)["lines"], line(SOAP, "-1.000", "8.9000", refunded_line_uuid=sold["lines"][1]["uuid"])]
    house.program.sell(order(back, -1140))
    assert [e.code for e in house.events()].count(jet.REFUND) == 2  # one a returned line


@trigger(jet.MAINTENANCE, "Renvoi de [1-9]")
def _resend(house):
    house.program.sell()
    house.program.synced()
    assert house.program.call("resend").returncode == 0
    house.program.until(lambda: not (house.program.state / "resend").exists())


@trigger(jet.NEW_VERSION, r"Version 99\.0 F1\.0 \(avant : .*F1\.0\)")
def _new_version(house):
    house.monkeypatch.setattr(till_module, "__version__", "99.0")
    house.restarted()


@trigger(jet.INITIALISATION, "Caisse 3 [0-9a-f]{8} certificat")
def _enrolled(house):
    """The enrolment of the fixture."""


@trigger(jet.SALE_ABANDONED, "2 lignes 7.25")
def _give_up(house):
    content = {"pos.order.line": [
        {"qty": 2, "price_unit": 2.5, "discount": 0}, {"qty": 1, "price_unit": 2.5, "discount": 10},
    ]}  # fmt: skip
    path = house.program.url(f"/till/v1/drafts/{uuid4()}")
    draft = {"format": 1, "content": till_shop.json.dumps(content)}
    assert house.program.page.put(path, json=draft, timeout=5).status_code == 200
    assert house.program.page.delete(path, timeout=5).status_code == 200


@trigger(jet.TICKET_OFFERED, "Ticket 3-1 entier")
def _all_free(house):
    house.program.sell(order([line(price="0.0000"), line(discount="100.00")], 0, payments=[]))


@trigger(jet.ARTICLE_OFFERED, r"Ticket 3-1 ligne 2 P13 x 1.000 remise 100.00 %")
def _one_free(house):
    house.program.sell(order([line(), line(SOAP, price="8.9000", discount="100.00")], 250))
    assert jet.TICKET_OFFERED not in {e.code for e in house.events()}


@trigger(jet.CLOSING_STARTED, "bouton Z")
def _z(house):
    house.program.sell()
    assert house.program.post("/till/v1/closings", {"level": "day"}).status_code == 200
    codes = [event.code for event in house.events()]
    assert codes.index(jet.CLOSING_STARTED) < codes.index(jet.CLOSE_DAY_MONTH)


@trigger(jet.NON_SALE_AMOUNT, "Mouvement 50.00 fond de caisse")
def _cash_in(house):
    body = {"uuid": str(uuid4()), "amount": 5_000, "reason": "fond de caisse"}
    assert house.program.post("/till/v1/cash-moves", body).status_code == 200


@trigger(jet.DRAWER_OPENED, "sans vente")
def _open_drawer(house):
    call = {"jsonrpc": "2.0", "id": 1, "params": {"data": {"action": "cashbox"}}}
    assert house.program.post("/hw_proxy/default_printer_action", call).json()["result"] is True


@trigger(jet.RECEIPT_MAILED, "Ticket 3-1 copie 1 email")
def _mail(house):
    sold = order(paper="email", email="amina@exemple.fr")
    house.program.sell(sold)
    body = {"uuid": sold["uuid"], "channel": "email", "email": "amina@exemple.fr"}
    assert house.program.post("/till/v1/duplicates", body).json()["rank"] == 2
    assert [e.code for e in house.events()].count(jet.RECEIPT_MAILED) == 2


@trigger(jet.OPERATION_REFUSED, "over_budget foyer F00002")
def _refused(house):
    program = house.program
    assert program.get(f"/till/v1/households/{CARD}").status_code == 200
    body = order([line(quantity="40.000")], 10_000, household="F00002", pricelist_id=2)
    assert program.refused(body)["code"] == "over_budget"
    program.refused(order(training=True))
    refused = {"code": till_shop.CASHIER, "pin": till_shop.PIN, "reason": "x", "what": "refund"}
    assert program.post("/till/v1/overrides", refused).status_code == 403
    for _ in range(6):
        program.post("/till/v1/cashier", {"code": MANAGER, "pin": "0000"})
    said = " ".join(e.description for e in house.events() if e.code == jet.OPERATION_REFUSED)
    for reason in ("training", "Dérogation refund demandée sans responsable", "Trop d'essais de PIN M01"):
        assert reason in said


@trigger(jet.CLOCK_CHANGED, "Horloge reculée")
def _clock(house):
    house.program.sell()
    house.at("2026-12-30T10:00:00Z")
    house.program.sell()


def test_a_clock_put_ahead_is_said_once_before_the_days_it_closes(house):
    house.program.sell()
    house.at("2027-01-30T10:00:00Z")  # a month of holidays is no event
    house.program.log_in()
    house.program.sell()
    assert not [e for e in house.events() if e.code == jet.CLOCK_CHANGED]
    house.at("2027-03-20T10:00:00Z")
    house.program.log_in()
    house.program.sell()
    house.program.sell()
    [said] = [e for e in house.events() if e.code == jet.CLOCK_CHANGED]
    assert said.description.startswith("Horloge avancée") and "2027-03-20" in said.description
    codes = [e.code for e in house.events()]
    assert codes[codes.index(jet.CLOCK_CHANGED) + 1] == jet.CLOSE_DAY_MONTH
    house.restarted()
    assert [e.code for e in house.events()].count(jet.CLOCK_CHANGED) == 1


@trigger(jet.TRAINING_MODE, "Début du mode école cas social")
def _school(house):
    house.program.school()
    house.program.sell(order(training=True))
    house.program.school(False)
    said = [e.description for e in house.events() if e.code == jet.TRAINING_MODE]
    assert said == ["Début du mode école cas social", "Fin du mode école"]


# -- the tests --------------------------------------------------------------------------------------


def test_the_table_explains_every_code_of_the_core_by_its_name():
    assert {code: label for code, (label, _where) in _table().items()} == jet.LABELS


def test_every_code_of_a_till_has_a_driven_trigger():
    wanted = {code for code, (_label, where) in _table().items() if "caisse" in where}
    assert wanted == set(DRIVEN)


@pytest.mark.parametrize("code", sorted(DRIVEN))
def test_trigger(house, code):
    before = len(house.events())
    DRIVEN[code](house)
    events = house.events()
    # What a start writes (first line, version) is there before the trigger: it starts the till.
    new = events if code in (jet.INITIALISATION, jet.NEW_VERSION) else events[before:]
    said = [event.description for event in new if event.code == code]
    assert said, f"no line {code}"
    assert any(re.search(SAYS[code], text) for text in said), said


def test_the_first_line_is_260_and_comes_once(house):
    house.restarted()
    codes = [event.code for event in house.events()]
    assert codes[0] == jet.INITIALISATION and codes.count(jet.INITIALISATION) == 1


def test_a_server_that_is_away_is_no_degraded_mode(house):
    house.server.mode = "down"
    house.program.sell()
    house.program.until(lambda: not house.program.status()["server"]["online"])
    house.server.mode = "ok"
    assert not {70, 120} & {event.code for event in house.events()}


def test_a_version_is_said_when_it_changes_only(house):
    house.restarted()
    assert [e.code for e in house.events()].count(jet.NEW_VERSION) == 1


def test_no_line_names_anybody(house):
    for code in (jet.START, jet.RIGHTS_CHANGED, jet.RECEIPT_MAILED, jet.OPERATION_REFUSED):
        DRIVEN[code](house)
    for event in house.events():
        assert not re.search(r"Lucie|Paul|exemple\.fr", f"{event.description} {event.operator}")
