import re
from datetime import datetime, timedelta, timezone

import py7zr
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import Error

from escarcelle_core import jet
from escarcelle_core.state import TillState

from .test_archive import ArchiveCase

MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestQuarantine(ArchiveCase):
    """Shown, archived, resolved: and the document never changes."""

    def setUp(self):
        super().setUp()
        self.quarantine = self.env["escarcelle.fiscal.quarantine"]
        self._send(self.till.ticket())
        # The till is put back as it was before its sale, and sells again with the same number.
        kept = self.till.state
        self.till.state = self._before_its_sale()
        entry = self.till.ticket(777, day=MORNING + timedelta(minutes=30))
        self.till.state = kept
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(entry)
        self.assertEqual(answer["status"], "quarantined")
        self.document = self.quarantine.search([("till", "=", self.till.uid8)])
        self.entry = entry

    def _before_its_sale(self):
        state = TillState()
        self.env.cr.execute(
            "SELECT kind FROM fiscal.record WHERE till = %s AND kind <> 'TCK'", [self.till.uid8]
        )
        self.assertEqual(self.env.cr.fetchall(), [("JET",)])
        full = self.till.state
        return TillState({"JET": full.heads["JET"]}, state.totals, full.day, full.rank, full.closed, full.anchor)

    def _decide(self, state, reason, documents=None, user=None):
        documents = documents or self.document
        wizard = self.env["escarcelle.fiscal.quarantine.decide"].with_context(active_ids=documents.ids)
        wizard = wizard.with_user(user) if user else wizard
        return wizard.create({"state": state, "reason": reason}).action_decide()

    def test_it_is_resolved_by_a_row_beside_it(self):
        before = dict(self.document.record)
        self.assertEqual((self.document.state, self.document.amount), ("open", 7.77))
        self._decide("reviewing", "à voir")
        self.assertEqual(self.document.state, "reviewing")
        with Form(self.env["escarcelle.fiscal.quarantine.decide"].with_context(active_ids=self.document.ids)) as form:
            form.state = "entered"
            form.reason = "vente  ressaisie\n1-2"
        form.save().action_decide()
        self.assertEqual((self.document.state, self.document.decision), ("resolved", "entered"))
        self.assertEqual(self.document.decision_ids.mapped("reason"), ["vente ressaisie 1-2", "à voir"])
        self.assertEqual(self.document.decision_ids.mapped("decided_by"), [f"U{self.env.uid}"] * 2)
        self._decide("reopened", "le montant ne va pas")
        self.assertEqual(self.document.state, "open")
        self.env.invalidate_all()
        self.assertEqual(self.document.record, before)
        noted = self.env["escarcelle.fiscal.outbox"].search([("code", "=", jet.MAINTENANCE)])
        self.assertEqual(len(noted.filtered(lambda n: f"quarantaine {self.document.id} TCK 1-1" in n.description)), 3)
        self.assertEqual(self.quarantine.search([("state", "!=", "resolved")]), self.document)

    def test_only_a_manager_decides_and_says_why(self):
        auditor = new_test_user(self.env, "auditrice", groups="escarcelle_fiscal.group_auditor")
        with self.assertRaises(AccessError):
            self._decide("explained", "x", user=auditor)
        with self.assertRaises(UserError):
            self._decide("explained", "   ")
        with self.assertRaises(AccessError):
            self.document.unlink()
        with self.assertRaises(AccessError):
            self.document.write({"reason": "fork"})

    @mute_logger("odoo.sql_db")
    def test_nobody_changes_or_takes_back_a_decision(self):
        self._decide("explained", "essai")
        for statement in (
            "UPDATE fiscal.quarantine_decision SET state = 'entered'",
            "DELETE FROM fiscal.quarantine_decision",
            "TRUNCATE fiscal.quarantine_decision",
            "INSERT INTO fiscal.quarantine_decision (quarantine_id, state, reason, decided_by)"
            f" VALUES ({self.document.id}, 'entered', 'x', 'U1')",
            "SELECT fiscal.decide_quarantine(999999, 'entered', 'x', 'U1')",
            f"SELECT fiscal.decide_quarantine({self.document.id}, 'gone', 'x', 'U1')",
            f"SELECT fiscal.decide_quarantine({self.document.id}, 'entered', '', 'U1')",
        ):
            with self.subTest(statement), self.assertRaises(Error), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_it_is_archived_with_what_was_decided(self):
        self._decide("entered", "ressaisie")
        archive = self._archive(MORNING + timedelta(hours=2))
        self.assertEqual((archive.verdict, archive.quarantined, archive.amount), ("sound", 1, 2.5), archive.report)
        self.assertIn("quarantaine", archive.report)
        with py7zr.SevenZipFile(archive._escarcelle_path()) as packed:
            packed.extract(self.folder / "x", ["archive.xml"])
        xml = (self.folder / "x" / "archive.xml").read_text()
        [signature] = re.findall(r"<quarantaine .*?</quarantaine>", xml)
        self.assertIn(self.entry["records"][-1]["signature"], signature)
        self.assertIn(f'<decision document="{self.document.id}" etat="entered"', xml)
        # What was kept aside since is in the next one; a decision that comes later too.
        self._decide("reopened", "à revoir")
        later = self._archive(MORNING + timedelta(days=1, hours=2), day=MORNING.date() + timedelta(days=1))
        self._verify(archive, later)
        self.assertIn("reopened", self._xml(later))

    def _xml(self, archive):
        target = self.folder / f"y{archive.number}"
        with py7zr.SevenZipFile(archive._escarcelle_path()) as packed:
            packed.extract(target, ["archive.xml"])
        return (target / "archive.xml").read_text()
