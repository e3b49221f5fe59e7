"""Who may do what: a line a role and model, for reading, writing, creating, deleting."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SocialCase

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
NONE, READ, ASK, EDIT, KEEP, ALL = "", "r", "rwc", "rw", "rwc", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Model → rights of manager, stock manager, social referent, cashier, plain employee, tax auditor.
MATRIX = {
    "escarcelle.household": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.household.member": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.card": (KEEP, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.entitlement": (ALL, NONE, ASK, NONE, NONE, NONE),
    "escarcelle.household.policy": (KEEP, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.household.reason": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.household.end": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.household.import": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.household.import.column": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.household.import.line": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.household.export": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.household.importer": (NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.sheet.import": (NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.shop.rules": (NONE, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.progress": (READ, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.age.class": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.convention": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.membership": (KEEP, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.visit": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.appointment": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.eligibility": (ALL, NONE, ASK, NONE, NONE, NONE),
    "escarcelle.eligibility.line": (ALL, NONE, ALL, NONE, NONE, NONE),
    "escarcelle.eligibility.kind": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.eligibility.threshold": (ALL, NONE, READ, NONE, NONE, NONE),
    "escarcelle.budget.tier": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.supplement": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.policy": (KEEP, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.ledger": (READ, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.allocate": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.allocate.line": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.adjust": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.budget.statement": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.card.print": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.label.print": (ALL, ALL, NONE, NONE, NONE, NONE),
    "escarcelle.price.update": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.price.update.line": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.funding.source": (ALL, READ, NONE, NONE, NONE, NONE),
    "escarcelle.quota": (ALL, READ, NONE, NONE, NONE, NONE),
    "escarcelle.quota.usage": (READ, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.quota.override": (READ, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.voucher.kind": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.voucher": (EDIT, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.voucher.remittance": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.voucher.billing": (ALL, NONE, NONE, NONE, NONE, NONE),
    "escarcelle.repacking": (ALL, ALL, NONE, NONE, NONE, NONE),
    "escarcelle.repacking.line": (ALL, ALL, NONE, NONE, NONE, NONE),
}
#: These only exist with tickets: test_quota and test_voucher show that shops are apart there.
WITH_TICKETS = ("escarcelle.quota.usage", "escarcelle.quota.override", "escarcelle.voucher")
#: Models of Odoo that these roles must not even read.
CLOSED = {
    "referent": (
        "pos.order",
        "pos.order.line",
        "pos.payment",
        "pos.session",
        "account.move",
        "account.move.line",
    ),
    "cashier": (
        "pos.order",
        "pos.session",
        "account.move",
        "account.move.line",
        "account.journal",
        "account.payment",
    ),
}
#: What a referent does not see of a household they may read.
HIDDEN = (
    "balance",
    "balance_cents",
    "has_budget",
    "ledger_seq",
    "movement_ids",
    "pricelist_id",
    "tier_id",
    "card_ids",
    "card_id",
)


@tagged("post_install", "-at_install")
class TestRights(SocialCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                f"test_{role}",
                group,
                company_id=cls.company.id,
                company_ids=[fields.Command.set(cls.company.ids)],
            )
            for role, group in ROLES.items()
        }

    def test_a_line_for_each_role_and_model(self):
        for model, row in MATRIX.items():
            for role, rights in zip(ROLES, row, strict=True):
                target = self.env[model].with_user(self.users[role])
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(target.has_access(operation), letter in rights)

    def test_every_model_of_this_addon_is_in_the_matrix(self):
        ours = self.env["ir.model"].search([("model", "like", "escarcelle.%")])
        mine = ours.filtered(lambda model: "escarcelle_social" in (model.modules or "").split(", "))
        own = {m.model for m in mine if self.env[m.model]._original_module == "escarcelle_social"}
        self.assertEqual(own, set(MATRIX))

    def test_closed_models(self):
        for role, models in CLOSED.items():
            for model in models:
                with self.subTest(role=role, model=model):
                    self.assertFalse(self.env[model].with_user(self.users[role]).has_access("read"))

    def test_a_referent_sees_those_they_refer(self):
        referent = self.users["referent"].partner_id
        office, other_office = self.env["res.partner"].create(
            [{"name": "CCAS", "is_company": True}, {"name": "Association", "is_company": True}]
        )
        colleague = self.env["res.partner"].create({"name": "Collègue", "parent_id": office.id})
        mine = self.household(referrer_id=referent.id)
        ours = self.household(referrer_id=colleague.id, organisation_id=office.id)
        theirs = self.household(organisation_id=other_office.id)
        nobodys = self.household()
        seen = self.households.with_user(self.users["referent"])
        every = mine | ours | theirs | nobodys
        self.assertEqual(seen.search([("id", "in", every.ids)]), mine)
        referent.parent_id = office
        self.assertEqual(seen.search([("id", "in", every.ids)]), mine | ours)
        for model, records in (
            ("escarcelle.household.member", every.member_ids),
            ("escarcelle.entitlement", every.entitlement_ids),
        ):
            found = (
                self.env[model]
                .with_user(self.users["referent"])
                .search([("id", "in", records.ids)])
            )
            self.assertEqual(found.household_id.sudo(), mine | ours, model)
        with self.assertRaises(AccessError):
            theirs.with_user(self.users["referent"]).read(["last_name"])
        with self.assertRaises(AccessError):
            self.env["escarcelle.entitlement"].with_user(self.users["referent"]).create(
                {"household_id": theirs.id, "date_from": "2027-01-01", "date_to": "2027-02-01"}
            )

    def test_a_referent_reads_no_budget_and_no_card(self):
        mine = self.household(referrer_id=self.users["referent"].partner_id.id)
        seen = mine.with_user(self.users["referent"])
        self.assertEqual(seen.read(["last_name", "state", "size"])[0]["last_name"], "Benalouf")
        for name in HIDDEN:
            with self.subTest(name), self.assertRaises(AccessError):
                seen.read([name])

    def test_only_a_manager_exports(self):
        home = self.household(referrer_id=self.users["referent"].partner_id.id)
        exported = home.with_user(self.users["manager"]).export_data(
            ["code", "last_name", "balance"]
        )
        self.assertEqual(exported["datas"], [[home.code, "Benalouf", 0.0]])
        for role in ("referent", "stock", "cashier", "employee"):
            with self.subTest(role), self.assertRaises(UserError):
                home.with_user(self.users[role]).export_data(["code"])

    def test_no_view_breaks_for_any_role(self):
        for role, models in {
            "manager": (
                "escarcelle.household",
                "escarcelle.entitlement",
                "escarcelle.budget.ledger",
            ),
            "referent": ("escarcelle.household", "escarcelle.entitlement"),
        }.items():
            for model in models:
                views = [(False, kind) for kind in ("list", "form", "kanban", "search")]
                with self.subTest(role=role, model=model):
                    got = self.env[model].with_user(self.users[role]).get_views(views)["views"]
                    self.assertEqual(set(got), {"list", "form", "kanban", "search"})
        arch = (
            self.env["escarcelle.household"]
            .with_user(self.users["referent"])
            .get_views([(False, "form")])
        )
        for name in HIDDEN:
            self.assertNotIn(f'name="{name}"', arch["views"]["form"]["arch"])

    def test_shops_are_apart(self):
        other = self.env["res.company"].create({"name": "Autre épicerie"})
        stranger = new_test_user(
            self.env,
            "elsewhere",
            ROLES["manager"],
            company_id=other.id,
            company_ids=[fields.Command.set(other.ids)],
        )
        home = self.household()
        home.action_issue_card()
        self.company._escarcelle_allocate("2026-11")
        good = self.env["product.template"].create({"name": "Riz", "available_in_pos": True})
        self.env["escarcelle.price.update"].create(
            {"name": "Janvier", "product_ids": good.ids, "value": 10}
        ).action_preview()
        self.env["escarcelle.budget.supplement"].create({"name": "Bébés", "amount": 10.0})
        self.env["escarcelle.funding.source"].create(
            {"name": "Aide alimentaire", "code": "FSE", "kind": "eu", "company_id": self.company.id}
        )
        bulk, bag = self.env["product.product"].create(
            [{"name": name, "type": "consu", "is_storable": True} for name in ("Riz en sac", "Riz 500 g")]
        )
        self.env["escarcelle.repacking"].with_company(self.company).create(
            {
                "company_id": self.company.id,
                "product_id": bulk.id,
                "quantity": 0.5,
                "line_ids": [
                    fields.Command.create({"product_id": bag.id, "bags": 1, "unit_weight": 0.5})
                ],
            }
        )
        self.a_followed_household(home)
        self.env["escarcelle.quota"].create(
            {"name": "Riz", "limit": 2, "product_ids": good.product_variant_ids.ids}
        )
        issuer = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        self.env["escarcelle.voucher.kind"].create({"name": "Bon CAP", "issuer_id": issuer.id})
        self.env["escarcelle.voucher.remittance"].create({"issuer_id": issuer.id})
        for model in MATRIX:
            if "company_id" not in self.env[model]._fields or self.env[model]._transient:
                continue
            if model in WITH_TICKETS or self.env[model]._abstract:
                continue
            with self.subTest(model):
                mine = self.env[model].sudo().search([("company_id", "=", self.company.id)])
                self.assertTrue(mine)
                seen = (
                    self.env[model].with_user(stranger).with_context(allowed_company_ids=other.ids)
                )
                self.assertFalse(seen.search([("id", "in", mine.ids)]))

    def a_followed_household(self, home):
        """One record of each model that follows a household, in the shop of the tests."""
        office = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        self.env["escarcelle.convention"].create({"name": "CCAS 2026", "organisation_id": office.id})
        self.env["escarcelle.household.policy"]._escarcelle_for(self.company)
        self.env["escarcelle.household.reason"].create(
            {"name": "À nous", "company_id": self.company.id}
        )
        self.env["escarcelle.eligibility.threshold"].create({"amount": 9.0})
        kind = self.env["escarcelle.eligibility.kind"].create(
            {"name": "À nous", "company_id": self.company.id}
        )
        linked = {"household_id": home.id}
        self.env["escarcelle.membership"].create(linked)
        self.env["escarcelle.visit"].create(linked)
        self.env["escarcelle.appointment"].create({**linked, "start": "2026-11-24 09:00:00"})
        self.env["escarcelle.eligibility"].create(
            {**linked, "line_ids": [fields.Command.create({"kind_id": kind.id, "amount": 1.0})]}
        )

    def test_only_a_manager_moves_a_budget(self):
        home = self.household(referrer_id=self.users["referent"].partner_id.id)
        self.company._escarcelle_allocate("2026-11")
        for role in ("stock", "referent", "cashier", "employee"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["escarcelle.budget.adjust"].with_user(self.users[role]).create(
                    {"household_id": home.id, "amount": 10, "reason": "x"}
                )
        with self.assertRaises(AccessError):
            self.ledger.with_user(self.users["manager"]).create(
                {"household_id": home.id, "company_id": self.company.id, "type": "adjustment"}
            )
        wizard = (
            self.env["escarcelle.budget.adjust"]
            .with_user(self.users["manager"])
            .create({"household_id": home.id, "amount": 10, "reason": "x"})
        )
        wizard.action_adjust()
        self.assertEqual(home.balance_cents, 5000)
