"""Who may do what with papers, requests and agreements: a line a role and model."""

from odoo import fields
from odoo.tests import new_test_user, tagged

from .papers_common import PapersCase

ROLES = {
    "manager": "escarcelle_social.group_manager",
    "stock": "escarcelle_social.group_stock",
    "referent": "escarcelle_social.group_referent",
    "cashier": "escarcelle_social.group_cashier",
    "employee": "base.group_user",
    "auditor": "escarcelle_fiscal.group_auditor",
}
READ, KEEP, ALL = "r", "rwc", "rwcd"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: What the manager may do; the other roles may do nothing at all.
MATRIX = {
    "escarcelle.privacy.office": KEEP,
    "escarcelle.privacy.request": KEEP,
    "escarcelle.privacy.extract": READ,
    "escarcelle.rectification.line": ALL,
    "escarcelle.consent": KEEP,
    "escarcelle.processing": ALL,
    "escarcelle.privacy.notice": ALL,
    "escarcelle.impact": ALL,
    "escarcelle.impact.measure": ALL,
    "escarcelle.impact.risk": ALL,
    "escarcelle.impact.action": ALL,
    "escarcelle.processor": ALL,
    "escarcelle.subprocessor": ALL,
}
ABSTRACT = {
    "escarcelle.privacy.paper",
    "escarcelle.privacy.facts",
    "escarcelle.access.dossier",
    "escarcelle.impact.part",
}
#: Models of the erasure have their own matrix.
ERASURE = (
    "escarcelle.erasure",
    "escarcelle.restricted",
    "escarcelle.card.retired",
    "escarcelle.contact",
)


@tagged("post_install", "-at_install")
class TestPapersRights(PapersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"papers_of_{role}", group, company_id=cls.company.id,
                company_ids=[fields.Command.set(cls.company.ids)],
            )
            for role, group in ROLES.items()
        }  # fmt: skip

    def test_a_line_for_each_role_and_model(self):
        for model, rights in MATRIX.items():
            for role, user in self.users.items():
                target = self.env[model].with_user(user)
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        expected = role == "manager" and letter in rights
                        self.assertEqual(target.has_access(operation), expected)

    def test_every_model_of_these_papers_is_in_the_matrix(self):
        own = {
            name for name in self.env
            if name.startswith("escarcelle.") and self.env[name]._original_module == "escarcelle_privacy"
            and not name.startswith(ERASURE)
        }  # fmt: skip
        self.assertEqual(own - ABSTRACT, set(MATRIX))

    def test_shops_are_apart(self):
        other = self.env["res.company"].create({"name": "Autre épicerie"})
        stranger = new_test_user(
            self.env, "papers_elsewhere", ROLES["manager"], company_id=other.id,
            company_ids=[fields.Command.set(other.ids)],
        )  # fmt: skip
        home = self.household()
        asked = self.request(
            home,
            "rectification",
            line_ids=[fields.Command.create({"field": "city", "after": "Ici"})],
        )
        self.env["escarcelle.privacy.extract"].create({"request_id": asked.id, "kind": "pdf"})
        self.agree(home, "phone")
        self.manager_env["escarcelle.processing"]._escarcelle_fill(self.company)
        self.notice()
        self.manager_env["escarcelle.impact"].create({})
        cloud = self.env["res.partner"].create({"name": "Nuage", "is_company": True})
        self.manager_env["escarcelle.processor"].create(
            {
                "partner_id": cloud.id,
                "subprocessor_ids": [fields.Command.create({"name": "S", "service": "Salle"})],
            }
        )
        for model in MATRIX:
            with self.subTest(model):
                mine = self.env[model].sudo().search([("company_id", "=", self.company.id)])
                self.assertTrue(mine)
                self.assertEqual(
                    self.env[model].with_user(self.manager).search([("id", "in", mine.ids)]), mine
                )
                seen = (
                    self.env[model].with_user(stranger).with_context(allowed_company_ids=other.ids)
                )
                self.assertFalse(seen.search([("id", "in", mine.ids)]))

    def test_no_view_breaks_and_a_referent_sees_none_of_it(self):
        for model in MATRIX:
            if self.env[model]._name in ("escarcelle.privacy.extract", "escarcelle.subprocessor"):
                continue
            with self.subTest(model):
                self.env[model].with_user(self.manager).get_views(
                    [(False, "form"), (False, "list"), (False, "search")]
                )
        form = self.households.with_user(self.users["referent"]).get_views([(False, "form")])[
            "views"
        ]["form"]["arch"]
        for name in ("consent_ids", "informed_on", "request_ids", "action_give_file"):
            self.assertNotIn(f'name="{name}"', form)
