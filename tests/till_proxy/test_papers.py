"""Invoices, notes, proofs and settlements: what they say, what is refused in French, no total moved."""

from uuid import uuid4

import pytest

from escarcelle_core.xml import stamp, ticket_xml
from till_papers import ACCOUNT, BUYER, invoice, issue, note, proof, records, refused, settlement
from till_shop import APPLES, CARTE, CASH, MANAGER, MANAGER_PIN, line, order, refund


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


def test_the_last_settlement_of_an_account_is_found_to_be_given_back(program):
    def last(account):
        answer = program.get("/till/v1/papers", params={"account": account})
        assert answer.status_code == 200, answer.text
        return [(one["uuid"], one["payments"]) for one in answer.json()["papers"]]

    assert last("C201") == last("C999") == last("x" * 5000) == []
    first, second = settlement(1500), settlement(700, "C201", CARTE)
    for body in (first, second, settlement(900, "F00001")):
        issue(program, "settlements", body)
    [(uuid, [paid])] = last("C201")
    assert uuid == second["uuid"] and (paid["payment_method_id"], paid["amount"]) == (CARTE, 700)
    issue(program, "settlements", settlement(-700, "C201", CARTE, cancels=second["uuid"]))
    [(uuid, [paid])] = last("C201")
    assert uuid == first["uuid"] and (paid["payment_method_id"], paid["amount"]) == (CASH, 1500)
    issue(program, "settlements", settlement(-1500, cancels=first["uuid"]))
    assert last("C201") == []


def test_change_is_given_on_a_settlement_in_cash_only(program):
    paid = settlement(1250)
    paid["payments"][0]["change"] = 750
    made = issue(program, "settlements", paid)
    assert made["total"] == 1250
    by_card = settlement(1250, "C201", CARTE)
    by_card["payments"][0]["change"] = 750
    assert "espèces" in refused(program, "settlements", by_card)["message"]


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
