import io
import json
from datetime import timedelta, timezone
from functools import partial
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.addons.mail.tests.common import MockEmail
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfReader

from escarcelle_core import chain
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.jet import DUPLICATE_PRINTED, RECEIPT_MAILED

from .common import TillCase

ADDRESS = "amina@exemple.fr"


def _broken(what, *_arguments, **_options):
    """A machine without wkhtmltopdf, or one where it fails."""
    if what == "get_wkhtmltopdf_state":
        return "install"
    raise UserError("wkhtmltopdf")


@tagged("post_install", "-at_install")
class TestReceiptMail(MockEmail, TillCase):
    """A receipt asked for by e-mail is sent by the server, once; its address is kept nowhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        cls.till, cls.device = cls._till(at=now)

    def _copy(self, sale, rank=1, channel="email", **event):
        """The entry of a duplicate, as a till makes it."""
        device, uuid = self.device, str(uuid4())
        seq = next(r["seq"] for r in sale["records"] if r["kind"] == "TCK")
        copy = Duplicate(Reference("TCK", device.number, seq, sale["uuid"]), rank, "C1", channel)
        issue = chain.issue_duplicate(device.state, device.desk, copy, device.at, uuid)
        for code in (DUPLICATE_PRINTED, RECEIPT_MAILED):
            said = JetEvent(code, f"Ticket {device.number}-{seq} copie {rank} {channel}", "C1")
            issue = issue.then(chain.issue_event(issue.state, device.desk, said, device.at))
        event = {
            "type": "duplicate", "original": sale["uuid"], "rank": rank, "channel": channel,
            "email": ADDRESS if channel == "email" else None, **event,
        }  # fmt: skip
        return device._entry(issue, uuid, event)

    def _queued(self):
        return self.env["mail.mail"].search([("email_to", "=", ADDRESS)])

    def _ticket(self):
        return self.device.sell([self.row()])

    def test_copy_is_mailed_once(self):
        sale = self._ticket()
        copy = self._copy(sale)
        self.ingest(self.till, sale, copy)
        mail = self._queued()
        self.assertEqual(len(mail), 1)
        number = f"{self.till.number}-1"
        self.assertIn(number, mail.subject)
        record = next(r for r in copy["records"] if r["kind"] == "DUP")
        excerpt = "".join(record["signature"][i] for i in (2, 6, 12, 18))
        page = mail.attachment_ids.raw.decode()
        for text in (str(mail.body_html), page):
            self.assertIn("DUPLICATA", text)
            self.assertIn("Produit 550", text)
            self.assertIn(excerpt.replace("&", "&amp;"), text)
        self.assertEqual((mail.attachment_ids.mimetype, mail.auto_delete), ("text/html", True))
        self.assertTrue(mail.email_from)
        self.ingest(self.till, copy)
        self.assertEqual(len(self._queued()), 1, "the same entry again mails nothing")

    def test_address_is_in_the_mail_only(self):
        sale = self._ticket()
        copy = self._copy(sale)
        self.ingest(self.till, sale, copy)
        self.env.flush_all()
        entries = self.env["escarcelle.till.entry"].search([("till_id", "=", self.till.id)])
        self.assertEqual(len(entries), 2)
        self.assertNotIn(ADDRESS, json.dumps(entries.mapped("payload")))
        self.env.cr.execute(
            "SELECT count(*) FROM fiscal.record WHERE till = %s AND (xml LIKE %s OR payload LIKE %s)",
            [self.device.uid8, f"%{ADDRESS}%", f"%{ADDRESS}%"],
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        with self.mock_mail_gateway(mail_unlink_sent=True):
            self._queued().send()
        self.assertFalse(self._queued(), "sent, the mail and its address are gone")

    def test_mail_leaves_with_its_attachment(self):
        sale = self._ticket()
        self.ingest(self.till, sale, self._copy(sale))
        with self.mock_mail_gateway():
            self._queued().send()
        [sent] = self._mails
        self.assertEqual(sent["email_to"], [ADDRESS])
        [(name, content, *_rest)] = sent["attachments"]
        self.assertEqual(name, f"tck-{self.till.number}-1.pdf")
        self.assertIn("DUPLICATA", self._text(content))

    def _text(self, pdf):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)

    def test_without_pdf_the_attachment_stays_html(self):
        sale = self._ticket()
        self.ingest(self.till, sale, self._copy(sale))
        report = self.env.registry["ir.actions.report"]
        for broken in ("get_wkhtmltopdf_state", "_run_wkhtmltopdf"):
            with (
                self.subTest(broken),
                patch.object(report, broken, partial(_broken, broken)),
                mute_logger("odoo.addons.escarcelle_fiscal.models.paper_pdf"),
            ):
                self._queued()._escarcelle_as_pdf()
            self.assertEqual(self._queued().attachment_ids.mimetype, "text/html")

    def test_an_invoice_is_mailed_too(self):
        """What a till makes of paper = email: the invoice and its first copy in one entry."""
        sale = self._ticket()
        invoice = self.device.invoice(sale)
        signed = next(r for r in invoice["records"] if r["kind"] == "FCT")
        copy = Duplicate(Reference("FCT", self.device.number, signed["seq"], signed["origin"]), 1, "C1", "email")
        issue = chain.issue_duplicate(self.device.state, self.device.desk, copy, self.device.at, str(uuid4()))
        self.device.state = issue.state
        invoice["records"] += [record.as_json() for record in issue.records]
        invoice["event"] |= {"email": ADDRESS, "paper": "email"}
        acks = self.ingest(self.till, sale, invoice)
        self.assertEqual({ack["status"] for ack in acks}, {"stored"})
        mail = self._queued()
        self.assertEqual(len(mail), 1)
        self.assertIn(f"{self.till.number}-{signed['seq']}", mail.subject)
        with self.mock_mail_gateway():
            mail.send()
        [(name, content, *_rest)] = self._mails[0]["attachments"]
        self.assertEqual(name, f"fct-{self.till.number}-{signed['seq']}.pdf")
        self.assertIn("DUPLICATA", self._text(content))

    def test_sale_by_mail_sends_its_copy(self):
        """What a till makes of paper = email: the ticket and its first copy in one entry."""
        sale = self.device.sell([self.row()], order_changes={"paper": "email", "email": ADDRESS})
        reference = Reference("TCK", self.device.number, sale["records"][-1]["seq"], sale["uuid"])
        issue = chain.issue_duplicate(
            self.device.state, self.device.desk, Duplicate(reference, 1, "C1", "email"), self.device.at, str(uuid4())
        )
        self.device.state = issue.state
        sale["records"] += [record.as_json() for record in issue.records]
        [ack] = self.ingest(self.till, sale)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "built"))
        self.assertEqual(len(self._queued()), 1)
        self.assertEqual(self.order(sale).amount_total, 2.5)

    def test_no_mail_of_paper_training_or_long_ago(self):
        sale = self._ticket()
        school = self.device.sell(
            [self.row()], training=True, order_changes={"paper": "email", "email": ADDRESS}
        )
        old = self._copy(sale, 2)
        long_ago = fields.Datetime.now() - timedelta(days=40)
        old["made_at"] = long_ago.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.ingest(self.till, sale, school, old, self._copy(sale, 3, "paper"))
        self.assertFalse(self._queued())

    def test_hostile_addresses_send_nothing(self):
        sale = self._ticket()
        entries = [sale]
        for rank, address in enumerate((5, ["x@y.fr"], "a@b.fr\nBcc: c@d.fr", "x" * 400, {}), 1):
            entries.append(self._copy(sale, rank, email=address))
        before = self.env["mail.mail"].search_count([])
        acks = self.ingest(self.till, *entries)
        self.assertEqual({ack["status"] for ack in acks}, {"stored"})
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
