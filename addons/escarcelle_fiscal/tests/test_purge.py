from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models.fiscal_archive_task import COPY
from ..models.fiscal_purge import PURGE, YEARS, EscarcelleFiscalPurge
from ..tools import archive_files
from .test_archive import ArchiveCase


@tagged("post_install", "-at_install")
class TestPurge(ArchiveCase):
    """The back office asks for a purge only of what is safe elsewhere; the journal has the last word
    (``tests/db/test_purge.py``)."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(self.env, "purge", "base.group_user,escarcelle_fiscal.group_manager")
        self.parameters = self.env["ir.config_parameter"].sudo()

    def _year(self):
        """An archived year: till, file in both folders."""
        self._send(self.till.ticket(), self.till.ticket(300))
        archive = self._archive(self.till.at + timedelta(hours=1), "A")
        self.parameters.set_param(PURGE, "True")
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir(parents=True)
        self.parameters.set_param(COPY, str(elsewhere))
        archive_files.deliver(folder, archive.name)
        archive_files.copy(folder, archive.name, elsewhere)
        return archive, elsewhere

    def _open(self, **values):
        model = self.env["escarcelle.fiscal.purge"].with_user(self.manager)
        return model.create({**model.default_get(list(model._fields)), **values})

    def test_off_by_default(self):
        self.assertIn("escarcelle_purge", self.env["res.config.settings"]._fields)
        self.assertFalse(self.parameters.get_param(PURGE))
        wizard = self._open()
        self.assertTrue(wizard.problem)
        with self.assertRaises(UserError):
            wizard.action_purge()

    def test_only_managers(self):
        auditor = new_test_user(self.env, "purge2", "base.group_user,escarcelle_fiscal.group_auditor")
        with self.assertRaises(AccessError):
            self.env["escarcelle.fiscal.purge"].with_user(auditor).default_get(["problem"])

    def test_less_than_the_law_is_refused(self):
        settings = self.env["res.config.settings"].create({"escarcelle_purge": True, "escarcelle_purge_years": 5})
        with self.assertRaises(ValidationError):
            settings.set_values()
        self.parameters.set_param(YEARS, "1")
        self.assertEqual(self.env["escarcelle.fiscal.purge"]._escarcelle_years(), 6)

    def test_the_journal_refuses_a_young_year(self):
        archive, _elsewhere = self._year()
        before = len(self._records())
        wizard = self._open(confirmation=f"PURGER {archive.last_day.year}")
        self.assertIn("Purge refusée", wizard.problem)
        with self.assertRaises(UserError):
            wizard.action_purge()
        self.assertEqual(len(self._records()), before)

    def test_the_archive_must_be_safe(self):
        archive, elsewhere = self._year()
        look = self.env["escarcelle.fiscal.purge"]._escarcelle_unsafe
        self.assertFalse(look(archive.name))
        self.parameters.set_param(COPY, "")
        self.assertTrue(look(archive.name))
        self.parameters.set_param(COPY, str(elsewhere))
        (elsewhere / archive.name).write_bytes(b"altered")
        self.assertTrue(look(archive.name))
        (elsewhere / archive.name).unlink()
        self.assertTrue(look(archive.name))
        check = self.env["escarcelle.fiscal.archive.check"].sudo().search([("name", "=", archive.name)])
        check.verified_at -= timedelta(hours=25)
        self.assertIn(archive.name, look(archive.name))
        check.verdict = "defects"
        self.assertTrue(look(archive.name))

    def test_a_sale_of_a_purged_year_stays_frozen(self):
        """Its signed ticket is no longer in the journal: nothing else would say that it is signed."""
        order = self.env["pos.order"].new({"date_order": "2015-06-01 10:00:00", "state": "paid", "uuid": "x"})
        young = self.env["pos.order"].new({"date_order": "2026-06-01 10:00:00", "state": "paid", "uuid": "y"})
        self.assertFalse((order + young)._escarcelle_purged())
        with (
            patch.object(type(order), "_escarcelle_purged", lambda self: self),
            self.assertRaises(UserError),
        ):
            order._escarcelle_refuse_change()

    def test_a_typed_confirmation_and_an_event(self):
        archive, _elsewhere = self._year()
        # The clock of the database cannot be moved here: the journal's answer is, what it does is in tests/db.
        with patch.object(EscarcelleFiscalPurge, "_escarcelle_run", lambda self, archive, years: [(1, 7), (2, 3)]):
            wizard = self._open(confirmation="oui")
            self.assertFalse(wizard.problem)
            self.assertEqual(wizard.records, 10)
            with self.assertRaises(UserError):
                wizard.action_purge()
            wizard.confirmation = wizard.expected
            wizard.action_purge()
        note = self.env["escarcelle.fiscal.outbox"].sudo().search([("code", "=", 240)])
        self.assertTrue([each for each in note if archive.name in each.description], note.mapped("description"))
