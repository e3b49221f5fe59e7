"""Nobody reads of a household more than the decisions allow: all our models, whatever addon brought them."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .classification import HOUSEHOLD, NOBODY, ODOO, OPEN, REFERENT

OURS = "escarcelle."
OPERATIONS = ("read", "write", "create", "unlink")
#: Role → models that speak of households and that it reads.
ROLES = {
    "network": ("escarcelle_statistics.group_network", frozenset()),
    "cashier": ("escarcelle_social.group_cashier", frozenset()),
    "referent": ("escarcelle_social.group_referent", REFERENT),
}


def unclassified(models):
    """Names (with « escarcelle. ») that nobody has put in a list yet."""
    return {model for model in models if model.removeprefix(OURS) not in HOUSEHOLD | NOBODY}


@tagged("post_install", "-at_install")
class TestWhoReadsHouseholds(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.env["res.company"].create({"name": "Épicerie d'essai"})
        cls.users = {
            role: new_test_user(
                cls.env, f"reads_{role}", group, company_id=cls.shop.id, company_ids=[Command.set(cls.shop.ids)]
            )
            for role, (group, _allowed) in ROLES.items()
        }  # fmt: skip
        cls.models = set(
            cls.env["ir.model"].search([("model", "=like", f"{OURS}%")]).mapped("model")
        )
        cls.home = cls.env["escarcelle.household"].create(
            {"first_name": "Amina", "last_name": "Benalouf", "company_id": cls.shop.id}
        )
        cls.home.action_issue_card()
        cls.contact = cls.home.partner_id

    def test_every_model_was_looked_at(self):
        self.assertGreater(len(self.models), 100)
        self.assertFalse(
            unclassified(self.models),
            "Say in tests/classification.py whether these models speak of one household.",
        )
        self.assertFalse(HOUSEHOLD & NOBODY)
        self.assertEqual(
            unclassified({"escarcelle.card", "escarcelle.unheard.of"}), {"escarcelle.unheard.of"}
        )

    def test_what_leads_to_a_household_is_not_said_to_name_nobody(self):
        named = {OURS + model for model in HOUSEHOLD} | {"pos.order", "pos.order.line"}
        for model in sorted(self.models - named):
            for field in self.env[model]._fields.values():
                if field.type in ("many2one", "many2many"):
                    with self.subTest(model=model, field=field.name):
                        self.assertFalse(field.comodel_name in named, field.comodel_name)

    def test_who_reads_what_speaks_of_a_household(self):
        for role, (_group, allowed) in ROLES.items():
            for model in sorted(self.models & {OURS + name for name in HOUSEHOLD - allowed}):
                target = self.env[model].with_user(self.users[role])
                if target._abstract:
                    continue
                for operation in OPERATIONS:
                    with self.subTest(role=role, model=model, operation=operation):
                        self.assertFalse(target.has_access(operation))

    def test_who_reads_tickets_and_entries_of_odoo(self):
        for role, user in self.users.items():
            for model in ODOO:
                for operation in OPERATIONS:
                    with self.subTest(role=role, model=model, operation=operation):
                        self.assertFalse(self.env[model].with_user(user).has_access(operation))

    def test_a_network_manager_reads_no_model_of_a_shop(self):
        for model in sorted(self.models):
            target = self.env[model].with_user(self.users["network"])
            if target._abstract:
                continue
            for operation in OPERATIONS:
                open_ = operation == "read" and model.removeprefix(OURS) in OPEN
                with self.subTest(model=model, operation=operation):
                    self.assertEqual(target.has_access(operation), open_)

    def test_no_way_round_by_reports_and_exports(self):
        """Searching, grouping and exporting are refused too, each by its own call."""
        for role in ("network", "cashier"):
            for name in (
                "household",
                "card",
                "budget.ledger",
                "visit",
                "fact.visit",
                "fact.key",
                "consent",
            ):
                if OURS + name not in self.models:
                    continue
                target = self.env[OURS + name].with_user(self.users[role])
                calls = {
                    "search_read": lambda t=target: t.search_read([]),
                    "web_search_read": lambda t=target: t.web_search_read([], {"id": {}}),
                    "name_search": lambda t=target: t.name_search("Amina"),
                    "search_count": lambda t=target: t.search_count([]),
                    "formatted_read_group": lambda t=target: t.formatted_read_group(
                        [], [], ["__count"]
                    ),
                    "web_read_group": lambda t=target: t.web_read_group(
                        [], ["display_name"], ["__count"]
                    ),
                    "export_data": lambda t=target: t.browse(1).export_data(["id"]),
                }
                for call, attempt in calls.items():
                    with self.subTest(role=role, model=name, call=call):
                        self.assertRaises(UserError, attempt)

    def test_nobody_of_these_exports(self):
        for role, user in self.users.items():
            with self.subTest(role), self.assertRaises(UserError):
                self.env["res.partner"].with_user(user).browse(user.partner_id.id).export_data(
                    ["name"]
                )

    def test_a_network_manager_finds_no_contact_of_a_household(self):
        contacts = self.env["res.partner"].with_user(self.users["network"])
        mine = [("id", "=", self.contact.id)]
        self.assertTrue(self.env["res.partner"].search(mine))
        self.assertFalse(contacts.search(mine))
        self.assertFalse(contacts.name_search(self.contact.name))
        self.assertFalse(contacts.formatted_read_group(mine, ["name"], ["__count"]))
        with self.assertRaises(AccessError):
            contacts.browse(self.contact.id).read(["name"])
        self.assertTrue(self.users["network"].partner_id.with_user(self.users["network"]).name)

    def test_who_works_in_the_shop_too_keeps_its_contacts(self):
        user = self.users["network"]
        user.group_ids |= self.env.ref("escarcelle_social.group_manager")
        self.assertEqual(
            self.env["res.partner"].with_user(user).browse(self.contact.id).name, self.contact.name
        )
