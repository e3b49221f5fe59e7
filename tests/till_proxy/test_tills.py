"""Two tills side by side, killed at random: every sale once, every chain whole."""

import random
import threading
import time

import requests

from escarcelle_core.xml import stamp, ticket_xml
from till_shop import line, order, refund


class Cashier(threading.Thread):
    """Sells without end on one till; tries each order again until it has an answer."""

    def __init__(self, program, seed: int):
        super().__init__(daemon=True)
        self.program = program
        self.random = random.Random(seed)
        self.done: dict[str, dict] = {}
        self.orders: list[dict] = []
        self.alive = threading.Event()
        self.alive.set()
        self.over = threading.Event()
        self.errors: list[str] = []

    def run(self) -> None:
        """Sell until told to stop; the last order is always finished."""
        while not self.over.is_set():
            body = self._next()
            self.orders.append(body)
            while body["uuid"] not in self.done:
                self.alive.wait(60)
                try:
                    answer = self.program.post("/till/v1/tickets", body)
                except requests.RequestException:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 200:
                    self.done[body["uuid"]] = answer.json()
                elif answer.status_code == 401:
                    time.sleep(0.05)  # the till has restarted: whoever starts it logs in again
                else:
                    self.errors.append(answer.text)
                    return

    def _next(self) -> dict:
        sold = [o for o in self.orders if o["total"] > 0 and o["uuid"] in self.done]
        if sold and self.random.random() < 0.1:
            body = self.random.choice(sold)
            self.orders = [o for o in self.orders if o is not body] + [{**body, "total": 0}]
            quantity = body["lines"][0]["quantity"]
            price = int(body["lines"][0]["unit_price"].replace(".", "")) // 100
            return refund(body, f"-{quantity}", -price * int(float(quantity)))
        quantity = self.random.randint(1, 4)
        return order([line(quantity=f"{quantity}.000")], 250 * quantity)


def test_two_tills_sell_in_parallel_and_are_killed_again_and_again(make_program, server):
    tills = [make_program("one").start(), make_program("two", "CCCC-DDDD").start()]
    cashiers = [Cashier(program, seed) for seed, program in enumerate(tills)]
    rng = random.Random(20261121)
    for cashier in cashiers:
        cashier.start()
    kills = 0
    end = time.monotonic() + 20
    while time.monotonic() < end:
        time.sleep(rng.uniform(0.3, 1.2))
        server.mode = rng.choice(("ok", "ok", "down", "lost", "error"))
        number = rng.randrange(2)
        cashier, program = cashiers[number], tills[number]
        cashier.alive.clear()
        program.kill()
        program.start()
        cashier.alive.set()
        kills += 1
    server.mode = "ok"
    for cashier in cashiers:
        cashier.over.set()
        cashier.join(60)
        assert not cashier.is_alive() and cashier.errors == []
    for program in tills:
        program.synced(30)
        assert program.status()["defects"] == []
    assert kills >= 5 and server.defects == []
    for cashier, program in zip(cashiers, tills, strict=True):
        uid = program.status()["till"]["uid"]
        tickets = server.tickets(uid)
        assert sorted(server.sold(uid)) == sorted(cashier.done)
        assert [t.seq for t in tickets] == list(range(1, len(tickets) + 1))
        for ticket in tickets:
            answer = cashier.done[ticket.origin]
            assert answer["number"] == ticket.number
            assert ticket_xml.read(stamp.parse(ticket.xml)).total == answer["total"]
        assert server.states[uid].totals.perpetual_real == sum(
            answer["total"] for answer in cashier.done.values()
        )
    assert min(len(cashier.done) for cashier in cashiers) > 20


def test_two_tills_do_not_wait_for_each_other(make_program, server):
    one = make_program("one", local=True).start()
    two = make_program("two", "CCCC-DDDD", local=True).start()
    assert one.sell()["number"] == "3-1" and two.sell()["number"] == "4-1"
    # One till's fiscal thread is held; the other sells.
    held, go = threading.Event(), threading.Event()

    def hold():
        held.set()
        go.wait(10)

    one.service.till._thread.submit(hold)
    assert held.wait(5)
    try:
        assert two.sell()["number"] == "4-2"
    finally:
        go.set()
    assert one.sell()["number"] == "3-2"
