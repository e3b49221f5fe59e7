"""Invoices, notes, proofs and settlements: signed once, replayed, refused in French, moving no total."""

from uuid import uuid4

import pytest
import requests

from escarcelle_core import stamp, ticket_xml
from till_shop import APPLES, CARTE, CASH, MANAGER, MANAGER_PIN, line, order, refund

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


def test_an_invoice_repeats_its_ticket_and_names_its_customer(program, server):
    sold = order([line(), line(APPLES, "0.500", "1.9900")], 350)
    program.sell(sold)
    made = issue(program, "invoices", invoice(sold))
    assert (made["number"], made["shown"], made["total"]) == ("3-1", "Facture (VTE) 3-1.0", 350)
    program.synced()
    (record,) = records(server, "FCT")
    read = ticket_xml.read(stamp.parse(record.xml))
    ticket = ticket_xml.read(stamp.parse(server.tickets()[0].xml))
    assert (read.lines, read.payments, read.origin.uid) == (ticket.lines, ticket.payments, sold["uuid"])
    assert read.invoice.customer.name == "Mairie d'Illkirch"
    assert read.invoice.terms == ("Payée comptant.",)
    assert ",Mairie_d'Illkirch,67400,," in record.payload
    assert program.status()["day"]["total"] == 350 and server.defects == []


def test_a_known_customer_is_named_by_code(program, server):
    sold = order()
    program.sell(sold)
    made = issue(program, "invoices", invoice(sold, customer={"code": "C201"}))
    assert made["customer"] == "C201"
    program.synced()
    (record,) = records(server, "FCT")
    who = ticket_xml.read(stamp.parse(record.xml)).invoice
    assert (who.customer.vat, who.customer.city) == ("FR44732829320", "Strasbourg")
    # A professional reads what late payment costs (C. com. art. L441-10).
    assert "indemnité forfaitaire de 40 €" in who.terms[1]


def test_a_household_with_an_account_pays_its_invoice_later(program, server):
    sold = order([line(price="1.2500")], 125, household="F00001", pricelist_id=2)
    sold["payments"][0]["payment_method_id"] = ACCOUNT
    program.sell(sold)
    issue(program, "invoices", invoice(sold))
    program.synced()
    (record,) = records(server, "FCT")
    read = ticket_xml.read(stamp.parse(record.xml))
    assert read.customer == "F00001"
    assert read.invoice.terms[0].startswith("À payer au plus tard le")


def test_the_same_request_gives_the_same_paper(program, server):
    sold = order()
    program.sell(sold)
    bodies = {"invoices": invoice(sold), "notes": note(), "proofs": proof(sold),
              "settlements": settlement()}  # fmt: skip
    for path, body in bodies.items():
        first = issue(program, path, body)
        again = issue(program, path, {**body, "paper": "none"})
        assert again == {**first, "replayed": True}
        wrong = {**body, "comment": "autre"} if path == "settlements" else {**body}
        if path == "invoices":
            wrong["customer"] = {**BUYER, "name": "Autre"}
        elif path == "notes":
            wrong["order"] = {**body["order"], "household": "F00001"}
        elif path == "proofs":
            wrong["ticket"] = str(uuid4())
        assert refused(program, path, wrong)["code"] == "conflict"
    # A uuid is one thing only.
    assert refused(program, "proofs", proof(sold, uuid=bodies["invoices"]["uuid"]))["code"] == "conflict"
    assert refused(program, "proofs", proof(sold, uuid=sold["uuid"]))["code"] == "conflict"
    program.synced()
    assert {kind: len(records(server, kind)) for kind in ("FCT", "NTE", "JSP", "REG")} == dict.fromkeys(
        ("FCT", "NTE", "JSP", "REG"), 1
    )
    assert server.defects == []


def test_one_ticket_has_one_invoice(program):
    sold = order()
    program.sell(sold)
    issue(program, "invoices", invoice(sold))
    error = refused(program, "invoices", invoice(sold))
    assert error["code"] == "conflict" and "FCT 3-1" in error["message"]


def test_a_refund_has_a_credit_note_of_the_invoice(program, server):
    sold = order([line(quantity="2.000")], 500)
    program.sell(sold)
    back = refund(sold)
    program.sell(back)
    error = refused(program, "invoices", invoice(back))
    assert "pas de facture" in error["message"]
    first = issue(program, "invoices", invoice(sold))
    credit = issue(program, "invoices", invoice(back))
    assert (credit["shown"], credit["total"]) == ("Facture (ANN) 3-2.0", -250)
    program.synced()
    corrected = ticket_xml.read(stamp.parse(records(server, "FCT")[1].xml)).invoice.corrects
    assert (corrected.document, corrected.uid) == ("FCT", first["uuid"])
    assert server.defects == []


@pytest.mark.parametrize(
    "customer, word",
    [
        ({**BUYER, "name": "  "}, "nom"), ({**BUYER, "zip": ""}, "code postal"), ({**BUYER, "city": None}, "ville"),
        ({**BUYER, "street": ""}, "adresse"), ({**BUYER, "vat": "FR44732829321"}, "numéro de TVA"),
        ({**BUYER, "vat": "732829320"}, "numéro de TVA"), ({"code": "C203"}, "adresse"), ({}, "nom"),
        ({**BUYER, "code": "C999"}, "C999"), ({"code": "F00001"}, "nom"),
    ],
)  # fmt: skip
def test_an_incomplete_customer_is_told(program, customer, word):
    sold = order()
    program.sell(sold)
    error = refused(program, "invoices", invoice(sold, customer=customer))
    assert error["code"] == "customer_incomplete" and word in error["message"]


def test_a_note_states_no_vat_and_sells_nothing(program, server):
    body = note(household="F00001", pricelist_id=2, lines=[line(price="1.2500")], total=125)
    made = issue(program, "notes", body)
    assert made["shown"] == "Note (GES) 3-1.0"
    # The order may still change: another note, then the sale.
    body2 = {**note(lines=body["order"]["lines"], total=125), "uuid": str(uuid4())}
    assert issue(program, "notes", body2)["number"] == "3-2"
    sold = {**order(body["order"]["lines"], 125, household="F00001", pricelist_id=2),
            "uuid": body["order"]["uuid"]}  # fmt: skip
    program.sell(sold)
    late = {**body, "uuid": str(uuid4())}
    assert refused(program, "notes", late)["code"] == "conflict"
    program.synced()
    first = records(server, "NTE")[0]
    assert first.payload.startswith("0000:0,125,") and "tva=\"5" not in first.xml
    assert [r.payload.split(",")[1] for r in records(server, "JET")].count("160") == 2
    assert program.status()["day"]["total"] == 125 and server.defects == []


@pytest.mark.parametrize("change", [
    {"payments": [{"uuid": str(uuid4()), "payment_method_id": CASH, "amount": 250, "change": 0}]},
    {"lines": []}, {"lines": [line(quantity="-1.000")], "total": -250}, {"total": 251},
    {"lines": [line(product=999)]}, {"surprise": 1},
])  # fmt: skip
def test_what_is_no_note_is_refused(program, change):
    body = note()
    body["order"].update(change)
    refused(program, "notes", body)


def test_a_proof_says_how_a_ticket_was_paid(program, server):
    sold = order([line(), line(APPLES, "0.500", "1.9900")], 350)
    sold["payments"] = [
        {"uuid": str(uuid4()), "payment_method_id": CARTE, "amount": 300, "change": 0},
        {"uuid": str(uuid4()), "payment_method_id": CASH, "amount": 50, "change": 150},
    ]
    program.sell(sold)
    assert issue(program, "proofs", proof(sold))["total"] == 350
    free = order([line(discount="100.00")], 0)
    free["payments"] = []
    program.sell(free)
    assert refused(program, "proofs", proof(free))["code"] == "not_found"
    program.synced()
    (record,) = records(server, "JSP")
    read = ticket_xml.read(stamp.parse(record.xml))
    assert [(p.mode, p.amount) for p in read.payments] == [("CARTE", 300), ("ESPECES", 50)]
    assert "Pâtes" not in record.xml and server.defects == []


def test_a_settlement_fills_the_drawer_and_sells_nothing(program, server):
    program.post("/till/v1/cash-counts", {"uuid": str(uuid4()), "amount": 1000, "moment": "opening"})
    made = issue(program, "settlements", settlement(comment="Solde d'octobre"))
    assert (made["shown"], made["total"]) == ("Règlement compte client (GES) 3-1.0", 1500)
    issue(program, "settlements", settlement(700, "F00001", CARTE))
    x = program.get("/till/v1/closings").json()["x"]
    assert (x["day"], x["tickets"]) == (0, 0)
    counted = program.post("/till/v1/cash-counts",
                           {"uuid": str(uuid4()), "amount": 2500, "moment": "closing"}).json()  # fmt: skip
    assert (counted["expected"], counted["difference"]) == (2500, 0)
    program.synced()
    assert [r.payload.split(",")[:2] for r in records(server, "REG")] == [["0000:0", "1500"], ["0000:0", "700"]]
    said = [r for r in records(server, "JET") if r.payload.split(",")[1] == "910"]
    assert "Règlement_3-1_compte_C201_15.00" in said[0].payload
    assert server.defects == []


def test_a_settlement_is_given_back_once_in_full(program, server):
    paid = settlement()
    issue(program, "settlements", paid)
    back = settlement(-1500, cancels=paid["uuid"])
    assert issue(program, "settlements", back)["shown"] == "Règlement compte client (ANN) 3-2.0"
    assert refused(program, "settlements", settlement(-1500, cancels=paid["uuid"]))["code"] == "conflict"
    assert refused(program, "settlements", settlement(1500, cancels=back["uuid"]))["code"] == "bad_request"
    other = settlement(900)
    issue(program, "settlements", other)
    for wrong in (settlement(-800, cancels=other["uuid"]), settlement(-900, "C202", cancels=other["uuid"]),
                  settlement(-900, cancels=str(uuid4())), settlement(-900, cancels=back["uuid"])):  # fmt: skip
        refused(program, "settlements", wrong)
    (shown,) = program.get("/till/v1/papers", params={"uuid": paid["uuid"]}).json()["papers"]
    assert shown["cancelled"] is True
    program.synced()
    assert server.defects == []


@pytest.mark.parametrize("body", [
    settlement(method=ACCOUNT), settlement(0), settlement(-5), settlement(customer="C999"), settlement(customer=""),
    settlement(method=77), {**settlement(), "payments": []}, {**settlement(), "payments": [None]},
    {**settlement(), "cancels": "x"},
])  # fmt: skip
def test_what_is_no_settlement_is_refused(program, body):
    refused(program, "settlements", body)


def test_nobody_issues_without_a_cashier_and_nothing_in_school(program):
    sold = order()
    program.sell(sold)
    bodies = {"invoices": invoice(sold), "notes": note(), "proofs": proof(sold), "settlements": settlement()}
    program.school()
    for path, body in bodies.items():
        assert refused(program, path, body)["code"] == "training"
    program.school(False)
    token = program.page.headers.pop("X-Escarcelle-Cashier")
    for path, body in bodies.items():
        assert refused(program, path, body)["code"] == "cashier_required"
    assert program.get("/till/v1/customers?query=dup").status_code == 401
    assert program.get("/till/v1/papers").status_code == 401
    program.page.headers["X-Escarcelle-Cashier"] = token


def test_papers_of_tickets_this_till_does_not_have(program):
    nowhere = {"uuid": str(uuid4())}
    for path, body in (("invoices", invoice(nowhere)), ("proofs", proof(nowhere))):
        error = refused(program, path, body)
        assert error["code"] == "not_found" and "gestion" in error["message"]


def test_each_paper_is_printed_once_and_copied_with_a_rank(make_program, server, tmp_path):
    paper = tmp_path / "paper.bin"
    program = make_program(local=True).add(PRINTER.format(path=paper)).start()
    sold = order()
    program.sell(sold)
    bodies = {"invoices": invoice(sold, paper="paper"), "notes": {**note(), "paper": "paper"},
              "proofs": proof(sold, paper="paper"), "settlements": settlement(paper="paper")}  # fmt: skip
    for path, body in bodies.items():
        for _ in range(2):
            made = issue(program, path, body)
        assert made["print_rank"] == 1
        copy = program.post("/till/v1/duplicates", {"uuid": body["uuid"], "channel": "paper"}).json()
        assert (copy["rank"], copy["original"]) == (2, "3-1")
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    text = paper.read_bytes().decode("cp858", "replace")
    for title in ("Facture n° FCT 3-1", "Note (GES) 3-1.1", "Justificatif de paiement (GES) 3-1.1",
                  "JUSTIFICATIF NON VALABLE POUR ENCAISSEMENT"):  # fmt: skip
        assert text.count(title) >= 1
    assert text.count("(GES) 3-1.1") == 3 and text.count("Facture (VTE) 3-1.1") == 1
    program.synced()
    copies = [r.payload.split(",")[:3] for r in records(server, "DUP")]
    assert copies == [["3-1", "FCT", "2"], ["3-2", "NTE", "2"], ["3-3", "JSP", "2"], ["3-4", "REG", "2"]]
    assert server.defects == []


def test_an_invoice_by_mail_is_a_copy(program, server):
    sold = order()
    program.sell(sold)
    issue(program, "invoices", invoice(sold, paper="email", email="a@exemple.fr"))
    program.synced()
    (copy,) = records(server, "DUP")
    assert copy.payload.split(",")[1:3] == ["FCT", "1"]
    body = invoice(sold, paper="email", email="not an address")
    assert refused(program, "invoices", body)["code"] == "bad_request"


def test_papers_are_found_again_after_a_restart(make_program, server):
    program = make_program(local=True).start()
    sold = order()
    program.sell(sold)
    body = invoice(sold)
    issue(program, "invoices", body)
    paid = settlement()
    issue(program, "settlements", paid)
    program.stop()
    program.start()
    assert issue(program, "invoices", body)["replayed"] is True
    assert refused(program, "invoices", invoice(sold))["code"] == "conflict"
    kinds = [p["kind"] for p in program.get("/till/v1/papers").json()["papers"]]
    assert kinds == ["REG", "FCT"]
    (shown,) = program.get("/till/v1/papers", params={"uuid": paid["uuid"]}).json()["papers"]
    assert shown["total"] == 1500 and shown["customer"] == "C201" and shown["cancelled"] is False
    assert program.get("/till/v1/papers", params={"uuid": "x"}).status_code == 400
    assert program.get("/till/v1/papers", params={"uuid": str(uuid4())}).status_code == 404
    assert program.get("/till/v1/tickets", params={"uuid": sold["uuid"]}).json()["tickets"][0]["invoice"] == {
        "uuid": body["uuid"], "number": "3-1",
    }  # fmt: skip


def test_the_same_offline(make_program, server):
    program = make_program(local=True).start()
    server.mode = "down"
    program.until(lambda: not program.status()["server"]["online"])
    sold = order()
    program.sell(sold)
    for path, body in (("invoices", invoice(sold, customer={"code": "C201"})), ("notes", note()),
                       ("proofs", proof(sold)), ("settlements", settlement())):  # fmt: skip
        assert issue(program, path, body)["number"] == "3-1"
    server.mode = "ok"
    program.synced()
    assert [len(records(server, kind)) for kind in ("TCK", "FCT", "NTE", "JSP", "REG")] == [1] * 5
    assert server.defects == []


def test_customers_are_searched_never_listed(program):
    def found(query, **more):
        return program.get("/till/v1/customers", params={"query": query, **more}).json()["customers"]

    assert [c["code"] for c in found("dupont")] == ["C201"]
    assert [c["code"] for c in found("emilie mul")] == ["C202"]
    assert [c["code"] for c in found("FR4473")] == ["C201"]
    assert found("") == found("d") == found("%") == found("zzz") == []
    assert [c["code"] for c in found("f00001", accounts="1")] == ["F00001"]
    assert found("f00001") == []
    assert found("x" * 5000) == []


def test_a_shop_may_want_a_manager_to_give_a_settlement_back(make_program, server):
    from till_shop import parts, settings

    server.parts = parts(settings=settings(override_required=["refund"]))
    program = make_program(local=True).start()
    paid = settlement()
    issue(program, "settlements", paid)
    back = settlement(-1500, cancels=paid["uuid"])
    assert refused(program, "settlements", back)["code"] == "manager_required"
    program.log_in(MANAGER, MANAGER_PIN)
    issue(program, "settlements", back)


POINTS = {"before_write": False, "partial_write": False, "after_fsync": True, "after_rename": True,
          "after_commit": True, "before_queue": True, "before_answer": True}  # fmt: skip


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_invoicing(make_program, server, tmp_path, point):
    program = make_program().add(PRINTER.format(path=tmp_path / "paper.bin")).start()
    sold = order()
    program.sell(sold)
    program.stop()
    program.start(fault=f"sale:{point}")
    body = invoice(sold, paper="paper")
    with pytest.raises(requests.exceptions.ConnectionError):
        program.post("/till/v1/invoices", body)
    assert program.died() == -9
    program.start()
    answer = issue(program, "invoices", body)
    assert (answer["replayed"], answer["number"]) == (POINTS[point], "3-1")
    assert refused(program, "invoices", invoice(sold))["code"] == "conflict"
    program.synced()
    assert [r.number for r in records(server, "FCT")] == ["3-1"] and server.defects == []
    assert program.status()["defects"] == []
    program.until(lambda: program.status()["printer"]["waiting"] == 0)
    printed = (tmp_path / "paper.bin").read_bytes()
    assert printed.count(b"(VTE) 3-1.1") == 1
