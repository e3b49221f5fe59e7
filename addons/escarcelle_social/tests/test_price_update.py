from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SocialCase


@tagged("post_install", "-at_install")
class TestPriceUpdate(SocialCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fresh, cls.dry = cls.env["product.category"].create(
            [{"name": "Frais"}, {"name": "Sec"}]
        )
        cls.milk, cls.rice, cls.salt = cls.env["product.template"].create(
            [
                {"name": name, "list_price": price, "standard_price": cost, "categ_id": categ.id,
                 "available_in_pos": True}
                for name, price, cost, categ in (
                    ("Lait", 1.00, 0.5, cls.fresh), ("Riz", 2.35, 1.5, cls.dry), ("Sel", 0.60, 0.3, cls.dry),
                )
            ]
        )  # fmt: skip

    def update(self, **values):
        return self.env["escarcelle.price.update"].create(
            {
                "name": "Janvier",
                "value": 10.0,
                "product_ids": (self.milk | self.rice | self.salt).ids,
                **values,
            }
        )

    def prices(self):
        return (self.milk | self.rice | self.salt).mapped("list_price")

    def test_shown_then_applied_then_undone(self):
        form = Form(self.env["escarcelle.price.update"])
        form.name = "Tarif du fournisseur"
        form.category_ids.add(self.dry)
        form.value, form.rounding = 10, "0.05"
        update = form.save()
        update.action_preview()
        self.assertEqual(self.prices(), [1.0, 2.35, 0.6], "nothing changed yet")
        found = {line.product_tmpl_id: line.new_price for line in update.line_ids}
        self.assertEqual(found, {self.rice: 2.60, self.salt: 0.65})  # 2.585 and 0.66, to five cents
        update.action_apply()
        self.assertEqual(self.prices(), [1.0, 2.60, 0.65])
        self.assertEqual(self.social._get_product_price(self.rice, 1.0), 0.25)
        update.action_undo()
        self.assertEqual((self.prices(), update.state), ([1.0, 2.35, 0.6], "undone"))

    def test_rules(self):
        for method, value, expected in (
            ("percent", -10, [0.9, 2.12, 0.54]),  # 2.115: halves up
            ("amount", -0.7, [0.3, 1.65, 0.0]),
            ("fixed", 1.5, [1.5, 1.5, 1.5]),
            ("cost", 1.2, [0.6, 1.8, 0.36]),
        ):
            with self.subTest(method):
                update = self.update(method=method, value=value)
                update.action_preview()
                lines = {line.product_tmpl_id: line.new_price for line in update.line_ids}
                self.assertEqual([lines[p] for p in (self.milk, self.rice, self.salt)], expected)

    def test_what_cost_nothing_keeps_its_price(self):
        """A gift has no cost: a multiple of nothing would give it away."""
        self.salt.standard_price = 0
        update = self.update(method="cost", value=1.2)
        update.action_preview()
        lines = {line.product_tmpl_id: line for line in update.line_ids}
        self.assertEqual((lines[self.salt].new_price, lines[self.salt].changed), (0.6, False))
        self.assertEqual(lines[self.rice].new_price, 1.8)

    def test_prices_of_more_decimals(self):
        self.env["decimal.precision"].search([("name", "=", "Product Price")]).digits = 4
        self.rice.list_price = 2.3456
        update = self.update(product_ids=self.rice.ids)
        update.action_preview()
        self.assertEqual(update.line_ids.old_price, 2.3456)
        update.action_apply()
        self.assertEqual(self.rice.list_price, 2.58)

    def test_a_price_typed_by_hand(self):
        update = self.update()
        update.action_preview()
        update.line_ids.filtered(lambda line: line.product_tmpl_id == self.salt).new_price = 0.6
        self.assertEqual(update.changed_count, 2)
        update.action_apply()
        self.assertEqual(self.salt.list_price, 0.6)

    def test_a_price_somebody_changed_meanwhile(self):
        update = self.update()
        update.action_preview()
        self.milk.list_price = 9.0
        with self.assertRaises(UserError):
            update.action_apply()
        self.assertEqual(self.prices(), [9.0, 2.35, 0.6])
        update.action_preview()
        update.action_apply()
        self.rice.list_price = 7.0
        update.action_undo()
        self.assertEqual(self.prices(), [9.0, 7.0, 0.6], "what was changed since stays")
        self.assertIn("Riz", update.message_ids[0].body)

    def test_what_was_applied_stays(self):
        update = self.update()
        with self.assertRaises(UserError):
            update.action_apply()
        update.action_preview()
        update.action_apply()
        for action in (
            update.action_apply,
            update.action_preview,
            update.unlink,
            lambda: update.line_ids.write({"new_price": 0}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                action()
        update.action_undo()
        with self.assertRaises(UserError):
            update.action_undo()

    def test_nothing_matches(self):
        with self.assertRaises(UserError):
            self.update(
                category_ids=[fields.Command.set(self.fresh.ids)], product_ids=self.rice.ids
            ).action_preview()

    def test_a_negative_price(self):
        update = self.update()
        update.action_preview()
        with self.refused_by_postgresql():
            update.line_ids[0].new_price = -1
            update.line_ids.flush_recordset()

    def test_the_cost_does_not_grow_with_the_goods(self):
        self.env["product.template"].create(
            [
                {
                    "name": f"P{n}",
                    "list_price": 1.0,
                    "available_in_pos": True,
                    "categ_id": self.fresh.id,
                }
                for n in range(200)
            ]
        )
        update = self.update(product_ids=False, category_ids=[fields.Command.set(self.fresh.ids)])
        update.action_preview()
        self.assertEqual(len(update.line_ids), 201)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        update.action_apply()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 100)
