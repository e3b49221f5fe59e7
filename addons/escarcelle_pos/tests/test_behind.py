from odoo.tests import tagged

from escarcelle_core import jet

from .common import TillCase


@tagged("post_install", "-at_install")
class TestServerBehind(TillCase):
    """A server put back to an older state is told by its tills, and is filled again by them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()

    def _noted(self, code):
        notes = self.env["escarcelle.fiscal.outbox"].search([("code", "=", code)])
        return notes.filtered(lambda note: self.device.uid8 in note.description)

    def _banner(self):
        sentences = self.env["escarcelle.fiscal.backup"].escarcelle_banner()
        return [s for s in sentences if self.till.display_name in s]

    def test_it_is_said_shown_and_mended(self):
        entries = [self.device.sell([self.row()]) for _i in range(5)]
        # The server comes back from a copy that held the first three.
        self.ingest(self.till, *entries[:3])
        self.till._escarcelle_claimed(5)
        self.till._escarcelle_claimed(5)
        [note] = self._noted(jet.SEQUENCE_BREAK)
        self.assertIn("l'envoi 3", note.description)
        self.assertIn("confirmé 5", note.description)
        self.assertTrue(self._banner())
        answer = self.till._escarcelle_ingest([])
        self.assertEqual(answer["heads"]["TCK"]["seq"], 3, "the heads tell the till where to go on")
        self.ingest(self.till, entries[3])
        self.assertTrue(self._banner())
        self.ingest(self.till, entries[4])
        self.assertFalse(self.till.behind_since)
        self.assertFalse(self._banner())
        self.assertTrue(self._noted(jet.MAINTENANCE))

    def test_a_sale_that_comes_first_waits_for_the_others(self):
        entries = [self.device.sell([self.row()]) for _i in range(3)]
        self.ingest(self.till, entries[0])
        self.till._escarcelle_claimed(2)
        [ack] = self.ingest(self.till, entries[2])
        self.assertEqual(ack["status"], "rejected")
        self.assertTrue(self.till.behind_since)
        acks = self.ingest(self.till, entries[1], entries[2])
        self.assertEqual([a["status"] for a in acks], ["stored", "stored"])
        self.assertFalse(self.till.behind_since)

    def test_nothing_is_said_when_all_is_well_or_of_nonsense(self):
        entry = self.device.sell([self.row()])
        self.ingest(self.till, entry)
        for claim in (1, 0, -1, None, True, "9", 10**9, 2.0, [7]):
            self.till._escarcelle_claimed(claim)
        self.assertFalse(self.till.behind_since)
        self.assertFalse(self._noted(jet.SEQUENCE_BREAK))
