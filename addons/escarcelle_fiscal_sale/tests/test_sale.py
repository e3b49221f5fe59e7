from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import PieceCase


@tagged("post_install", "-at_install")
class TestSale(PieceCase):
    """Quotations, orders, and invoices over several of them."""

    def _order(self, quantity=2, price=3.0):
        self.rice.invoice_policy = "order"
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.rice.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )

    def test_a_quotation_gives_its_document_when_it_is_sent(self):
        order = self._order()
        order.action_quotation_sent()
        record, piece = self._issued("DEV")
        self.assertEqual(record.shown, f"Devis (GES) {record.number}")
        self.assertEqual((piece.reference, piece.total, piece.party.name), (order.name, 600, "Banque alimentaire 21"))
        self.assertEqual((piece.lines[0].amount, str(piece.lines[0].unit_price)), (600, "3.0000"))

    def test_sent_by_mail(self):
        order = self._order()
        order.with_context(mark_so_as_sent=True).message_post(body="Votre devis")
        self.assertEqual(order.state, "sent")
        self._issued("DEV")

    def test_a_confirmed_order_gives_its_document(self):
        order = self._order()
        order.action_quotation_sent()
        order.action_confirm()
        order.write({"state": "sale"})
        record, piece = self._issued("BCD")
        self.assertEqual((piece.reference, piece.total), (order.name, 600))
        self.assertEqual(order.escarcelle_piece_count, 2)
        self.assertEqual(record.res_model, "sale.order")

    def test_its_delivery_gives_the_delivery_note(self):
        self._held(self.rice, 10)
        order = self._order()
        order.action_confirm()
        self._validate(order.picking_ids)
        piece = self._issued("BLV")[1]
        self.assertIn(order.name, [o.reference for o in piece.origins])
        self.assertEqual(self._issued("SST")[1].lines, piece.lines)

    def test_cancelled_changed_and_confirmed_again(self):
        order = self._order()
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        order.order_line.write({"product_uom_qty": 5, "price_unit": 3})
        later = self.env.cr.now() + timedelta(hours=1)
        with patch.object(type(self.env.cr), "now", lambda cr: later):
            order.action_confirm()
        self._drain()
        self.assertEqual([p._escarcelle_document().total for p in self._pieces("BCD")], [600, 1500])

    def _invoice(self, orders):
        move = orders._create_invoices()
        move.action_post()
        return move

    def test_an_invoice_over_several_orders(self):
        orders = self._order(2) | self._order(3)
        orders.action_confirm()
        move = self._invoice(orders)
        self.assertEqual(len(move), 1)
        record, piece = self._issued("RGF")
        self.assertEqual((piece.reference, piece.total), (move.name, 1500))
        amounts = dict(zip(orders.mapped("name"), (600, 900), strict=True))
        self.assertEqual({line.code: line.amount for line in piece.lines}, amounts)
        self.assertEqual({o.reference for o in piece.origins}, set(orders.mapped("name")))
        self.assertEqual(record.amount, 15)

    def test_what_the_invoice_says_besides_its_orders_is_a_line(self):
        orders = self._order(2) | self._order(3)
        orders.action_confirm()
        move = orders._create_invoices()
        transport = {"name": "Port", "quantity": 1, "price_unit": 5, "tax_ids": [Command.clear()]}
        move.invoice_line_ids = [Command.create(transport)]
        move.action_post()
        piece = self._issued("RGF")[1]
        self.assertEqual((piece.total, [line.amount for line in piece.lines][-1]), (2000, 500))

    def test_an_invoice_of_one_order_is_not_a_grouped_one(self):
        order = self._order()
        order.action_confirm()
        self._invoice(order)
        self._drain()
        self.assertFalse(self._pieces("RGF"))

    def test_posting_again_is_another_document_and_a_replay_none(self):
        orders = self._order(2) | self._order(3)
        orders.action_confirm()
        move = self._invoice(orders)
        move._escarcelle_issue_grouped()
        self.assertEqual(len(self._waiting().filtered(lambda row: row.doc_type == "RGF")), 1)

    def test_summary_of_a_selection(self):
        orders = self._order(2) | self._order(3)
        orders.action_confirm()
        orders.action_escarcelle_summary()
        piece = self._issued("RCD")[1]
        self.assertEqual([(str(line.quantity), line.amount) for line in piece.lines], [("5.000", 1500)])
