import base64
from datetime import timedelta
from unittest.mock import patch

from odoo.addons.mail.tests.common import MockEmail
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from escarcelle_core.xml import event_xml, stamp, ticket_xml

from .common import FiscalCase

PICTURE = base64.b64encode(b"a picture of the receipt")


@tagged("post_install", "-at_install")
class TestTablet(MockEmail, FiscalCase):
    """What a tablet says besides tickets: copies, training, corrections, each in its own chains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._open(cls.config)

    def _events(self):
        """(code, description) of the tablet's journal."""
        lines = [event_xml.read(stamp.parse(r.xml)) for r in self._records("JET", 901)]
        return [(line.code, line.description) for line in lines]

    def _codes(self):
        return [code for code, _text in self._events()]

    def _ticket(self, number):
        return ticket_xml.read(stamp.parse(self._records("TCK")[number - 1].xml))

    def _back(self, order, quantity=-1, line=0):
        origin = order.lines[line]
        return self._sell(
            self.session, [(origin.product_id, quantity, {"refunded_orderline_id": origin.id})]
        )

    # -- copies ------------------------------------------------------------------------------------

    def test_copies_are_ranked_signed_and_said(self):
        order = self._sell(self.session, [(self.rice, 2)])
        before = self._records("TCK").totals
        copies = [order.escarcelle_copy(True) for _copy in range(2)]
        self.assertEqual([copy["rank"] for copy in copies], [2, 3])
        self.assertIn("DUPLICATA n° 901-1 — rang 2", copies[0]["mention"])
        self.assertIn("Signature du duplicata", copies[1]["mention"])
        silent = self._sell(self.session, [(self.rice, 1)])
        self.assertEqual(silent.escarcelle_copy(False)["rank"], 1)
        self.assertEqual(silent.escarcelle_copy(True)["rank"], 2, "the chain counts, not the browser")
        self.assertEqual(self._codes().count(155), 4)
        self.assertEqual(self._records("DUP").mapped("totals")[1], before, "a copy moves no total")

    def test_a_mail_is_a_copy(self):
        order = self._sell(self.session, [(self.rice, 2)])
        with self.mock_mail_gateway():
            order.action_send_receipt("amina@exemple.fr", PICTURE, False)
        self.assertEqual([code for code in self._codes() if code in (155, 930)], [155, 930])
        [sent] = self._mails
        [(name, page)] = [part[:2] for part in sent["attachments"] if part[0].startswith("duplicata-901-1")]
        self.assertTrue(name.endswith(".pdf") and page.startswith(b"%PDF-"), name)
        self.assertFalse(order.email, "the address is not kept with the sale")
        messages = self.env["mail.message"].search([("outgoing_email_to", "ilike", "amina@exemple.fr")])
        self.assertFalse(messages)
        self.assertNotIn("amina@exemple.fr", "".join(self._records(till=901).mapped("xml")))

    def test_a_machine_without_pdf_mails_html(self):
        order = self._sell(self.session, [(self.rice, 2)])
        report = self.env.registry["ir.actions.report"]
        with (
            patch.object(report, "get_wkhtmltopdf_state", lambda self: "install"),
            self.mock_mail_gateway(),
        ):
            order.action_send_receipt("amina@exemple.fr", PICTURE, False)
        [sent] = self._mails
        page = next(part[1] for part in sent["attachments"] if part[0].startswith("duplicata-901-1"))
        self.assertIn("DUPLICATA", page if isinstance(page, str) else page.decode())

    def test_only_signed_orders_are_copied(self):
        draft = self.env["pos.order"].create(
            {"session_id": self.session.id, "amount_total": 0, "amount_tax": 0, "amount_paid": 0, "amount_return": 0}
        )
        with self.assertRaises(UserError):
            draft.escarcelle_copy()

    # -- corrections -------------------------------------------------------------------------------

    def test_returns_name_their_ticket_line_by_line(self):
        order = self._sell(self.session, [(self.rice, 2), (self.soap, 1)])
        self._back(order)
        part = self._ticket(2)
        self.assertEqual((part.origin.seq, part.origin.whole), (1, False))
        self.assertEqual(part.lines[0].origin_ticket, "901-1")
        self.assertIn("901-2 ligne 1", dict(self._events())[190])
        self.assertIn("du ticket 901-1", dict(self._events())[190])

    def test_a_whole_cancellation_says_so(self):
        order = self._sell(self.session, [(self.rice, 2)])
        self._back(order, -2)
        self.assertTrue(self._ticket(2).origin.whole)

    def test_nothing_is_given_back_twice(self):
        order = self._sell(self.session, [(self.rice, 2)])
        self._back(order, -2)
        with self.assertRaises(UserError), mute_logger("odoo.sql_db"):
            self._back(order, -1)
        self.assertEqual(len(self._records("TCK")), 2)

    def test_what_is_offered_is_said(self):
        free = {"price_unit": 0, "price_subtotal": 0, "price_subtotal_incl": 0}
        self.rice.list_price = 0
        self._sell(self.session, [(self.rice, 1, free)], payments=[(self.card, 0)])
        self.assertEqual([code for code in self._codes() if code in (327, 328)], [327, 328])

    # -- training ----------------------------------------------------------------------------------

    def _school(self, lines):
        return self.env["pos.order"].escarcelle_school([self._order(self.session, lines)])

    def test_school_signs_apart_and_leaves_nothing(self):
        self._sell(self.session, [(self.rice, 1)])
        models = ("pos.order", "pos.order.line", "pos.payment", "stock.move", "account.move")
        before = {model: self.env[model].search_count([]) for model in models}
        totals = self._records("TCK").totals
        self.assertTrue(self.config.escarcelle_train(True))
        self.assertTrue(self.config.escarcelle_training)
        answers = [self._school([(self.rice, 3)]) for _sale in range(2)]
        self.assertEqual([answer["number"] for answer in answers], ["901-1", "901-2"])
        self.assertIn("ÉCOLE – SIMULATION", answers[0]["mention"])
        self.assertEqual({model: self.env[model].search_count([]) for model in models}, before)
        school = self._records("ECO")
        self.assertEqual(school.mapped("training"), [True, True])
        self.assertEqual(school[-1].totals["perpetual_absolute"], totals["perpetual_absolute"])
        self.assertFalse(self.config.escarcelle_train(False))
        said = [text for code, text in self._events() if code == 970]
        self.assertEqual(said, ["Début du mode école", "Fin du mode école"])
        self._sell(self.session, [(self.rice, 1)])
        self.assertEqual(self._records("TCK").mapped("seq"), [1, 2])

    def test_a_browser_that_does_not_know_sells_nothing_in_school(self):
        self.config.escarcelle_train(True)
        data = self._order(self.session, [(self.rice, 1)])
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.env["pos.order"].sync_from_ui([data])
        self.assertFalse(self.env["pos.order"].search([("uuid", "=", data["uuid"])]))
        self.config.escarcelle_train(False)
        with self.assertRaises(UserError):
            self.env["pos.order"].escarcelle_school([data])
        self.assertFalse(self._records("TCK") | self._records("ECO"))

    def test_only_a_manager_begins_school(self):
        user = new_test_user(
            self.env, "caisse_ecole", groups="base.group_user,point_of_sale.group_pos_user",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        with self.assertRaises(UserError):
            self.config.with_user(user).escarcelle_train(True)
        self.assertFalse(self.config.escarcelle_training)
        self.config.escarcelle_train(True)
        self.config.with_user(user).escarcelle_train(False)
        self.assertFalse(self.config.escarcelle_training)

    def test_school_of_nonsense(self):
        self.config.escarcelle_train(True)
        wrong = self._order(self.session, [(self.rice, 1)])
        wrong["amount_total"] = 99
        for orders in ([], [wrong, wrong], [wrong]):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.env["pos.order"].escarcelle_school(orders)
        self.assertFalse(self._records("ECO"))

    def test_school_outlives_midnight(self):
        self.config.escarcelle_train(True)
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
        with self._at(now + timedelta(days=1)):
            self._school([(self.rice, 1)])
            self.assertTrue(self.config.escarcelle_training)
        closing = self._records("GTJ", 901)
        self.assertEqual(len(closing), 1)
        self.assertEqual(closing.totals["perpetual_absolute"], 0)
