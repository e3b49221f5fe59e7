"""Who may do what: a line a role and model, for reading, writing, creating, deleting."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SupplyCase

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
NONE, READ, EDIT, ADD, KEEP, ALL = "", "r", "rw", "rc", "rwc", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Model → rights of manager and of stock manager. Everybody else has none, but the names of storage classes.
MATRIX = {
    "escarcelle.storage": (ALL, READ),
    "escarcelle.supply.policy": (KEEP, READ),
    "escarcelle.markdown": (KEEP, KEEP),
    "escarcelle.receipt.check": (ALL, ALL),
    "escarcelle.refusal.reason": (ALL, READ),
    "escarcelle.refusal": (ADD, ADD),
    "escarcelle.refuse": (ALL, ALL),
    "escarcelle.replenishment": (ALL, ALL),
    "escarcelle.trace": (ALL, ALL),
    "escarcelle.trace.line": (ALL, ALL),
    "escarcelle.recall": (ALL, ALL),
    "escarcelle.recall.line": (EDIT, EDIT),
    "escarcelle.equipment": (KEEP, KEEP),
    "escarcelle.temperature": (ADD, ADD),
    "escarcelle.temperature.sheet": (ALL, ALL),
    "escarcelle.count": (ALL, ALL),
    "escarcelle.count.line": (ALL, ALL),
    "escarcelle.count.entry": (ADD, ADD),
    "escarcelle.supplier.answer": (READ, READ),
    "escarcelle.supplier.answer.line": (READ, READ),
    "escarcelle.stock.state": (ALL, ALL),
    "escarcelle.stock.state.line": (ALL, ALL),
    "escarcelle.transfer": (ALL, ALL),
    "escarcelle.transfer.line": (ALL, ALL),
}
OPEN = {"escarcelle.storage"}
#: What a stock manager's screens must show without a household's name.
SCREENS = {
    "escarcelle.markdown": ("list", "form", "search"),
    "escarcelle.replenishment": ("list", "search"),
    "escarcelle.trace": ("form",),
    "escarcelle.recall": ("list", "form", "search"),
    "escarcelle.equipment": ("list", "form"),
    "escarcelle.temperature": ("list", "graph", "search"),
    "escarcelle.count": ("list", "form", "search"),
    "escarcelle.transfer": ("list", "form", "search"),
    "stock.picking": ("form",),
    "purchase.order": ("form",),
    "stock.lot": ("form",),
}


@tagged("post_install", "-at_install")
class TestSupplyRights(SupplyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls._user(f"right_{role}", group) for role, group in ROLES.items()}

    def test_a_line_for_each_role_and_model(self):
        for model, (manager, stock) in MATRIX.items():
            for role, user in self.users.items():
                rights = {"manager": manager, "stock": stock}.get(role, READ if model in OPEN else NONE)
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        target = self.env[model].with_user(user)
                        self.assertEqual(target.has_access(operation), letter in rights)

    def test_every_model_of_this_addon_is_in_the_matrix(self):
        ours = self.env["ir.model"].search([("model", "like", "escarcelle.%")])
        own = {m.model for m in ours if self.env[m.model]._original_module == "escarcelle_supply"}
        self.assertEqual(own, set(MATRIX))

    def test_screens_open_and_name_nobody(self):
        for model, kinds in SCREENS.items():
            for role in ("manager", "stock"):
                with self.subTest(model=model, role=role):
                    views = self.env[model].with_user(self.users[role]).get_views([(False, k) for k in kinds])
                    self.assertEqual(set(views["views"]), set(kinds))
        arch = self.env["escarcelle.recall"].with_user(self.users["stock"]).get_views([(False, "form")])
        self.assertNotIn("phone", arch["views"]["form"]["arch"])
        self.assertNotIn('name="household_id"', arch["views"]["form"]["arch"])

    def test_shops_are_apart(self):
        other = self.env["res.company"].create({"name": "Autre épicerie"})
        stranger = new_test_user(
            self.env, "supply_elsewhere", ROLES["manager"], company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        self.env["product.pricelist"].create({"name": "Public", "company_id": self.company.id})
        lot = self._lot(self.milk, 2, 5)
        lot.action_escarcelle_markdown()
        made = {
            "escarcelle.equipment": {"name": "Frigo"},
            "escarcelle.recall": {"lot_ids": [Command.set(lot.ids)]},
            "escarcelle.count": {},
        }
        records = [self.env[model].create(vals) for model, vals in made.items()]
        records.append(self.env["escarcelle.markdown"].search([("lot_id", "=", lot.id)]))
        records.append(self.env["escarcelle.supply.policy"]._escarcelle_for(self.company))
        for record in records:
            seen = self.env[record._name].with_user(stranger).with_context(allowed_company_ids=other.ids)
            with self.subTest(record._name):
                self.assertTrue(record)
                self.assertFalse(seen.search([("id", "in", record.ids)]))
                with self.assertRaises(AccessError):
                    seen.browse(record.ids).write({"company_id": other.id})
        count = records[2].with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            count.escarcelle_add([{"product": self.rice.id, "quantity": 1, "uuid": "x" * 10}])

    def test_those_without_the_role_call_nothing(self):
        for role in ("referent", "cashier", "employee", "auditor"):
            user = self.users[role]
            for call in (
                lambda user: self.env["escarcelle.equipment"].with_user(user).escarcelle_round(),
                lambda user: self.env["escarcelle.equipment"].with_user(user).escarcelle_read([]),
                lambda user: self.env["escarcelle.replenishment"].with_user(user).action_escarcelle_propose(),
                lambda user: self.env["escarcelle.supply.policy"].with_user(user).action_escarcelle_open(),
                lambda user: self.env["escarcelle.trace"].with_user(user).create({}),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    call(user)
