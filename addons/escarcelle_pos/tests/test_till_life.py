from datetime import timezone
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from escarcelle_core import chain, key_change
from escarcelle_core.signing import EcdsaSigner

from .common import TillCase
from .simulator import COMPANY


@tagged("post_install", "-at_install")
class TestRetirement(TillCase):
    """« Retirer du service… » on a till's form: asked why, refused at the door, quarantined after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()

    def _asked(self, till):
        """The wizard the form's button opens, as the manager fills it in."""
        action = till.with_user(self.manager).action_retire()
        self.assertEqual((action["res_model"], action["target"]), ("escarcelle.fiscal.retirement", "new"))
        return Form(self.env[action["res_model"]].with_user(self.manager).with_context(action["context"]))

    def test_a_stolen_till_sells_no_more(self):
        self.ingest(self.till, self.device.sell([self.row()]))
        self.env["escarcelle.fiscal.till"].invalidate_model()
        with self._asked(self.till) as form:
            form.kind = "stolen"
            form.note = "vitrine brisée"
            form.last_day = "2026-11-21"
        wizard = form.record
        self.assertEqual((wizard.till_id.uid8, wizard.tickets), (self.device.uid8, 1))
        wizard.action_retire()
        self.env.invalidate_all()
        self.assertEqual(self.till.state, "revoked")
        known = self.env["escarcelle.till"]._escarcelle_from_key(self.device.key)
        self.assertEqual(known.state, "revoked", "its key is known as a retired till's")
        self.assertEqual((wizard.till_id.retired_as, wizard.till_id.is_revoked), ("stolen", True))
        [ack] = self.ingest(self.till, self.device.sell([self.row()]))
        self.assertEqual(ack["status"], "quarantined")
        with self.assertRaises(UserError):
            self._asked(self.till).save().action_retire()

    def test_why_must_be_said_of_a_theft(self):
        with self._asked(self.till) as form:
            form.kind = "stolen"
        with self.assertRaises(UserError):
            form.record.action_retire()
        self.assertEqual(self.till.state, "live")

    def test_a_till_never_paired_is_only_revoked(self):
        config = self.till.config_id.copy({"name": "Neuve"})
        fresh = self.env["escarcelle.till"].create({"name": "Neuve", "config_id": config.id})
        self.assertFalse(fresh.with_user(self.manager).action_retire())
        self.assertEqual(fresh.state, "revoked")

    def test_a_cashier_retires_nothing(self):
        with self.assertRaises(AccessError):
            self.till.with_user(self.cashier_user).action_retire()
        device = self.env["escarcelle.fiscal.till"]._escarcelle_by_uid(self.device.uid8)
        with self.assertRaises(AccessError):
            self.env["escarcelle.fiscal.retirement"].with_user(self.cashier_user).create(
                {"till_id": device.id, "kind": "lost"}
            ).action_retire()
        self.assertEqual(self.till.state, "live")


@tagged("post_install", "-at_install")
class TestKeyOfATill(TillCase):
    """A till is told to replace its key with each answer, until its journal shows it has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till(at=fields.Datetime.now().replace(tzinfo=timezone.utc))

    def _answer(self, *entries):
        return self.till._escarcelle_ingest(list(entries))["commands"]

    def _handed_over(self):
        """The entry by which the old key names the new one; the device signs with the new one after."""
        signer = EcdsaSigner.generate(self.device.uid8, COMPANY.name, self.device.at)
        event = key_change.hand_over(signer.certificate_pem, "M1")
        issue = chain.issue_event(self.device.state, self.device.desk, event, self.device.at)
        entry = self.device._entry(issue, str(uuid4()), {"type": "jet", "code": event.code})
        self.device.signer = signer
        return entry

    def test_asked_until_it_is_done(self):
        self.assertEqual(self._answer(self.device.sell([self.row()])), [])
        old = self.till._escarcelle_key()
        self.till.with_user(self.manager).action_rotate_key()
        asked = [{"name": "rotate_key", "key": old}]
        self.assertEqual(self._answer(), asked)
        self.assertEqual(self._answer(self.device.sell([self.row()])), asked, "not done: asked again")
        self.assertEqual(self._answer(self._handed_over()), [])
        self.assertFalse(self.till.key_to_replace)
        self.assertEqual(self.till._escarcelle_key(), self.device.signer.key_id)
        self.assertNotEqual(self.till._escarcelle_key(), old)
        sale = self.device.sell([self.row()])
        self.assertEqual([ack["status"] for ack in self.ingest(self.till, sale)], ["stored"])
        self.assertEqual(self._answer(), [])

    def test_a_forged_hand_over_changes_nothing(self):
        """Another key cannot name itself: the line must be signed by the key that goes."""
        self.till.with_user(self.manager).action_rotate_key()
        old = self.till._escarcelle_key()
        self.device.signer = EcdsaSigner.generate(self.device.uid8, COMPANY.name, self.device.at)
        self.assertEqual(self._answer(self._handed_over()), [{"name": "rotate_key", "key": old}])
        self.assertEqual(self.till._escarcelle_key(), old)

    def test_only_a_manager_asks_and_only_of_a_live_till(self):
        with self.assertRaises(AccessError):
            self.till.with_user(self.cashier_user).action_rotate_key()
        self.till.action_revoke()
        with self.assertRaises(UserError):
            self.till.with_user(self.manager).action_rotate_key()
        self.assertEqual(self._answer(), [])
