from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SocialCase


@tagged("post_install", "-at_install")
class TestEntitlement(SocialCase):
    def test_state_of_a_household_and_its_search_agree(self):
        month = {
            "entitled": ("2026-11-21", "2026-11-21"),
            "upcoming": ("2026-11-22", "2026-12-31"),
            "ended": ("2026-10-01", "2026-11-20"),
        }
        made = {state: self.household(dates) for state, dates in month.items()}
        made["none"] = self.household(None)
        made["suspended"] = self.household(suspended=True)
        made["requested"] = self.household(None)
        self.ask(made["requested"])
        every = self.households.concat(*made.values())
        for state, household in made.items():
            with self.subTest(state):
                self.assertEqual(household.state, state)
                self.assertEqual(household.entitled, state == "entitled")
                found = self.households.search([("state", "=", state), ("id", "in", every.ids)])
                self.assertEqual(found, household)
        some = self.households.search(
            [("state", "in", ("entitled", "suspended")), ("id", "in", every.ids)]
        )
        self.assertEqual(some, made["entitled"] | made["suspended"])
        others = self.households.search([("state", "!=", "entitled"), ("id", "in", every.ids)])
        self.assertEqual(others, every - made["entitled"])

    def ask(self, household, **values):
        return self.env["escarcelle.entitlement"].create(
            {
                "household_id": household.id,
                "date_from": "2026-11-01",
                "date_to": "2027-04-30",
                **values,
            }
        )

    def test_a_request_opens_nothing_until_it_is_granted(self):
        household = self.household(None)
        request = self.ask(household)
        self.assertEqual((request.decision, household.state), ("pending", "requested"))
        request.action_grant()
        self.assertEqual((request.state, household.state), ("current", "entitled"))
        self.assertEqual(request.decided_on, fields.Date.context_today(request))
        self.assertEqual(request.decided_by_id, self.env.user)
        self.assertEqual(household.entitled_until, fields.Date.to_date("2027-04-30"))
        refused = self.ask(household, date_from="2027-05-01", date_to="2027-06-30")
        refused.action_refuse()
        self.assertEqual(refused.state, "refused")
        self.assertEqual(household.entitled_until, fields.Date.to_date("2027-04-30"))

    def test_whoever_grants_sees_the_budget(self):
        begun, later = self.household(entitled=None), self.household(entitled=None)
        for home, start in ((begun, "2026-11-15"), (later, "2026-12-01")):
            self.env["escarcelle.entitlement"].create(
                {"household_id": home.id, "date_from": start, "date_to": "2027-02-28"}
            ).action_grant()
        self.assertEqual((begun.balance_cents, later.balance_cents), (4000, 0))
        self.assertEqual(self.company._escarcelle_allocate("2026-11"), 0, "once a month")

    def test_granted_periods_do_not_overlap(self):
        household = self.household(("2026-01-01", "2026-06-30"))
        with self.assertRaises(ValidationError):
            self.ask(household, date_from="2026-06-30", decision="granted")
        self.ask(household, date_from="2026-06-30")
        self.ask(household, date_from="2026-07-01", date_to="2026-12-31", decision="granted")

    def test_what_was_refused_by_mistake_is_decided_again(self):
        request = self.ask(self.household(None))
        reason = self.env["escarcelle.household.reason"].search([("kind", "=", "refusal")], limit=1)
        request.refusal_reason_id = reason
        request.action_refuse()
        self.assertTrue(request.decided_on)
        request.action_reopen()
        self.assertEqual(
            (request.decision, request.decided_on, request.decided_by_id.id, request.refusal_reason_id.id),
            ("pending", False, False, False),
        )

    def test_it_ends_after_it_starts(self):
        with self.refused_by_postgresql():
            self.ask(
                self.household(None), date_from="2026-11-02", date_to="2026-11-01"
            ).flush_recordset()

    def test_a_referent_asks_and_does_not_decide(self):
        organisation = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        referent = new_test_user(
            self.env,
            "referent",
            "escarcelle_social.group_referent",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        referent.partner_id.parent_id = organisation
        household = self.household(None, referrer_id=referent.partner_id.id)
        request = (
            self.env["escarcelle.entitlement"]
            .with_user(referent)
            .create(
                {"household_id": household.id, "date_from": "2026-11-01", "date_to": "2027-04-30"}
            )
        )
        self.assertEqual(request.referrer_id, referent.partner_id)
        request.date_to = "2027-05-31"
        with self.assertRaises(AccessError):
            request.action_grant()
        with self.assertRaises(AccessError):
            request.copy({"decision": "granted"})
        request.sudo().action_grant()
        with self.assertRaises(AccessError):
            request.date_to = "2030-01-01"
