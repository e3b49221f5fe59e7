import os
from uuid import uuid4

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from escarcelle_core import jet, key_change
from escarcelle_core.chain import issue_event
from escarcelle_core.documents import JetEvent
from escarcelle_core.record import Record
from escarcelle_core.signing import EcdsaSigner, Verifier
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next

from ..models import fiscal_key_change
from ..tools import instance_files
from .test_archive import MORNING, ArchiveCase


class KeyCase(ArchiveCase):
    def setUp(self):
        super().setUp()
        self.instance = self.env["escarcelle.fiscal.instance"].sudo()
        self.certificates = self.env["escarcelle.fiscal.certificate"]

    def _keys(self, number):
        """{key: withdrawn} of a device."""
        self.env.invalidate_all()
        found = self.certificates.sudo().search([("till_id.number", "=", number)])
        return {certificate.key_id: bool(certificate.revoked_at) for certificate in found}

    def _rotate(self):
        """Replace the server's key as a request that commits."""
        key = self.instance._escarcelle_rotate()
        self.env.cr.postcommit.run()
        return key

    def _verify_whole(self, number):
        """Every record of a device by the core, from the first, with its registered certificates."""
        till = self.env["escarcelle.fiscal.till"].search([("number", "=", number)])
        verifiers = [Verifier(c.pem) for c in self.certificates.search([("till_id", "=", till.id)])]
        keys = {verifier.key_id: verifier for verifier in verifiers}
        self.env.cr.execute("SELECT origin::text FROM fiscal.record WHERE till = %s ORDER BY id", [till.uid8])
        origins = list(dict.fromkeys(row[0] for row in self.env.cr.fetchall()))
        state = TillState()
        for origin in origins:
            for data in self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_records(till.uid8, origin):
                state = verify_next(state, Record.from_json(data), keys)
        return state


@tagged("post_install", "-at_install")
class TestKeyChange(KeyCase):
    """A key is replaced; what the old one signed stays valid."""

    def test_server_and_tablets_go_over_together(self):
        session = self._open(self.config)
        self._sell(session, [(self.rice, 1)])
        old = self.instance._escarcelle_open().signer.key_id
        new = self._rotate()
        self.assertEqual(self.instance._escarcelle_open().signer.key_id, new)
        for number in (0, 901):
            self.assertEqual(self._keys(number), {old: True, new: False})
        self._sell(session, [(self.rice, 1)])
        self.assertEqual(self._records("TCK", 901).mapped("key_id"), [old, new])
        self.assertEqual(self._verify_whole(901).seq("TCK"), 2)
        self._verify_whole(0)
        self.assertFalse([name for name in os.listdir(self.folder) if "next" in name])

    def test_archive_over_two_keys_is_sound(self):
        session = self._open(self.config)
        with self._at(MORNING):
            self._sell(session, [(self.rice, 1)])
        self._rotate()
        with self._at(MORNING):
            self._sell(session, [(self.rice, 1)])
        self._verify(self._archive(MORNING))

    def test_rolled_back_change_leaves_the_old_key(self):
        old = self.instance._escarcelle_open().signer.key_id
        self.env.cr.postrollback.clear()  # the opening itself, in this same transaction
        with self.assertRaises(ZeroDivisionError):
            self.instance._escarcelle_rotate()
            raise ZeroDivisionError
        self.env.cr.postrollback.run()
        self.env.cr.postcommit.clear()
        self.assertEqual(self.instance._escarcelle_open().signer.key_id, old)
        self.assertFalse(instance_files.is_staged(self.folder))

    def test_killed_after_the_commit(self):
        new = self.instance._escarcelle_rotate()
        self.env.cr.postcommit.clear()
        fiscal_key_change._under_way.clear()  # another process now
        self.assertTrue(instance_files.is_staged(self.folder))
        self.assertEqual(self.instance._escarcelle_open().signer.key_id, new)
        self.assertFalse(instance_files.is_staged(self.folder))

    def test_killed_between_the_two_files(self):
        new = self.instance._escarcelle_rotate()
        self.env.cr.postcommit.clear()
        fiscal_key_change._under_way.clear()
        os.replace(self.folder / "server.crt.next", self.folder / "server.crt")
        self.assertEqual(self.instance._escarcelle_open().signer.key_id, new)

    def test_key_the_journal_does_not_know_is_not_taken(self):
        old = self.instance._escarcelle_open().signer.key_id
        instance_files.stage(self.folder, EcdsaSigner.generate("00000000", "Voleur", MORNING))
        self.assertEqual(self.instance._escarcelle_open().signer.key_id, old)

    def test_only_a_manager_and_never_on_a_copy(self):
        auditor = new_test_user(self.env, "agent", groups="escarcelle_fiscal.group_auditor")
        with self.assertRaises(AccessError):
            self.certificates.with_user(auditor).action_rotate_server()
        self.env["ir.config_parameter"].sudo().set_param("database.is_neutralized", True)
        with self.assertRaises(UserError):
            self.certificates.action_rotate_server()

    # -- a till ----------------------------------------------------------------------------------

    def _hand_over(self, signer):
        """An entry by which the till's key names ``signer``; the till signs with it from there."""
        self.till._tick(None)
        event = key_change.hand_over(signer.certificate_pem)
        entry = self.till._entry(issue_event(self.till.state, self.till.desk, event, self.till.at), str(uuid4()), "jet")
        self.till.signer = signer
        self.till.desk = type(self.till.desk)(
            self.till.desk.device, self.till.desk.company, self.till.desk.rules, signer
        )
        return entry

    def test_till_goes_over_and_sells_on(self):
        old = self.till.signer.key_id
        self._send(self.till.ticket())
        signer = EcdsaSigner.generate(self.till.uid8, "Épicerie", MORNING)
        self._send(self._hand_over(signer), self.till.ticket())
        self.assertEqual(self._keys(1), {old: True, signer.key_id: False})
        self.assertEqual(self._records("TCK", 1).mapped("key_id"), [old, signer.key_id])
        self._verify_whole(1)
        till = self.env["escarcelle.fiscal.till"].search([("number", "=", 1)])
        self.assertFalse(till.is_revoked)

    def test_new_key_before_its_hand_over_is_rejected(self):
        signer = EcdsaSigner.generate(self.till.uid8, "Épicerie", MORNING)
        self._hand_over(signer)
        entry = self.till.ticket()
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(entry)
        self.assertEqual((answer["status"], answer["reason"]), ("rejected", "signature"))

    def test_old_key_signs_nothing_after_it(self):
        before = self.till.state
        thief = self.till.desk
        self._send(self._hand_over(EcdsaSigner.generate(self.till.uid8, "Épicerie", MORNING)))
        self.till.state, self.till.desk = before, thief
        entry = self.till.ticket()
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(entry)
        self.assertEqual((answer["status"], answer["reason"]), ("quarantined", "revoked_key"))

    def test_key_of_a_revoked_till_is_not_handed_over(self):
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_revoke_till(self.till.uid8, "volée")
        signer = EcdsaSigner.generate(self.till.uid8, "Épicerie", MORNING)
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(self._hand_over(signer))
        self.assertEqual(answer["status"], "quarantined")
        self.assertNotIn(signer.key_id, self._keys(1))

    def test_malformed_hand_over_is_stored_and_told(self):
        self.till._tick(None)
        event = JetEvent(jet.SETTING_CHANGED, "Nouvelle clé abc !!!")
        issue = issue_event(self.till.state, self.till.desk, event, self.till.at)
        self._send(self.till._entry(issue, str(uuid4()), "jet"))
        noted = self.env["escarcelle.fiscal.outbox"].sudo().search([("code", "=", jet.INTEGRITY_DEFECT)])
        self.assertIn("changement de clé", noted.description)
        self.assertEqual(len(self._keys(1)), 1)


@tagged("post_install", "-at_install")
class TestRetirement(KeyCase):
    """A device that sells no more."""

    def _retire(self, number, **values):
        till = self.env["escarcelle.fiscal.till"].search([("number", "=", number)])
        wizard = self.env["escarcelle.fiscal.retirement"].create({"till_id": till.id, **values})
        wizard.action_retire()
        self.env.invalidate_all()
        return till

    def test_stolen_till(self):
        self._send(self.till.ticket())
        till = self._retire(1, kind="stolen", note="vitrine brisée", last_day="2026-11-21")
        self.assertEqual((till.retired_as, str(till.last_day), till.is_revoked), ("stolen", "2026-11-21", True))
        noted = self.env["escarcelle.fiscal.outbox"].sudo().search([("code", "=", jet.TILL_REMOVED)])
        self.assertIn("volée vitrine brisée", noted.description)
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(self.till.ticket())
        self.assertEqual((answer["status"], answer["reason"]), ("quarantined", "revoked_key"))

    def test_what_is_asked(self):
        with self.assertRaises(UserError):
            self._retire(1, kind="stolen")
        with self.assertRaises(UserError):
            self._retire(0, kind="closed")
        self._retire(1, kind="lost")
        with self.assertRaises(UserError):
            self._retire(1, kind="broken")
        auditor = new_test_user(self.env, "agent", groups="escarcelle_fiscal.group_auditor")
        with self.assertRaises(AccessError):
            self.env["escarcelle.fiscal.retirement"].with_user(auditor).create({"till_id": 1, "kind": "lost"})

    def test_tablet_is_closed_then_replaced_by_another_number(self):
        session = self._open(self.config)
        self._sell(session, [(self.rice, 1)])
        old = self._retire(901, kind="broken")
        self.assertEqual(len(self._records("GTJ", 901)), 1)
        self._sell(session, [(self.rice, 1)])
        self.env.invalidate_all()
        new = self.env["escarcelle.fiscal.till"].search([("number", "=", 902)])
        self.assertEqual((old.successor_id, new.predecessor_id), (new, old))
        self.assertEqual(self._records("TCK", 902).seq, 1)
        with self.enter_registry_test_mode():
            self.env.ref("escarcelle_fiscal.cron_close").sudo().method_direct_trigger()
        self.assertEqual(self.env["escarcelle.fiscal.till"].search_count([("number", ">", 902)]), 0)

    def test_till_in_its_place_is_linked(self):
        old = self._retire(1, kind="replaced")
        self._enrol(2)
        self.env.invalidate_all()
        self.assertEqual(old.successor_id.number, 2)

    def test_place_given_up_has_no_successor(self):
        old = self._retire(1, kind="closed")
        self._enrol(2)
        self.env.invalidate_all()
        self.assertFalse(old.successor_id)
