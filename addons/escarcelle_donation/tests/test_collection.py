from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import TODAY, DonationCase


@tagged("post_install", "-at_install")
class TestCollection(DonationCase):
    """21 November 2026 is a Saturday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rounds = cls.env["escarcelle.donation.round"]
        cls.collections = cls.env["escarcelle.donation.collection"]
        cls.round = cls.rounds.create(
            {
                "name": "Matin", "company_id": cls.company.id, "monday": True, "saturday": True, "refrigerated": True,
                "storage_id": cls.fresh.id, "vehicle": "AB-123-CD",
                "step_ids": [
                    Command.create(
                        {"donor_id": cls.market.id, "time_from": 8.5, "time_to": 9, "instructions": "Quai 2"}
                    ),
                    Command.create({"donor_id": cls.person.id, "time_from": 10}),
                ],
            }
        )  # fmt: skip

    def _today(self):
        return self.collections.browse(self.round.action_today()["res_id"])

    def test_the_week_is_prepared_once(self):
        self.rounds._escarcelle_prepare()
        mine = [("round_id", "=", self.round.id)]
        self.assertEqual(
            self.collections.search(mine, order="date").mapped("date"), [TODAY, date(2026, 11, 23)]
        )
        self.rounds._escarcelle_prepare()
        self.assertEqual(self.collections.search_count(mine), 2)
        self.on(TODAY + timedelta(days=1))
        self.rounds._escarcelle_prepare()
        self.assertEqual(self.collections.search_count(mine), 3)

    def test_today_is_made_and_found_again(self):
        first, second = self._today(), self._today()
        self.assertEqual((first, first.date, len(first.stop_ids)), (second, TODAY, 2))
        stop = first.stop_ids[0]
        self.assertEqual(
            (stop.donor_id, stop.window, stop.address),
            (self.market, "08:30 – 09:00", "1 quai Nord, 21000 Dijon"),
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            first.copy({"date": TODAY})

    def test_a_day_of_collection(self):
        collection = self._today()
        with self.assertRaises(UserError):
            collection.action_leave()
        collection.write({"temperature_out": 3, "temperature_out_taken": True})
        self.assertIs(collection.too_warm, False)
        collection.action_leave()
        market, person = collection.stop_ids
        gift = self.donations.browse(market.action_collect()["res_id"])
        self.assertEqual(
            (gift.donor_id, gift.kind, gift.date, gift.stop_id),
            (self.market, "goods", TODAY, market),
        )
        self.assertEqual(self.donations.browse(market.action_collect()["res_id"]), gift)
        gift.line_ids = [self.line()]
        gift.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(
            (market.state, market.weight, collection.weight, collection.stops_left),
            ("done", 10, 10, 1),
        )
        with self.assertRaises(UserError):
            collection.action_back()
        collection.write({"temperature_back": 9.0, "temperature_back_taken": True})
        self.assertTrue(collection.too_warm)
        collection.action_back()
        self.assertEqual((collection.state, person.state), ("done", "missed"))

    def test_degrees_typed_are_taken(self):
        with Form(self._today()) as form:
            self.assertFalse(form.temperature_out_taken)
            form.temperature_out = 3.5
            self.assertTrue(form.temperature_out_taken)
            form.temperature_out_taken = False
            self.assertFalse(form.temperature_out_taken)
            form.temperature_out = 0
            form.temperature_out_taken = True
        collection = self._today()
        self.assertEqual((collection.temperature_out, collection.temperature_back_taken), (0, False))
        collection.action_leave()

    def test_the_map_is_told_the_place_and_nobody(self):
        stop = self._today().stop_ids[1]
        url = stop.action_map()["url"]
        self.assertIn("8+rue+Haute", url)
        self.assertNotIn("Dupont", url)
        self.person.write({"street": False, "zip": False, "city": False})
        with self.assertRaises(UserError):
            stop.action_map()

    def test_an_undone_intake_is_made_again(self):
        stop = self._today().stop_ids[0]
        gift = self.donations.browse(stop.action_collect()["res_id"])
        gift.line_ids = [self.line()]
        gift.action_confirm()
        gift.action_undo()
        again = self.donations.browse(stop.action_collect()["res_id"])
        self.assertNotEqual(again, gift)
        self.assertEqual(again.state, "draft")

    def test_drafts_are_made_once_and_say_nothing_of_the_stop(self):
        collection = self._today()
        collection.action_drafts()
        collection.action_drafts()
        self.assertEqual(len(collection.stop_ids.donation_ids), 2)
        self.assertEqual(set(collection.stop_ids.mapped("state")), {"todo"})

    def test_nothing_to_give_and_back(self):
        stop = self._today().stop_ids[0]
        stop.action_nothing()
        self.assertEqual((stop.state, bool(stop.arrived_at)), ("nothing", True))
        stop.action_reopen()
        self.assertEqual((stop.state, stop.arrived_at), ("todo", False))

    def test_cancelled_and_planned_again(self):
        collection = self._today()
        collection.action_cancel()
        collection.action_plan_again()
        self.assertEqual(collection.state, "planned")
        collection.write({"temperature_out": 3, "temperature_out_taken": True})
        collection.action_leave()
        for wrong in (collection.action_leave, collection.action_cancel):
            with self.assertRaises(UserError):
                wrong()

    @mute_logger("odoo.sql_db")
    def test_hours_of_a_day(self):
        for values in ({"time_from": -1}, {"time_from": 24}, {"time_to": 25}):
            with self.subTest(values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.round.step_ids[1].write(values)
                self.env.flush_all()
        with self.assertRaises(ValidationError):
            self.round.step_ids[0].write({"time_from": 10, "time_to": 9})

    def test_the_route_sheet_names_the_stops(self):
        collection = self._today()
        self.market.street = "<b>quai</b>"
        page = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_donation.route", collection.ids)[0]
            .decode()
        )
        self.assertIn("AB-123-CD", page)
        self.assertRegex(page, r"esc_gift[^{]*{ font-family: .Liberation Sans")
        self.assertIn("08:30 – 09:00", page)
        self.assertIn("&lt;b&gt;quai", page)
