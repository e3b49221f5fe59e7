import http.server
import subprocess
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import requests
from odoo.tests import tagged
from odoo.tools import mute_logger
from requests.adapters import HTTPAdapter

from escarcelle_core import jet, time_stamp
from escarcelle_core.record import Record
from escarcelle_core.verify.run import verify

from ..models.res_config_archive import TSA
from ..tools import archive_files, wire
from .common import FiscalCase

CONF = """
[req]
distinguished_name = dn
[dn]
[stamp]
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class AnchorCase(FiscalCase):
    """A tablet that sold, an accountant, and the server's clock at noon and later of today."""

    def setUp(self):
        super().setUp()
        today = datetime.now(ZoneInfo("Europe/Paris"))
        self.noon = today.replace(hour=12, minute=0, second=0, microsecond=0)
        self.company.escarcelle_accountant_email = "compta@exemple.fr"
        with self._at(self.noon):
            self._sell(self._open(self.config), [(self.rice, 2)])
        self.sendings = self.env["escarcelle.fiscal.anchor.sending"].sudo()

    def _sign(self, at=None):
        with self._at(at or self.noon):
            return self.env["escarcelle.fiscal.anchor"].sudo()._escarcelle_anchor()

    def _cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"escarcelle_fiscal.{name}").sudo().method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestAnchorMail(AnchorCase):
    """The anchor reaches the accountant, with what they need to use it."""

    def setUp(self):
        super().setUp()
        self.record = self._sign()
        self.sending = self.sendings.search([("company_id", "=", self.company.id)])
        self.mail = self.sending.mail_id

    def test_the_message_says_what_to_keep_and_how_to_use_it(self):
        body = str(self.mail.body_html)
        self.assertEqual(self.mail.email_to, "compta@exemple.fr")
        self.assertIn(f"{self.record.number}={self.sending.value}", body)
        self.assertIn("SIREN 823456789", body)
        self.assertIn("5,00", body)
        self.assertIn("--anchor", body)
        text = self.mail.attachment_ids.raw.decode()
        self.assertIn(f"{self.record.number}={self.sending.value}", text.splitlines())
        self.assertFalse(self.mail.auto_delete)

    def test_other_companies_totals_are_not_told(self):
        other = self.env["res.company"].create(
            {"name": "Autre", "company_registry": "40483304800022", "escarcelle_accountant_email": "a@exemple.fr"}
        )
        record = self._sign(self.noon + timedelta(minutes=5))
        sending = self.sendings.search([("company_id", "=", other.id)])
        self.assertEqual(sending.name, record.number)
        self.assertNotIn("823456789", str(sending.mail_id.body_html))

    def test_once_sent_it_is_an_exchange_with_the_accountant(self):
        self.mail.write({"state": "sent"})
        self._cron("cron_anchor_mail")
        self._cron("cron_anchor_mail")
        self.assertEqual(self.sending.state, "sent")
        noted = self.env["escarcelle.fiscal.outbox"].search([("code", "=", jet.ACCOUNTANT_EXCHANGE)])
        self.assertEqual(noted.mapped("description"), [f"ancre {self.record.number} envoyée au comptable"])
        self.assertNotIn("@", noted.description)

    def test_a_message_that_did_not_leave_is_tried_again(self):
        self.mail.write({"state": "exception", "failure_reason": "no relay"})
        self._cron("cron_anchor_mail")
        self.assertEqual((self.sending.state, self.sending.error, self.mail.state),
                         ("failed", "no relay", "exception"))  # fmt: skip
        self.sending.tried_at -= timedelta(hours=2)
        self.company.escarcelle_accountant_email = "nouvelle@exemple.fr"
        self._cron("cron_anchor_mail")
        self.assertEqual((self.mail.state, self.mail.email_to, self.sending.attempts),
                         ("outgoing", "nouvelle@exemple.fr", 1))  # fmt: skip
        self.mail.write({"state": "exception"})
        self.sending.action_send_again()
        self.assertEqual((self.mail.state, self.sending.state), ("outgoing", "waiting"))

    def test_a_removed_message_is_written_again(self):
        self.mail.unlink()
        self._cron("cron_anchor_mail")
        self.assertIn(self.sending.value, str(self.sending.mail_id.body_html))

    def test_one_that_waits_for_days_is_told_in_red(self):
        self.assertFalse([s for s in self.env["escarcelle.fiscal.backup"].escarcelle_banner() if "anchor" in s])
        self.sending.signed_at -= timedelta(days=4)
        self.assertTrue([s for s in self.env["escarcelle.fiscal.backup"].escarcelle_banner() if "anchor" in s])


class _Server(http.server.BaseHTTPRequestHandler):
    """A time stamping server: openssl answers; ``mode`` says how it misbehaves."""

    folder = mode = None

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self._answer(query)
        self.send_response({"refuse": 503, "elsewhere": 302}.get(self.mode, 200))
        if self.mode == "elsewhere":
            self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer)

    def _answer(self, query):
        if self.mode == "slow":
            time.sleep(3)
            return b""
        if self.mode == "garbage":
            return b"<html>erreur</html>"
        if self.mode == "huge":
            return bytes(time_stamp.MAX_ANSWER * 20)
        if self.mode == "other imprint":
            query = time_stamp.request(bytes(32), 7)
        (self.folder / "in.tsq").write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-queryfile", "in.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key",
             "-config", "openssl.cnf", "-out", "out.tsr"], cwd=self.folder, check=True, capture_output=True,
        )  # fmt: skip
        return (self.folder / "out.tsr").read_bytes()

    def log_message(self, *arguments):
        """Quiet."""


@tagged("post_install", "-at_install")
class TestTimeStamp(AnchorCase):
    """A third party attests the date; nothing ever waits for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        _Server.folder = Path(folder.name)
        (_Server.folder / "openssl.cnf").write_text(CONF)
        (_Server.folder / "serial").write_text("01\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout",
             "tsa.key", "-out", "tsa.pem", "-days", "8000", "-subj", "/CN=Horodatage", "-config", "openssl.cnf",
             "-extensions", "stamp"], cwd=_Server.folder, check=True, capture_output=True,
        )  # fmt: skip
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.url = f"http://127.0.0.1:{server.server_port}/tsr"

    def setUp(self):
        super().setUp()
        _Server.mode = None
        # A real authority attests the real time: the journal must not say that it is noon.
        self.noon = datetime.now(ZoneInfo("Europe/Paris"))
        self.env["ir.config_parameter"].sudo().set_param(TSA, self.url)

    def _ask(self, mode=None):
        _Server.mode = mode
        self._cron("cron_time_stamp")

    def _tokens(self):
        self.env.cr.execute("SELECT kind, seq, token, stamped_at FROM fiscal.time_stamp ORDER BY id")
        return self.env.cr.fetchall()

    def _record(self, kind, seq):
        self.env.cr.execute(
            f"{wire.SELECT} WHERE till = (SELECT till FROM fiscal.instance) AND kind = %s AND seq = %s", [kind, seq]
        )
        return Record.from_json(self.env.cr.fetchone()[0])

    def test_an_anchor_and_a_seal_are_stamped_once(self):
        anchor = self._sign()
        with self._at(self.noon + timedelta(minutes=2)):
            archive = self.env["escarcelle.fiscal.archive"]._escarcelle_archive(self.company, "J", self.noon.date())
        archive_files.deliver(self.folder, archive.name)
        self._ask()
        self._ask()
        tokens = self._tokens()
        self.assertEqual({(kind, seq) for kind, seq, _t, _a in tokens}, {("ANC", anchor.seq), ("ARC", 1)})
        self.assertEqual(len(tokens), 2)
        for kind, seq, token, at in tokens:
            read = time_stamp.read_token(bytes(token), time_stamp.imprint(self._record(kind, seq)))
            self.assertEqual(read.at, at)
        self.assertTrue((self.folder / "archives" / archive.name.replace(".7z", ".tsr")).is_file())
        self.assertTrue(archive.stamped_at)
        self.assertTrue(self.sendings.search([], limit=1).stamped_at)
        # It is in the next archive, where the verifier finds it.
        with self._at(self.noon + timedelta(minutes=3)):
            later = self.env["escarcelle.fiscal.archive"]._escarcelle_archive(self.company, "M", self.noon.date())
        outcome = verify([later._escarcelle_path()])
        self.assertEqual(outcome.verdict, "sound", outcome.defects)
        self.assertTrue([w for w in outcome.warnings if "CN=Horodatage" in w])

    @mute_logger("odoo.addons.escarcelle_fiscal.models.fiscal_time_stamp")
    def test_what_a_server_can_get_wrong(self):
        self._sign()
        for mode in ("garbage", "refuse", "elsewhere", "huge", "other imprint"):
            with self.subTest(mode):
                self._ask(mode)
                self.assertFalse(self._tokens())
                self.assertTrue(self.env["ir.config_parameter"].sudo().get_param(f"{TSA}_problem"))
        with (
            patch("odoo.addons.escarcelle_fiscal.models.fiscal_time_stamp.SECONDS", 1),
            patch("requests.post", side_effect=_short(1)),
        ):
            self._ask("slow")
        self.assertFalse(self._tokens())
        self.assertIn("Timeout", self.env["ir.config_parameter"].sudo().get_param(f"{TSA}_problem"))
        self._ask()
        self.assertEqual(len(self._tokens()), 1)
        self.assertFalse(self.env["ir.config_parameter"].sudo().get_param(f"{TSA}_problem"))

    @mute_logger("odoo.addons.escarcelle_fiscal.models.fiscal_time_stamp")
    def test_no_server_at_all_delays_no_anchor(self):
        self.env["ir.config_parameter"].sudo().set_param(TSA, "http://127.0.0.1:1/tsr")
        self.assertTrue(self._sign())
        self._ask()
        self.assertTrue(self._sign(self.noon + timedelta(minutes=1)))
        self.assertFalse(self._tokens())

    def test_none_is_asked_without_an_address(self):
        self.env["ir.config_parameter"].sudo().set_param(TSA, False)
        self._sign()
        with patch("requests.post") as post:
            self._ask()
        post.assert_not_called()


def _short(seconds):
    """The real call, that waits no longer: Odoo's tests lengthen the time-outs they see."""

    def call(url, **values):
        prepared = requests.Request("POST", url, data=values["data"], headers=values["headers"]).prepare()
        return HTTPAdapter().send(prepared, timeout=seconds, stream=True)

    return call
