import json
from datetime import date

from dateutil.relativedelta import relativedelta
from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..tools import dossier
from .papers_common import PapersCase


@tagged("post_install", "-at_install")
class TestAccess(PapersCase):
    """The whole file of a household, given to them, and the requests that ask for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.full_household()

    @classmethod
    def full_household(cls):
        """A household with something in every corner."""
        office, town = cls.env["res.partner"].create(
            [
                {"name": "CCAS d'Essai", "is_company": True},
                {"name": "Ville payeuse", "is_company": True},
            ]
        )
        worker = cls.env["res.partner"].create({"name": "Paul Legrand", "parent_id": office.id})
        home = cls.households.create(
            {
                "first_name": "Amina", "last_name": "Benalouf", "phone": "0639980102", "street": "3 allée Verte",
                "note": "<p>Note libre</p>", "pricelist_id": cls.social.id, "organisation_id": office.id,
                "referrer_id": worker.id, "delegate_name": "Voisine Relais",
                "member_ids": [
                    fields.Command.create({"relation": "holder", "name": "Amina", "birth_year": 1988}),
                    fields.Command.create({"relation": "partner", "name": "Bilal", "birth_year": 1985}),
                ],
                "entitlement_ids": [
                    fields.Command.create(
                        {"date_from": "2026-09-01", "date_to": "2027-02-28", "decision": "granted",
                         "reason": "Baisse de ressources"}
                    )
                ],
            }
        )  # fmt: skip
        cls.env["ir.attachment"].create(
            {
                "name": "courrier.pdf",
                "raw": b"courrier",
                "res_model": "escarcelle.household",
                "res_id": home.id,
            }
        )
        home.action_issue_card()
        cls.env["escarcelle.visit"].create({"household_id": home.id, "day": "2026-11-03"})
        cls.env["escarcelle.membership"].create({"household_id": home.id})
        cls.env["escarcelle.appointment"].create(
            {"household_id": home.id, "start": "2026-11-24 09:00:00"}
        )
        kind = cls.env["escarcelle.eligibility.kind"].search([], limit=1)
        cls.env["escarcelle.eligibility"].create(
            {
                "household_id": home.id,
                "line_ids": [fields.Command.create({"kind_id": kind.id, "amount": 500.0})],
            }
        )
        cls.ledger._escarcelle_post(home, "adjustment", 2550, date(2026, 11, 2), note="Arrivée")
        home.message_post(body="Appel du CCAS")
        config = cls.env["pos.config"].create(
            {"name": "Caisse", "payment_method_ids": [fields.Command.clear()]}
        )
        session = cls.env["pos.session"].create({"config_id": config.id, "user_id": cls.env.uid})
        good = cls.env["product.product"].create({"name": "Riz long", "taxes_id": False})
        order = cls.env["pos.order"].create(
            {
                "session_id": session.id, "company_id": cls.company.id, "partner_id": home.partner_id.id,
                "amount_total": 2.4, "amount_tax": 0, "amount_paid": 2.4, "amount_return": 0,
                "lines": [
                    fields.Command.create(
                        {"product_id": good.id, "full_product_name": "Riz long", "qty": 2, "price_unit": 1.2,
                         "price_subtotal": 2.4, "price_subtotal_incl": 2.4, "tax_ids": False}
                    )
                ],
            }
        )  # fmt: skip
        cls.env["escarcelle.quota.override"].create(
            {
                "order_id": order.id,
                "household_id": home.id,
                "day": "2026-11-03",
                "over": 1.0,
                "reason": "Fête",
            }
        )
        cls.env["escarcelle.consent"].create({"household_id": home.id, "purpose": "phone"})
        asked = cls.env["escarcelle.privacy.request"].create(
            {
                "household_id": home.id, "kind": "rectification", "received_on": "2026-10-01",
                "line_ids": [fields.Command.create({"field": "city", "after": "Rennes"})],
            }
        )  # fmt: skip
        cls.env["escarcelle.privacy.extract"].create({"request_id": asked.id, "kind": "pdf"})
        return home

    def file(self, member=None):
        return self.manager_env["escarcelle.access.dossier"]._escarcelle_dossier(
            self.home.with_user(self.manager), member
        )

    def test_every_model_that_leads_to_a_household_is_given_or_excluded_with_a_reason(self):
        """Enumerated from the registry: a new model with a link to a household, or to one of its sections."""
        given = {section.model for section in dossier.SECTIONS} | {"escarcelle.household"}
        linked = {
            name
            for name, model in self.env.registry.items()
            if not model._abstract and not model._transient
            and any(
                field.store and field.type in ("many2one", "many2many") and field.comodel_name in given
                for field in model._fields.values()
            )
        }  # fmt: skip
        self.assertGreater(len(linked), 10)
        self.assertFalse(
            linked - given - dossier.EXCLUDED_MODELS.keys(),
            "add a section to tools/dossier.py, or exclude the model with a reason",
        )
        # What an erasure looks through is what is given: the two lists keep each other whole.
        erased = {
            model
            for model in self.home._escarcelle_places()
            if not model.startswith("escarcelle.restricted.")
        }
        self.assertFalse(
            erased - given - dossier.EXCLUDED_MODELS.keys() - dossier.BY_CONTACT.keys()
        )
        self.assertTrue(all(dossier.EXCLUDED_MODELS.values()) and all(dossier.BY_CONTACT.values()))

    def test_every_stored_field_is_given_or_excluded(self):
        file = self.file()
        for section in dossier.SECTIONS:
            if section.model not in self.env or not file[section.key]:
                continue
            stored = {
                name for name, field in self.env[section.model]._fields.items()
                if field.store and field.type not in ("one2many", "binary")
            }  # fmt: skip
            out = dossier.TECHNICAL | dossier.EXCLUDED_FIELDS.get(section.model, {}).keys()
            self.assertEqual(set(file[section.key][0]), stored - out, section.key)

    def test_nothing_is_forgotten(self):
        file = self.file()
        always = {section.key for section in dossier.SECTIONS if section.model in self.env}
        self.assertEqual(
            always - {"recalls", "erasures"} - {key for key in always if file[key]}, set()
        )
        self.assertEqual(file["household"]["last_name"], "Benalouf")
        self.assertEqual(file["household"]["note"].strip(), "Note libre")
        self.assertEqual([one["name"] for one in file["members"]], ["Amina", "Bilal"])
        self.assertEqual(file["budget"][0]["amount_cents"], 2550)
        self.assertEqual(file["eligibility_details"][0]["amount"], "500.00")
        ticket = file["tickets"][0]
        self.assertEqual((ticket["total"], ticket["lines"][0]["good"]), ("2.40", "Riz long"))
        self.assertEqual(
            (ticket["lines"][0]["quantity"], ticket["lines"][0]["unit_price"]), ("2.000", "1.2000")
        )
        self.assertIn("Appel du CCAS", [one["text"] for one in file["messages"]])
        self.assertEqual([one["name"] for one in file["documents"]], ["courrier.pdf"])
        who = " ".join(one["who"] for one in file["shared_with"])
        self.assertIn("CCAS d'Essai", who)
        self.assertIn("Paul Legrand", who)
        self.assertIn("Accueil et suivi des foyers", [one["activity"] for one in file["purposes"]])
        self.assertEqual((file["format"], file["version"]), ("escarcelle-access", 1))
        json.dumps(file)

    def test_who_works_at_the_shop_is_not_named(self):
        self.home.entitlement_ids.sudo().decided_by_id = self.manager
        text = json.dumps(self.file(), ensure_ascii=False)
        self.assertNotIn(self.manager.name, text)
        self.assertIn("la boutique", text)

    def test_another_member_is_given_their_own_part(self):
        bilal = self.home.member_ids.filtered(lambda one: one.name == "Bilal")
        text = json.dumps(self.file(bilal), ensure_ascii=False)
        self.assertIn("Bilal", text)
        for others in (
            "1988",
            "Note libre",
            "Voisine Relais",
            "0639980102",
            "courrier.pdf",
            "Appel du CCAS",
        ):
            self.assertNotIn(others, text)
        stranger = self.household(last_name="Autre")
        with self.assertRaises(ValidationError):
            self.request(stranger, member_id=bilal.id)

    def test_the_paper_says_it_in_french(self):
        paper = self.render("access", self.request(self.home, identity="card"))
        for words in (
            "Les données que nous gardons sur vous", "Benalouf", "Riz long", "2,40", "25,50", "24/11/2026 10:00",
            "CCAS d", "CNIL", "Accueil et suivi des foyers",
        ):  # fmt: skip
            self.assertIn(words, paper)
        self.assertNotIn(self.manager.name, paper)

    def test_one_click_makes_the_request(self):
        action = self.home.with_user(self.manager).action_give_file()
        asked = self.home.request_ids.filtered(lambda one: one.kind == "access")
        self.assertEqual(action["url"], f"/escarcelle/privacy/access/{asked.id}/zip")
        self.assertEqual(
            (asked.received_on, asked.due_on), (self.today, self.today + relativedelta(months=1))
        )
        self.home.with_user(self.manager).action_give_file()
        self.assertEqual(len(self.home.request_ids.filtered(lambda one: one.kind == "access")), 1)

    def test_a_request_has_a_deadline_and_an_answer(self):
        asked = self.request(self.home, received_on="2026-08-31")
        self.assertEqual(asked.due_on, date(2026, 9, 30))
        self.assertTrue(asked.late)
        requests = self.manager_env["escarcelle.privacy.request"]
        self.assertIn(asked, requests.search([("late", "=", True)]))
        activity = asked.activity_ids
        self.assertEqual(
            (activity.date_deadline, activity.user_id), (date(2026, 9, 30), self.manager)
        )
        self.assertNotIn("Benalouf", f"{activity.summary} {activity.res_name} {asked.display_name}")
        asked.extended = True
        self.assertEqual(
            (asked.due_on, activity.date_deadline), (date(2026, 11, 30), date(2026, 11, 30))
        )
        self.assertFalse(asked.late)
        with self.assertRaises(UserError):
            asked.action_answer()  # who asks was not checked
        asked.identity = "paper"
        with self.assertRaises(UserError):
            asked.action_refuse()  # without a reason
        asked.action_answer()
        self.assertEqual(
            (asked.state, asked.answered_on, asked.answered_by_id),
            ("done", self.today, self.manager),
        )
        self.assertFalse(asked.activity_ids)
        asked.details = "Tout"
        self.on(self.today + relativedelta(years=1, days=2))
        requests._escarcelle_cron_clear()
        self.assertFalse(asked.details)
        with self.refused_by_postgresql():
            requests.create({"kind": "access"}).flush_recordset()
        donor = requests.create({"who": "Un donateur", "kind": "access"})
        with self.assertRaises(UserError):
            donor.action_give_pdf()


@tagged("post_install", "-at_install")
class TestRectification(PapersCase):
    def correction(self, home, **values):
        return self.request(
            home, "rectification", identity="card", line_ids=[fields.Command.create(values)]
        )

    def test_a_correction_is_applied_undone_and_forgotten(self):
        home = self.household(street="1 rue Fausse")
        asked = self.correction(home, field="street", after="2 rue Juste")
        line = asked.line_ids
        self.assertEqual(line.before, "1 rue Fausse")
        asked.action_apply_corrections()
        self.assertEqual(
            (home.street, line.state, line.old_value), ("2 rue Juste", "applied", "1 rue Fausse")
        )
        self.assertEqual(
            (asked.state, line.applied_on, line.applied_by_id), ("done", self.today, self.manager)
        )
        with self.assertRaises(UserError):
            line.after = "3 rue Autre"
        line.action_undo()
        self.assertEqual(
            (home.street, line.state, line.old_value), ("1 rue Fausse", "undone", False)
        )
        again = self.correction(home, field="street", after="2 rue Juste")
        again.action_apply_corrections()
        self.on(self.today + relativedelta(days=31))
        self.manager_env["escarcelle.rectification.line"]._escarcelle_cron_clear()
        self.assertEqual((again.line_ids.old_value, again.line_ids.after), (False, False))
        self.assertEqual(again.line_ids.field, "street", "that it was corrected stays")
        with self.assertRaises(UserError):
            again.line_ids.action_undo()
        self.assertEqual(home.street, "2 rue Juste")

    def test_a_member_is_corrected(self):
        home = self.household()
        member = home.member_ids
        asked = self.correction(home, field="member:birth_year", member_id=member.id, after="1991")
        asked.action_apply_corrections()
        self.assertEqual(member.birth_year, 1991)
        asked.line_ids.action_undo()
        self.assertEqual(member.birth_year, 1990)

    def test_what_cannot_be_right_is_refused(self):
        home, other = self.household(), self.household(last_name="Autre")
        member = home.member_ids.id
        for values in (
            {"field": "member:birth_year", "member_id": member, "after": "19900"},
            {"field": "member:birth_year", "member_id": member, "after": "٢٠٠٠"},
            {"field": "member:name", "after": "Sans membre"},
            {"field": "member:name", "member_id": other.member_ids.id, "after": "D'un autre"},
            {"field": "street", "member_id": member, "after": "1 rue"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.correction(home, **values)
        emptied = self.correction(home, field="last_name", after="")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            emptied.action_apply_corrections()
        self.assertEqual(home.last_name, "Benalouf")
        with self.assertRaises(UserError):
            self.request(home, "rectification", identity="card").action_apply_corrections()

    def test_an_erasure_empties_what_was_asked(self):
        home = self.household(street="1 rue Fausse")
        asked = self.correction(home, field="street", after="2 rue Juste")
        asked.details = "Amina Benalouf déménage"
        self.agree(home, "phone")
        erasing = self.request(home, "erasure")
        asked.action_apply_corrections()
        places = home._escarcelle_personal_columns()
        self.assertTrue(
            {"escarcelle.consent", "escarcelle.privacy.request", "escarcelle.rectification.line"}
            <= places.keys()
        )
        home.sudo()._escarcelle_erase()
        self.assertFalse(home.consent_ids.exists())
        self.assertEqual(
            (asked.details, asked.line_ids.old_value, asked.line_ids.after), (False, False, False)
        )
        self.assertEqual(erasing.state, "done", "the erasure is the answer")
