from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import tagged

from escarcelle_core import anchor as anchors
from escarcelle_core.xml import stamp

from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestAnchor(FiscalCase):
    """The shop anchor: what the server signs of all devices every day."""

    def setUp(self):
        super().setUp()
        # The server's journal was opened by the installation: a day of the past would not follow it.
        today = datetime.now(ZoneInfo("Europe/Paris"))
        self.noon = today.replace(hour=12, minute=0, second=0, microsecond=0)
        self.anchor = self.env["escarcelle.fiscal.anchor"].sudo()

    def _sign(self, at):
        with self._at(at):
            return self.anchor._escarcelle_anchor()

    def test_nothing_to_sign_before_the_first_sale(self):
        self.assertIsNone(self._sign(self.noon))

    def test_it_covers_every_device_and_is_mailed(self):
        self.company.escarcelle_accountant_email = "compta@exemple.fr"
        session = self._open(self.config)
        second = self._open(self._config("Tablette 2"))
        with self._at(self.noon):
            self._sell(session, [(self.rice, 2)])
            sale = self._sell(second, [(self.soap, 1)])
            self._sell(second, [(self.soap, -1, {"refunded_orderline_id": sale.lines.id})])
        record = self._sign(self.noon + timedelta(hours=10))
        read = anchors.read(stamp.parse(record.xml))
        self.assertEqual([(till.number, till.real, till.absolute) for till in read.shop],
                         [(901, 500, 500), (902, 0, 240)])  # fmt: skip
        self.assertEqual(read.taxpayers, {"823456789": (500, 740)})
        heads = dict(read.shop[0].heads)
        ticket = self._records("TCK", 901)
        self.assertEqual((heads["TCK"].seq, heads["TCK"].signature), (1, ticket.signature))
        mail = self.env["mail.mail"].sudo().search([("email_to", "=", "compta@exemple.fr")])
        self.assertIn(read.value, mail.body_html)

    def test_next_day_continues_it(self):
        with self._at(self.noon):
            self._sell(self._open(self.config), [(self.rice, 1)])
        first = self._sign(self.noon)
        second = self._sign(self.noon + timedelta(days=1))
        # The day of the server closed in between, with its own anchor.
        since = self._records("ANC", 0).filtered(lambda anchor: anchor.seq >= first.seq)
        self.assertEqual(since.mapped("seq"), [first.seq, first.seq + 1, first.seq + 2])
        self.assertEqual(second.seq, first.seq + 2)
