from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SocialCase


@tagged("post_install", "-at_install")
class TestHouseholdFollowUp(SocialCase):
    """Conventions and waiting periods, reminders, suspension and exit, people at any date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.env["res.partner"].create({"name": "CCAS", "is_company": True})
        cls.convention = cls.env["escarcelle.convention"].create(
            {
                "name": "CCAS 2026", "organisation_id": cls.office.id, "date_from": "2026-01-01",
                "duration_months": 3, "max_months": 6, "waiting_months": 3,
            }
        )  # fmt: skip
        cls.rules = cls.env["escarcelle.household.policy"]._escarcelle_for(cls.company)
        cls.reasons = cls.env["escarcelle.household.reason"]

    def grant(self, household, start, end, **values):
        return self.env["escarcelle.entitlement"].create(
            {
                "household_id": household.id, "date_from": start, "date_to": end, "decision": "granted",
                "convention_id": self.convention.id, **values,
            }
        )  # fmt: skip

    def test_months_in_a_row_then_a_waiting_period(self):
        home = self.household(None)
        self.grant(home, "2026-01-01", "2026-03-31")
        self.grant(home, "2026-04-01", "2026-06-30")
        for start, end in (("2026-07-01", "2026-09-30"), ("2026-09-30", "2026-12-29")):
            with self.subTest(start), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.grant(home, start, end)
        back = self.grant(home, "2026-10-01", "2026-12-31")
        self.assertFalse(back.waiting_notice, "three months were waited")

    def test_a_single_period_is_not_longer_than_the_convention(self):
        home = self.household(None)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.grant(home, "2026-01-01", "2026-07-01")
        self.grant(home, "2026-01-01", "2026-06-30")

    def test_an_exception_says_why(self):
        home = self.household(None)
        self.grant(home, "2026-01-01", "2026-06-30")
        more = self.grant(home, "2026-07-01", "2026-09-30", exception_reason="Naissance en juillet")
        self.assertEqual(more.decision, "granted")

    def test_a_request_says_what_the_convention_allows_before_anybody_decides(self):
        home = self.household(None)
        self.grant(home, "2026-01-01", "2026-06-30")
        request = self.grant(home, "2026-07-01", "2026-09-30", decision="pending")
        self.assertTrue(request.waiting_notice)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            request.action_grant()

    def test_overlaps_are_refused_in_one_batch_too(self):
        home = self.household(None)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.env["escarcelle.entitlement"].create(
                [
                    {
                        "household_id": home.id,
                        "date_from": start,
                        "date_to": end,
                        "decision": "granted",
                    }
                    for start, end in (("2026-01-01", "2026-03-31"), ("2026-03-31", "2026-04-30"))
                ]
            )

    def test_to_renew_and_the_reminder_once(self):
        soon, later, over = (
            self.household(("2026-06-01", end))
            for end in ("2026-12-21", "2026-12-22", "2026-11-20")
        )
        every = soon | later | over
        self.assertEqual(
            self.households.search([("to_renew", "=", True), ("id", "in", every.ids)]), soon
        )
        self.assertEqual(every.filtered("to_renew"), soon)
        others = self.households.search([("to_renew", "=", False), ("id", "in", every.ids)])
        self.assertEqual(others, later | over)
        for _day in range(2):
            self.households._escarcelle_cron_follow()
        self.assertEqual(len(soon.activity_ids), 1)
        self.assertEqual(soon.activity_ids.date_deadline, date(2026, 12, 21))
        self.assertFalse((later | over).activity_ids)
        self.grant(
            soon, "2026-12-22", "2027-03-21", convention_id=False, decision="pending"
        ).action_grant()
        self.assertFalse(soon.activity_ids, "renewed: nobody needs reminding")
        self.assertFalse(soon.to_renew)

    def test_a_reminder_goes_to_whom_the_rules_name_and_can_be_switched_off(self):
        user = new_test_user(
            self.env, "accueil", "escarcelle_social.group_manager",
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)],
        )  # fmt: skip
        home = self.household(("2026-06-01", "2026-12-01"))
        self.rules.renewal_days = 0
        self.households._escarcelle_cron_follow()
        self.assertFalse(home.activity_ids)
        self.rules.write({"renewal_days": 30, "renewal_user_id": user.id})
        self.households._escarcelle_cron_follow()
        self.assertEqual(home.activity_ids.user_id, user)

    def test_the_referent_is_written_to_without_a_name(self):
        self.rules.renewal_mail = True
        worker = self.env["res.partner"].create(
            {"name": "Lucie", "email": "lucie@ccas.example", "parent_id": self.office.id}
        )
        home = self.household(("2026-06-01", "2026-12-01"), referrer_id=worker.id)
        before = self.env["mail.mail"].search([])
        self.households._escarcelle_remind(self.company)
        mail = self.env["mail.mail"].search([]) - before
        self.assertTrue(
            home.activity_ids, "Odoo mails its activities, with the name of the file: not this one"
        )
        self.assertEqual(len(mail), 1)
        self.assertIn("lucie@ccas.example", mail.email_to)
        self.assertIn(home.code, mail.body_html)
        for hidden in ("Amina", "Benalouf"):
            self.assertNotIn(hidden, mail.body_html + mail.subject)

    def test_suspension_ends_by_itself(self):
        home = self.household()
        reason = self.reasons.search([("kind", "=", "suspension")], limit=1)
        wizard = self.env["escarcelle.household.end"].create(
            {
                "household_ids": home.ids,
                "kind": "suspension",
                "reason_id": reason.id,
                "until": "2026-11-30",
            }
        )
        wizard.action_apply()
        self.assertEqual((home.state, home.suspended_reason_id), ("suspended", reason))
        self.on(date(2026, 11, 30))
        self.households._escarcelle_cron_follow()
        self.assertTrue(home.suspended, "the last day included")
        self.on(date(2026, 12, 1))
        self.households._escarcelle_cron_follow()
        self.assertEqual((home.state, home.suspended_reason_id.id), ("entitled", False))

    def test_exit_ends_everything_and_can_be_taken_back(self):
        home = self.household()
        home.action_issue_card()
        card = home.card_id
        self.grant(home, "2027-01-01", "2027-02-01", convention_id=False)
        self.grant(home, "2027-03-01", "2027-04-01", convention_id=False, decision="pending")
        reason = self.reasons.search([("kind", "=", "exit")], limit=1)
        past, coming = self.env["escarcelle.appointment"].create(
            [
                {"household_id": home.id, "start": start}
                for start in ("2020-01-06 09:00:00", fields.Datetime.now() + timedelta(days=1))
            ]
        )
        home._escarcelle_suspend(reason, False, "papiers")
        wizard = self.env["escarcelle.household.end"].create(
            {"household_ids": home.ids, "kind": "exit", "reason_id": reason.id, "day": "2026-11-20"}
        )
        wizard.action_apply()
        self.assertEqual((past.state, coming.state), ("planned", "cancelled"))
        self.assertEqual((home.suspended_reason, home.suspended_reason_id.id), (False, False))
        self.assertEqual(
            (home.state, home.exit_on, home.exit_reason_id), ("left", date(2026, 11, 20), reason)
        )
        self.assertEqual((card.state, home.partner_id.barcode), ("returned", False))
        self.assertEqual(
            sorted(home.entitlement_ids.mapped("decision")), ["granted", "refused", "refused"]
        )
        self.assertEqual(home.entitled_until, date(2026, 11, 20))
        self.assertEqual(
            self.households.search([("state", "=", "left"), ("id", "=", home.id)]), home
        )
        self.assertFalse(
            self.households.search([("state", "=", "suspended"), ("id", "=", home.id)])
        )
        self.assertFalse(home.missing)
        home.action_readmit()
        self.assertEqual(home.state, "ended")
        with self.assertRaises(UserError):
            home._escarcelle_leave(reason, date(2026, 11, 22))

    def test_the_rules_are_called_what_they_are(self):
        self.assertNotIn(self.company.name, self.rules.display_name)

    def test_nobody_came_tomorrow(self):
        home = self.household()
        coming = self.env["escarcelle.appointment"].create(
            {"household_id": home.id, "start": "2026-11-22 10:00:00"}
        )
        with self.assertRaises(UserError):
            coming.action_came()
        self.assertEqual((coming.state, home.visit_ids.ids), ("planned", []))
        self.on(date(2026, 11, 22))
        coming.action_came()
        self.assertEqual(home.visit_ids.day, date(2026, 11, 22))

    def test_a_new_entitlement_brings_back_who_had_left(self):
        home = self.household(("2026-01-01", "2026-03-31"))
        home._escarcelle_leave(
            self.reasons.search([("kind", "=", "exit")], limit=1), date(2026, 11, 20)
        )
        self.assertEqual(home.state, "left")
        self.grant(home, "2026-11-21", "2027-02-20", convention_id=False)
        self.assertEqual((home.state, home.exit_on), ("entitled", False))

    def test_people_at_any_date(self):
        home = self.household(size=0)
        home.member_ids = [
            fields.Command.create({"relation": "holder", "birth_year": 1980}),
            fields.Command.create(
                {"relation": "child", "birth_year": 2008, "left_on": "2026-08-31"}
            ),
            fields.Command.create(
                {"relation": "child", "birth_year": 2026, "joined_on": "2026-12-24"}
            ),
            fields.Command.create({"relation": "other"}),
        ]
        self.assertEqual(home.size, 2)

        def shape(day):
            size, ages = home._escarcelle_shape_on(day)[home]
            return size, {one.code or "": count for one, count in ages.items()}

        self.assertEqual(shape(date(2026, 8, 31)), (3, {"adult": 1, "young": 1, "": 1}))
        self.assertEqual(shape(date(2025, 8, 31)), (3, {"adult": 1, "child": 1, "": 1}))
        self.assertEqual(shape(date(2026, 12, 25)), (3, {"adult": 1, "baby": 1, "": 1}))
        self.on(date(2026, 12, 24))
        self.households._escarcelle_cron_follow()
        self.assertEqual(home.size, 3, "the budget tier follows the day somebody joins")

    def test_who_is_taken_off_was_there_before(self):
        home = self.household(size=2)
        gone = home.member_ids[1]
        gone.action_archive()
        self.assertEqual((home.size, gone.left_on), (1, date(2026, 11, 21)))
        self.assertEqual(home._escarcelle_shape_on(date(2026, 11, 1))[home][0], 2)

    def test_age_classes_do_not_overlap(self):
        with self.assertRaises(ValidationError):
            self.env["escarcelle.age.class"].create(
                {"name": "10 à 12", "code": "x", "age_from": 10, "age_to": 13}
            )

    def test_what_is_missing(self):
        home = self.household(None, size=0, pricelist_id=False)
        lacks = len(home._escarcelle_lacks(self.rules))
        home.write({"pricelist_id": self.public.id, "organisation_id": self.office.id})
        self.assertEqual(len(home._escarcelle_lacks(self.rules)), lacks - 2)
        home.action_issue_card()
        home.member_ids = [fields.Command.create({"relation": "holder", "birth_year": 1980})]
        self.grant(home, "2026-11-01", "2026-12-01", convention_id=False)
        self.assertFalse(home.missing)
        self.rules.membership_required = True
        home.invalidate_recordset()
        self.assertTrue(home.missing)

    def test_a_list_costs_no_query_a_household(self):
        names = [
            "missing",
            "to_renew",
            "state",
            "duplicate_ids",
            "last_visit",
            "membership_valid",
            "living_rest",
        ]

        def queries(count):
            homes = self.households.concat(
                *(self.household(phone=f"06 39 98 {n:02d} 00") for n in range(count))
            )
            homes.action_issue_card()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            homes.read(names)
            return self.env.cr.sql_log_count - before

        queries(2)
        self.assertEqual(queries(5), queries(20))

    def test_renewing_starts_after_the_last_day(self):
        home = self.household(("2026-06-01", "2026-12-05"))
        context = home.action_renew()["context"]
        self.assertEqual(context["default_date_from"], date(2026, 12, 6))
        ended = self.household(("2026-01-01", "2026-02-01"))
        self.assertEqual(ended.action_renew()["context"]["default_date_from"], date(2026, 11, 21))

    def test_the_convention_in_force_is_proposed(self):
        found = self.convention._escarcelle_of(self.office, self.company, date(2026, 6, 1))
        self.assertEqual(found, self.convention)
        self.assertFalse(
            self.convention._escarcelle_of(self.office, self.company, date(2025, 6, 1))
        )
        self.convention.copy()
        self.assertFalse(
            self.convention._escarcelle_of(self.office, self.company, date(2026, 6, 1)), "two: ask"
        )
