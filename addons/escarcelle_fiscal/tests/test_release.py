from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from escarcelle_core import jet

from ..models import fiscal_release
from ..tools import fiscal_files
from .common import FiscalCase
from .test_archive import MORNING

ROOT = Path(__file__).parents[3]


@tagged("post_install", "-at_install")
class TestRelease(FiscalCase):
    """Fiscal versions: what runs is known, a new one waits for the manager and never stops a day."""

    def setUp(self):
        super().setUp()
        self.releases = self.env["escarcelle.fiscal.release"]
        self.outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        self.releases._escarcelle_look()
        self.releases._escarcelle_current().sudo().accepted_at = "2026-01-01"
        self.outbox.search([]).unlink()

    def _new_version(self, version="F1.1"):
        patched = patch.object(fiscal_release, "FISCAL_VERSION", version)
        patched.start()
        self.addCleanup(patched.stop)
        defaults = patch.object(
            type(self.releases)._escarcelle_require_accepted, "__defaults__", (version,)
        )
        defaults.start()
        self.addCleanup(defaults.stop)
        return self.releases._escarcelle_look()

    def test_same_files_are_no_event(self):
        self.assertEqual(self.releases._escarcelle_look(), self.releases._escarcelle_current())
        self.assertFalse(self.outbox.search([]))

    def test_list_is_what_sha256sum_verifies(self):
        listed = fiscal_files.parse(self.releases._escarcelle_current().files)
        self.assertEqual(listed, fiscal_files.parse(fiscal_files.text(listed)))
        for name in (
            "core/src/escarcelle_core/canonical.py", "core/src/escarcelle_core/xml/ticket.xsd",
            "addons/escarcelle_fiscal/models/fiscal_journal.py", "config/fiscal/0004_append.sql",
        ):  # fmt: skip
            self.assertRegex(listed[name], "^[0-9a-f]{64}$")
            self.assertTrue((ROOT / name).is_file(), name)
        self.assertFalse([name for name in listed if "/tests/" in name or "/i18n/" in name or ".pyc" in name])

    def test_modified_fiscal_file_is_announced(self):
        before = fiscal_files.listing(self.env.cr)
        name = "core/src/escarcelle_core/totals.py"
        forged = {**before, name: "0" * 64}
        with patch.object(fiscal_files, "listing", return_value=forged):
            release = self.releases._escarcelle_look()
            self.assertEqual((release.state, release.changes), ("waiting", name))
            self.assertIn("totals.py", self.outbox.search([("code", "=", jet.NEW_VERSION)]).description)
            card = self.env["escarcelle.fiscal.situation"].sudo()._escarcelle_card_release()
            self.assertEqual(card["state"], "warning")
            # The version is the accepted one: nobody is stopped by a repaired file.
            self._sell(self._open(self.config), [(self.rice, 1)])

    def test_new_version_opens_no_day_and_stops_none(self):
        session = self._open(self.config)
        with self._at(MORNING):
            self._sell(session, [(self.rice, 1)])
        release = self._new_version()
        self.assertEqual(release.state, "waiting")
        with self._at(MORNING + timedelta(hours=2)):
            self._sell(session, [(self.rice, 1)])
        with self._at(MORNING + timedelta(days=1)), self.assertRaisesRegex(UserError, "F1.1"):
            self._sell(session, [(self.rice, 1)])
        release.action_accept()
        with self._at(MORNING + timedelta(days=1)):
            self._sell(session, [(self.rice, 1)])
        self.assertEqual(self._records("TCK", 901).mapped("seq"), [1, 2, 3])

    def test_what_was_sold_offline_is_signed_in_any_case(self):
        session = self._open(self.config)
        with self._at(MORNING):
            self._sell(session, [(self.rice, 1)])
        self._new_version()
        with self._at(MORNING + timedelta(days=1)):
            data = self._order(session, [(self.rice, 1)])
            self.env["pos.order"].with_context(escarcelle_provisional=[data["uuid"]]).sync_from_ui([data])
        self.assertEqual(len(self._records("TCK", 901)), 2)

    def test_days_close_whatever_waits(self):
        session = self._open(self.config)
        with self._at(MORNING):
            self._sell(session, [(self.rice, 1)])
        self._new_version()
        with self._at(MORNING + timedelta(days=1)), self.enter_registry_test_mode():
            self.env.ref("escarcelle_fiscal.cron_close").sudo().method_direct_trigger()
        self.assertEqual(len(self._records("GTJ", 901)), 1)

    def test_who_accepts_and_once(self):
        release = self._new_version()
        auditor = new_test_user(self.env, "agent", groups="escarcelle_fiscal.group_auditor")
        with self.assertRaises(AccessError):
            release.with_user(auditor).action_accept()
        manager = new_test_user(self.env, "chef", groups="escarcelle_fiscal.group_manager")
        release.with_user(manager).action_accept()
        self.assertEqual((release.accepted_by, release.state), (manager, "current"))
        with self.assertRaises(UserError):
            release.with_user(manager).action_accept()
        for operation in ("write", "create", "unlink"):
            self.assertFalse(release.with_user(manager).has_access(operation))


@tagged("post_install", "-at_install")
class TestAttestation(FiscalCase):
    """The individual attestation: complete, nominative, never changed, void when the files change."""

    PUBLISHER = {
        "publisher_name": "Association des Éditeurs", "publisher_address": "1 place du Port, Rennes",
        "publisher_siren": "123456782", "publisher_representative": "Camille Martin",
        "publisher_quality": "présidente", "publisher_place": "Rennes", "publisher_marketed_on": "01/11/2026",
    }  # fmt: skip

    def setUp(self):
        super().setUp()
        release = self.env["escarcelle.fiscal.release"]._escarcelle_look()
        release.sudo().accepted_at = "2026-01-01"
        self.attestations = self.env["escarcelle.fiscal.attestation"]

    def _publisher(self, **changes):
        for name, value in {**self.PUBLISHER, **changes}.items():
            self.env["ir.config_parameter"].sudo().set_param(f"escarcelle_fiscal.{name}", value)

    def _draft(self, **values):
        return self.attestations.create(
            {"representative": "Dominique Petit", "acquired_on": "2026-10-01", "distributor": "l'éditeur",
             "used_since": "2026-11-02", "publisher_agrees": True, "company_id": self.company.id, **values}
        )  # fmt: skip

    def test_nothing_is_invented_about_the_publisher(self):
        draft = self._draft()
        self.assertFalse(draft.publisher_name)
        with self.assertRaises(UserError) as refused:
            draft.action_issue()
        for label in ("Publisher", "SIREN of the publisher", "On the market since"):
            self.assertIn(label, str(refused.exception))
        self._publisher(publisher_siren="")
        with self.assertRaises(UserError) as refused:
            draft.action_issue()
        self.assertIn("SIREN of the publisher", str(refused.exception))
        self.assertNotIn("On the market since", str(refused.exception))
        self.assertEqual(draft.state, "draft")

    def test_the_publisher_must_agree(self):
        self._publisher()
        with self.assertRaises(UserError):
            self._draft(publisher_agrees=False).action_issue()

    def test_issued_whole_and_for_ever(self):
        self._publisher()
        first, second = self._draft(), self._draft()
        first.action_issue()
        second.action_issue()
        self.assertEqual(int(second.number[4:]), int(first.number[4:]) + 1)
        release = self.env["escarcelle.fiscal.release"]._escarcelle_current()
        self.assertEqual((first.fiscal_version, first.sha256, first.version_root, first.is_void),
                         (release.fiscal_version, release.sha256, "F1", False))  # fmt: skip
        for attempt in (
            lambda: first.write({"representative": "Autre"}), first.unlink, first.action_issue,
            lambda: first.write({"state": "draft"}),
        ):  # fmt: skip
            with self.assertRaises(UserError):
                attempt()
        self._publisher(publisher_name="Un autre")
        first.invalidate_recordset()
        self.assertEqual(first.publisher_name, "Association des Éditeurs")
        noted = self.env["escarcelle.fiscal.outbox"].sudo().search([("description", "like", first.number)])
        self.assertEqual(noted.code, jet.SETTING_CHANGED)
        self.assertIn(first.sha256, noted.description)

    def test_changed_files_void_it(self):
        self._publisher()
        attestation = self._draft()
        attestation.action_issue()
        forged = {**fiscal_files.listing(self.env.cr), "core/src/escarcelle_core/money.py": "0" * 64}
        with patch.object(fiscal_files, "listing", return_value=forged):
            self.env["escarcelle.fiscal.release"]._escarcelle_look()
            attestation.invalidate_recordset(["is_void"])
            self.assertTrue(attestation.is_void)
            with self.assertRaises(UserError):  # not accepted yet
                self._draft().action_issue()

    def test_paper_has_both_parts(self):
        self._publisher()
        attestation = self._draft(representative_quality="président")
        attestation.action_issue()
        html = self.env["ir.actions.report"]._render_qweb_html("escarcelle_fiscal.attestation", attestation.ids)[0]
        text = html.decode()
        for said in (
            "VOLET 1", "VOLET 2", "Camille Martin", "123456782", "Association des Éditeurs", "01/11/2026",
            attestation.fiscal_version, attestation.sha256, attestation.licence, "Dominique Petit", "82345678900014",
            "01/10/2026", "02/11/2026", "Fonctions couvertes", "Fonctions non couvertes", "441-1", "racine",
        ):  # fmt: skip
            self.assertIn(said, text)
        self.assertNotIn("PROJET", text)

    def test_pdf(self):
        self._publisher()
        attestation = self._draft()
        attestation.action_issue()
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = report._render_qweb_pdf("escarcelle_fiscal.attestation", attestation.ids)
        self.assertEqual((kind, pdf[:5]), ("pdf", b"%PDF-"))

    def test_draft_says_it_is_one(self):
        html = self.env["ir.actions.report"]._render_qweb_html("escarcelle_fiscal.attestation", self._draft().ids)[0]
        self.assertIn("PROJET", html.decode())

    def test_auditor_reads_the_register_only(self):
        auditor = new_test_user(self.env, "agent", groups="escarcelle_fiscal.group_auditor")
        draft = self._draft()
        for operation in ("write", "create", "unlink"):
            self.assertFalse(draft.with_user(auditor).has_access(operation))
        with self.assertRaises(AccessError):
            draft.with_user(auditor).action_issue()
