from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from psycopg2.errors import UniqueViolation

from .papers_common import PapersCase


@tagged("post_install", "-at_install")
class TestConsent(PapersCase):
    def reminders(self, address="amina@example.com"):
        return self.env["mail.mail"].sudo().search([("email_to", "=", address)])

    def expected(self, home, days=1):
        return self.manager_env["escarcelle.appointment"].create(
            {"household_id": home.id, "start": fields.Datetime.now() + timedelta(days=days)}
        )

    def test_an_address_is_refused_until_the_household_agrees(self):
        home = self.household().with_user(self.manager)
        home.email = "avant@example.com"  # nobody was told anything yet: nothing is asked for
        self.assertFalse(home.consents_asked)
        self.notice()
        home.invalidate_recordset(["consents_asked"])
        self.assertTrue(home.consents_asked)
        with self.assertRaises(ValidationError):
            home.email = "amina@example.com"
        with self.assertRaises(ValidationError):
            self.household(email="autre@example.com")
        consent = self.agree(home, email="amina@example.com")
        self.assertEqual(
            (home.email, consent.user_id, consent.state),
            ("amina@example.com", self.manager, "given"),
        )
        home.email = "amina@example.org"
        self.assertTrue(home.consent_email)

    def test_withdrawing_stops_the_use_at_once(self):
        self.notice()
        home = self.household().with_user(self.manager)
        consent = self.agree(home, email="amina@example.com")
        self.expected(home)
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertEqual(len(self.reminders()), 1)
        self.assertNotIn("Benalouf", self.reminders().body_html + (self.reminders().subject or ""))
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertEqual(len(self.reminders()), 1, "once each")
        consent.action_withdraw()
        self.assertFalse(self.reminders(), "what waited to be sent is not")
        self.assertFalse(home.email, "the address had no other use")
        self.assertFalse(home.consent_email)
        self.assertEqual((consent.state, consent.withdrawn_user_id), ("withdrawn", self.manager))
        self.expected(home)
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertFalse(self.reminders())
        self.agree(home, email="amina@example.com")
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertEqual(len(self.reminders()), 1, "an agreement can be given again")

    def test_nobody_is_written_to_without_an_agreement(self):
        silent = self.household(email="silence@example.com")
        self.expected(silent)
        moved = self.household(last_name="Ailleurs")
        self.agree(moved, email="amina@example.com")
        far = self.expected(moved, days=20)
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertFalse(self.reminders("silence@example.com") | self.reminders())
        far.start = fields.Datetime.now() + timedelta(days=1)
        self.office.reminder_days = 0
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertFalse(self.reminders())
        self.office.reminder_days = 2
        self.env["escarcelle.appointment"]._escarcelle_cron_remind()
        self.assertEqual(len(self.reminders()), 1)
        self.assertTrue(far.reminded_on)
        far.start += timedelta(hours=1)
        self.assertFalse(far.reminded_on, "another time is another reminder")

    def test_the_end_of_an_entitlement_is_told_once_to_who_agrees(self):
        remind = self.env["escarcelle.entitlement"]._escarcelle_cron_remind_households
        home = self.household(entitled=("2026-06-01", "2026-12-05"))
        silent = self.household(entitled=("2026-06-01", "2026-12-05"), email="silence@example.com")
        far = self.household(entitled=("2026-06-01", "2027-12-05"))
        self.agree(home, email="amina@example.com")
        self.agree(far, email="loin@example.com")
        remind()
        remind()
        self.assertEqual(len(self.reminders()), 1)
        self.assertNotIn("Benalouf", self.reminders().body_html)
        self.assertFalse(self.reminders("silence@example.com") | self.reminders("loin@example.com"))
        self.assertFalse(silent.entitlement_ids.household_reminded_on)
        home.entitlement_ids.date_to = "2026-12-10"
        remind()
        self.assertEqual(len(self.reminders()), 2, "another end is another reminder")

    def test_the_telephone_shows_for_reminders_to_those_who_agree(self):
        home = self.household(phone="06 39 98 01 02")
        visit = self.expected(home)
        self.assertFalse(visit.call)
        consent = self.agree(home, "phone")
        self.assertEqual(visit.call, "06 39 98 01 02")
        self.assertIn(home, self.households.search([("consent_phone", "=", True)]))
        consent.action_withdraw()
        self.assertFalse(visit.call)
        self.assertNotIn(home, self.households.search([("consent_phone", "=", True)]))

    def test_resources_are_kept_for_those_who_agree(self):
        self.env["escarcelle.household.policy"]._escarcelle_for(self.company).keep_inputs = True
        kind = self.env["escarcelle.eligibility.kind"].search([("type", "=", "resource")], limit=1)
        home = self.household()

        def calculated():
            one = self.env["escarcelle.eligibility"].create(
                {
                    "household_id": home.id,
                    "line_ids": [fields.Command.create({"kind_id": kind.id, "amount": 600.0})],
                }
            )
            one.action_confirm()
            return one

        self.assertTrue(calculated().line_ids, "nothing is asked for yet: the shop's rule alone")
        self.notice()
        self.assertFalse(calculated().line_ids)
        consent = self.agree(home, "eligibility")
        kept = calculated()
        self.assertTrue(kept.line_ids)
        consent.action_withdraw()
        self.assertFalse(kept.exists().line_ids)
        self.assertEqual(kept.state, "done", "the result stays")

    def test_an_agreement_begins_with_a_whole_second(self):
        """As the moment it is compared to: fractions would be of the future until the second is over."""
        begins = self.env["escarcelle.consent"].default_get(["given_on"])["given_on"]
        self.assertFalse(begins.microsecond)

    def test_a_consent_is_proof(self):
        home = self.household()
        consent = self.agree(home, "phone")
        with self.assertRaises(UserError):
            consent.purpose = "email"
        with self.assertRaises(UserError):
            consent.given_on = "2020-01-01 00:00:00"
        with self.assertRaises(ValidationError):
            self.agree(home, "email", given_on=fields.Datetime.now() + timedelta(days=1))
        other = self.household(last_name="Autre")
        with self.assertRaises(ValidationError):
            self.agree(home, "email", member_id=other.member_ids[0].id)
        with (
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
            patch("odoo.sql_db._logger.error"),
        ):
            self.agree(home, "phone")
        self.assertFalse(self.manager_env["escarcelle.consent"].has_access("unlink"))

    def test_an_import_brings_no_consent(self):
        rows = [(2, ["Sorel", "Léa", "lea@example.com"])]
        mapping = {"last_name": 0, "first_name": 1, "email": 2}
        importer = self.manager_env["escarcelle.household.importer"]
        steps = importer._escarcelle_plan(rows, mapping, self.company)
        self.assertEqual(steps[0].values.get("email"), "lea@example.com")
        self.notice()
        steps = importer._escarcelle_import(rows, mapping, self.company)
        self.assertFalse(any(step.blocked for step in steps))
        self.assertEqual([problem.code for problem in steps[0].problems], ["consent"])
        screen = self.manager_env["escarcelle.household.import"]
        self.assertTrue(screen._escarcelle_says(steps[0].problems[0]))
        made = self.households.search(
            [("last_name", "=", "Sorel"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual((len(made), made.email), (1, False))
