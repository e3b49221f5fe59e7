"""A sale without a till program tells the same; a school sale, and one a till will send, tell nothing here."""

from unittest.mock import patch

from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestFactTablet(AccountTestInvoicingCommon):
    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("escarcelle_social.group_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["escarcelle.fact.feed"]._escarcelle_catch_up(100_000)
        cls.source = cls.env["escarcelle.funding.source"].create({"name": "Mairie", "code": "MAI9"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Riz", "list_price": 1.99, "weight": 1, "taxes_id": False, "available_in_pos": True,
                "is_storable": True, "tracking": "lot",
            }
        )  # fmt: skip
        cls.env["stock.lot"].create(
            {
                "name": "L9", "product_id": cls.product.id, "company_id": cls.env.company.id,
                "escarcelle_funding_source_id": cls.source.id,
            }
        )  # fmt: skip
        cls.fee = cls.env["product.product"].create(
            {"name": "Adhésion", "type": "service", "taxes_id": False}
        )
        cls.config = cls.env["pos.config"].create({"name": "Tablette"})
        cls.session = cls.env["pos.session"].create(
            {"config_id": cls.config.id, "user_id": cls.env.uid}
        )
        cls.session.set_opening_control(0, None)

    def sell(self, *lines):
        total = round(sum(quantity * price for _product, quantity, price in lines), 2)
        order = self.env["pos.order"].create(
            {
                "session_id": self.session.id, "company_id": self.env.company.id, "amount_total": total,
                "amount_tax": 0, "amount_paid": total, "amount_return": 0,
                "lines": [
                    fields.Command.create(
                        {
                            "product_id": product.id, "qty": quantity, "price_unit": price,
                            "price_subtotal": round(quantity * price, 2),
                            "price_subtotal_incl": round(quantity * price, 2),
                            "pack_lot_ids": [fields.Command.create({"lot_name": "L9"})]
                            if product == self.product else [],
                        }
                    )
                    for product, quantity, price in lines
                ],
                "payment_ids": [
                    fields.Command.create(
                        {"payment_method_id": self.config.payment_method_ids[0].id, "amount": total}
                    )
                ],
            }
        )  # fmt: skip
        order.action_pos_order_paid()
        return order

    def goods(self):
        self.env.flush_all()
        self.env["escarcelle.fact.feed"]._escarcelle_catch_up(100_000)
        return self.env["escarcelle.fact.goods"].search(
            [("company_id", "=", self.env.company.id), ("kind", "=", "sold")]
        )

    def test_a_sale_of_a_tablet(self):
        self.sell((self.product, 2, 0.5), (self.fee, 1, 10.0))
        found = self.goods()
        self.assertEqual(
            (found.quantity, found.weight, found.paid, found.reference, found.public),
            (2.0, 2.0, 1.0, 3.98, "other"),
            "a fee is no good",
        )
        self.assertEqual(found.source_id, self.source, "the payer of the lot that was read")
        self.assertEqual(found.day, self.env.company._escarcelle_today())

    def test_school_and_tills_tell_nothing_here(self):
        for signer in ("school", "till"):
            with patch.object(type(self.config), "escarcelle_signer", signer), self.subTest(signer):
                with patch.object(
                    type(self.env["pos.order"]), "_escarcelle_sign", lambda order: None
                ):
                    self.sell((self.product, 1, 0.5))
                self.assertFalse(self.goods())
