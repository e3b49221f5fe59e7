"""The same papers printed once, copied with a rank, found after a restart, offline, killed while signing."""

from uuid import uuid4

import pytest
import requests

from till_papers import PRINTER, invoice, issue, note, proof, records, refused, settlement
from till_shop import order


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
