from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged

from escarcelle_core.documents import Line, Payment, Ticket
from escarcelle_core.record import Record
from escarcelle_core.signing import Verifier
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next

from .common import JournalCase

NOON = datetime(2026, 12, 30, 11, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestDevice(JournalCase):
    """What the server signs, whatever asks for it."""

    def _ticket(self, amount=250, tax=13):
        line = Line(
            str(uuid4()), 1, "RIZ", "Riz", Decimal(1), Decimal(amount) / 100, 550, amount, tax
        )
        payment = Payment(str(uuid4()), "ESPECES", "Espèces", amount)
        return Ticket(str(uuid4()), self.company._escarcelle_identity(), (line,), (payment,), "U1")

    def _sign(self, at, **values):
        with self._at(at):
            return self.env["escarcelle.fiscal.device"].sudo()._escarcelle_sign(self.config, self._ticket(**values))

    def _whole_chain(self):
        """Every record of the tablet, verified by the core from its very first one."""
        till = self.env["escarcelle.fiscal.till"].search([("number", "=", 901)])
        pem = self.env["escarcelle.fiscal.certificate"].search([("till_id", "=", till.id)]).pem
        verifier = Verifier(pem)
        self.env.cr.execute("SELECT origin::text FROM fiscal.record WHERE till = %s ORDER BY id", [till.uid8])
        journal = self.env["escarcelle.fiscal.journal"].sudo()
        state, records, seen = TillState(), [], set()
        for (origin,) in self.env.cr.fetchall():
            if origin not in seen:
                seen.add(origin)
                records += journal._escarcelle_records(till.uid8, origin)
        for data in records:
            state = verify_next(state, Record.from_json(data), {verifier.key_id: verifier})
        return state, len(records)

    def _cron(self, at):
        with self._at(at), self.enter_registry_test_mode():
            self.env.ref("escarcelle_fiscal.cron_close").sudo().method_direct_trigger()

    def test_chain_over_a_year_end_verifies_and_equals_the_stored_state(self):
        for days, amount in ((0, 250), (1, 100), (3, 999)):
            self._sign(NOON + timedelta(days=days), amount=amount, tax=round(amount * 550 / 10550))
        state, count = self._whole_chain()
        till = self.env["escarcelle.fiscal.till"].search([("number", "=", 901)])
        stored = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_standing(till.uid8)
        self.assertEqual(stored, state)
        self.assertEqual(state.seq("GTA"), 1)
        self.assertEqual(state.seq("GTJ"), 3)
        self.assertEqual(state.totals.perpetual_real, 1349)
        self.assertGreater(count, 10)

    def test_ticket_that_contradicts_itself_consumes_no_number(self):
        with self.assertRaises(UserError):
            self._sign(NOON, tax=99)
        self.assertEqual(self._sign(NOON).seq, 1)

    def test_cron_closes_a_silent_device(self):
        self._sign(NOON)
        self._cron(NOON + timedelta(days=2))
        days = self.env["escarcelle.fiscal.closing"].search([("kind", "=", "GTJ"), ("till_id.number", "=", 901)])
        self.assertEqual(sorted(days.mapped("period")), ["20261230", "20261231"])
        self._cron(NOON + timedelta(days=2))
        self.assertEqual(len(self._records("GTJ", 901)), 2)

    def test_renamed_point_of_sale_is_a_new_revision_with_the_same_number(self):
        self._sign(NOON)
        self.config.name = "Tablette du fond"
        self._sign(NOON)
        till = self.env["escarcelle.fiscal.till"].search([("number", "=", 901)])
        self.assertEqual((till.name, till.version, till.tickets), ("Tablette du fond", 2, 2))
