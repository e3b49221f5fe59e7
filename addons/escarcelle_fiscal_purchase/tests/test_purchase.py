from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PieceCase


@tagged("post_install", "-at_install")
class TestPurchase(PieceCase):
    """Orders to suppliers and their summaries."""

    def _order(self, quantity=3, price=1.25, **values):
        return self.env["purchase.order"].create(
            {
                "partner_id": self.partner.id,
                "origin": "Réassort",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.rice.id,
                            "product_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    ),
                    Command.create({"display_type": "line_note", "name": "Livrer le matin", "product_qty": 0}),
                ],
                **values,
            }
        )

    def test_a_confirmed_order_gives_its_document(self):
        order = self._order()
        self.assertFalse(self._waiting())
        order.button_confirm()
        record, piece = self._issued("CFR")
        self.assertEqual(record.shown, f"Commande fournisseur (GES) {record.number}")
        self.assertEqual((piece.reference, piece.total, piece.untaxed), (order.name, 375, 375))
        self.assertEqual((piece.party.code, piece.party.name), ("BA21", "Banque alimentaire 21"))
        self.assertEqual(
            [(line.code, str(line.quantity), str(line.unit_price), line.amount) for line in piece.lines],
            [("RIZ", "3.000", "1.2500", 375)],
        )
        self.assertEqual([o.reference for o in piece.origins], ["Réassort"])
        self.assertEqual(order.escarcelle_piece_count, 1)
        self.assertEqual(record.amount, 3.75)

    def test_a_replay_issues_none(self):
        order = self._order()
        order.button_confirm()
        order.button_confirm()
        order.write({"state": "purchase"})
        self.assertEqual(len(self._waiting()), 1)

    def test_an_order_waiting_for_approval_gives_it_when_approved(self):
        self.company.write({"po_double_validation": "two_step", "po_double_validation_amount": 0})
        order = self._order(quantity=10)
        with patch.object(type(order), "_approval_allowed", lambda order: False):
            order.button_confirm()
        self.assertEqual(order.state, "to approve")
        self.assertFalse(self._waiting())
        order.button_approve(force=True)
        self.assertEqual(self._issued("CFR")[1].reference, order.name)

    def test_confirmed_again_after_a_change_is_another_document(self):
        order = self._order()
        order.button_confirm()
        order.button_cancel()
        order.button_draft()
        order.order_line[0].product_qty = 5
        later = self.env.cr.now() + timedelta(hours=1)
        with patch.object(type(self.env.cr), "now", lambda cr: later):
            order.button_confirm()
        self._drain()
        totals = [piece._escarcelle_document().total for piece in self._pieces("CFR")]
        self.assertEqual(totals, [375, 625])

    def test_taxes_are_in_the_amounts(self):
        group = self.env["account.tax.group"].create({"name": "TVA"})
        tax = self.env["account.tax"].create(
            {
                "name": "20 % achat",
                "amount": 20,
                "amount_type": "percent",
                "type_tax_use": "purchase",
                "tax_group_id": group.id,
            }
        )
        order = self._order(quantity=3, price=0.99)
        order.order_line[0].tax_ids = tax
        order.button_confirm()
        piece = self._issued("CFR")[1]
        self.assertEqual((piece.total, piece.untaxed), (356, 297))

    def test_many_orders_cost_no_more_queries_for_their_documents(self):
        orders = self.env["purchase.order"].union(*[self._order(quantity=n) for n in range(1, 11)])
        orders.button_confirm()
        waiting = self._waiting()
        self.assertEqual(len(waiting), 10)
        waiting.unlink()
        self.env["escarcelle.fiscal.source"].sudo().search([]).unlink()
        with self.assertQueryCount(16):
            orders._escarcelle_issue_reached("purchase", "CFR")
            self.env.flush_all()
        self.assertEqual(len(self._waiting()), 10)

    # -- the summary ---------------------------------------------------------------------------------

    def test_summary_of_a_selection(self):
        orders = self._order(quantity=3) | self._order(quantity=4, price=2)
        orders.button_confirm()
        action = orders.action_escarcelle_summary()
        self.assertEqual(action["tag"], "display_notification")
        record, piece = self._issued("RCD")
        self.assertEqual(
            [(line.code, str(line.quantity), line.amount) for line in piece.lines], [("RIZ", "7.000", 1175)]
        )
        self.assertEqual(piece.total, 1175)
        self.assertEqual([o.reference for o in piece.origins], orders.sorted("id").mapped("name"))
        self.assertEqual(action["params"]["next"]["domain"], [("origin", "=", record.origin)])

    def test_the_same_summary_is_the_same_document(self):
        orders = self._order() | self._order()
        orders.button_confirm()
        orders.action_escarcelle_summary()
        orders.action_escarcelle_summary()
        self._drain()
        self.assertEqual(len(self._pieces("RCD")), 1)
        orders[0].action_escarcelle_summary()
        self._drain()
        self.assertEqual(len(self._pieces("RCD")), 2)

    def test_a_draft_has_no_summary(self):
        order = self._order()
        with self.assertRaises(UserError):
            order.action_escarcelle_summary()
        with self.assertRaises(UserError):
            self.env["purchase.order"].action_escarcelle_summary()
        self.assertFalse(self._waiting())

    def test_summary_of_a_day(self):
        today, before = self._order(quantity=3), self._order(quantity=4)
        (today | before).button_confirm()
        before.date_approve = fields.Datetime.now() - timedelta(days=3)
        day = fields.Datetime.context_timestamp(today.with_context(tz="Europe/Paris"), today.date_approve).date()
        wizard = self.env["escarcelle.order.summary"].create({"day": day, "company_id": self.company.id})
        wizard.action_issue()
        piece = self._issued("RCD")[1]
        self.assertIn(today.name, [o.reference for o in piece.origins])
        self.assertNotIn(before.name, [o.reference for o in piece.origins])
        wizard.day = day + timedelta(days=400)
        with self.assertRaises(UserError):
            wizard.action_issue()
