from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestMembership(SocialCase):
    """The yearly fee and visits: what a ticket says of a household besides its budget, exactly once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee = cls.env["product.product"].create(
            {"name": "Adhésion annuelle", "list_price": 5.0, "type": "service"}
        )
        cls.rules = cls.env["escarcelle.household.policy"]._escarcelle_for(cls.company)
        cls.rules.write({"membership_product_id": cls.fee.id, "membership_months": 12})
        cls.rice = cls.env["product.product"].create({"name": "Riz", "list_price": 1.99})

    def order(self, household, *lines):
        """Stands for the ``pos.order`` of an entry."""
        return self.env["pos.order"].new(
            {
                "partner_id": household.partner_id.id,
                "company_id": self.company.id,
                "amount_total": sum(quantity * price for _product, quantity, price in lines),
                "lines": [
                    fields.Command.create(
                        {
                            "product_id": product.id,
                            "qty": quantity,
                            "price_subtotal_incl": quantity * price,
                        }
                    )
                    for product, quantity, price in lines
                ],
            }
        )

    def test_sold_at_the_till_once(self):
        home = self.household()
        order = self.order(home, (self.fee, 1, 5.0), (self.rice, 2, 0.2))
        for _time in range(3):
            home._escarcelle_shopped(order, TODAY, "ticket-1")
        fee = home.membership_ids
        self.assertEqual((len(fee), fee.amount, fee.method), (1, 5.0, "till"))
        self.assertEqual((fee.date_from, fee.date_to), (TODAY, date(2027, 11, 20)))
        self.assertTrue(home.membership_valid)

    def test_renewed_before_its_end_nothing_is_lost(self):
        home = self.household()
        order = self.order(home, (self.fee, 1, 5.0))
        home._escarcelle_shopped(order, TODAY, "ticket-1")
        home._escarcelle_shopped(order, TODAY + timedelta(days=300), "ticket-2")
        self.assertEqual(home.membership_until, date(2028, 11, 20))

    def test_it_is_no_good(self):
        """No participation, which is a part of the price of goods, and nothing off the budget, which is for goods."""
        self.assertEqual((self.fee.escarcelle_fee, self.rice.escarcelle_fee), (True, False))
        self.assertEqual(self.social._get_product_price(self.fee, 1.0), 5.0)
        self.assertEqual(self.social._get_product_price(self.rice, 1.0), 0.2)
        order = self.order(self.household(), (self.fee, 1, 5.0), (self.rice, 2, 0.2))
        self.assertEqual(order._escarcelle_spent(), 40)
        self.policy.basis = "shelf"
        self.assertEqual(order._escarcelle_spent(), 398)
        self.social.item_ids = [
            fields.Command.create(
                {"compute_price": "fixed", "fixed_price": 2.0, "product_tmpl_id": self.fee.product_tmpl_id.id}
            )
        ]
        self.assertEqual(self.social._get_product_price(self.fee, 1.0), 2.0, "a tariff may ask for less")
        self.rules.membership_product_id = self.rice
        self.assertEqual((self.fee.escarcelle_fee, self.rice.escarcelle_fee), (False, True))

    def test_the_tills_are_told(self):
        self.fee.write({"available_in_pos": True, "sale_ok": True})
        till = self.env["escarcelle.till"].create(
            {"name": "Caisse 1", "config_id": self.pos_config().id, "company_id": self.company.id}
        )
        rows = {row["id"]: row["fee"] for row in till._escarcelle_products()}
        self.assertTrue(rows[self.fee.id])
        self.assertIn("escarcelle.household.policy", till._escarcelle_watched_models())

    def test_given_back_it_is_cancelled_once(self):
        home = self.household()
        home._escarcelle_shopped(self.order(home, (self.fee, 1, 5.0)), TODAY, "ticket-1")
        home._escarcelle_shopped(self.order(home, (self.fee, 1, 5.0)), TODAY, "ticket-2")
        back = self.order(home, (self.fee, -1, 5.0))
        for _time in range(2):
            home._escarcelle_shopped(back, TODAY, "refund-1")
        self.assertEqual(len(home.membership_ids.filtered("cancelled_on")), 1)
        self.assertEqual(home.membership_until, date(2027, 11, 20))
        self.assertFalse(home.visit_ids.filtered(lambda v: v.kind != "purchase"))

    def test_other_goods_and_no_product_set_change_nothing(self):
        home = self.household()
        home._escarcelle_shopped(self.order(home, (self.rice, 1, 0.2)), TODAY, "ticket-1")
        self.rules.membership_product_id = False
        home._escarcelle_shopped(self.order(home, (self.fee, 1, 5.0)), TODAY, "ticket-2")
        self.assertFalse(home.membership_ids)

    def test_typed_by_hand(self):
        self.rules.membership_amount = 3.0
        home = self.household()
        context = home.action_pay_membership()["context"]
        self.assertEqual(
            (context["default_amount"], context["default_date_to"]), (3.0, date(2027, 11, 20))
        )
        fee = self.env["escarcelle.membership"].create(
            {"household_id": home.id, "amount": 3.0, "method": "cheque"}
        )
        self.assertEqual((fee.date_from, fee.date_to), (TODAY, date(2027, 11, 20)))
        with self.assertRaises(UserError):
            fee.unlink()
        fee.action_cancel()
        self.assertFalse(home.membership_valid)

    def test_a_fee_of_the_till_is_given_back_at_the_till(self):
        home = self.household()
        home._escarcelle_shopped(self.order(home, (self.fee, 1, 5.0)), TODAY, "ticket-1")
        with self.assertRaises(UserError):
            home.membership_ids.action_cancel()

    def test_the_end_of_february(self):
        home = self.household()
        fee = self.env["escarcelle.membership"].create(
            {"household_id": home.id, "paid_on": "2028-02-29"}
        )
        self.assertEqual(fee.date_to, date(2029, 2, 27))

    def test_a_visit_a_day(self):
        home = self.household()
        for origin in ("ticket-1", "ticket-1", "ticket-2"):
            home._escarcelle_shopped(self.order(home, (self.rice, 1, 0.2)), TODAY, origin)
        home._escarcelle_shopped(
            self.order(home, (self.rice, 1, 0.2)), TODAY - timedelta(days=1), "late"
        )
        home._escarcelle_shopped(
            self.order(home, (self.rice, -1, 0.2)), TODAY - timedelta(days=2), "refund"
        )
        self.assertEqual(home.visit_ids.mapped("day"), [TODAY, TODAY - timedelta(days=1)])
        self.assertEqual((home.visit_count, home.last_visit), (2, TODAY))

    def test_no_name_in_a_visit(self):
        home = self.household()
        home._escarcelle_shopped(self.order(home, (self.rice, 1, 0.2)), TODAY, "ticket-1")
        self.env.cr.execute(
            "SELECT row_to_json(v)::text FROM escarcelle_visit v WHERE household_id = %s", [home.id]
        )
        kept = self.env.cr.fetchone()[0]
        for hidden in ("Amina", "Benalouf", home.code):
            self.assertNotIn(hidden, kept)

    def test_the_till_says_both(self):
        till = self.env["escarcelle.till"].create(
            {"name": "Caisse 1", "config_id": self.pos_config().id, "company_id": self.company.id}
        )
        home = self.household()
        entry = {
            "uuid": "t", "records": [{"kind": "TCK", "origin": "t", "business_day": "2026-11-20"}],
            "order": {"uuid": "t", "household": home.code, "total": 500},
        }  # fmt: skip
        for _time in range(2):
            till._escarcelle_ingested(entry, self.order(home, (self.fee, 1, 5.0)))
        self.assertEqual(home.membership_ids.mapped("date_from"), [date(2026, 11, 20)])
        self.assertEqual(home.visit_ids.mapped("day"), [date(2026, 11, 20)])

    def test_an_appointment_that_is_kept_is_a_visit(self):
        home = self.household()
        one = self.env["escarcelle.appointment"].create(
            {"household_id": home.id, "start": "2026-11-20 09:00:00", "duration": 0.5}
        )
        self.assertEqual(one.stop, fields.Datetime.to_datetime("2026-11-20 09:30:00"))
        for _time in range(2):
            one.action_came()
        self.assertEqual(home.visit_ids.mapped("kind"), ["interview"])
        one.action_missed()
        self.assertFalse(home.visit_ids)
        shopping = one.copy({"kind": "shopping"})
        self.assertEqual(shopping.state, "planned")
        shopping.action_came()
        self.assertFalse(home.visit_ids, "its ticket counts it")
        with self.refused("duration_sound"):
            one.copy({"duration": 0})
