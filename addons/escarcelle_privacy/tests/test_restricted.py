from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestRestricted(SocialCase):
    """What the law keeps of an erased household: for few, said why, with an end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader, cls.manager = (
            new_test_user(cls.env, f"restricted_{name}", groups=groups, company_id=cls.company.id,
                          company_ids=[Command.set(cls.company.ids)])
            for name, groups in (("reader", "escarcelle_privacy.group_restricted"),
                                 ("manager", "escarcelle_social.group_manager"))
        )  # fmt: skip

    def setUp(self):
        super().setUp()
        home = self.household(first_name="Zéphyrine", last_name="Quatrepierre", street="17 impasse")
        self.record = home._escarcelle_restrict_one(
            "invoice", TODAY, home.partner_id, self.env["account.move"], "FCT 1-1", "Pâtes 2,50 €"
        )
        content = self.env["escarcelle.restricted.content"].search([("record_id", "=", self.record.id)])
        self.paper = self.env["ir.attachment"].create(
            {"name": "facture.pdf", "raw": b"%PDF Quatrepierre", "res_model": content._name, "res_id": content.id}
        )

    def read_by(self, user, reason="Contrôle fiscal"):
        wizard = self.env["escarcelle.restricted.read"].with_user(user)
        wizard.create({"record_id": self.record.id, "reason": reason}).action_read()
        return self.record.with_user(user)

    def test_ten_years_from_the_end_of_the_financial_year(self):
        self.assertEqual(self.record.end_on, date(2036, 12, 31))
        self.assertIn("L123-22", self.record.ground)
        self.assertNotIn("Quatrepierre", str(self.record.with_user(self.reader).read()[0]))

    def test_nothing_is_seen_before_saying_why(self):
        record = self.record.with_user(self.reader)
        self.assertFalse(record.is_open or record.who or record.address or record.details or record.document_ids)
        for reason in ("", "  ", "abc"):
            with self.subTest(reason), self.assertRaises(UserError):
                self.read_by(self.reader, reason)
        self.assertFalse(self.record.reading_ids)

    def test_read_and_written_down(self):
        record = self.read_by(self.reader)
        self.assertEqual(record.who, "Zéphyrine Quatrepierre")
        self.assertEqual(record.document_ids, self.paper)
        [reading] = self.record.reading_ids
        self.assertEqual((reading.user_id, reading.reason), (self.reader, "Contrôle fiscal"))
        other = self.reader.copy({"login": "restricted_other"})
        self.assertFalse(self.record.with_user(other).who, "it is open to who said why")
        later = fields.Datetime.now() + timedelta(minutes=16)
        with patch.object(fields.Datetime, "now", lambda *_args: later):
            record.invalidate_recordset()
            self.assertFalse(record.who)

    def test_no_other_way_in(self):
        for user in (self.reader, self.manager, self.env.ref("base.user_admin")):
            content = self.env["escarcelle.restricted.content"].with_user(user)
            with self.subTest(user.login), self.assertRaises(AccessError):
                content.search([])
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.paper.with_user(user).read(["raw"])
        with self.assertRaises(AccessError):
            self.record.with_user(self.manager).read(["name"])
        for name in ("who", "address", "details", "document_ids"):
            field = self.record._fields[name]
            self.assertFalse(field.store or field.search, "nothing to be searched or grouped by")
        with self.assertRaises(AccessError):
            self.record.with_user(self.manager)._escarcelle_open("Contrôle fiscal")

    def test_the_readings_stay(self):
        self.read_by(self.reader)
        reading = self.record.reading_ids
        for change in (lambda: reading.write({"reason": "autre"}), reading.unlink):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(AccessError):
            self.env["escarcelle.restricted.reading"].with_user(self.reader).create({"record_name": "x"})
        self.assertEqual(reading.with_user(self.manager).record_name, self.record.name, "the manager sees who read")

    def test_gone_at_its_end_by_itself(self):
        self.read_by(self.reader)
        reading, content = self.record.reading_ids, self.env["escarcelle.restricted.content"].sudo()
        self.on(date(2036, 12, 31))
        self.record._escarcelle_cron_purge()
        self.assertTrue(self.record.exists())
        self.on(date(2037, 1, 1))
        self.record._escarcelle_cron_purge()
        self.assertFalse(self.record.exists() or self.paper.exists())
        self.assertFalse(content.search([("company_id", "=", self.company.id)]))
        self.assertTrue(reading.exists(), "who read it stays known")
        self.assertTrue(reading.record_name)
