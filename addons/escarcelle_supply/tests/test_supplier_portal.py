from datetime import datetime, time, timedelta

from lxml import etree
from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSupplierPortal(HttpCase):
    """The page a supplier opens from the mail, without a password."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier, cls.stranger = cls.env["res.partner"].create(
            [{"name": "Grossiste", "email": "grossiste@example.com"}, {"name": "Autre"}]
        )
        cls.good = cls.env["product.product"].create({"name": "Riz", "is_storable": True})
        cls.order, cls.other = (cls._order(partner) for partner in (cls.supplier, cls.stranger))
        cls.line = cls.order.order_line
        cls.keeper = new_test_user(
            cls.env, "portal_keeper", groups="escarcelle_social.group_stock", email="keeper@example.com"
        )
        cls.order.user_id = cls.keeper

    @classmethod
    def _order(cls, partner):
        order = cls.env["purchase.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": cls.good.id, "product_qty": 10, "price_unit": 1}),
                    Command.create({"name": "Une note", "display_type": "line_note", "product_qty": 0}),
                ],
            }
        )
        order.state = "sent"
        order._portal_ensure_token()
        return order

    def setUp(self):
        super().setUp()
        self.line = self.order.order_line.filtered(lambda line: not line.display_type)
        self.today = self.env.company._escarcelle_today()

    def _post(self, order=None, token=None, **said):
        order = order or self.order
        page = self.url_open(f"/my/purchase/{self.order.id}?access_token={self.order.access_token}")
        csrf = etree.HTML(page.text).xpath("//input[@name='csrf_token']/@value")
        data = {"csrf_token": csrf[0] if csrf else "", "access_token": token or order.access_token, **said}
        return self.url_open(f"/my/purchase/{order.id}/answer", data=data)

    def test_the_page_shows_the_form(self):
        page = self.url_open(f"/my/purchase/{self.order.id}?access_token={self.order.access_token}")
        self.assertEqual(page.status_code, 200)
        tree = etree.HTML(page.text)
        self.assertEqual(tree.xpath(f"//input[@name='quantity_{self.line.id}']/@value"), ["10"])
        self.assertEqual(len(tree.xpath("//button[@name='kind']")), 3)

    def test_confirmed(self):
        for _time in range(2):
            answer = self._post(kind="confirmed", remark="Merci")
            self.assertEqual(answer.status_code, 200)
        self.assertEqual((self.order.escarcelle_answer, self.order.acknowledged), ("confirmed", True))
        self.assertEqual((self.order.state, self.line.product_qty), ("sent", 10))
        self.assertFalse(self.order.activity_ids)

    def test_changes_wait_for_the_shop(self):
        day = self.today + timedelta(days=5)
        self._post(kind="changed", **{f"quantity_{self.line.id}": "6,5", f"date_{self.line.id}": day.isoformat()})
        self.assertEqual((self.order.escarcelle_answer, self.line.product_qty), ("changed", 10))
        answer = self.order.escarcelle_answer_ids
        self.assertEqual((answer.line_ids.quantity, answer.line_ids.date, answer.state), (6.5, day, "waiting"))
        activity = self.order.activity_ids
        self.assertEqual(
            (activity.user_id, activity.activity_type_id),
            (self.keeper, self.env.ref("escarcelle_supply.activity_supplier")),
        )
        answer.with_user(self.keeper).action_accept()
        self.assertEqual((self.line.product_qty, self.line.date_planned.date()), (6.5, day))
        self.assertFalse(self.order.activity_ids)
        with self.assertRaises(UserError):
            answer.action_accept()

    def test_the_day_and_the_note_are_those_of_the_shop(self):
        self.env.company.escarcelle_timezone = "Europe/Paris"
        # Half past midnight at the shop, the evening before in UTC.
        day = self.today + timedelta(days=3)
        self.line.date_planned = datetime.combine(day - timedelta(days=1), time(23, 30))
        self.env["res.lang"]._activate_lang("fr_FR")
        self.keeper.lang = "fr_FR"
        page = self.url_open(f"/my/purchase/{self.order.id}?access_token={self.order.access_token}")
        shown = etree.HTML(page.text).xpath(f"//input[@name='date_{self.line.id}']/@value")
        self.assertEqual(shown, [day.isoformat()])
        self._post(kind="changed", **{f"quantity_{self.line.id}": "6,5", f"date_{self.line.id}": day.isoformat()})
        answer = self.order.escarcelle_answer_ids
        self.assertEqual((answer.line_ids.quantity, answer.line_ids.date), (6.5, day))
        # The supplier's browser speaks English, the buyer reads French.
        self.assertIn("10 → 6,5", "".join(self.order.message_ids.mapped("body")))
        # What is proposed stands beside the buttons that take it or not.
        self.assertIn("10 → 6,5", answer.with_user(self.keeper).with_context(lang="fr_FR").changes)

    def test_changes_of_a_confirmed_order_reach_its_delivery(self):
        self.order.button_confirm()
        self._post(kind="changed", **{f"quantity_{self.line.id}": "6"})
        self.order.escarcelle_answer_ids.action_accept()
        self.assertEqual(sum(self.order.picking_ids.move_ids.mapped("product_uom_qty")), 6)

    def test_declined_or_said_again(self):
        self._post(kind="changed", **{f"quantity_{self.line.id}": "6"})
        self._post(kind="changed", **{f"quantity_{self.line.id}": "7"})
        states = self.order.escarcelle_answer_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["replaced", "waiting"])
        self.order.escarcelle_answer_ids[0].action_decline()
        self.assertEqual(self.line.product_qty, 10)
        with self.assertRaises(UserError):
            self.order.escarcelle_answer_ids[1].action_accept()

    def test_refused_with_a_reason(self):
        page = self._post(kind="refused")
        self.assertIn("alert-danger", page.text)
        self.assertEqual(self.order.escarcelle_answer, "waiting")
        self._post(kind="refused", remark="<script>alert(1)</script> rupture")
        self.assertEqual((self.order.escarcelle_answer, self.order.acknowledged), ("refused", False))
        self.assertTrue(self.order.activity_ids)
        self.assertNotIn("<script>", self.order.message_ids[0].body)

    def _unchanged(self):
        for order in (self.order, self.other):
            self.assertFalse(order.escarcelle_answer_ids)
            self.assertEqual((order.escarcelle_answer, order.order_line[0].product_qty), ("waiting", 10))

    def test_no_token_no_answer(self):
        token = self.order.access_token
        for wrong in ("x", "é", token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), token.upper() + "é", "%"):
            self.assertLess(self._post(token=wrong, kind="confirmed").status_code, 500)
        self.assertEqual(self.url_open(f"/my/purchase/{self.order.id}/answer").status_code, 405)
        self._unchanged()

    def test_the_token_of_another_order_opens_nothing(self):
        self._post(order=self.other, token=self.order.access_token, kind="confirmed")
        self._post(order=self.order, token=self.other.access_token, kind="confirmed")
        self._unchanged()

    def test_a_line_of_another_order_is_refused(self):
        line = self.other.order_line.filtered(lambda found: not found.display_type)
        note = self.order.order_line - self.line
        for found in (line, note):
            page = self._post(kind="changed", **{f"quantity_{found.id}": "1"})
            self.assertIn("alert-danger", page.text)
        self._unchanged()

    def test_hostile_values(self):
        quantity, date = f"quantity_{self.line.id}", f"date_{self.line.id}"
        yesterday = (self.today - timedelta(days=1)).isoformat()
        far = (self.today + timedelta(days=400)).isoformat()
        for said in (
            {"kind": "changed", quantity: "-1"}, {"kind": "changed", quantity: "1e9"},
            {"kind": "changed", quantity: ""},
            {"kind": "changed", quantity: "nan"}, {"kind": "changed", quantity: "101"},
            {"kind": "changed", quantity: "9" * 400}, {"kind": "changed", quantity: "1; DROP TABLE"},
            {"kind": "changed", date: yesterday}, {"kind": "changed", date: far},
            {"kind": "changed", date: "2026-02-30"},
            {"kind": "changed", date: "demain"}, {"kind": "changed", date: "0000-00-00"},
            {"kind": "admin"}, {}, {"kind": ""},
        ):  # fmt: skip
            with self.subTest(said):
                page = self._post(**said)
                self.assertEqual(page.status_code, 200)
                self.assertIn("alert-danger", page.text)
        self._unchanged()

    def test_a_forged_form_is_refused(self):
        data = {"access_token": self.order.access_token, "kind": "confirmed", "csrf_token": "x"}
        self.assertEqual(self.url_open(f"/my/purchase/{self.order.id}/answer", data=data).status_code, 400)
        self._unchanged()

    def test_a_long_remark_is_cut(self):
        self._post(kind="confirmed", remark="é" * 50000)
        self.assertEqual(len(self.order.escarcelle_answer_ids.remark), 1000)

    def test_too_late(self):
        self.order.button_confirm()
        picking = self.order.picking_ids
        picking.move_ids.quantity = 10
        picking.move_ids.picked = True
        picking._action_done()
        self._post(kind="refused", remark="trop tard")
        self.assertFalse(self.order.escarcelle_answer_ids)
        self.other.button_cancel()
        self._post(order=self.other, kind="confirmed")
        self.assertFalse(self.other.escarcelle_answer_ids)

    def test_sent_as_pdf_and_ubl(self):
        name, content = self.order._escarcelle_ubl()
        tree = etree.fromstring(content)
        self.assertEqual(etree.QName(tree).localname, "Order")
        self.assertTrue(name.endswith(".xml"))
        template = self.env.ref("purchase.email_template_edi_purchase_done").with_context(force_report_rendering=True)
        made = template._generate_template_attachments(
            self.order.ids, {"attachment_ids", "report_template_ids"}, {}
        )[self.order.id]["attachments"]
        self.assertEqual(sorted(name.rpartition(".")[2] for name, _content in made), ["pdf", "xml"])

    def test_who_has_no_address_does_not_keep_it_from_leaving(self):
        volunteer = new_test_user(self.env, "portal_volunteer", groups="escarcelle_social.group_stock", email=False)
        self.order.user_id = volunteer
        self.order.with_user(volunteer).message_post(body="Vu", message_type="comment", subtype_xmlid="mail.mt_comment")
        volunteer.company_id.email = "epicerie@example.com"
        self.env.invalidate_all()
        for order in (self.order, self.other):
            proposed = order._message_get_suggested_recipients_batch(additional_partners=volunteer.partner_id)
            self.assertEqual([one["partner_id"] for one in proposed[order.id]], order.partner_id.ids)
            context = order.action_rfq_send()["context"]
            composer = self.env["mail.compose.message"].with_user(volunteer).with_context(**context).create({})
            composer._action_send_mail()
            letter = order.message_ids.filtered(lambda one: one.message_type == "comment")[0]
            self.assertIn("epicerie@example.com", letter.email_from)

    def test_below_the_least_order(self):
        self.supplier.escarcelle_order_minimum = 10.01
        self.assertTrue(self.order.escarcelle_below_minimum)
        self.supplier.escarcelle_order_minimum = 10
        self.order.invalidate_recordset()
        self.assertFalse(self.order.escarcelle_below_minimum)
        self.assertTrue(fields.Date.context_today(self.order))
