from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CatalogueCase, csv

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Model → rights of manager, stock manager, social referent, cashier, plain employee, tax auditor.
MATRIX = {
    "escarcelle.allergen": ("r", "r", "r", "r", "r", "r"),
    "escarcelle.vat.category": ("r", "r", "r", "r", "r", "r"),
    "escarcelle.vat.rate": ("rwcd", "r", "r", "r", "r", "r"),
    "escarcelle.vat.change": ("r", "r", "", "", "", ""),
    "escarcelle.catalogue.category": ("r", "r", "", "", "", ""),
    "escarcelle.catalogue.good": ("r", "r", "r", "r", "r", "r"),
    "escarcelle.catalogue.wizard": ("rwcd", "rwcd", "", "", "", ""),
    "escarcelle.catalogue.difference": ("rwcd", "rwcd", "", "", "", ""),
    "escarcelle.catalogue.difference.line": ("rwcd", "rwcd", "", "", "", ""),
    "escarcelle.goods.import": ("rwcd", "rwcd", "", "", "", ""),
    "escarcelle.goods.import.line": ("rwcd", "rwcd", "", "", "", ""),
}


@tagged("post_install", "-at_install")
class TestRights(CatalogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                f"{role}_catalogue",
                group,
                company_id=cls.company.id,
                company_ids=cls.company.ids,
            )
            for role, group in ROLES.items()
        }

    def test_matrix(self):
        for model, rights in MATRIX.items():
            for role, wanted in zip(ROLES, rights, strict=True):
                records = self.env[model].with_user(self.users[role])
                found = "".join(
                    letter for letter, name in OPERATIONS.items() if records.has_access(name)
                )
                self.assertEqual(found, wanted, f"{model} {role}")

    def test_every_model_is_in_the_matrix(self):
        owned = self.env["ir.model.data"].search(
            [("module", "=", "escarcelle_catalogue"), ("model", "=", "ir.model")]
        )
        models = self.env["ir.model"].browse(owned.mapped("res_id")).mapped("model")
        own = {name for name in models if self.env[name]._original_module == "escarcelle_catalogue"}
        self.assertEqual(own, set(MATRIX))

    def test_a_stock_manager_keeps_the_catalogue(self):
        goods = self.good("PAT-001").with_user(self.users["stock"])
        made = goods._escarcelle_activate()["made"]
        self.assertEqual(self.rates_of(made.with_env(self.env)), [5.5])
        wizard = self.env["escarcelle.catalogue.wizard"].with_user(self.users["stock"]).create({})
        wizard.category_ids = self.env["escarcelle.catalogue.category"].search(
            [("code", "=", "SEC")]
        )
        wizard.action_run()
        self.assertTrue(wizard.action_step()["action"])
        made.with_user(self.users["stock"]).list_price = 1
        self.assertTrue(made.with_env(self.env).available_in_pos)
        self.assertEqual(len(goods._escarcelle_deactivate()["archived"]), 1)
        goods.action_update()

    def test_nobody_else_does(self):
        for role in ("referent", "cashier", "employee", "auditor"):
            goods = self.good("PAT-001").with_user(self.users[role])
            for call in (
                goods._escarcelle_activate, goods._escarcelle_deactivate, goods.action_activate,
                goods.action_deactivate, goods.action_update,
            ):  # fmt: skip
                with self.assertRaises(AccessError, msg=f"{role} {call.__name__}"):
                    call()
            with self.assertRaises(AccessError):
                self.env["escarcelle.goods.import"].with_user(self.users[role]).create(
                    {"file": csv("a")}
                )
        self.assertEqual(self.good("PAT-001").state, "free")

    def test_changes_of_another_shop_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Autre boutique"})
        change = self.changes.sudo().create(
            {
                "company_id": other.id,
                "category_id": self.category("CONFISERIE").id,
                "date": "2027-01-01",
            }
        )
        self.assertNotIn(change, self.changes.with_user(self.users["stock"]).search([]))
