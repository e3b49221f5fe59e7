from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import TODAY, SupplyCase


@tagged("post_install", "-at_install")
class TestStockValue(SupplyCase):
    """Yesterday's stock from today's and what moved since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gift, cls.bought = cls.env["escarcelle.funding.source"].create(
            [{"name": "Dons", "code": "DONX", "kind": "donation"}, {"name": "Achats", "code": "ACHX"}]
        )
        cls.rice.write({"weight": 0.5, "list_price": 2, "standard_price": 1.5})
        cls.rice.escarcelle_funding_source_id = cls.bought

    def _at(self, days):
        state = self.env["escarcelle.stock.state"].with_user(self.keeper).create({"day": TODAY - timedelta(days=days)})
        action = state.action_show()
        lines = self.env["escarcelle.stock.state.line"].with_user(self.keeper).search(action["domain"])
        return lines.filtered(lambda line: line.product_id in self.rice | self.rice_bag)

    def _moved(self, here, there, quantity, days, kind):
        picking = self._validate(self._transfer(kind, here, there, quantity))
        noon = datetime.combine(TODAY - timedelta(days=days), datetime.min.time()) + timedelta(hours=11)
        picking.move_ids.move_line_ids.date = noon

    def test_at_any_date(self):
        self._moved(self.supplier, self.stock, 10, 5, self.warehouse.in_type_id)
        self._moved(self.stock, self.customer, 4, 3, self.warehouse.out_type_id)
        self._moved(self.supplier, self.stock, 1, 1, self.warehouse.in_type_id)
        for days, quantity in ((0, 7), (1, 7), (2, 6), (3, 6), (4, 10), (5, 10), (6, 0)):
            with self.subTest(days):
                self.assertEqual(sum(self._at(days).mapped("quantity")), quantity)
        line = self._at(2)
        self.assertEqual((line.weight, line.value, line.source_id), (3, 12, self.bought))

    def test_the_source_of_a_lot_comes_first(self):
        self.rice_bag.escarcelle_funding_source_id = self.bought
        self._lot(self.rice_bag, 60, 5, name="A", escarcelle_funding_source_id=self.gift.id)
        self._lot(self.rice_bag, 60, 2, name="B")
        found = {line.source_id: line.quantity for line in self._at(0)}
        self.assertEqual(found, {self.gift: 5, self.bought: 2})

    def test_a_lot_of_a_payer_with_rules_needs_a_good_of_its_own(self):
        """Received under another good, what the European Union pays for would be sold."""
        union = self.env["escarcelle.funding.source"].create({"name": "FSE+", "code": "UEX", "kind": "eu"})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._lot(self.rice_bag, 60, 5, name="A", escarcelle_funding_source_id=union.id)
        lot = self._lot(self.rice_bag, 60, 5, name="B")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            lot.escarcelle_funding_source_id = union
        self.rice_bag.escarcelle_funding_source_id = union
        lot.escarcelle_funding_source_id = union
        self.assertEqual(lot.escarcelle_funding_source_id, union)

    def test_the_end_of_a_day_is_the_shops(self):
        self._moved(self.supplier, self.stock, 10, 1, self.warehouse.in_type_id)
        line = self.env["stock.move.line"].search([("product_id", "=", self.rice.id)])
        # 23:30 in Paris is still the 20th, 00:30 is the 21st.
        line.date = datetime(2026, 11, 20, 22, 30)
        self.assertEqual(sum(self._at(1).mapped("quantity")), 10)
        line.date = datetime(2026, 11, 20, 23, 30)
        self.assertFalse(self._at(1))
        self.assertEqual(sum(self._at(0).mapped("quantity")), 10)

    def test_not_tomorrow(self):
        with self.refused(UserError):
            self._at(-1)


@tagged("post_install", "-at_install")
class TestTransfer(SupplyCase):
    """From a shop to its annexe, from a company to another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.annexe = cls.env["stock.warehouse"].create(
            {"name": "Annexe", "code": "ANX", "company_id": cls.company.id}
        )
        cls.sister = cls.env["res.company"].create({"name": "Épicerie sœur"})
        cls.far = cls.env["stock.warehouse"].sudo().search([("company_id", "=", cls.sister.id)], limit=1)
        cls.theirs = new_test_user(
            cls.env, "test_sister", groups="escarcelle_social.group_stock", company_id=cls.sister.id,
            company_ids=[Command.set(cls.sister.ids)],
        )  # fmt: skip
        cls._held(cls.rice, 10)
        cls.lot = cls._lot(cls.milk, 5, 6)

    def _make(self, there, **values):
        return self.env["escarcelle.transfer"].with_user(self.keeper).create(
            {
                "dest_warehouse_id": there.id,
                "warehouse_id": self.warehouse.id,
                "line_ids": [
                    Command.create({"product_id": self.rice.id, "quantity": 4}),
                    Command.create({"product_id": self.milk.id, "lot_id": self.lot.id, "quantity": 2}),
                ],
                **values,
            }
        )  # fmt: skip

    def _held_there(self, product, warehouse):
        quants = self.env["stock.quant"].sudo().search(
            [("product_id", "=", product.id), ("location_id", "child_of", warehouse.lot_stock_id.id)]
        )
        return quants.filtered("quantity")

    def test_within_the_company(self):
        transfer = self._make(self.annexe)
        transfer.action_send()
        self.assertEqual((transfer.state, self._on_hand(self.rice), self._on_hand(self.milk)), ("sent", 6, 4))
        self.assertFalse(self._held_there(self.rice, self.annexe))
        with self.refused(UserError):
            transfer.action_send()
        arrival = transfer.in_picking_id
        arrival.move_ids.picked = True
        arrival.button_validate()
        self.assertEqual(transfer.state, "done")
        self.assertEqual(self._held_there(self.rice, self.annexe).quantity, 4)
        self.assertEqual(self._held_there(self.milk, self.annexe).lot_id, self.lot)
        self.assertEqual(len(self._pieces_of("TRM")), 1)

    def _pieces_of(self, doc_type):
        self._drain()
        return self._pieces(doc_type)

    def test_to_another_company(self):
        transfer = self._make(self.far)
        transfer.action_send()
        self.assertEqual(self._on_hand(self.rice), 6)
        seen = transfer.with_user(self.theirs).with_company(self.sister)
        self.assertEqual(seen.state, "sent")
        arrival = self.env["stock.picking"].with_user(self.theirs).browse(seen.action_open_receipt()["res_id"])
        arrival.move_ids.picked = True
        arrival.button_validate()
        self.assertEqual(transfer.state, "done")
        quant = self._held_there(self.milk, self.far)
        self.assertEqual((quant.quantity, quant.lot_id.company_id), (2, self.sister))
        self.assertEqual(
            (quant.lot_id.name, quant.lot_id.escarcelle_date), (self.lot.name, self.lot.escarcelle_date)
        )

    def test_what_cannot_be_sent(self):
        for line, text in (
            ({"product_id": self.rice.id, "quantity": 11}, "11"),
            ({"product_id": self.milk.id, "quantity": 1}, "lot"),
        ):
            with self.refused(UserError, text):
                self._make(self.annexe, line_ids=[Command.create(line)]).action_send()
        with self.refused(UserError):
            self._make(self.annexe, line_ids=False).action_send()
        past = self._lot(self.milk, -1, 5)
        with self.refused(UserError, "L-1"):
            self._make(
                self.annexe,
                line_ids=[Command.create({"product_id": self.milk.id, "lot_id": past.id, "quantity": 1})],
            ).action_send()
        private = self._product("À nous", "NOUS", company_id=self.company.id)
        self._held(private, 5)
        with self.refused(UserError, "share"):
            self._make(self.far, line_ids=[Command.create({"product_id": private.id, "quantity": 1})]).action_send()

    def test_sent_it_does_not_change(self):
        transfer = self._make(self.annexe)
        transfer.action_send()
        with self.refused(UserError):
            transfer.dest_warehouse_id = self.far
        with self.refused(UserError):
            transfer.unlink()
