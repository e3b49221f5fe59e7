"""What a screen asks of a till besides sales: bodies for invoices, notes, proofs and settlements."""

from uuid import uuid4

from till_shop import CASH, order

BUYER = {"name": "Mairie d'Illkirch", "street": "181 route de Lyon", "zip": "67400",
         "city": "Illkirch-Graffenstaden"}  # fmt: skip
PRINTER = '[devices.printer]\ntype = "file"\npath = "{path}"\n'
ACCOUNT = 3


def invoice(ticket: dict, **more) -> dict:
    return {"uuid": str(uuid4()), "ticket": ticket["uuid"], "customer": BUYER, "paper": "none", **more}


def note(**more) -> dict:
    body = order(**more)
    body.pop("payments")
    return {"uuid": str(uuid4()), "order": body, "paper": "none"}


def settlement(amount: int = 1500, customer: str = "C201", method: int = CASH, **more) -> dict:
    paid = {"uuid": str(uuid4()), "payment_method_id": method, "amount": amount, "change": 0}
    return {"uuid": str(uuid4()), "customer": customer, "payments": [paid], "paper": "none", **more}


def proof(ticket: dict, **more) -> dict:
    return {"uuid": str(uuid4()), "ticket": ticket["uuid"], "paper": "none", **more}


def issue(program, path: str, body: dict) -> dict:
    answer = program.post(f"/till/v1/{path}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(program, path: str, body: dict) -> dict:
    before = program.status()["queue"]["last"]
    answer = program.post(f"/till/v1/{path}", body)
    assert 400 <= answer.status_code < 500, answer.text
    assert program.status()["queue"]["last"] == before
    return answer.json()["error"]


def records(server, kind: str) -> list:
    return [r for found in server.records.values() for r in found if r.kind == kind]
