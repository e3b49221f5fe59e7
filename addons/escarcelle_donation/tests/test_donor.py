from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import SIREN, DonationCase


@tagged("post_install", "-at_install")
class TestDonor(DonationCase):
    def test_the_siren_comes_from_the_siret_or_the_vat_number(self):
        self.assertEqual(self.market.escarcelle_siren, SIREN)
        other = self.env["res.partner"].create(
            {"name": "X", "is_company": True, "company_registry": "732 829 320 00074"}
        )
        self.assertEqual(other.escarcelle_siren, SIREN)

    def test_a_wrong_siren_is_refused(self):
        for wrong in ("123456789", "73282932", "73282932A", "٧٣٢٨٢٩٣٢٠", "732829320000"[:11]):
            with self.subTest(wrong), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.market.escarcelle_siren = wrong

    def test_kinds_and_the_receipt_each_gets(self):
        town = self.env["res.partner"].create(
            {
                "name": "CCAS",
                "is_company": True,
                "escarcelle_donor": True,
                "escarcelle_donor_kind": "association",
            }
        )
        found = [
            (d.escarcelle_donor_kind, d.escarcelle_receipt_rhythm, d._escarcelle_receipt_form())
            for d in (self.market, self.person, town)
        ]
        self.assertEqual(
            found,
            [
                ("company", "each", "16216"),
                ("individual", "yearly", "11580"),
                ("association", "never", None),
            ],
        )

    def test_the_last_name_without_the_first(self):
        for name, first, last in (
            ("Dupont Marie", "Marie", "Dupont"), ("Marie Dupont", "marie", "Dupont"), ("Dupont", "Marie", "Dupont"),
            ("Marie", "Marie", "Marie"), ("Mariette", "Marie", "Mariette"), ("de La Tour Jean", "Jean", "de La Tour"),
        ):  # fmt: skip
            self.person.write({"name": name, "escarcelle_first_name": first})
            self.assertEqual(self.person._escarcelle_last_name(), last)

    def test_what_a_receipt_lacks(self):
        self.assertFalse(self.market._escarcelle_receipt_gaps())
        self.market.write({"escarcelle_siren": False, "company_registry": False, "street": False})
        self.assertEqual(len(self.market._escarcelle_receipt_gaps()), 2)

    @mute_logger("odoo.sql_db")
    def test_agreements(self):
        agreements = self.env["escarcelle.donation.agreement"]
        values = {"name": "C", "donor_id": self.market.id, "company_id": self.company.id}
        past, now, to_come = agreements.create(
            [
                {**values, "date_from": date(2025, 1, 1), "date_to": date(2026, 11, 20)},
                {**values, "date_from": date(2026, 11, 21), "date_to": date(2026, 11, 21)},
                {**values, "date_from": date(2026, 11, 22)},
            ]
        )
        self.assertEqual((past | now | to_come).mapped("state"), ["over", "running", "future"])
        mine = [("donor_id", "=", self.market.id)]
        for state, expected in (("over", past), ("running", now), ("future", to_come)):
            self.assertEqual(agreements.search([*mine, ("state", "=", state)]), expected)
        self.assertEqual(agreements.search([*mine, ("state", "!=", "running")]), past | to_come)
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            agreements.create(
                {**values, "date_from": date(2026, 2, 1), "date_to": date(2026, 1, 1)}
            )
