from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..tools import living_rest
from .common import SocialCase


@tagged("post_install", "-at_install")
class TestEligibility(SocialCase):
    """*Reste à vivre* a person and a day, against the threshold of the day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kinds = cls.env["escarcelle.eligibility.kind"]
        cls.wages = kinds.search([("type", "=", "resource")], limit=1)
        cls.rent = kinds.search([("type", "=", "charge")], limit=1)
        cls.rules = cls.env["escarcelle.household.policy"]._escarcelle_for(cls.company)
        cls.thresholds = cls.env["escarcelle.eligibility.threshold"].create(
            [
                {"date_from": "2026-01-01", "amount": 9.0},
                {"date_from": "2026-11-01", "amount": 10.0},
            ]
        )

    def calculate(self, household, wages=0.0, rent=0.0, **values):
        return self.env["escarcelle.eligibility"].create(
            {
                "household_id": household.id,
                "line_ids": [
                    fields.Command.create({"kind_id": self.wages.id, "amount": wages}),
                    fields.Command.create({"kind_id": self.rent.id, "amount": rent}),
                ],
                **values,
            }
        )

    def test_arithmetic(self):
        # 1 500 − 600 over 3 persons and 30 days: 10.00 a day
        self.assertEqual(living_rest.living_rest(150_000, 60_000, 6, 30), 1000)
        # two adults and a child one week in two: 2.5 persons
        self.assertEqual(living_rest.units(3, 1, True), 5)
        self.assertEqual(living_rest.units(3, 1, False), 6)
        self.assertEqual(living_rest.units(1, 1, True), 2, "never less than one person")
        self.assertEqual(living_rest.living_rest(150_000, 60_000, 5, 30), 1200)
        self.assertEqual(living_rest.living_rest(1, 0, 2, 30), 0)
        self.assertEqual(living_rest.living_rest(15, 0, 2, 30), 1, "half a cent goes up")
        self.assertEqual(living_rest.living_rest(0, 15, 2, 30), -1)
        with self.assertRaises(ValueError):
            living_rest.living_rest(1, 1, 0, 30)

    def test_the_threshold_of_the_day(self):
        home = self.household(size=3)
        one = self.calculate(home, 1500, 600, day="2026-11-21")
        self.assertEqual(
            (one.people, one.living_rest, one.threshold, one.verdict), (3, 10.0, 10.0, "eligible")
        )
        before = self.calculate(home, 1500, 600, day="2026-10-31")
        self.assertEqual((before.threshold, before.verdict), (9.0, "above"))
        long_ago = self.calculate(home, 1500, 600, day="2025-12-31")
        self.assertEqual((long_ago.threshold, long_ago.verdict), (0.0, "unknown"))

    def test_joint_custody_counts_half_when_the_shop_does(self):
        home = self.household(size=2)
        home.member_ids = [
            fields.Command.create({"relation": "child", "birth_year": 2015, "joint_custody": True})
        ]
        one = self.calculate(home, 1500, 600)
        self.assertEqual((one.people, one.halves, one.living_rest), (3, 1, 12.0))
        self.rules.joint_custody_half = False
        one.invalidate_recordset()
        self.assertEqual(one.living_rest, 10.0)

    def test_the_convention_has_its_own_threshold(self):
        office = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        convention = self.env["escarcelle.convention"].create(
            {"name": "CCAS", "organisation_id": office.id}
        )
        self.env["escarcelle.eligibility.threshold"].create(
            {"date_from": "2026-01-01", "amount": 15.0, "convention_id": convention.id}
        )
        one = self.calculate(self.household(), 500, 100, convention_id=convention.id)
        self.assertEqual((one.threshold, one.verdict), (15.0, "eligible"))

    def test_what_was_typed_is_thrown_away(self):
        home = self.household(size=3)
        one = self.calculate(home, 1500, 600)
        one.action_confirm()
        self.assertFalse(one.line_ids)
        self.assertEqual((one.living_rest, one.threshold, one.verdict), (10.0, 10.0, "eligible"))
        self.assertEqual((home.living_rest, home.living_rest_on), (10.0, one.day))
        self.thresholds[1].amount = 2.0
        one.invalidate_recordset()
        self.assertEqual(
            (one.threshold, one.verdict), (10.0, "eligible"), "the threshold of that day is kept"
        )
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM escarcelle_eligibility_line WHERE eligibility_id = %s", [one.id]
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_or_kept_when_the_shop_says_so(self):
        self.rules.keep_inputs = True
        one = self.calculate(self.household(), 1500, 0)
        one.action_confirm()
        self.assertEqual(
            one.line_ids.mapped("amount"), [1500.0], "empty lines are not worth keeping"
        )

    def test_a_result_that_was_kept_does_not_change(self):
        one = self.calculate(self.household(), 1500, 600)
        one.action_confirm()
        for values in ({"people": 5}, {"day": "2026-01-01"}):
            with self.assertRaises(UserError):
                one.write(values)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.env["escarcelle.eligibility.line"].create(
                {"eligibility_id": one.id, "kind_id": self.rent.id, "amount": 900}
            )

    def test_nothing_typed_is_no_result(self):
        with self.assertRaises(UserError):
            self.calculate(self.household()).action_confirm()
        with self.refused("amount_positive"):
            self.calculate(self.household(), -5).flush_recordset()
        with self.refused("people_positive"):
            self.calculate(self.household(), 5, people=0).flush_recordset()

    def test_who_has_nothing_is_eligible_when_somebody_says_so(self):
        one = self.calculate(self.household())
        one.nothing = True
        one.action_confirm()
        self.assertEqual((one.state, one.kept_rest, one.kept_verdict), ("done", 0.0, "eligible"))

    def test_the_convention_of_the_household_is_proposed(self):
        office = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        convention = self.env["escarcelle.convention"].create(
            {"name": "CCAS", "organisation_id": office.id}
        )
        home = self.household()
        home.entitlement_ids.convention_id = convention
        with Form(self.env["escarcelle.eligibility"]) as form:
            form.household_id = home
            self.assertEqual(form.convention_id, convention)
            form.household_id = self.household()
            self.assertFalse(form.convention_id)

    def test_dates_are_said_as_people_write_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {"lang": "fr_FR"}
        one = self.calculate(self.household(), 500, 100, day="2026-11-21")
        self.assertIn("21/11/2026", one.with_context(**french).display_name)
        said = self.thresholds[0].with_context(**french).display_name
        self.assertIn("01/01/2026", said)
        self.assertIn("9,00", said)

    def test_a_new_form_has_every_line(self):
        values = self.env["escarcelle.eligibility"].default_get(["line_ids"])
        self.assertGreaterEqual(len(values["line_ids"]), 20)

    def test_a_referent_calculates_for_those_they_refer(self):
        referent = new_test_user(
            self.env, "referent_rest", "escarcelle_social.group_referent",
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)],
        )  # fmt: skip
        mine = self.household(referrer_id=referent.partner_id.id)
        theirs = self.household()
        other = self.calculate(theirs, 500, 100)
        seen = self.env["escarcelle.eligibility"].with_user(referent)
        one = seen.create(
            {
                "household_id": mine.id,
                "line_ids": [fields.Command.create({"kind_id": self.wages.id, "amount": 300})],
            }
        )
        one.action_confirm()
        self.assertEqual((one.living_rest, one.verdict), (10.0, "eligible"))
        self.assertFalse(seen.search([("id", "=", other.id)]))
        self.assertFalse(self.env["escarcelle.eligibility.line"].with_user(referent).search([]))
        with self.assertRaises(AccessError):
            seen.create({"household_id": theirs.id})
