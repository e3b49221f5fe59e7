from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import formatLang
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import TODAY, SupplyCase


@tagged("post_install", "-at_install")
class TestReceipt(SupplyCase):
    """A delivery of milk (fresh) and of rice: temperatures, refusals, short, returns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fresh = cls.env.ref("escarcelle_supply.storage_fresh")
        cls.fresh.write({"receipt_min": -1, "receipt_max": 6})
        cls.milk.escarcelle_storage_id = cls.fresh
        cls.order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create({"product_id": cls.milk.id, "product_qty": 10, "price_unit": 0.8}),
                    Command.create({"product_id": cls.rice.id, "product_qty": 5, "price_unit": 1.0}),
                ],
            }
        )
        cls.order.button_confirm()
        cls.picking = cls.order.picking_ids.with_user(cls.keeper)

    def setUp(self):
        super().setUp()
        self.milk_move = self.picking.move_ids.filtered(lambda m: m.product_id == self.milk)
        self.rice_move = self.picking.move_ids - self.milk_move
        self.milk_move.move_line_ids.write(
            {"lot_name": "M1", "expiration_date": TODAY + timedelta(days=6), "quantity": 10}
        )
        self.picking.move_ids.picked = True

    def _measure(self, degrees, **values):
        return self.env["escarcelle.receipt.check"].with_user(self.keeper).create(
            {"picking_id": self.picking.id, "storage_id": self.fresh.id, "temperature": degrees, **values}
        )  # fmt: skip

    def test_nothing_comes_in_without_its_temperature(self):
        with self.refused(UserError, "temperature"):
            self.picking.button_validate()
        with self.refused(UserError, "temperature"):
            self.picking._action_done()
        self.assertEqual(self.picking.escarcelle_to_measure, self.fresh.name)
        self.picking.action_escarcelle_measure()
        self.picking.action_escarcelle_measure()
        check = self.picking.escarcelle_check_ids
        self.assertEqual((len(check), check.taken), (1, False))
        # A line with nothing typed is no measure, 0 °C is one.
        with self.refused(UserError, "temperature"):
            self.picking.button_validate()
        check.temperature = 0
        self.assertTrue(check.accepted)
        self.picking.button_validate()
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self._on_hand(self.milk), 10)
        with self.refused(UserError):
            check.temperature = 3

    def test_limits(self):
        for degrees, accepted in ((-1.1, False), (-1, True), (6, True), (6.04, True), (6.1, False), (12, False)):
            check = self._measure(degrees)
            self.assertEqual(check.accepted, accepted, degrees)
            check.unlink()

    def test_too_warm_is_refused_or_explained(self):
        check = self._measure(9.5)
        self.assertTrue(check.suggestion)
        for reason in (False, "   "):
            check.reason = reason
            with self.refused(UserError, formatLang(self.env, 9.5, digits=1)):
                self.picking.button_validate()
        check.action_refuse()
        refusal = self.picking.escarcelle_refusal_ids
        self.assertEqual(
            (refusal.product_id, refusal.quantity, refusal.reason_id),
            (self.milk, 10, self.env.ref("escarcelle_supply.refusal_temperature")),
        )
        self.picking.button_validate()
        self.assertEqual((self.picking.state, self._on_hand(self.milk), self._on_hand(self.rice)), ("done", 0, 5))
        self.assertFalse(self.picking.backorder_ids)
        self.assertEqual(self.order.order_line[0].qty_received, 0)
        self._drain()
        received = self._pieces("EST")._escarcelle_document()
        self.assertEqual([line.code for line in received.lines], ["RIZ"])

    def test_taken_all_the_same(self):
        self._measure(6.5, reason="Relevé en surface, cœur à 4 °C")
        self.picking.button_validate()
        self.assertEqual(self._on_hand(self.milk), 10)

    def test_a_part_is_refused(self):
        self._measure(3)
        wizard = self.env["escarcelle.refuse"].with_user(self.keeper).create(
            {
                "picking_id": self.picking.id, "move_id": self.milk_move.id, "quantity": 4,
                "reason_id": self.env.ref("escarcelle_supply.refusal_damaged").id,
            }
        )  # fmt: skip
        wizard.action_refuse()
        with self.refused(UserError, "already"):
            wizard.action_refuse()
        self.picking.button_validate()
        self.assertEqual((self._on_hand(self.milk), self._on_hand(self.rice)), (6, 5))
        self.assertEqual(self.picking.escarcelle_refusal_ids.quantity, 4)

    def test_hostile_refusals(self):
        other = self._transfer(self.warehouse.in_type_id, self.supplier, self.stock, 2, self.rice)
        reason = self.env.ref("escarcelle_supply.refusal_damaged")
        values = {"picking_id": self.picking.id, "reason_id": reason.id}
        for quantity in (0, -3, 11):
            wizard = self.env["escarcelle.refuse"].create(
                {**values, "move_id": self.milk_move.id, "quantity": quantity}
            )
            with self.subTest(quantity), self.refused(UserError):
                wizard.action_refuse()
        wizard = self.env["escarcelle.refuse"].create({**values, "move_id": other.move_ids.id, "quantity": 1})
        with self.refused(UserError, "not on this delivery"):
            wizard.action_refuse()
        for degrees in (-61, 81, 1e9):
            with self.refused(ValidationError):
                self._measure(degrees)
        self._measure(2)
        with self.refused(UniqueViolation):
            self._measure(3)
        with self.refused(CheckViolation):
            self.env["escarcelle.refusal"].create(
                {**values, "product_id": self.milk.id, "quantity": -1}
            )

    def test_the_whole_delivery_is_refused(self):
        wizard = self.env["escarcelle.refuse"].with_user(self.keeper).create(
            {"picking_id": self.picking.id, "reason_id": self.env.ref("escarcelle_supply.refusal_vehicle").id}
        )  # fmt: skip
        wizard.action_refuse()
        self.assertEqual(self.picking.state, "cancel")
        self.assertEqual(len(self.picking.escarcelle_refusal_ids), 2)
        again = wizard.copy()
        with self.refused(UserError):
            again.action_refuse()
        self.assertEqual(self._on_hand(self.rice), 0)

    def test_short_waits_for_the_rest(self):
        self._measure(3)
        self.rice_move.quantity = 3
        action = self.picking.button_validate()
        self.assertEqual(action["res_model"], "stock.backorder.confirmation")
        self.env["stock.backorder.confirmation"].with_user(self.keeper).with_context(
            **action["context"]
        ).create({}).process()
        self.assertEqual((self._on_hand(self.rice), self.picking.backorder_ids.move_ids.product_uom_qty), (3, 2))
        # The rest is rice: no temperature is asked for.
        rest = self.picking.backorder_ids
        rest.move_ids.picked = True
        rest.button_validate()
        self.assertEqual((rest.state, self._on_hand(self.rice)), ("done", 5))

    def test_a_date_must_be_told(self):
        self._measure(3)
        self.milk_move.move_line_ids.expiration_date = False
        with self.refused(UserError, self.milk.name):
            self.picking.button_validate()

    def test_returned_to_the_supplier(self):
        self._measure(3)
        self.picking.button_validate()
        wizard = self.env["stock.return.picking"].with_user(self.keeper).with_context(
            active_id=self.picking.id, active_ids=self.picking.ids, active_model="stock.picking"
        ).create({})  # fmt: skip
        wizard.product_return_moves.filtered(lambda m: m.product_id == self.rice).quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual((back.state, self._on_hand(self.rice)), ("done", 3))
        self.assertEqual(self.order.order_line[1].qty_received, 3)
