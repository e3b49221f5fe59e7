from datetime import datetime, timezone
from types import SimpleNamespace

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import JournalCase, TillProgram

DAY2 = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestJournal(JournalCase):
    """What a till sends: verified whole, then stored, quarantined or rejected."""

    def setUp(self):
        super().setUp()
        self.journal = self.env["escarcelle.fiscal.journal"].sudo()
        self.till = TillProgram(self.company._escarcelle_identity())
        self.answer = self._register(self.till)

    def _register(self, till, number=1):
        holder = SimpleNamespace(name=f"Caisse {number}", company_id=self.company, config_id=self.config)
        return self.journal._escarcelle_register_till(
            till.uid8, number, holder, till.signer.certificate_pem, "Escarcelle caisse 0.1.0"
        )

    def _send(self, entry):
        return self.journal._escarcelle_verify_and_append(entry)

    def _quarantine(self):
        self.env.invalidate_all()
        return self.env["escarcelle.fiscal.quarantine"].search([])

    def test_registration_answers_what_enrolment_needs(self):
        self.assertEqual(self.answer["number"], 1)
        self.assertIn("BEGIN CERTIFICATE", self.answer["server_certificate"])
        self.assertEqual(self.config.escarcelle_signer, "till")

    def test_number_of_another_device_is_refused(self):
        other = TillProgram(self.company._escarcelle_identity())
        with self.assertRaisesRegex(UserError, "déjà donné"):
            self._register(other)

    def test_sound_entries_are_stored_in_order(self):
        self.assertEqual(self._send(self.till.event())["status"], "stored")
        for _n in range(3):
            self.assertEqual(self._send(self.till.ticket())["status"], "stored")
        self.assertEqual(self._records("TCK", 1).mapped("number"), ["1-1", "1-2", "1-3"])
        self.assertEqual(self.journal._escarcelle_heads(self.till.uid8)["TCK"]["seq"], 3)

    def test_entry_that_closes_days_is_one_entry(self):
        self._send(self.till.event())
        self._send(self.till.ticket())
        answer = self._send(self.till.ticket(day=DAY2))
        self.assertEqual([r["kind"] for r in answer["records"]], ["GTJ", "JET", "ANC", "TCK"])

    def test_replay_is_known_and_stores_nothing(self):
        entry = self.till.ticket()
        self._send(entry)
        self.assertEqual(self._send(entry)["status"], "known")
        self.assertEqual(len(self._records("TCK", 1)), 1)

    def test_records_come_back_as_they_were_sent(self):
        entry = self.till.ticket()
        self._send(entry)
        self.assertEqual(self.journal._escarcelle_records(self.till.uid8, entry["uuid"]), entry["records"])

    def test_altered_amount_is_rejected_and_said(self):
        entry = self.till.ticket()
        record = entry["records"][0]
        record["payload"] = record["payload"].replace("0550:250,250", "0550:150,150")
        answer = self._send(entry)
        self.assertEqual((answer["status"], answer["reason"]), ("rejected", "signature"))
        noted = self.env["escarcelle.fiscal.outbox"].search([("code", "=", 90)])
        self.assertTrue(noted)

    def test_altered_document_is_rejected(self):
        entry = self.till.ticket()
        entry["records"][0]["xml"] = entry["records"][0]["xml"].replace("2.50", "1.50")
        self.assertEqual(self._send(entry)["reason"], "signature")

    def test_altered_totals_are_quarantined(self):
        entry = self.till.ticket()
        entry["records"][0]["totals"]["perpetual_real"] += 1
        answer = self._send(entry)
        self.assertEqual((answer["status"], answer["reason"]), ("quarantined", "unsound"))
        self.assertEqual(self._quarantine().number, "1-1")

    def test_unreadable_entries_are_rejected(self):
        entry = self.till.ticket()
        cases = (
            None, 1, {}, {"till": self.till.uid8}, {**entry, "records": 5}, {**entry, "records": [5]},
            {**entry, "records": [{**entry["records"][0], "seq": "1"}]},
            {**entry, "records": [{**entry["records"][0], "more": 1}]},
        )  # fmt: skip
        for bad in cases:
            answer = self._send(bad)
            self.assertEqual((answer["status"], answer["reason"]), ("rejected", "unreadable"), bad)

    def test_foreign_record_is_rejected(self):
        other = TillProgram(self.company._escarcelle_identity(), number=2)
        self._register(other, 2)
        entry = self.till.ticket()
        entry["records"] = other.ticket()["records"]
        self.assertEqual(self._send(entry)["reason"], "foreign_till")

    def test_unknown_till_is_rejected(self):
        stranger = TillProgram(self.company._escarcelle_identity(), number=3)
        self.assertEqual(self._send(stranger.ticket())["reason"], "unknown_till")

    def test_missing_entry_is_asked_for_again(self):
        first, second = self.till.ticket(), self.till.ticket()
        answer = self._send(second)
        self.assertEqual((answer["status"], answer["reason"]), ("rejected", "gap"))
        self.assertEqual(self._send(first)["status"], "stored")
        self.assertEqual(self._send(second)["status"], "stored")

    def test_till_restored_from_an_old_disk_is_quarantined_with_all_that_follows(self):
        self._send(self.till.ticket())
        old_state, old_at = self.till.state, self.till.at
        self._send(self.till.ticket(300))
        self.till.state, self.till.at = old_state, old_at
        twice = self._send(self.till.ticket(400))
        self.assertEqual((twice["status"], twice["reason"]), ("quarantined", "sequence"))
        following = self._send(self.till.ticket(500))
        self.assertEqual(following["status"], "quarantined")
        kept = self._quarantine()
        self.assertEqual(sorted(kept.mapped("amount")), [4.0, 5.0])
        self.assertTrue(self.env["escarcelle.fiscal.outbox"].search([("code", "=", 95)]))

    def test_quarantine_twice_keeps_one(self):
        self._send(self.till.ticket())
        old = self.till.state
        self._send(self.till.ticket())
        self.till.state = old
        entry = self.till.ticket()
        self._send(entry)
        self._send(entry)
        self.assertEqual(len(self._quarantine()), 1)

    def test_revoked_key_is_quarantined_not_refused(self):
        self._send(self.till.ticket())
        self.journal._escarcelle_revoke_till(self.till.uid8)
        answer = self._send(self.till.ticket())
        self.assertEqual((answer["status"], answer["reason"]), ("quarantined", "revoked_key"))
        self.env.invalidate_all()
        device = self.env["escarcelle.fiscal.till"].search([("uid8", "=", self.till.uid8)])
        self.assertTrue(device.is_revoked)
        self.assertEqual(self.config.escarcelle_signer, "server")

    def test_replay_after_revocation_is_still_known(self):
        entry = self.till.ticket()
        self._send(entry)
        self.journal._escarcelle_revoke_till(self.till.uid8)
        self.assertEqual(self._send(entry)["status"], "known")

    def test_training_never_moves_a_total(self):
        self._send(self.till.ticket())
        before = self.till.state.totals
        self.assertEqual(self._send(self.till.ticket(training=True))["status"], "stored")
        self.assertEqual(self.till.state.totals, before)
        self.assertTrue(self._records("ECO", 1).training)
