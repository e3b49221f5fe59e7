import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..tools import secret
from .common import TillCase


@tagged("post_install", "-at_install")
class TestRoles(TillCase):
    """A cashier reads no accounting, nobody reads a secret, nobody rewrites what a till signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()
        cls.accountant = new_test_user(
            cls.env, "escarcelle_accountant", groups="account.group_account_readonly", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip
        cls.other_company = cls.env["res.company"].create({"name": "Ailleurs"})
        cls.elsewhere = new_test_user(
            cls.env, "escarcelle_elsewhere", groups="point_of_sale.group_pos_manager",
            company_id=cls.other_company.id, company_ids=[Command.set(cls.other_company.ids)],
        )  # fmt: skip

    def test_who_reads_what(self):
        self.ingest(self.till, self.device.sell([self.row()]), self.device.close())
        models = (
            "escarcelle.till.entry", "escarcelle.difference", "escarcelle.reconciliation", "escarcelle.cashier",
        )  # fmt: skip
        for model in models:
            with self.subTest(model, role="cashier"), self.assertRaises(AccessError):
                self.env[model].with_user(self.cashier_user).search([])
        for model in models[:3]:
            self.env[model].with_user(self.accountant).search([]).read()
            self.env[model].with_user(self.manager).search([]).read()
        self.assertEqual(self.till.with_user(self.cashier_user).name, self.till.name)
        rows = self.env["escarcelle.reconciliation"].with_user(self.accountant).search([])
        self.assertEqual(rows.web_read({"till_id": {"fields": {"display_name": {}}}})[0]["till_id"]["id"], self.till.id)
        with self.assertRaises(AccessError):
            self.till.with_user(self.accountant).action_revoke()

    def test_another_company_sees_nothing(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        env = self.env(user=self.elsewhere, context={"allowed_company_ids": self.other_company.ids})
        for model in ("escarcelle.till", "escarcelle.till.entry", "escarcelle.reconciliation"):
            self.assertTrue(self.env[model].with_user(self.manager).search([]), model)
            self.assertFalse(self.env[model].with_env(env).search([]), model)
        till = self.till.with_env(env)
        for action in (till.action_revoke, till._escarcelle_new_pairing_code):
            with self.assertRaises(AccessError):
                action()

    def test_only_managers_touch_tills(self):
        for action in ("action_revoke", "action_pair"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(self.till.with_user(self.cashier_user), action)()
        with self.assertRaises(AccessError):
            self.env["escarcelle.till"].with_user(self.cashier_user).create({"name": "x", "config_id": 1})

    def test_nobody_reads_a_secret(self):
        cashier = self.env["escarcelle.cashier"].create({"name": "Zoé", "code": "Z1"})
        cashier._escarcelle_set_secrets(pin="1234")
        for record, field in (
            (self.till, "key_hash"), (self.till, "pairing_hash"), (cashier, "pin_hash"), (cashier, "badge_hash"),
        ):  # fmt: skip
            for user in (self.manager, self.env.ref("base.user_admin")):
                user.company_ids = [Command.link(self.company.id)]
                with self.subTest(field=field, user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).read([field])
                self.assertNotIn(field, record.with_user(user).read()[0])

    def test_entries_cannot_be_written(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        entry = self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)])
        for user in (self.manager, self.accountant, self.env.ref("base.user_admin")):
            user.company_ids = [Command.link(self.company.id)]
            with self.assertRaises(AccessError):
                entry.with_user(user).write({"build": "none"})
            with self.assertRaises(AccessError):
                entry.with_user(user).unlink()
        with self.assertRaises(UserError):
            entry.unlink()

    def test_an_order_of_a_till_cannot_be_changed(self):
        sale = self.device.sell([self.row()])
        self.ingest(self.till, sale)
        order = self.order(sale).with_user(self.manager)
        changes = (
            lambda: order.write({"amount_total": 1}),
            lambda: order.write({"date_order": "2020-01-01"}),
            lambda: order.lines.write({"price_unit": 1}),
            lambda: order.lines.write({"price_subtotal_incl": 1}),
            lambda: order.payment_ids.write({"amount": 1}),
            lambda: order.payment_ids.unlink(),
            lambda: order.lines.unlink(),
            lambda: order.lines.create({"order_id": order.id, "product_id": self.products[550].id, "qty": 1}),
            lambda: order.write({"lines": [Command.clear()]}),
            lambda: order.add_payment(
                {"pos_order_id": order.id, "amount": 1, "payment_method_id": self.device.cash[0]}
            ),
        )
        for change in changes:
            with self.assertRaisesRegex(UserError, "[Tt]icket"):
                change()
        order.write({"general_customer_note": "allowed"})
        self.assertEqual((order.amount_total, order.payment_ids.amount), (2.5, 2.5))

    def test_differences_are_only_marked_as_seen(self):
        self.ingest(self.till, self.device.sell([self.row()], order_changes={"pricelist_id": 999999}))
        difference = self.env["escarcelle.difference"].search([("till_id", "=", self.till.id)]).with_user(self.manager)
        difference.write({"resolved": True})
        with self.assertRaises(UserError):
            difference.write({"what": "nothing"})
        with self.assertRaises(UserError):
            self.env["escarcelle.difference"].with_user(self.manager).create(
                {"entry_id": difference.entry_id.id, "kind": "line", "what": "x"}
            )

    def test_retry_is_for_managers(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        entry = self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)])
        with self.assertRaises(UserError):
            entry.with_user(self.accountant).action_retry()

    def test_paired_till_keeps_its_identity(self):
        for values in ({"number": 77}, {"config_id": self.till.config_id.copy().id}, {"uid8": "00000000"}):
            with self.subTest(values), self.assertRaises(UserError):
                self.till.write(values)
        with self.assertRaises(UserError):
            self.till.unlink()
        self.till.write({"name": "Renommée"})

    def test_revoked_till_is_replaced_by_another_number(self):
        self.till.with_user(self.manager).action_revoke()
        with self.assertRaises(UserError):
            self.till._escarcelle_new_pairing_code()
        new = self.env["escarcelle.till"].create({"name": "Suivante", "config_id": self.till.config_id.id})
        self.assertNotEqual(new.number, self.till.number)
        self.assertEqual(self.till.config_id.escarcelle_till_id, new)


@tagged("post_install", "-at_install")
class TestCashiers(TillCase):
    def setUp(self):
        super().setUp()
        self.cashier = self.env["escarcelle.cashier"].with_user(self.manager).create(
            {"name": "Amélie", "code": "AM1", "role": "manager", "user_id": self.manager.id}
        )

    def test_wizard_stores_only_a_slow_hash(self):
        wizard = self.env["escarcelle.cashier.secret"].with_user(self.manager).create(
            {"cashier_id": self.cashier.id, "pin": "4821", "confirmation": "4821", "badge": " BADGE-007 "}
        )
        wizard.action_done()
        self.assertTrue(self.cashier.has_pin and self.cashier.has_badge)
        stored = self.cashier.sudo().pin_hash
        self.assertEqual((stored["algorithm"], stored["n"], stored["r"], stored["p"]), ("scrypt", 16384, 8, 1))
        self.assertTrue(secret.scrypt_matches("4821", stored))
        self.assertFalse(secret.scrypt_matches("4822", stored))
        self.assertTrue(secret.scrypt_matches("BADGE-007", self.cashier.sudo().badge_hash))
        self.env.flush_all()
        for table in ("escarcelle_cashier", "escarcelle_cashier_secret"):
            self.env.cr.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            self.assertNotIn("4821", self.env.cr.fetchone()[0] or "")

    def test_two_hashes_of_a_pin_differ(self):
        self.assertNotEqual(secret.scrypt("1234")["hash"], secret.scrypt("1234")["hash"])

    def test_wizard_refuses(self):
        for pin, confirmation in (("1234", "1235"), ("12", "12"), ("12ab", "12ab")):
            with self.subTest(pin), self.assertRaises(UserError):
                self.env["escarcelle.cashier.secret"].with_user(self.manager).create(
                    {"cashier_id": self.cashier.id, "pin": pin, "confirmation": confirmation}
                )
        self.assertFalse(self.cashier.has_pin)

    def test_empty_leaves_as_it_is(self):
        self.cashier._escarcelle_set_secrets(pin="1234")
        self.env["escarcelle.cashier.secret"].with_user(self.manager).create(
            {"cashier_id": self.cashier.id, "badge": "BADGE-008"}
        )
        self.assertTrue(self.cashier.has_pin and self.cashier.has_badge)

    def test_list_for_the_tills(self):
        self.env["escarcelle.cashier"].create({"name": "Sans secret", "code": "NO"})
        self.cashier._escarcelle_set_secrets(pin="1234")
        rows = self.env["escarcelle.cashier"]._escarcelle_cashiers(self.company)
        self.assertEqual([row["code"] for row in rows], ["AM1"])
        self.assertEqual(set(rows[0]), {"code", "name", "role", "pin", "badge"})
        self.assertEqual(set(rows[0]["pin"]), {"algorithm", "n", "r", "p", "salt", "hash"})
        self.assertIsNone(rows[0]["badge"])
        json.dumps(rows)
        self.cashier.active = False
        self.assertEqual(self.env["escarcelle.cashier"]._escarcelle_cashiers(self.company), [])

    def test_codes(self):
        for code in ("am1", "A B", "", "A" * 13, "É"):
            with self.subTest(code), self.assertRaises(ValidationError):
                self.cashier.code = code

    def test_cashier_of_a_sale_is_shown_on_its_order(self):
        till, device = self._till()
        entry = device.sell([self.row()], cashier="AM1")
        self.ingest(till, entry)
        self.assertEqual(self.order(entry).user_id, self.manager)


@tagged("post_install", "-at_install")
class TestPosPage(HttpCase, TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()

    def test_the_back_office_says_where_to_sell(self):
        self.authenticate("escarcelle_manager", "escarcelle_manager")
        page = self.url_open(f"/pos/ui/{self.till.config_id.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("http://127.0.0.1:8868", page.text)
        self.assertNotIn("odoo.__session_info__", page.text)
        self.assertFalse(self.env["pos.session"].search([("config_id", "=", self.till.config_id.id)]))

    def test_a_point_of_sale_opens_as_usual_once_its_till_is_revoked(self):
        self.till.with_user(self.manager).action_revoke()
        action = self.till.config_id.with_user(self.manager).open_ui()
        self.assertIn("from_backend", action["url"])
        self.assertTrue(self.till.config_id.current_session_id)
