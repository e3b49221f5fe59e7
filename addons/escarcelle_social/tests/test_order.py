from unittest.mock import patch

from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestOrder(AccountTestInvoicingCommon):
    """A sale without a till program, on a tablet straight on the server."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("escarcelle_social.group_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env["escarcelle.budget.tier"].create(
            {"name": "Tous", "min_size": 1, "max_size": 0, "amount": 40.0}
        )
        cls.tariff = cls.env["product.pricelist"].create({"name": "Tarif B"})
        cls.home = cls.env["escarcelle.household"].create(
            {
                "first_name": "Amina",
                "last_name": "Benalouf",
                "pricelist_id": cls.tariff.id,
                "entitlement_ids": [
                    fields.Command.create(
                        {"date_from": "2020-01-01", "date_to": "2099-12-31", "decision": "granted"}
                    )
                ],
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Riz", "list_price": 1.99, "taxes_id": False, "available_in_pos": True}
        )
        cls.config = cls.env["pos.config"].create({"name": "Tablette"})
        cls.session = cls.env["pos.session"].create(
            {"config_id": cls.config.id, "user_id": cls.env.uid}
        )
        cls.session.set_opening_control(0, None)

    def sell(self, quantity, price, partner=None):
        total = round(quantity * price, 2)
        order = self.env["pos.order"].create(
            {
                "session_id": self.session.id,
                "company_id": self.company.id,
                "partner_id": (partner or self.home.partner_id).id,
                "pricelist_id": self.tariff.id,
                "amount_total": total,
                "amount_tax": 0,
                "amount_paid": total,
                "amount_return": 0,
                "lines": [
                    fields.Command.create(
                        {
                            "product_id": self.product.id,
                            "qty": quantity,
                            "price_unit": price,
                            "price_subtotal": total,
                            "price_subtotal_incl": total,
                        }
                    )
                ],
                "payment_ids": [
                    fields.Command.create(
                        {"payment_method_id": self.config.payment_method_ids[0].id, "amount": total}
                    )
                ],
            }
        )
        order.action_pos_order_paid()
        return order

    def test_a_sale_counts_on_the_budget(self):
        self.assertEqual(self.config.escarcelle_signer, "none", "this company is not in France")
        order = self.sell(2, 0.6)
        self.assertEqual(self.home.balance_cents, 4000 - 120)
        movement = self.home.movement_ids.filtered(lambda m: m.type == "purchase")
        self.assertEqual((movement.order_id, movement.origin), (order, order.uuid))
        self.sell(-1, 0.6)
        self.assertEqual(self.home.balance_cents, 4000 - 60)

    def test_shelf_value(self):
        self.env["escarcelle.budget.policy"]._escarcelle_for(self.company).basis = "shelf"
        self.sell(2, 0.6)
        self.assertEqual(self.home.balance_cents, 4000 - 398)

    def test_a_quota_holds_without_a_till_program(self):
        """The till's rule, and no manager's word: the refusal says what is left to do."""
        self.env["escarcelle.quota"].create(
            {"name": "Riz", "limit": 3, "product_ids": [fields.Command.set(self.product.ids)]}
        )
        self.sell(2, 0.6)
        with self.assertRaises(UserError) as refused, self.env.cr.savepoint():
            self.sell(2, 0.6)
        self.assertIn("il reste 1 sur 3 par mois, le panier en compte 2. Retirez", str(refused.exception))
        self.assertNotIn("responsable", str(refused.exception))
        self.sell(1, 0.6)
        self.sell(5, 0.6, self.partner_a)
        order = self.env["pos.order"].browse(self.sell_unpaid().id)
        order.with_context(escarcelle_provisional=[order.uuid]).action_pos_order_paid()
        self.assertEqual(order.state, "paid", "sold while the server was away: counted, never refused")
        back = self.sell_unpaid(-1)
        back.lines.refunded_orderline_id = order.lines
        back.action_pos_order_paid()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.sell(1, 0.6)

    def test_a_budget_refused_here_says_who_may_help(self):
        with self.assertRaisesRegex(UserError, "demandez à un responsable d'ajuster le budget"):
            self.sell(70, 0.6)

    def test_a_stranger_has_no_budget(self):
        self.sell(1, 0.6, self.partner_a)
        self.assertEqual(self.home.ledger_seq, 0)

    def test_training_and_tills_count_elsewhere_or_not_at_all(self):
        config = type(self.config)
        for signer in ("school", "till"):
            with patch.object(config, "escarcelle_signer", signer), self.subTest(signer):
                order = self.env["pos.order"].browse(self.sell_unpaid().id)
                with patch.object(type(order), "_escarcelle_sign", lambda order: None):
                    order.action_pos_order_paid()
                self.assertEqual(self.home.ledger_seq, 0)

    def sell_unpaid(self, quantity=1):
        with patch.object(type(self.env["pos.order"]), "action_pos_order_paid", lambda order: True):
            return self.sell(quantity, 0.6)

    def test_the_ticket_names_the_household_by_its_code(self):
        order = self.sell(1, 0.6)
        extra = order._escarcelle_ticket_extra()
        self.assertEqual(
            (extra["customer"], extra["tariff"]), (self.home.code, str(self.tariff.id))
        )
        self.assertNotIn("Benalouf", str(extra))
        stranger = self.sell(1, 0.6, self.partner_a)._escarcelle_ticket_extra()
        self.assertEqual(stranger["customer"], "")
