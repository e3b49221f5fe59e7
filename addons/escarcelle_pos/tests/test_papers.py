import copy
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from escarcelle_core.documents import Reference
from escarcelle_core.money import line_amount, line_tax

from .common import TillCase
from .simulator import BUYER


@tagged("post_install", "-at_install")
class TestPapers(TillCase):
    """Invoices and settlements of a till in Odoo: once each, to the cent, named as they were signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()
        cls.account = cls.env["pos.payment.method"].create(
            {"name": "Compte", "split_transactions": True, "company_id": cls.company.id}
        )
        cls.till.config_id.payment_method_ids = [Command.link(cls.account.id)]
        cls.device.account = (cls.account.id, "COMPTE", "Compte")
        cls.client = cls.env["res.partner"].create(
            {"name": "Client au compte", "customer_rank": 1, "company_id": cls.company.id}
        )

    def move(self, entry):
        return self.env["account.move"].search([("escarcelle_origin", "=", entry["uuid"])])

    def kept(self, entry):
        return self.env["escarcelle.till.entry"].search([("uuid", "=", entry["uuid"])])

    def income(self):
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted"),
             "|", ("tax_line_id", "!=", False), ("account_id.account_type", "=", "income")]
        )  # fmt: skip
        return -round(sum(lines.mapped("balance")) * 100)

    def test_an_invoice_has_one_number(self):
        sold = self.device.sell([self.row(550, "2.5000", "1.235"), self.row(2000, "9.9900", "2", discount="12.5")])
        invoice = self.device.invoice(sold)
        acks = self.ingest(self.till, sold, invoice)
        self.assertEqual([(a["status"], a["order"]) for a in acks], [("stored", "built")] * 2)
        move, order = self.move(invoice), self.order(sold)
        self.assertEqual(move.name, f"FCT {self.till.number}-1")
        self.assertEqual((order.account_move, order.state), (move, "done"))
        self.assertEqual(round(move.amount_total * 100), 2057)
        self.assertEqual(round(move.amount_tax * 100), round(order.amount_tax * 100))
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(move.partner_id.vat, "FR44732829320")
        self.assertEqual(order.partner_id, move.partner_id)
        self.assertEqual(str(move.invoice_date), "2026-11-21")
        self.assertEqual(self.kept(invoice).move_id, move)
        self.assertEqual(self.kept(invoice).number, f"{self.till.number}-1")

    def test_the_same_invoice_again_is_known(self):
        sold = self.device.sell([self.row()])
        invoice = self.device.invoice(sold)
        self.ingest(self.till, sold)
        self.ingest(self.till, invoice)
        acks = self.ingest(self.till, invoice, copy.deepcopy(invoice))
        self.assertEqual({(a["status"], a["order"]) for a in acks}, {("known", "built")})
        self.assertEqual(len(self.move(invoice)), 1)

    def test_a_day_with_invoices_is_booked_once_and_reconciled(self):
        entries = [self.device.sell([self.row(550, "3.3300", "3"), self.row(2000, "1.0900", "7")]) for _i in range(4)]
        entries.append(self.device.sell([self.row(2000, "9.9900")], [(self.device.card, 999)]))
        entries += [self.device.invoice(entries[1]), self.device.invoice(entries[4])]
        self.device.pass_time(hours=2)
        entries.append(self.device.close())
        acks = self.ingest(self.till, *entries)
        self.assertEqual({a["status"] for a in acks}, {"stored"})
        session = self.close_due(self.till)
        self.assertEqual(session.state, "closed", session.escarcelle_close_error)
        [day] = self.reconciled(self.till)
        self.assertTrue(day["matches"], day)
        self.assertEqual(self.income(), day["closing"], "nothing is income twice")

    def test_invoiced_after_its_day_was_booked(self):
        sold = self.device.sell([self.row(550, "3.3300", "3"), self.row(2000, "1.0900", "7")])
        other = self.device.sell([self.row()])
        closing = self.device.close()
        self.ingest(self.till, sold, other, closing)
        session = self.close_due(self.till)
        self.assertEqual(session.state, "closed", session.escarcelle_close_error)
        before = self.income()
        self.device.pass_time(days=1)
        invoice = self.device.invoice(sold)
        [ack] = self.ingest(self.till, invoice)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "built"))
        self.assertEqual(self.income(), before, "the invoice takes the place of what the day had booked")
        self.assertTrue(self.reconciled(self.till)[0]["matches"], self.reconciled(self.till))
        self.assertEqual(self.move(invoice).payment_state, "paid")
        self.assertEqual(self.move(invoice).name, f"FCT {self.till.number}-1")

    def test_a_refund_gives_a_credit_note_of_its_invoice(self):
        sold = self.device.sell([self.row(550, "3.3300", "3"), self.row(2000, "1.0900", "7")])
        first = self.device.invoice(sold)
        back = self.device.refund({**sold, "rows": [self.row(550, "3.3300", "3"), self.row(2000, "1.0900", "7")]})
        credit = self.device.invoice(back, corrects=first)
        self.device.pass_time(hours=1)
        self.ingest(self.till, sold, first, back, credit, self.device.close())
        move = self.move(credit)
        self.assertEqual((move.move_type, move.name), ("out_refund", f"FCT {self.till.number}-2"))
        self.assertEqual(move.reversed_entry_id, self.move(first))
        self.assertEqual(move.amount_total, self.move(first).amount_total)
        session = self.close_due(self.till)
        self.assertEqual(session.state, "closed", session.escarcelle_close_error)
        self.assertTrue(self.reconciled(self.till)[0]["matches"], self.reconciled(self.till))
        self.assertEqual(self.income(), 0)

    def test_random_days_to_the_cent(self):
        """Amounts that no rounding of Odoo's own gives: the signed ones stay."""
        for number, (price, quantity, discount) in enumerate(
            [("0.3333", "3", "0"), ("1.9990", "0.333", "0"), ("2.4990", "0.350", "10"), ("0.0600", "1", "33.33")]
        ):
            rows = [self.row(rate, price, quantity, discount=discount) for rate in (2000, 1000, 550, 210)]
            sold = self.device.sell(rows)
            invoice = self.device.invoice(sold)
            self.ingest(self.till, sold, invoice)
            amounts = [line_amount(Decimal(quantity), Decimal(price), Decimal(discount)) for _row in rows]
            taxes = [line_tax(a, rate) for a, rate in zip(amounts, (2000, 1000, 550, 210), strict=True)]
            move = self.move(invoice)
            self.assertEqual(move.name, f"FCT {self.till.number}-{number + 1}", self.kept(invoice).error)
            self.assertEqual((round(move.amount_total * 100), round(move.amount_tax * 100)), (sum(amounts), sum(taxes)))

    def test_on_account_stays_due_until_it_is_settled(self):
        code = f"C{self.client.id}"
        buyer = replace(BUYER, name="Client au compte", code=code, vat="")
        sold = self.device.sell([self.row(550, "10.0000")], [(self.device.account, 1000)])
        invoice = self.device.invoice(sold, buyer)
        paid = self.device.settle(code, [(self.device.cash, 600), (self.device.card, 400)])
        count = self.device.count(600)
        acks = self.ingest(self.till, sold, invoice, paid, count, self.device.close())
        self.assertEqual([a["order"] for a in acks[:3]], ["built"] * 3, self.kept(paid).error)
        self.assertEqual(self.move(invoice).partner_id, self.client)
        self.assertEqual(self.move(invoice).payment_state, "not_paid")
        session = self.close_due(self.till)
        self.assertEqual(session.state, "closed", session.escarcelle_close_error)
        self.assertEqual(session.cash_register_difference, 0, "what was settled in cash is in the drawer")
        self.client.invalidate_recordset()
        self.assertAlmostEqual(self.client.credit, 0, 2)
        self.assertTrue(self.reconciled(self.till)[0]["matches"], self.reconciled(self.till))
        self.assertEqual(self.income(), 1000)

    def test_a_settlement_given_back_is_due_again(self):
        code = f"C{self.client.id}"
        paid = self.device.settle(code, [(self.device.cash, 600), (self.device.card, 400)])
        back = self.device.settle(code, [(self.device.cash, -600), (self.device.card, -400)], cancels=paid)
        self.ingest(self.till, paid)
        self.client.invalidate_recordset()
        self.assertAlmostEqual(self.client.credit, -10, 2)
        [ack] = self.ingest(self.till, back)
        self.assertEqual(ack["order"], "built", self.kept(back).error)
        self.client.invalidate_recordset()
        self.assertAlmostEqual(self.client.credit, 0, 2)
        self.ingest(self.till, paid, back)
        self.client.invalidate_recordset()
        self.assertAlmostEqual(self.client.credit, 0, 2)

    def test_notes_are_kept_and_build_nothing(self):
        note = self.device.note([self.row()])
        [ack] = self.ingest(self.till, note)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "none"))
        self.assertEqual((self.kept(note).type, self.kept(note).amount), ("note", 2.5))
        self.assertFalse(self.env["pos.session"].search([("escarcelle_till_id", "=", self.till.id)]))

    @mute_logger("odoo.addons.escarcelle_pos.models.ingestion")
    def test_what_cannot_be_invoiced_waits_for_repair(self):
        product = self.products[550]
        sold = self.device.sell([self.row()])
        invoice = self.device.invoice(sold)
        product.default_code = "ZZZ"
        sold["order"]["lines"][0]["product_id"] = 2**31 - 5
        acks = self.ingest(self.till, sold, invoice)
        self.assertEqual([(a["status"], a["order"]) for a in acks], [("stored", "repair")] * 2)
        product.default_code = "P550"
        self.kept(invoice).action_retry()
        self.assertEqual(self.kept(invoice).build, "repair", "its ticket comes first")
        (self.kept(sold) | self.kept(invoice)).action_retry()
        self.assertEqual(self.kept(invoice).build, "built", self.kept(invoice).error)
        self.assertEqual(self.move(invoice).name, f"FCT {self.till.number}-1")

    def test_an_unknown_account_waits_for_repair(self):
        paid = self.device.settle("C999999", [(self.device.cash, 600)])
        [ack] = self.ingest(self.till, paid)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "repair"))
        self.assertTrue(self.kept(paid).error)

    def test_an_invoice_that_differs_from_its_ticket_is_not_posted(self):
        sold = self.device.sell([self.row(), self.row(2000)])
        other = self.device.sell([self.row(2000, "7.0000")])
        forged = self.device.invoice(sold)
        ticket = next(r for r in other["records"] if r["kind"] == "TCK")
        # Signed with the till's own key, of the lines of one ticket in the name of another.
        wrong = self.device.invoice(
            sold, origin=Reference("TCK", self.device.number, ticket["seq"], ticket["origin"])
        )
        self.ingest(self.till, sold, other)
        acks = self.ingest(self.till, forged, wrong)
        self.assertEqual([a["order"] for a in acks], ["built", "repair"])
        self.assertFalse(self.order(other).account_move)

    def test_a_ticket_invoiced_twice_waits_for_repair(self):
        sold = self.device.sell([self.row()])
        first, second = self.device.invoice(sold), self.device.invoice(sold)
        acks = self.ingest(self.till, sold, first, second)
        self.assertEqual([a["order"] for a in acks], ["built", "built", "repair"])
        self.assertIn(self.move(first).name, self.kept(second).error)

    def test_customers_are_matched_before_they_are_made(self):
        entries, Partner = [], self.env["res.partner"]
        known = Partner.create(
            {"name": "MAIRIE D'ILLKIRCH", "street": "181 route de Lyon", "zip": "67400", "company_id": self.company.id}
        )
        town = replace(BUYER, name="Mairie d'Illkirch", street="181 Route de Lyon", zip="67400", vat="")
        for buyer in (BUYER, BUYER, town, replace(BUYER, name="100%_", vat="")):
            sold = self.device.sell([self.row()])
            entries += [sold, self.device.invoice(sold, buyer)]
        self.ingest(self.till, *entries)
        partners = [self.move(entry).partner_id for entry in entries[1::2]]
        self.assertEqual(partners[0], partners[1])
        self.assertEqual(partners[2], known)
        self.assertEqual(len({p.id for p in partners}), 3)

    def test_nobody_changes_an_invoice_of_a_till(self):
        sold = self.device.sell([self.row()])
        invoice = self.device.invoice(sold)
        self.ingest(self.till, sold, invoice)
        for change in (self.move(invoice).button_draft, self.move(invoice).button_cancel):
            with self.assertRaises(UserError):
                change()

    def test_the_snapshot_names_customers_and_what_they_owe(self):
        sold = self.device.sell([self.row(550, "10.0000")], [(self.device.account, 1000)])
        buyer = replace(BUYER, code=f"C{self.client.id}", vat="")
        self.ingest(self.till, sold, self.device.invoice(sold, buyer))
        self.client.invalidate_recordset()
        rows = json.loads(self.till.sudo()._escarcelle_snapshot_parts()["customers.json"])
        [row] = [row for row in rows if row["partner_id"] == self.client.id]
        self.assertEqual((row["code"], row["name"], row["due"]), (f"C{self.client.id}", "Client au compte", 1000))
        self.assertNotIn(self.company.partner_id.id, [row["partner_id"] for row in rows])
        self.assertNotIn(self.manager.partner_id.id, [row["partner_id"] for row in rows])

    def test_an_invoice_on_a_till_that_was_off_for_days(self):
        sold = self.device.sell([self.row()])
        self.device.pass_time(days=40)
        invoice = self.device.invoice(sold)
        self.assertGreater(len(invoice["records"]), 40, "the days in between are closed first")
        self.ingest(self.till, sold, invoice)
        self.assertEqual(self.move(invoice).state, "posted")
        self.assertEqual(self.move(invoice).invoice_date - self.order(sold).date_order.date(), timedelta(days=40))

    def test_an_invoice_of_a_locked_month_is_booked_after_it(self):
        sold = self.device.sell([self.row(550, "3.3300", "3"), self.row(2000, "1.0900", "7")])
        self.ingest(self.till, sold, self.device.close())
        session = self.close_due(self.till)
        self.assertEqual(session.state, "closed", session.escarcelle_close_error)
        before = self.income()
        self.company.fiscalyear_lock_date = "2026-11-30"
        self.device.pass_time(days=15)
        invoice = self.device.invoice(sold)
        self.ingest(self.till, invoice)
        move = self.move(invoice)
        self.assertEqual(move.name, f"FCT {self.till.number}-1", self.kept(invoice).error)
        self.assertEqual((move.state, move.payment_state), ("posted", "paid"))
        self.assertGreater(str(move.date), "2026-11-30")
        self.assertEqual(self.income(), before)
