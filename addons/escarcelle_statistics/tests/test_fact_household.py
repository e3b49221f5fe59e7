"""What a household's file tells: registration, renewal, return, exit, and their corrections."""

from datetime import date
from unittest.mock import patch

from odoo.addons.escarcelle_statistics.hooks import HISTORY
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SocialCase, Told

TOLD = ("day", "kind", "count", "persons")


@tagged("post_install", "-at_install")
class TestFactHousehold(SocialCase, Told):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["escarcelle.fact.feed"]._escarcelle_catch_up(100_000)
        cls.reason = cls.env["escarcelle.household.reason"].create(
            {"name": "Essai", "kind": "exit"}
        )

    def grant(self, home, start, stop):
        values = {
            "household_id": home.id,
            "date_from": start,
            "date_to": stop,
            "decision": "granted",
        }
        return self.env["escarcelle.entitlement"].create(values)

    def told(self):
        self.tell()
        return self.facts("registration", TOLD)

    def test_a_file_that_lives(self):
        home = self.household(("2025-01-01", "2025-03-31"), size=3)
        self.grant(home, "2025-04-01", "2025-06-30")
        self.grant(home, "2025-12-01", "2026-11-30")
        self.assertEqual(
            self.told(),
            [
                (date(2025, 1, 1), "entry", 1, 3),
                (date(2025, 4, 1), "renewal", 1, 3),
                (date(2025, 12, 1), "return", 1, 3),
            ],
        )
        home._escarcelle_leave(self.reason, date(2026, 11, 20))
        self.assertEqual(self.told()[-1], (date(2026, 11, 20), "exit", 1, 3))
        home.action_readmit()
        self.assertEqual(
            self.told()[-2:],
            [(date(2026, 11, 20), "exit", -1, -3), (date(2026, 11, 20), "exit", 1, 3)],
        )
        said = (
            self.env["escarcelle.fact.registration"]
            .sudo()
            .search([("company_id", "=", self.company.id)])
        )
        self.assertEqual(said.reason_id, self.reason)
        self.assertNotIn("Benalouf", str(said.read()))

    def test_a_period_that_was_a_mistake(self):
        home = self.household(("2026-01-01", "2026-12-31"))
        self.told()
        period = home.entitlement_ids
        period.date_from = date(2026, 2, 1)
        self.assertEqual(
            self.told(),
            [
                (date(2026, 1, 1), "entry", -1, -1),
                (date(2026, 1, 1), "entry", 1, 1),
                (date(2026, 2, 1), "entry", 1, 1),
            ],
        )
        period.decision = "refused"
        self.assertEqual(sum(one[2] for one in self.told()), 0)
        self.grant(home, "2026-03-01", "2026-04-30").unlink()
        self.assertEqual(sum(one[2] for one in self.told()), 0)

    def test_a_request_tells_nothing(self):
        home = self.household(None)
        period = self.env["escarcelle.entitlement"].create(
            {"household_id": home.id, "date_from": "2026-11-01", "date_to": "2026-11-30"}
        )
        self.assertEqual(self.told(), [])
        period.action_grant()
        self.assertEqual(self.told(), [(date(2026, 11, 1), "entry", 1, 1)])

    def test_interviews_are_told_and_taken_back(self):
        home = self.household(size=2)
        visit = self.env["escarcelle.visit"].create({"household_id": home.id, "day": "2026-11-03"})
        self.tell()
        visit.kind = "workshop"
        visit.unlink()
        self.tell()
        found = self.facts("visit", ("kind", "visits", "size"))
        self.assertEqual(
            found,
            [("interview", -1, 2), ("interview", 1, 2), ("workshop", -1, 2), ("workshop", 1, 2)],
        )

    def test_a_file_that_was_deleted_meanwhile(self):
        home = self.household()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM escarcelle_household WHERE id = %s", [home.id])
        self.env.invalidate_all()
        self.assertEqual(self.told(), [])

    def test_files_from_before_the_addon(self):
        home = self.household(("2025-01-01", "2025-03-31"), size=3)
        self.grant(home, "2025-04-01", "2025-06-30")
        self.grant(home, "2025-12-01", "2026-11-30")
        home._escarcelle_leave(self.reason, date(2026, 11, 20))
        self.env["escarcelle.visit"].create({"household_id": home.id, "day": "2026-11-03"})
        before, meetings = self.told(), self.facts("visit", ("kind", "visits", "day"))
        self.assertEqual((len(before), len(meetings)), (4, 1))
        for statement in HISTORY[4:]:
            self.env.cr.execute(statement)
        self.env.cr.execute(
            "DELETE FROM escarcelle_fact_event WHERE NOT told AND res_id <> %s", [home.id]
        )
        self.assertEqual(self.told(), sorted([*before, *before]))
        self.assertEqual(self.facts("visit", ("kind", "visits", "day")), meetings * 2)

    def test_one_that_cannot_be_told_stops_no_other(self):
        _first, second, _third = (self.household() for _time in range(3))
        feed = self.env["escarcelle.fact.feed"]
        read = type(self.env["escarcelle.household"])._escarcelle_registrations

        def broken(model, told):
            if second.id in {one[0] for one in told}:
                raise ValueError("no")
            return read(model, told)

        with (
            patch.object(
                type(self.env["escarcelle.household"]), "_escarcelle_registrations", broken
            ),
            mute_logger("odoo.addons.escarcelle_statistics.models.fact_feed"),
        ):
            self.tell()
        self.assertEqual((feed._escarcelle_waiting(), feed._escarcelle_broken()), (0, 1))
        self.assertEqual(len(self.facts("registration", TOLD)), 2)
        table = self.env["escarcelle.statistic"].create(
            {
                "name": "Essai", "subject": "registration", "company_id": self.company.id,
                "measure_ids": [(6, 0, self.env.ref("escarcelle_statistics.measure_entries").ids)],
            }
        )._escarcelle_table()  # fmt: skip
        self.assertIn("1", table.note)
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_values: 1.0
        ):
            feed._escarcelle_cron()
        self.assertEqual(feed._escarcelle_broken(), 0)
        self.assertEqual(len(self.told()), 3)
