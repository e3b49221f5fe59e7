from datetime import timedelta

from odoo import Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSaleOfALot(AccountTestInvoicingCommon):
    """A tablet straight on the server, where lots are read at the sale."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("escarcelle_social.group_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.today = cls.company._escarcelle_today()
        cls.good = cls.env["product.product"].create(
            {
                "name": "Lait", "list_price": 1, "taxes_id": False, "available_in_pos": True, "is_storable": True,
                "tracking": "lot", "use_expiration_date": True, "escarcelle_date_kind": "dlc",
            }
        )  # fmt: skip
        cls.config = cls.env["pos.config"].create({"name": "Tablette"})
        cls.session = cls.env["pos.session"].create({"config_id": cls.config.id, "user_id": cls.env.uid})
        cls.session.set_opening_control(0, None)
        cls.lots = {
            name: cls.env["stock.lot"].create(
                {"name": name, "product_id": cls.good.id, "company_id": cls.company.id,
                 "escarcelle_date": cls.today + timedelta(days=days)}
            )
            for name, days in (("HIER", -1), ("JOUR", 0))
        }  # fmt: skip
        cls.shelf = cls.config.picking_type_id.warehouse_id.lot_stock_id

    def _order(self, lot, quantity=1):
        return self.env["pos.order"].create(
            {
                "session_id": self.session.id, "company_id": self.company.id, "amount_total": quantity,
                "amount_tax": 0, "amount_paid": quantity, "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": self.good.id, "qty": quantity, "price_unit": 1,
                            "price_subtotal": quantity, "price_subtotal_incl": quantity,
                            "pack_lot_ids": [Command.create({"lot_name": lot})] if lot else [],
                        }
                    )
                ],
                "payment_ids": [
                    Command.create({"payment_method_id": self.config.payment_method_ids[0].id, "amount": quantity})
                ],
            }
        )  # fmt: skip

    def test_past_its_date_it_is_not_sold(self):
        with self.assertRaisesRegex(UserError, "HIER"):
            self._order("HIER").action_pos_order_paid()

    def test_on_its_last_day_it_is(self):
        order = self._order("JOUR")
        order.action_pos_order_paid()
        self.assertEqual(order.state, "paid")

    def test_it_may_come_back(self):
        order = self._order("HIER", -1)
        order.action_pos_order_paid()
        self.assertEqual(order.state, "paid")

    def _held(self, name, quantity=3):
        self.env["stock.quant"]._update_available_quantity(self.good, self.shelf, quantity, lot_id=self.lots[name])

    def test_what_is_all_past_its_date_is_not_sold_whatever_the_lot(self):
        self._order(False).action_pos_order_paid()
        self._held("HIER")
        with self.assertRaisesRegex(UserError, "Lait.*not sold"):
            self._order(False).action_pos_order_paid()
        # It comes back, and it is kept when it was sold while the server was away.
        self._order(False, -1).action_pos_order_paid()
        away = self._order(False)
        away.with_context(escarcelle_provisional=[away.uuid]).action_pos_order_paid()
        self.assertEqual(away.state, "paid")
        self._held("JOUR")
        order = self._order(False)
        order.action_pos_order_paid()
        self.assertEqual(order.state, "paid")
