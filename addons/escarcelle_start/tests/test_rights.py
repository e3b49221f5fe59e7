from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import StartCase

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Model → rights of the manager; nobody else has any. Models without data have none for anybody.
MATRIX = {
    "escarcelle.start": "rw",
    "escarcelle.start.day": "rwcd",
    "escarcelle.start.tariff": "rwcd",
    "escarcelle.start.tier": "rwcd",
    "escarcelle.start.person": "rwcd",
    "escarcelle.start.pin": "rwcd",
    "escarcelle.configuration": "rwcd",
    "escarcelle.configuration.line": "rwcd",
    "escarcelle.configuration.export": "rwcd",
    "escarcelle.start.line": "",
    "escarcelle.portable": "",
}


@tagged("post_install", "-at_install")
class TestRights(StartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        su = cls.env(user=SUPERUSER_ID)
        cls.users = {
            role: new_test_user(su, f"start_rights_{role}", group, company_id=cls.company.id,
                                company_ids=[Command.set(cls.company.ids)])
            for role, group in ROLES.items()
        }  # fmt: skip

    def test_matrix(self):
        for model, rights in MATRIX.items():
            for role, user in self.users.items():
                records = self.env[model].with_user(user)
                found = "".join(
                    letter for letter, name in OPERATIONS.items() if records.has_access(name)
                )
                self.assertEqual(found, rights if role == "manager" else "", f"{model} {role}")

    def test_every_model_is_in_the_matrix(self):
        su = self.env(user=SUPERUSER_ID)
        owned = su["ir.model.data"].search(
            [("module", "=", "escarcelle_start"), ("model", "=", "ir.model")]
        )
        models = su["ir.model"].browse(owned.mapped("res_id")).mapped("model")
        own = {name for name in models if self.env[name]._original_module == "escarcelle_start"}
        self.assertEqual(own, set(MATRIX))

    def test_nobody_but_a_manager(self):
        for role, user in self.users.items():
            if role == "manager":
                continue
            with self.assertRaises(AccessError):
                self.env["escarcelle.start"].with_user(user).action_escarcelle_open()
            with self.assertRaises(AccessError):
                self.start.with_user(user).action_next()
            with self.assertRaises(AccessError):
                self.env["escarcelle.configuration"].with_user(user).create({"file": b""})
            with self.assertRaises(AccessError):
                self.env["escarcelle.configuration.export"].with_user(user).create({})
