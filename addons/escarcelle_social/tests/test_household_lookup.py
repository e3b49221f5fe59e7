from odoo import fields
from odoo.tests import new_test_user, tagged

from ..tools import keys
from .common import SocialCase


@tagged("post_install", "-at_install")
class TestHouseholdLookup(SocialCase):
    """One box finds a household, whatever is typed; who looks like whom is said, and nothing is blocked."""

    def find(self, text, user=None):
        households = self.households.with_user(user) if user else self.households
        return households.search([("lookup", "ilike", text), ("company_id", "=", self.company.id)])

    def test_keys(self):
        for text, key in (
            ("Éloïse  N'Guyen", "eloise n guyen"),
            ("ŒUVRARD", "oeuvrard"),
            (None, ""),
            ("-", ""),
        ):
            with self.subTest(text):
                self.assertEqual(keys.fold(text), key)
        self.assertEqual(keys.person("Éloïse", "DUPONT"), keys.person("dupont", "Eloise"))
        self.assertEqual(keys.person("", "Dupont"), "")
        for text in (
            "06 39 98 12 34",
            "+33 6 39 98 12 34",
            "0033639981234",
            "06.39.98.12.34",
            "+33 (0)6 39 98 12 34",
        ):
            with self.subTest(text):
                self.assertEqual(keys.phone(text), "0639981234")
        self.assertEqual(keys.phone("12"), "")

    def test_one_box(self):
        office = self.env["res.partner"].create(
            {"name": "CCAS de Rochefleurie", "is_company": True}
        )
        worker = self.env["res.partner"].create({"name": "Lucie Zabal", "parent_id": office.id})
        home = self.household(
            first_name="Éloïse", last_name="Zébulon", phone="+33 6 39 98 12 34", email="Zeb@exemple.example",
            organisation_id=office.id, referrer_id=worker.id, external_ref="K-0042",
        )  # fmt: skip
        home.member_ids[0].name = "Théo"
        home.action_issue_card()
        self.household(first_name="Zoé", last_name="Autre")
        for text in (
            home.code, "zebulon", "ELOISE", "eloise zebulon", "zébu élo", "06 39 98 12 34", "0639981234", "39981234",
            "theo", "zeb@exemple", "rochefleurie", "zabal", "K-0042", home.card_id.number,
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(self.find(text), home)
        for text in ("zebulon inconnu", "%", "_", "()"):
            with self.subTest(text):
                self.assertFalse(self.find(text))

    def test_an_old_card_still_leads_to_its_household(self):
        home = self.household()
        home.action_issue_card()
        old = home.card_id
        old.action_report_lost()
        self.assertEqual(self.find(old.number), home)

    def test_a_referent_searches_among_theirs_and_by_no_card(self):
        referent = new_test_user(
            self.env, "referent_lookup", "escarcelle_social.group_referent",
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)],
        )  # fmt: skip
        mine = self.household(last_name="Zabalzar", referrer_id=referent.partner_id.id)
        self.household(last_name="Zabalzar")
        mine.action_issue_card()
        self.assertEqual(self.find("zabal", referent), mine)
        self.assertFalse(self.find(mine.card_id.number, referent))

    def test_a_name_that_is_erased_is_not_found_any_more(self):
        home = self.household(last_name="Zabalzar", phone="06 39 98 12 34")
        home.write({"last_name": "Effacé", "first_name": "Foyer", "phone": False})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT concat_ws(' ', name_key, phone_key, email_key, lookup_key) FROM escarcelle_household WHERE id = %s",
            [home.id],
        )
        kept = self.env.cr.fetchone()[0]
        self.assertNotIn("zabal", kept)
        self.assertNotIn("0639981234", kept)

    def test_duplicates(self):
        one = self.household(
            first_name="Éloïse", last_name="Dupont", phone="06 39 98 12 34", size=0
        )
        one.member_ids = [fields.Command.create({"relation": "holder", "birth_year": 1980})]
        other = self.household(first_name="DUPONT", last_name="Eloise", size=0)
        self.assertEqual(
            (one.duplicate_ids, other.duplicate_ids), (other, one), "no year known: worth a look"
        )
        other.member_ids = [fields.Command.create({"relation": "holder", "birth_year": 1999})]
        self.assertFalse(other.duplicate_ids, "another year: another person")
        other.phone = "+33639981234"
        self.assertEqual(other.duplicate_ids, one)
        other.write({"phone": False, "email": "A@exemple.example"})
        third = self.household(
            first_name="Bruno", last_name="Carpentras", email="a@EXEMPLE.example", active=False
        )
        other.invalidate_recordset(["duplicate_ids"])
        self.assertEqual(other.duplicate_ids, third, "archived ones too")
        every = (one | other | third).ids
        found = self.households.with_context(active_test=False).search(
            [("duplicate_ids", "!=", False), ("id", "in", every)]
        )
        self.assertEqual(found, other | third)
        other.action_not_duplicate()
        self.assertFalse(other.duplicate_ids | third.duplicate_ids)

    def test_duplicates_are_said_before_saving_and_stay_in_the_shop(self):
        one = self.household(first_name="Éloïse", last_name="Dupont")
        draft = self.households.new({"first_name": "eloise", "last_name": "dupont"})
        self.assertEqual(draft.duplicate_ids._origin, one)
        elsewhere = self.env["res.company"].create({"name": "Autre épicerie"})
        far = self.households.new(
            {"first_name": "eloise", "last_name": "dupont", "company_id": elsewhere.id}
        )
        self.assertFalse(far.duplicate_ids)
