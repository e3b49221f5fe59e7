import shutil

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import instance_files, schema
from .common import JournalCase


@tagged("post_install", "-at_install")
class TestInstance(JournalCase):
    """The database and its folder: only together do they sign."""

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.instance = self.env["escarcelle.fiscal.instance"].sudo()

    def test_opened_at_first_use_only(self):
        self.assertIsNone(self.instance._escarcelle_row())
        self.assertFalse(self.folder.exists())
        files = self.instance._escarcelle_open()
        self.assertEqual(self.instance._escarcelle_row(), (files.identity, files.till))
        self.assertEqual(self.instance._escarcelle_open().identity, files.identity)
        self.assertEqual((self.folder / "server.key").stat().st_mode & 0o777, 0o600)

    def test_copy_without_its_folder_signs_nothing(self):
        self.instance._escarcelle_open()
        shutil.rmtree(self.folder)
        with self.assertRaisesRegex(UserError, "copy|copie"):
            self.instance._escarcelle_open()
        with self.assertRaises(UserError):
            self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append({})

    def test_folder_of_another_database_signs_nothing(self):
        self.instance._escarcelle_open()
        (self.folder / "instance").write_text("00000000-0000-0000-0000-000000000000 00000000\n")
        with self.assertRaises(UserError):
            self.instance._escarcelle_open()

    def test_damaged_key_is_said(self):
        self.instance._escarcelle_open()
        (self.folder / "server.key").write_text("abc")
        with self.assertRaisesRegex(UserError, str(self.folder)):
            self.instance._escarcelle_open()

    def test_new_database_under_an_old_name_sets_the_old_folder_aside(self):
        files = self.instance._escarcelle_open()
        key = (self.folder / "server.key").read_bytes()
        instance_files.write(self.folder, instance_files.InstanceFiles("x", "y", files.signer))
        aside = [p for p in self.folder.parent.iterdir() if p.name.endswith(".ancien")]
        self.assertEqual([(p / "server.key").read_bytes() for p in aside], [key])
        shutil.rmtree(aside[0])

    def test_neutralized_database_signs_nothing(self):
        self.env["ir.config_parameter"].sudo().set_param("database.is_neutralized", True)
        with self.assertRaises(UserError):
            self.instance._escarcelle_open()

    def test_guard_finds_full_protection_here(self):
        self.assertEqual(self.env["escarcelle.fiscal.guard"].sudo()._escarcelle_check(), [])
        self.assertEqual(self.env["escarcelle.fiscal.guard"].sudo()._escarcelle_level(), 2)
        self.assertEqual(self.env["escarcelle.fiscal.guard"].escarcelle_banner()["messages"], [])

    def test_each_weaker_state_is_named(self):
        self.env.cr.execute(schema.STATE)
        row = self.env.cr.dictfetchone()
        weaker = {
            "owner": {"schema_owner": "odoo"},
            "tables": {"tables": {}},
            "triggers": {"triggers": {**row["triggers"], "record": 1}},
            "functions": {"functions": "0" * 64},
            "role": {"powerful": True},
            "privileges": {"writes": True},
            "member": {"member": True},
            "owner_login": {"owner_logs_in": True},
        }
        labels = self.env["escarcelle.fiscal.guard"].sudo()._escarcelle_labels()
        for code, change in weaker.items():
            found = [defect.code for defect in schema.defects({**row, **change})]
            self.assertIn(code, found)
            self.assertIn(code, labels)
