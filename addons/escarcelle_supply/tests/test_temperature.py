from datetime import date, datetime
from unittest.mock import patch

from lxml.html import fromstring
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from psycopg2.errors import CheckViolation

from .common import SupplyCase


@tagged("post_install", "-at_install")
class TestTemperature(SupplyCase):
    """A fridge and a freezer, read on a telephone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(fields.Datetime, "now", lambda *_args: datetime(2026, 11, 21, 9, 0))
        )
        cls.env["escarcelle.equipment"].search([]).active = False
        cls.fridge, cls.freezer = cls.env["escarcelle.equipment"].create(
            [{"name": "Frigo"}, {"name": "Congélateur", "kind": "freezer"}]
        )
        cls.round = cls.env["escarcelle.equipment"].with_user(cls.keeper)

    def _said(self, equipment, degrees, action="", key="uuid-0001"):
        return {"equipment": equipment.id, "temperature": degrees, "action": action, "uuid": key}

    def _readings(self):
        return self.env["escarcelle.temperature"].search([("equipment_id", "in", (self.fridge | self.freezer).ids)])

    def test_limits_follow_the_kind_or_the_storage(self):
        self.assertEqual((self.fridge.temperature_min, self.fridge.temperature_max), (0, 4))
        self.assertEqual(self.freezer.temperature_max, -18)
        self.fridge.storage_id = self.env.ref("escarcelle_supply.storage_very_fresh")
        self.assertEqual(self.fridge.temperature_max, 2)
        self.fridge.temperature_max = 3
        self.assertEqual(self.fridge.temperature_max, 3)

    def test_typed_once_however_often_it_is_sent(self):
        said = [self._said(self.fridge, 3.5), self._said(self.freezer, -20, key="uuid-0002")]
        self.assertEqual([self.round.escarcelle_read(said) for _time in range(3)], [2, 0, 0])
        self.assertEqual(sorted(self._readings().mapped("temperature")), [-20, 3.5])
        rows = {row["id"]: row for row in self.round.escarcelle_round()}
        self.assertEqual(
            (rows[self.fridge.id]["read"], rows[self.fridge.id]["missing"], rows[self.fridge.id]["last"]),
            (1, False, 3.5),
        )

    def test_outside_its_limits_asks_what_was_done(self):
        for action in ("", "   "):
            with self.refused(UserError, "Frigo"):
                self.round.escarcelle_read([self._said(self.fridge, 4.1, action)])
        # Nothing is half kept.
        with self.refused(UserError):
            self.round.escarcelle_read([self._said(self.freezer, -20, key="uuid-0003"), self._said(self.fridge, 9)])
        self.assertFalse(self._readings())
        self.round.escarcelle_read([self._said(self.fridge, 4.1, "Porte refermée")])
        reading = self._readings()
        self.assertEqual((reading.outside, reading.user_id, reading.limits), (True, self.keeper, "0 … 4 °C"))
        alert = self.env.ref("escarcelle_supply.activity_outside")
        self.assertEqual(self.fridge.activity_ids.activity_type_id, alert)
        # The limits of that day stay written, whatever they become.
        self.fridge.temperature_max = 10
        self.assertTrue(reading.outside)

    def test_the_manager_is_told_and_says_it_is_seen(self):
        first, second = (self._user(f"boss{n}", "escarcelle_social.group_manager") for n in (1, 2))
        alert = self.env.ref("escarcelle_supply.activity_outside")

        def told():
            return self.fridge.activity_ids.filtered(lambda a: a.activity_type_id == alert).user_id & (
                first | second | self.keeper
            )

        # Who read it knows; the other manager does not.
        self.env["escarcelle.equipment"].with_user(first).escarcelle_read([self._said(self.fridge, 9.5, "Porte")])
        self.assertEqual(told(), second)
        self.round.escarcelle_read([self._said(self.fridge, 8, "Réparateur", key="uuid-0002")])
        self.assertEqual(told(), first | second)
        latest, before = self._readings()
        with self.refused(AccessError):
            before.with_user(self.keeper).action_follow()
        before.with_user(second).action_follow()
        self.assertTrue(told(), "another one is not seen yet")
        latest.with_user(second).action_follow()
        self.assertFalse(told())
        self.assertEqual(self._readings().mapped("followed"), [True, True])

    def test_the_edges(self):
        for n, (degrees, outside) in enumerate(((0, False), (4, False), (4.04, False), (-0.1, True), (4.1, True))):
            self.round.escarcelle_read([self._said(self.fridge, degrees, "vu", key=f"uuid-edge-{n}")])
            self.assertEqual(self._readings().sorted("id")[-1].outside, outside, degrees)

    def test_hostile_readings(self):
        other = self.env["res.company"].create({"name": "Autre"})
        theirs = self.env["escarcelle.equipment"].sudo().create({"name": "Leur frigo", "company_id": other.id})
        good = self._said(self.fridge, 3)
        for said in (
            "rien", {"a": 1}, [None], ["x"], [{**good, "temperature": "3"}], [{**good, "temperature": None}],
            [{**good, "temperature": True}], [{**good, "temperature": float("nan")}], [{**good, "uuid": ""}],
            [{**good, "uuid": "x" * 65}], [{**good, "uuid": 5}], [{**good, "equipment": theirs.id}],
            [{**good, "equipment": 0}], [{**good, "equipment": "1"}], [good] * 201,
        ):  # fmt: skip
            with self.subTest(str(said)[:60]), self.refused(UserError):
                self.round.escarcelle_read(said)
        for degrees in (-61, 81, 1e12):
            with self.subTest(degrees), self.refused(ValidationError):
                self.round.escarcelle_read([{**good, "temperature": degrees, "action": "?"}])
        self.assertFalse(self._readings())

    def test_a_reading_does_not_change(self):
        self.round.escarcelle_read([self._said(self.fridge, 3)])
        reading = self._readings()
        for change in (
            lambda: reading.write({"temperature": 2}),
            lambda: reading.write({"read_on": datetime(2026, 1, 1)}),
            lambda: reading.unlink(),
        ):
            with self.refused(UserError):
                change()
        with self.refused(UserError):
            reading.with_user(self.keeper).write({"temperature": 2})
        with self.refused(AccessError):
            reading.with_user(self.keeper).write({"followed": True})
        made = self.env["escarcelle.temperature"].with_user(self.keeper).create(
            {"equipment_id": self.fridge.id, "temperature": 2, "read_on": datetime(2020, 1, 1), "user_id": 1}
        )  # fmt: skip
        self.assertEqual((made.read_on, made.user_id), (datetime(2026, 11, 21, 9), self.keeper))

    def test_limits_that_make_no_sense(self):
        with self.refused(CheckViolation):
            self.env["escarcelle.equipment"].create({"name": "X", "temperature_min": 5, "temperature_max": 2})

    def test_reminded_once(self):
        self.round.escarcelle_read([self._said(self.freezer, -20)])
        remind = self.env["escarcelle.equipment"]._escarcelle_remind
        self.assertEqual(remind(self.company), self.fridge)
        self.assertFalse(remind(self.company))
        activity = self.fridge.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.keeper))
        self.round.escarcelle_read([self._said(self.fridge, 3, key="uuid-0009")])
        self.assertFalse(self.fridge.activity_ids)

    def test_closed_days_are_not_missed(self):
        self.fridge.opening_days_only = True
        self.assertFalse(self.fridge.missing)
        self.on(date(2026, 11, 23))
        self.assertTrue(self.fridge.missing)

    def test_the_sheet_of_the_month(self):
        self.round.escarcelle_read(
            [self._said(self.fridge, 7.5, "Porte refermée"), self._said(self.fridge, 3, key="uuid-0002")]
        )
        days = self.fridge._escarcelle_month(date(2026, 11, 21))
        self.assertEqual(len(days), 30)
        self.assertEqual([day.day for day, readings in days if readings], [21])
        self.assertEqual(len(self.fridge._escarcelle_month(date(2028, 2, 29))), 29)
        wizard = self.env["escarcelle.temperature.sheet"].with_user(self.keeper).create(
            {"month": date(2026, 11, 1), "equipment_ids": self.fridge.ids}
        )  # fmt: skip
        action = wizard.action_print()
        html = self.env["ir.actions.report"].with_user(self.keeper)._render_qweb_html(
            "escarcelle_supply.temperature_sheet", self.fridge.ids, data=action["data"]
        )[0].decode()  # fmt: skip
        for text in (self.env["ir.qweb.field.float"].value_to_html(7.5, {"precision": 1}), "Porte referm", "10:00"):
            self.assertIn(text, html)
        rows = fromstring(html).xpath("//table//tr")
        self.assertEqual(len(rows), 1 + 31, "two readings of a day are two rows")
        widths = {sum(int(cell.get("colspan", 1)) for cell in row) for row in rows}
        self.assertEqual(widths, {6}, "a reading without an action keeps its column")
