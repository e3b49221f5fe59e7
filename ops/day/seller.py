"""Sells through a till's HTTP interface, as another front end would."""

import itertools
import random
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import uuid4

import requests

from escarcelle_core.money import line_amount

TIMEOUT = 20


class Refused(Exception):
    """The till said no: ``code`` is its refusal code."""

    def __init__(self, answer: requests.Response):
        body = answer.json().get("error", {})
        self.code = body.get("code", str(answer.status_code))
        super().__init__(f"{answer.status_code} {self.code} : {body.get('message', '')}")


@dataclass
class Ledger:
    """What the tills answered with 200: uuid → (till number, total in cents, is it a refund)."""

    sold: dict[str, tuple[int, int, bool]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, uuid: str, till: int, total: int) -> None:
        """Remember a sale the till has promised."""
        with self.lock:
            self.sold[uuid] = (till, total, total < 0)


class Seller:
    """One cashier at one till. Not thread-safe; one a till."""

    def __init__(self, url: str, number: int, cast: dict, ledger: Ledger, seed: int):
        self.url = url
        self.number = number
        self.cast = cast
        self.ledger = ledger
        self.random = random.Random(seed)
        self.orders: list[dict] = []
        self._till = next(t for t in cast["tills"] if t["number"] == number)
        self._households = itertools.cycle([h for h in cast["households"] if _can_buy(h)])

    def open(self) -> None:
        """Load the page for its cookie and log a cashier in."""
        self.session = requests.Session()
        self.session.trust_env = False
        config = self._till["config_id"]
        self.session.get(f"{self.url}/pos/ui/{config}", timeout=TIMEOUT).raise_for_status()
        cashier = next(c for c in self.cast["cashiers"] if c["role"] == "cashier")
        answer = self._send("cashier", {"code": cashier["code"], "pin": cashier["pin"]})
        self.session.headers["X-Escarcelle-Cashier"] = answer["token"]

    def sell(self, household: dict | None = None, minimum: int = 0) -> dict:
        """A sale of one to five goods, to ``household`` or to anyone; at least ``minimum`` cents."""
        pricelist = household["pricelist_id"] if household else self.cast["public_pricelist_id"]
        lines = []
        while not lines or (sum(map(_amount, lines)) < minimum and len(lines) < 400):
            for product in self.random.sample(self.cast["products"], self.random.randint(1, 5)):
                quantity = self.random.choice(("1.000", "1.000", "2.000", "3.000"))
                lines.append(_line(product["id"], quantity, product["prices"][str(pricelist)]))
        return self._order(lines, pricelist, household, paper=self.random.choice(("none", "paper")))

    def sell_to_next_household(self) -> dict:
        """A small sale to a household that has a budget left."""
        return self.sell(next(self._households))

    def refund(self, order: dict, lines: int | None = None) -> dict:
        """Give back an order sold here: all of it, or its first ``lines`` lines."""
        back = [
            {**_line(line["product_id"], f"-{line['quantity']}", line["unit_price"]),
             "refunded_line_uuid": line["uuid"]}
            for line in order["lines"][:lines]
        ]  # fmt: skip
        household = next(
            (h for h in self.cast["households"] if h["code"] == order["household"]), None
        )
        return self._order(back, order["pricelist_id"], household, paper="paper")

    def close_day(self) -> dict:
        """The Z button."""
        return self._send("closings", {"level": "day"})

    def closings(self) -> list[dict]:
        """The days this till has closed."""
        answer = self.session.get(f"{self.url}/till/v1/closings", timeout=TIMEOUT)
        answer.raise_for_status()
        return [closing for closing in answer.json()["closings"] if closing["level"] == "GTJ"]

    def status(self) -> dict:
        """The till's own status."""
        answer = self.session.get(f"{self.url}/till/v1/status", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def _order(self, lines: list[dict], pricelist: int, household: dict | None, paper: str) -> dict:
        total = sum(map(_amount, lines))
        kind = "cash" if total < 0 else self.random.choice(("cash", "cash", "bank"))
        method = self._till["payment_methods"][kind]
        payments = [
            {"uuid": str(uuid4()), "payment_method_id": method, "amount": total, "change": 0}
        ]
        order = {
            "uuid": str(uuid4()),
            "training": False,
            "paper": paper,
            "household": household["code"] if household else None,
            "pricelist_id": pricelist,
            "fiscal_position_id": household["fiscal_position_id"] if household else None,
            "lines": lines,
            "payments": payments,
            "total": total,
            "overrides": [],
        }
        answer = self._send("tickets", order)
        if answer["total"] != total:
            raise AssertionError(f"La caisse répond {answer['total']} pour une vente de {total}.")
        self.ledger.note(order["uuid"], self.number, total)
        self.orders.append(order)
        return order

    def _send(self, path: str, body: dict) -> dict:
        answer = self.session.post(f"{self.url}/till/v1/{path}", json=body, timeout=TIMEOUT)
        if not answer.ok:
            raise Refused(answer)
        return answer.json()


def _line(product_id: int, quantity: str, price: str) -> dict:
    return {
        "uuid": str(uuid4()),
        "product_id": product_id,
        "quantity": quantity,
        "unit_price": price,
        "discount": "0.00",
        "refunded_line_uuid": None,
        "note": "",
    }


def _amount(line: dict) -> int:
    return line_amount(Decimal(line["quantity"]), Decimal(line["unit_price"]))


def _can_buy(household: dict) -> bool:
    return bool(household["entitled"] and household["cards"] and household["balance"] >= 4000)
