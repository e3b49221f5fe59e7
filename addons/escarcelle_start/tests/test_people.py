from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestPeople(ShopCase):
    """Who works at the shop: made, given a role and a PIN, sent away, back again; who is above is left alone."""

    def person(self, **values):
        return self.env["escarcelle.start.person"].create({"start_id": self.start.id, **values})

    def test_people_of_every_role(self):
        self.start.step = "people"
        [me] = self.start.person_ids
        self.assertEqual((me.user_id, me.role), (self.user, "manager"))
        stock = self.person(name="Thibault", email=" Thibault@Example.com ", role="stock")
        referent = self.person(name="Nadia", email="nadia@example.com", role="referent")
        till = self.person(name="Bilal", role="cashier", pin="2345")
        both = self.person(name="Camille", email="camille@example.com", role="cashier")
        self.assertEqual((till.code, till.has_pin, till.pin), ("C01", True, ""))
        self.assertIsNone(self.start.action_next(), "somebody has a PIN: none is drawn")
        self.assertEqual(stock.user_id.login, "thibault@example.com")
        self.assertTrue(stock.user_id.has_group("escarcelle_social.group_stock"))
        self.assertTrue(referent.user_id.has_group("escarcelle_social.group_referent"))
        self.assertFalse(referent.user_id.has_group("escarcelle_social.group_stock"))
        self.assertEqual(stock.user_id.company_ids, self.company)
        self.assertEqual((till.user_id.ids, both.cashier_id.sudo().user_id), ([], both.user_id))
        self.assertEqual((me.code, both.code), ("R01", "C02"))
        self.assertIn("token=", stock.invitation)
        self.assertFalse(me.invitation and stock.sudo().user_id == me.user_id)
        users = self.env["res.users"].search_count([])
        self.go("people")
        self.assertEqual(
            self.env["res.users"].search_count([]), users, "done again, nobody is made twice"
        )
        stock.role = "manager"
        self.go("people")
        self.assertTrue(stock.user_id.has_group("escarcelle_social.group_manager"))

    def test_somebody_comes_back(self):
        self.start.step = "people"
        gone = self.person(name="Camille", email="camille@example.com", role="cashier", pin="3456")
        self.start.action_next()
        cashier, user = gone.cashier_id.sudo(), gone.user_id.sudo()
        gone.action_leave()
        self.start.step = "people"
        back = self.person(name="Camille", email="Camille@example.com", role="cashier")
        self.start.action_next()
        self.assertEqual((back.user_id, user.active), (user, True))
        self.assertEqual((back.cashier_id, cashier.active), (cashier, True), "the code they had")
        self.assertFalse(back.has_pin, "the PIN may be known by now")

    def test_without_a_pin_the_manager_gets_one_shown_once(self):
        action = self.go("people")
        pin = action["context"]["default_pin"]
        self.assertRegex(pin, r"^\d{4}$")
        [cashier] = self.env["escarcelle.cashier"]._escarcelle_cashiers(self.company)
        self.assertEqual((cashier["code"], cashier["role"]), ("R01", "manager"))
        self.assertNotIn(pin, str(cashier))
        self.assertIsNone(self.go("people"))

    def test_people_who_cannot_be(self):
        self.start.step = "people"
        with self.refused():
            self.person(name="Nadia", role="referent", pin="1234")
        with self.refused():
            self.person(name="Bilal", pin="12")
        for values in (
            {"name": "Sans adresse", "role": "stock"},
            {"name": "Adresse fausse", "role": "stock", "email": "stock"},
            {"name": "Deux fois", "role": "stock", "email": self.user.login},
        ):
            row = self.person(**values)
            with self.refused():
                self.start.action_next()
            row.unlink()
        self.start.person_ids.role = "stock"
        with self.refused():
            self.start.action_next()

    def test_who_leaves_signs_in_and_sells_no_more(self):
        self.start.step = "people"
        [me] = self.start.person_ids
        leaver = self.person(
            name="Camille", email="camille@example.com", role="cashier", pin="2345"
        )
        shared = self.person(name="Nadia", email="nadia@example.com", role="referent")
        self.start.action_next()
        user, cashier = leaver.user_id, leaver.cashier_id.sudo()
        with self.refused():
            leaver.unlink()
        with self.refused():
            me.action_leave()
        leaver.action_leave()
        self.assertEqual((user.active, cashier.active, leaver.exists().ids), (False, False, []))
        self.assertNotIn(
            cashier.code, [c["code"] for c in cashier._escarcelle_cashiers(self.company)]
        )
        other = self.env["res.company"].sudo().create({"name": "Autre épicerie"})
        person = shared.user_id.sudo()
        person.company_ids |= other
        shared.action_leave()
        self.assertEqual(
            (person.active, person.company_ids, person.company_id), (True, other, other)
        )
        self.start.step = "people"
        self.assertEqual(self.start.person_ids, me)

    def test_an_administrator_is_closed_out_by_nobody_here(self):
        self.start.step = "people"
        row = self.person(name="Admin", email="admin@example.com", role="manager")
        self.start.action_next()
        row.user_id.sudo().group_ids |= self.env.ref("base.group_system")
        with self.refused():
            row.action_leave()
        self.assertTrue(row.user_id.active)

    def test_who_administers_the_database_is_not_touched(self):
        boss = new_test_user(self.env(su=True), "start_boss", groups="base.group_system", company_id=self.company.id,
                             company_ids=[Command.set(self.company.ids)])  # fmt: skip
        boss.partner_id.signup_prepare()
        row = self.person(
            name="Boss", email="start_boss@example.com", role="cashier", user_id=boss.id
        )
        self.assertFalse(row.invitation)
        groups = boss.group_ids
        self.go("people")
        self.assertEqual(boss.group_ids, groups)
