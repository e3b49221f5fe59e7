import csv
import io
from datetime import timedelta
from unittest.mock import patch

import openpyxl
from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from escarcelle_core import jet
from escarcelle_core.verification import verify_document

from ..models import fiscal_record_check
from .test_archive import ArchiveCase

#: What a tax officer reads, and the rest of the house they do not.
READ = (
    "record", "closing", "jet", "till", "certificate", "quarantine", "sales.journal", "archive", "release",
    "attestation", "run",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestSituation(ArchiveCase):
    """« Situation fiscale »: each thing that goes wrong is a card of the right colour."""

    def setUp(self):
        super().setUp()
        self.situation = self.env["escarcelle.fiscal.situation"]
        self.env["escarcelle.fiscal.outbox"].sudo().search([]).unlink()

    def _card(self, key):
        self.env.invalidate_all()
        answer = self.situation.escarcelle_situation()
        return next(card for card in answer["cards"] if card["key"] == key)

    def test_cards_lead_to_screens_that_exist(self):
        answer = self.situation.escarcelle_situation()
        self.assertEqual(
            {card["key"] for card in answer["cards"]},
            {"guard", "release", "queue", "anchor", "archives", "quarantine", "backup"},
        )
        for card in answer["cards"]:
            self.assertTrue(card["text"])
            if card["action"]:
                self.env.ref(card["action"])

    def test_worst_first(self):
        states = [card["state"] for card in self.situation.escarcelle_situation()["cards"]]
        self.assertEqual(states, sorted(states, key=["danger", "warning", "note", "ok"].index))

    def test_weaker_guard(self):
        self.assertEqual(self._card("guard")["state"], "ok")
        with patch.object(type(self.env["escarcelle.fiscal.guard"]), "_escarcelle_level", return_value=1):
            self.assertEqual(self._card("guard")["state"], "danger")

    def test_queue(self):
        outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        outbox._escarcelle_note(jet.MAINTENANCE, "essai")
        self.assertEqual(self._card("queue")["state"], "ok")
        outbox.search([]).write({"at": fields.Datetime.now() - timedelta(hours=3)})
        self.assertEqual(self._card("queue")["state"], "warning")
        outbox.search([]).write({"error": "refusé"})
        self.assertEqual(self._card("queue")["state"], "danger")

    def test_anchor(self):
        self.company.escarcelle_accountant_email = False
        self.env["res.company"].search([]).escarcelle_accountant_email = False
        self.assertEqual(self._card("anchor")["state"], "warning")
        self.company.escarcelle_accountant_email = "compta@exemple.fr"
        self.assertEqual(self._card("anchor")["state"], "note")
        self._send(self.till.ticket())
        self.env["escarcelle.fiscal.anchor"].sudo()._escarcelle_anchor()
        self.assertEqual(self._card("anchor")["state"], "ok")

    def test_quarantine(self):
        self.assertEqual(self._card("quarantine")["state"], "ok")
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_revoke_till(self.till.uid8, "volée")
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(self.till.ticket())
        self.assertEqual(self._card("quarantine")["state"], "danger")

    def test_backup(self):
        self.assertEqual(self._card("backup")["state"], "danger")
        self.env["escarcelle.fiscal.backup"].sudo().create(
            {"at": fields.Datetime.now(), "kind": "backup", "state": "done"}
        )
        self.assertEqual(self._card("backup")["state"], "ok")

    def test_devices(self):
        self._send(self.till.ticket(), self.till.ticket(day=self.till.at + timedelta(days=1)))
        row = next(d for d in self.situation.escarcelle_situation()["devices"] if d["uid8"] == self.till.uid8)
        self.assertEqual((row["tickets"], row["closing"], row["anchor"], row["retired"]), (2, "21/11/2026", 1, False))

    def test_who_reads_it(self):
        with self.assertRaises(AccessError):
            user = new_test_user(self.env, "benevole", groups="base.group_user")
            self.situation.with_user(user).escarcelle_situation()


@tagged("post_install", "-at_install")
class TestRecordCheck(ArchiveCase):
    """« Verify this record »."""

    def _verdict(self, record):
        action = record.action_verify()
        check = self.env[action["res_model"]].browse(action["res_id"])
        return check.verdict, [line.sound for line in check.line_ids]

    def test_every_kind_of_record_of_two_days_is_sound(self):
        session = self._open(self.config)
        sale = self._sell(session, [(self.rice, 2), (self.soap, 1)])
        self._sell(session, [(self.rice, -1, {"refunded_orderline_id": sale.lines[:1].id})])
        self._send(self.till.ticket(), self.till.ticket(), self.till.ticket(day=self.till.at + timedelta(days=1)))
        self.env["escarcelle.fiscal.outbox"].sudo()._escarcelle_drain()
        self.env["escarcelle.fiscal.anchor"].sudo()._escarcelle_anchor()
        records = self._records()
        self.assertLessEqual({"TCK", "GTJ", "JET", "ANC"}, set(records.mapped("kind")))
        for record in records:
            self.assertEqual(self._verdict(record), ("sound", [True] * 4), record.shown)

    def test_closing_and_event_have_the_button_too(self):
        self._send(self.till.ticket(), self.till.ticket(day=self.till.at + timedelta(days=1)))
        self.env.invalidate_all()
        closing = self.env["escarcelle.fiscal.closing"].search([("till_id.uid8", "=", self.till.uid8)], limit=1)
        self.assertEqual(self._verdict(closing)[0], "sound")

    def test_altered_values_are_found(self):
        self._send(self.till.ticket(), self.till.ticket())
        record = self._records("TCK", 1)[0]
        self.env.cr.execute(f"{fiscal_record_check.wire.SELECT} WHERE id = %s", [record.id])
        data = self.env.cr.fetchone()[0]
        for name, value, failing in (
            ("xml", data["xml"].replace("2.50", "9.50", 1), {0, 3}),
            ("payload", data["payload"].replace("250", "950", 1), {0, 3}),
            ("signature", "A" * 86, {0}),
            ("operation", "ANN", {3}),
            ("totals", {**data["totals"], "perpetual_real": 1}, {3}),
        ):
            forged = {**data, name: value}
            checks = self._checks_of(record, forged)
            self.assertLessEqual(failing, {n for n, sound in enumerate(checks) if not sound}, name)

    def _checks_of(self, record, forged):
        """The checks of ``record`` had the table held ``forged``."""
        altered = fiscal_record_check.Record.from_json(forged)
        owner = self.env["escarcelle.fiscal.record"].sudo().browse(record.id)
        return [
            owner._escarcelle_check_signature(altered)[0],
            owner._escarcelle_check_neighbour(altered, -1)[0],
            owner._escarcelle_check_neighbour(altered, 1)[0],
            owner._escarcelle_check_document(altered)[0],
        ]

    def test_the_core_decides(self):
        self.assertIs(fiscal_record_check.verify_document, verify_document)


@tagged("post_install", "-at_install")
class TestAuditor(ArchiveCase, HttpCase):
    """« Contrôle fiscal »: reads the journal whole, writes nothing anywhere, sees no household."""

    _registry_readonly_enabled = False

    def setUp(self):
        super().setUp()
        self.auditor = new_test_user(
            self.env, "agent-dgfip", password="agent-dgfip-2026", groups="escarcelle_fiscal.group_auditor",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        self._send(self.till.ticket())

    def test_reads_every_document(self):
        for name in READ:
            model = self.env[f"escarcelle.fiscal.{name}"].with_user(self.auditor)
            model.search([]).read()
        self.assertTrue(self.env["escarcelle.fiscal.record"].with_user(self.auditor).search([("kind", "=", "TCK")]))

    def test_writes_nothing_of_ours(self):
        for name, model in self.env.registry.items():
            if not name.startswith("escarcelle.") or model._abstract or model._transient:
                continue
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.env[name].with_user(self.auditor).has_access(operation), (name, operation))

    def test_writes_nothing_of_the_shop(self):
        for name in (
            "pos.order", "pos.order.line", "pos.payment", "pos.session", "pos.config", "account.move",
            "account.tax", "product.template", "res.company", "ir.config_parameter", "ir.module.module",
        ):  # fmt: skip
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.env[name].with_user(self.auditor).has_access(operation), (name, operation))

    def test_export_of_the_events(self):
        for file_format in ("csv", "xlsx"):
            export = self.env["escarcelle.fiscal.jet.export"].with_user(self.auditor).create(
                {"first_day": "2026-01-01", "last_day": "2099-12-31", "file_format": file_format}
            )  # fmt: skip
            self.assertGreater(export.count, 0)
            self.authenticate("agent-dgfip", "agent-dgfip-2026")
            answer = self.url_open(export.action_export()["url"])
            self.assertEqual(answer.status_code, 200)
            if file_format == "csv":
                rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
            else:
                sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
                rows = [[str(cell.value or "") for cell in row] for row in sheet.rows]
            self.assertEqual(rows[0][4:6], ["Code", "Événement"])
            self.assertEqual(len(rows) - 1, export.count)
            self.assertIn("260", {row[4] for row in rows})
        noted = self.env["escarcelle.fiscal.outbox"].sudo().search([("code", "=", jet.DATA_EXPORT)])
        self.assertEqual(len(noted), 2)

    def test_export_of_another_person_is_not_handed_out(self):
        export = self.env["escarcelle.fiscal.jet.export"].create({"first_day": "2026-01-01"})
        self.authenticate("agent-dgfip", "agent-dgfip-2026")
        self.assertEqual(self.url_open(f"/escarcelle/fiscal/jet/{export.id}").status_code, 404)

    def test_formula_in_a_description_is_text(self):
        self.env["escarcelle.fiscal.outbox"].sudo()._escarcelle_note(jet.MAINTENANCE, "=1+1")
        self.env["escarcelle.fiscal.outbox"].sudo()._escarcelle_drain()
        export = self.env["escarcelle.fiscal.jet.export"].create(
            {"first_day": "2026-01-01", "last_day": "2099-12-31", "family": "software"}
        )
        self.assertIn(";'=1+1;", export._escarcelle_file()[2].decode())
