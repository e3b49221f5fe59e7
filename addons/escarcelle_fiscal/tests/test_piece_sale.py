from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestPieceSale(FiscalCase):
    """What the till sells is the ticket's affair: no document of the stock on its way."""

    def setUp(self):
        super().setUp()
        self.outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        self.rice.is_storable = True
        self.stock = self.config.picking_type_id.default_location_src_id
        self.env["stock.quant"]._update_available_quantity(self.rice, self.stock, 50)

    def _documents(self):
        return self.outbox.search([("doc_type", "!=", False)], order="id").mapped("doc_type")

    def test_a_sale_and_its_refund_give_no_stock_document(self):
        for realtime in ("real", "closing"):
            with self.subTest(update=realtime):
                self.company.point_of_sale_update_stock_quantities = realtime
                config = self._config(f"Caisse {realtime}")
                session = self._open(config)
                order = self._sell(session, [(self.rice, 2)])
                self.assertEqual(order.state, "paid")
                session.action_pos_session_closing_control()
                pickings = self.env["stock.picking"].search([("pos_session_id", "=", session.id)])
                self.assertEqual(pickings.mapped("state"), ["done"], realtime)
                self.assertEqual(self._documents(), [])

    def test_a_sale_sent_later_is_delivered_without_a_stock_issue(self):
        self.config.write({"ship_later": True, "warehouse_id": self.config.picking_type_id.warehouse_id.id})
        partner = self.env["res.partner"].create({"name": "Centre social", "ref": "CS1"})
        day = fields.Date.today() + timedelta(days=2)
        order = self._sell(
            self._open(self.config), [(self.rice, 2)], partner_id=partner.id, shipping_date=day
        )
        self.assertEqual(self._documents(), [])
        picking = self.env["stock.picking"].search([("pos_order_id", "=", order.id)])
        self.assertEqual(len(picking), 1)
        for move in picking.move_ids:
            move.write({"quantity": 2, "picked": True})
        picking._action_done()
        self.assertEqual(self._documents(), ["BLV"])

    def test_an_invoice_over_several_tickets(self):
        partner = self.env["res.partner"].create({"name": "Centre social", "ref": "CS1", "zip": "21000"})
        session = self._open(self.config)
        orders = self.env["pos.order"].union(
            *[self._sell(session, [(self.rice, n)], partner_id=partner.id) for n in (2, 3)]
        )
        wizard = self.env["pos.make.invoice"].create({"consolidated_billing": True})
        wizard.with_context(active_ids=orders.ids, active_model="pos.order").action_create_invoices()
        move = orders.account_move
        self.assertEqual((len(move), move.state), (1, "posted"))
        rows = self.outbox.search([("doc_type", "=", "RGF")])
        self.assertEqual(len(rows), 1)
        content = rows.content
        self.assertEqual((content["reference"], content["total"]), (move.name, 1250))
        self.assertEqual([line["amount"] for line in content["lines"]], [500, 750])
        self.assertEqual([o["uid"] for o in content["origins"]], orders.sorted("id").mapped("uuid"))
        self.assertEqual(content["party"], {"code": "CS1", "name": "Centre social"})
        self.outbox._escarcelle_drain()
        piece = self.env["escarcelle.fiscal.piece"].search([("doc_type", "=", "RGF")])
        self.assertEqual((piece.reference, piece.amount), (move.name, 12.5))
        move._escarcelle_issue_grouped()
        self.assertEqual(self._documents(), [])
