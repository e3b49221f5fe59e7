from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from escarcelle_core.xml import stamp, ticket_xml

from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestInvoice(FiscalCase):
    """A tablet straight on the server: “to invoice” signs the FCT that names the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._open(cls.config)
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Traiteur Dupont", "street": "3 rue du Four", "zip": "67100", "city": "Strasbourg",
                "country_id": cls.env.ref("base.fr").id, "vat": "FR44732829320", "is_company": True,
            }
        )  # fmt: skip

    def _invoiced(self, lines, partner=None, **more):
        data = self._order(self.session, lines)
        data.update(to_invoice=True, partner_id=(partner or self.buyer).id, **more)
        self.env["pos.order"].with_context(generate_pdf=False).sync_from_ui([data])
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])

    def _refund(self, order, **more):
        line = order.lines[:1]
        data = self._order(
            self.session, [(line.product_id, -line.qty, {"refunded_orderline_id": line.id})], is_refund=True
        )
        data.update(partner_id=order.partner_id.id, **more)
        self.env["pos.order"].with_context(generate_pdf=False).sync_from_ui([data])
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])

    def test_the_invoice_is_named_by_its_signed_record(self):
        order = self._invoiced([(self.rice, 2), (self.soap, 1)])
        record, move = self._records("FCT"), order.account_move
        self.assertEqual(move.name, "FCT 901-1")
        self.assertEqual((move.state, move.escarcelle_origin), ("posted", record.origin))
        self.assertEqual(move.journal_id, self.company.escarcelle_invoice_journal_id)
        self.assertAlmostEqual(move.amount_total, 6.2, 6)
        self.assertAlmostEqual(move.amount_tax, order.amount_tax, 6)
        document = ticket_xml.read(stamp.parse(record.xml))
        self.assertEqual(document.origin.uid, order.uuid)
        self.assertEqual(document.invoice.customer.name, "Traiteur Dupont")
        self.assertIn(",Traiteur_Dupont,67100,FR44732829320,sha256=", record.payload)
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(str(move.invoice_date_due), str(document.invoice.due))
        # One chain of numbers: the next one follows, and Odoo's own series has nothing of it.
        other = self._invoiced([(self.rice, 1)])
        self.assertEqual(other.account_move.name, "FCT 901-2")
        self.assertFalse(other.account_move.made_sequence_gap)

    def test_the_sale_is_booked_once(self):
        self._invoiced([(self.rice, 2)])
        self._sell(self.session, [(self.soap, 1)])
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted"),
             ("account_id.account_type", "=", "income")]
        )  # fmt: skip
        # The taxes of these tests have no account of their own: income is VAT included.
        self.assertAlmostEqual(-sum(lines.mapped("balance")), 6.2, 2)

    def test_a_refund_has_a_credit_note_naming_its_invoice(self):
        order = self._invoiced([(self.rice, 2)])
        refund = self._refund(order, to_invoice=True)
        first, credit = self._records("FCT")
        self.assertEqual(refund.account_move.name, "FCT 901-2")
        self.assertEqual(refund.account_move.move_type, "out_refund")
        self.assertEqual(refund.account_move.reversed_entry_id, order.account_move)
        self.assertEqual(credit.operation, "ANN")
        self.assertEqual(ticket_xml.read(stamp.parse(credit.xml)).invoice.corrects.uid, first.origin)

    def test_a_credit_note_of_what_was_not_invoiced_is_refused(self):
        order = self._sell(self.session, [(self.rice, 2)])
        order.partner_id = self.buyer
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._refund(order, to_invoice=True)
        self.assertFalse(self._records("FCT"))

    def test_an_invoice_without_an_address_leaves_nothing(self):
        nameless = self.env["res.partner"].create({"name": "Sans adresse"})
        before = len(self._records("TCK"))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._invoiced([(self.rice, 1)], nameless)
        self.assertEqual(len(self._records("TCK")), before, "nothing of a sale that was refused is signed")
        self.buyer.vat = False
        self.buyer.with_context(no_vat_validation=True).vat = "FR44732829321"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._invoiced([(self.rice, 1)])

    def test_a_signed_invoice_stays_as_it_is(self):
        move = self._invoiced([(self.rice, 1)]).account_move
        for change in (
            move.button_draft, move.button_cancel, move.unlink, lambda: move.write({"name": "FCT 901-9"}),
            lambda: move.write({"escarcelle_origin": False}),
        ):  # fmt: skip
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        self.assertEqual((move.name, move.state), ("FCT 901-1", "posted"))

    def test_nothing_else_takes_a_number_there(self):
        self._invoiced([(self.rice, 1)])
        by_hand = self.env["account.move"].create(
            {
                "move_type": "out_invoice", "partner_id": self.buyer.id,
                "journal_id": self.company.escarcelle_invoice_journal_id.id,
                "invoice_line_ids": [(0, 0, {"product_id": self.rice.id, "quantity": 1, "price_unit": 1})],
            }
        )  # fmt: skip
        with self.assertRaises(UserError), self.env.cr.savepoint():
            by_hand.action_post()

    def test_a_sale_invoiced_later_is_signed_then(self):
        order = self._sell(self.session, [(self.rice, 1)])
        order.partner_id = self.buyer
        with self._at(self.env["escarcelle.fiscal.device"]._escarcelle_now() + timedelta(minutes=5)):
            order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(order.account_move.name, "FCT 901-1")
        order.with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(len(self._records("FCT")), 1)
