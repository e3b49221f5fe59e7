import csv
import io
import zipfile
from datetime import date, timedelta
from hashlib import sha256

import openpyxl
from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from pypdf import PdfReader

from escarcelle_core import jet
from escarcelle_core.signing import Verifier

from .test_regimes import NOON, RegimeCase


@tagged("post_install", "-at_install")
class TestControlTape(RegimeCase):
    """The control tape: every record of the period, provable by itself."""

    def _tape(self, **values):
        return self.env["escarcelle.fiscal.control.tape"].create(
            {"company_id": self.company.id, "date_from": "2026-11-01", "date_to": "2026-11-30", **values}
        )

    def _file(self, action):
        return self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))

    def _sold(self):
        def sell(session):
            sale = self._sell_in(session, [(self.rice, 2), (self.soap, 1)])
            self._sell_in(session, [(self.rice, -1)], refund=sale)

        return self._day(sell)

    def test_every_record_is_there_with_its_signature(self):
        self._sold()
        data = self._file(self._tape().action_tape()).raw
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            files = {name: packed.read(name) for name in packed.namelist()}
        tape = etree.fromstring(files["bande.xml"])
        stored = self.env["escarcelle.fiscal.record"].search([("company_id", "=", self.company.id)], order="id")
        self.assertEqual([int(node.get("id")) for node in tape], stored.ids)
        self.assertEqual(tape.get("siret"), "82345678900014")
        verifiers = {}
        for node, record in zip(tape, stored, strict=True):
            payload = node.findtext("signe")
            self.assertEqual(payload, record.payload)
            key = node.get("cle")
            if key not in verifiers:
                verifiers[key] = Verifier(files[f"certificats/{key}.pem"].decode())
            self.assertTrue(verifiers[key].verify(payload.encode(), node.get("signature")))
            document = etree.tostring(node[1], method="c14n", exclusive=True)
            self.assertIn(f"sha256={sha256(document).hexdigest()}", payload)
        rows = list(csv.DictReader(io.StringIO(files["enregistrements.csv"].decode("utf-8-sig")), delimiter=";"))
        self.assertEqual([row["Signature"].lstrip("'") for row in rows], stored.mapped("signature"))
        tickets = [row for row in rows if row["Chaîne"] == "TCK"]
        sold = [(row["Opération"], row["Montant TTC"]) for row in tickets]
        self.assertEqual(sold, [("VTE", "6,20"), ("ANN", "-2,50")])
        lines = list(csv.DictReader(io.StringIO(files["csv/lignes.csv"].decode("utf-8-sig")), delimiter=";"))
        self.assertEqual([line["Montant TTC"] for line in lines], ["5,00", "1,20", "-2,50"])
        for line in files["MANIFEST.sha256"].decode().splitlines():
            digest, name = line.split("  ")
            self.assertEqual(sha256(files[name]).hexdigest(), digest, name)

    def test_only_the_period_asked_for(self):
        self._sold()
        with self._at(NOON + timedelta(days=30)):
            self._sell_in(self._open(self._config("Tablette 2")), [(self.rice, 1)])
        rows = list(self._tape()._escarcelle_tables()[0].rows)
        self.assertTrue(rows)
        self.assertTrue(all(date(2026, 11, 1) <= row[6] <= date(2026, 11, 30) for row in rows))
        self.assertFalse([row for row in rows if row[1] == 902])
        with self.assertRaises(UserError):
            self._tape(date_from="2020-01-01", date_to="2020-01-31").action_tape()

    def test_excel_and_paper(self):
        self._sold()
        tape = self._tape()
        book = openpyxl.load_workbook(io.BytesIO(self._file(tape.action_xlsx()).raw))
        rows = list(book["enregistrements"].iter_rows(values_only=True))
        self.assertEqual(rows[0][1:5], ("Caisse", "Chaîne", "Numéro", "Document"))
        self.assertIn(6.2, [row[8] for row in rows])
        record = self.env.ref("escarcelle_fiscal.report_control_tape")
        data, _kind = record.with_context(force_report_rendering=True)._render_qweb_pdf(record.id, tape.ids)
        text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
        for wanted in ("Bande de contrôle", "Ticket", "Clôture journalière"):
            self.assertIn(wanted, text)

    def test_export_is_an_event_and_who_may(self):
        self._sold()
        outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        outbox.search([]).unlink()
        tape = self._tape()
        tape.action_tape()
        self.assertEqual(outbox.search([]).mapped("code"), [jet.DATA_EXPORT])
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        auditor = new_test_user(self.env, "bande_ctrl", groups="escarcelle_fiscal.group_auditor", **companies)
        own = self.env["escarcelle.fiscal.control.tape"].with_user(auditor).create(
            {"date_from": "2026-11-01", "date_to": "2026-11-30"}
        )
        self.assertTrue(own.action_tape()["url"])
        cashier = new_test_user(self.env, "bande_caisse", groups="point_of_sale.group_pos_user", **companies)
        with self.assertRaises(AccessError):
            tape.with_user(cashier).action_tape()
