from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import TODAY, SocialTillCase


@tagged("post_install", "-at_install")
class TestVoucher(SocialTillCase):
    """From a voucher on a signed ticket to the slip or the invoice that asks it back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ccas = cls.env["res.partner"].create({"name": "CCAS de Rennes", "is_company": True})
        cls.town = cls.env["res.partner"].create({"name": "Mairie", "is_company": True})
        cls.cap, cls.part = cls.env["escarcelle.voucher.kind"].create(
            [
                {"name": "Bon CAP", "issuer_id": cls.ccas.id, "value": 5.0},
                {"name": "Part mairie", "issuer_id": cls.town.id, "nature": "share", "share": 30.0,
                 "numbered": False, "settled_by": "invoice", "chorus_service": "SRV1", "chorus_engagement": "EJ7"},
            ]
        )  # fmt: skip
        (cls.cap | cls.part).action_make_method()

    def method(self, kind):
        return (kind.payment_method_id.id, "BON", kind.name)

    def sell(self, *paid, device=None, voucher=None, **options):
        """``paid``: (kind or None for cash, cents, number)."""
        device = device or self.device
        payments = [(self.method(kind) if kind else None, cents) for kind, cents, _number in paid]
        total = sum(cents for _kind, cents, _number in paid)
        row = self.row(550, f"{abs(total) / 100:.4f}", "1" if total > 0 else "-1")
        entry = device.sell([row], payments, household=self.home.code, **options)
        for sent, (kind, _cents, number) in zip(entry["order"]["payments"], paid, strict=True):
            if kind:
                sent["voucher"] = {"number": number, "value": None} if voucher is None else voucher
        return entry

    def rows(self, **values):
        domain = [("company_id", "=", self.company.id), *[(name, "=", value) for name, value in values.items()]]
        return self.env["escarcelle.voucher"].search(domain, order="id")

    def slip(self):
        return self.env["escarcelle.voucher.remittance"].create({"issuer_id": self.ccas.id, "date": TODAY})

    def bill(self, until=TODAY):
        wizard = self.env["escarcelle.voucher.billing"].create({"date_to": until})
        return self.env["account.move"].search(wizard.action_bill()["domain"])

    # -- kinds -------------------------------------------------------------------------------------

    def test_what_the_till_receives(self):
        category = self.env["product.category"].create({"name": "Alcool"})
        child = self.env["product.category"].create({"name": "Vin", "parent_id": category.id})
        self.cap.write({"excluded_category_ids": [Command.set(category.ids)], "date_to": "2026-12-31"})
        settings = self.till.sudo()._escarcelle_settings()
        cap, part = settings["vouchers"]
        self.assertEqual(
            cap,
            {
                "id": self.cap.id, "name": "Bon CAP", "method_id": self.cap.payment_method_id.id, "numbered": True,
                "value": 500, "share": None, "from": None, "to": "2026-12-31",
                "excluded_category_ids": sorted((category | child).ids),
            },
        )  # fmt: skip
        self.assertEqual((part["share"], part["value"], part["numbered"]), ("30.00", None, False))
        codes = {m["id"]: m["code"] for m in settings["payment_methods"]}
        self.assertEqual(codes[self.cap.payment_method_id.id], "BON")
        self.assertIn("escarcelle.voucher.kind", self.till._escarcelle_watched_models())

    def test_a_kind_out_of_use_is_refused_by_the_tills(self):
        """Its means of payment stays on the screen: without the kind it would be taken like money."""
        self.cap.active = False
        rows = {row["id"]: row for row in self.till.sudo()._escarcelle_settings()["vouchers"]}
        self.assertEqual(rows[self.cap.id]["to"], "2000-01-01")
        again = self.cap.copy(
            {"name": "Bon CAP 2027", "active": True, "payment_method_id": self.cap.payment_method_id.id}
        )
        rows = {row["id"]: row for row in self.till.sudo()._escarcelle_settings()["vouchers"]}
        self.assertEqual(set(rows), {again.id, self.part.id}, "one a means of payment: the one in use")
        self.assertIsNone(rows[again.id]["to"])
        with self.assertRaises(UserError):
            self.cap.unlink()
        self.env["escarcelle.voucher.kind"].create({"name": "Essai", "issuer_id": self.ccas.id}).unlink()

    def test_kinds_that_make_no_sense(self):
        kinds = self.env["escarcelle.voucher.kind"]
        base = {"name": "x", "issuer_id": self.ccas.id}
        for values, error in (
            ({"value": -1}, CheckViolation),
            ({"nature": "share", "share": 0}, CheckViolation),
            ({"nature": "share", "share": 101}, CheckViolation),
            ({"date_from": "2026-12-01", "date_to": "2026-11-01"}, CheckViolation),
            ({"payment_method_id": self.cap.payment_method_id.id}, UniqueViolation),
            ({"payment_method_id": self.device.card[0]}, ValidationError),
        ):
            with self.assertRaises(error), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                kinds.create({**base, **values})

    # -- from the tills ----------------------------------------------------------------------------

    def test_taken_once_whatever_is_sent_again(self):
        entry = self.sell((self.cap, 500, "a 1"), (None, 250, None))
        for _time in range(3):
            self.assertEqual(self.ingest(self.till, entry)[0]["order"], "built")
        row = self.rows()
        self.assertEqual((row.kind_id, row.number, row.amount, row.day), (self.cap, "A1", 5.0, TODAY))
        self.assertEqual((row.order_id, row.state, row.duplicate), (self.order(entry), "received", False))
        self.assertFalse(self.env["escarcelle.difference"].search([("entry_id.till_id", "=", self.till.id)]))

    def test_two_tills_took_one_number(self):
        other, device = self._till("Caisse B")
        other.config_id.write({"payment_method_ids": [Command.link(self.cap.payment_method_id.id)]})
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        acks = self.ingest(other, self.sell((self.cap, 500, "77"), device=device))
        self.assertEqual(acks[0]["order"], "built")
        self.assertEqual(self.rows().mapped("duplicate"), [True, True])
        self.assertEqual(len(self.rows(duplicate=True, seen=False)), 2)

    def test_given_back_it_is_asked_of_nobody(self):
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        self.ingest(self.till, self.sell((self.cap, -500, "77"), operation="ANN"))
        self.assertEqual(self.rows().mapped("state"), ["cancelled", "cancelled"])
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        self.assertEqual(self.rows(state="received").duplicate, False)

    def test_hostile_vouchers_stop_nothing(self):
        hostile = ({}, [], "x", {"number": 5}, {"number": "9" * 500, "value": "x"}, {"number": None, "value": 10**20})
        for said in hostile:
            entry = self.sell((self.cap, 500, None), voucher=said)
            self.assertEqual(self.ingest(self.till, entry)[0]["order"], "built")
        self.assertEqual(len(self.rows()), 6)
        self.assertFalse(self.env["escarcelle.difference"].search([("kind", "=", "hook")]))

    def test_no_name_of_a_household(self):
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        self.assertNotIn(self.home.partner_id, self.rows().issuer_id)
        html = self.report()
        self.assertNotIn(self.home.last_name, html)
        self.assertNotIn(self.home.short_name, html)

    # -- slips -------------------------------------------------------------------------------------

    def report(self):
        slip = self.slip()
        slip.action_fill()
        content, _type = self.env["ir.actions.report"]._render_qweb_html(
            "escarcelle_social.voucher_remittance_page", slip.ids
        )
        return content.decode()

    def test_a_slip_from_draft_to_paid(self):
        self.ingest(self.till, *[self.sell((self.cap, 500, str(n))) for n in range(3)])
        self.ingest(self.till, self.sell((self.part, 300, None), (None, 700, None)))
        slip = self.slip()
        slip.action_fill()
        self.assertEqual((slip.voucher_count, slip.amount, slip.name), (3, 15.0, "/"))
        slip.action_remit()
        self.assertEqual((slip.state, set(slip.voucher_ids.mapped("state"))), ("remitted", {"remitted"}))
        self.assertRegex(slip.name, r"^REM\d{5}$")
        for action in (slip.action_remit, slip.action_empty, slip.action_fill, slip.unlink):
            with self.assertRaises(UserError):
                action()
        with self.assertRaises(UserError):
            slip.issuer_id = self.town
        slip.action_paid()
        self.assertEqual((set(slip.voucher_ids.mapped("state")), slip.paid_on), ({"paid"}, TODAY))

    def test_a_slip_moves_by_its_buttons_only(self):
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        made = {"issuer_id": self.ccas.id, "date": TODAY, "state": "paid", "name": "REM99999"}
        slip = self.env["escarcelle.voucher.remittance"].with_user(self.person("manager")).create(made)
        self.assertEqual((slip.state, slip.name), ("draft", "/"))
        slip.action_remit()
        for values in ({"state": "draft"}, {"name": "/"}, {"paid_on": TODAY}):
            with self.assertRaises(UserError):
                slip.write(values)

    def test_numbers_follow_and_a_voucher_is_on_one_slip(self):
        names = []
        for number in range(3):
            self.ingest(self.till, self.sell((self.cap, 500, str(number))))
            slip = self.slip()
            slip.action_remit()
            names.append(int(slip.name[3:]))
        self.assertEqual(names, list(range(names[0], names[0] + 3)))
        with self.assertRaises(UserError):
            self.slip().action_fill()

    def test_the_paper(self):
        self.ingest(self.till, self.sell((self.cap, 500, "A77")))
        html = self.report()
        for expected in ("CCAS de Rennes", "A77", "Bon CAP"):
            self.assertIn(expected, html)

    def test_a_voucher_is_moved_by_nobody(self):
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        row = self.rows().with_user(self.person("manager"))
        row.seen = True
        for values in ({"amount": 1}, {"state": "paid"}, {"number": "1"}):
            with self.assertRaises(UserError):
                row.write(values)
        with self.assertRaises(UserError):
            self.rows().unlink()

    # -- invoices ----------------------------------------------------------------------------------

    def test_the_months_invoice(self):
        entries = [self.sell((self.part, 300, None), (None, 700, None)) for _ in range(3)]
        self.ingest(self.till, *entries)
        move = self.bill()
        self.assertEqual((move.partner_id, move.state), (self.town, "draft"))
        self.assertEqual((move.amount_total, move.amount_tax), (9.0, 0))
        line = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        self.assertEqual(line.account_id, self.part.payment_method_id.outstanding_account_id)
        note = move.invoice_line_ids.filtered(lambda line: line.display_type == "line_note")
        for entry in entries:
            self.assertIn(self.order(entry).pos_reference, note.name)
        if "buyer_reference" in move._fields:
            self.assertEqual((move.buyer_reference, move.purchase_order_reference), ("SRV1", "EJ7"))
        with self.assertRaises(UserError):
            self.bill()  # nothing is asked for twice

    def test_a_cancelled_invoice_lets_its_tickets_go(self):
        self.ingest(self.till, self.sell((self.part, 300, None), (None, 700, None)))
        first = self.bill()
        first.button_cancel()
        second = self.bill()
        self.assertNotEqual(first, second)
        self.assertEqual(self.rows().move_id, second)

    def test_what_is_invoiced_is_not_asked_back_again(self):
        self.ingest(self.till, self.sell((self.part, 300, None), (None, 700, None)))
        self.assertEqual((self.part.voucher_count, self.part.waiting_amount), (1, 3.0))
        move = self.bill()
        self.assertEqual(self.rows().state, "invoiced")
        self.part.invalidate_recordset()
        self.assertEqual((self.part.voucher_count, self.part.waiting_amount), (0, 0.0))
        move.unlink()
        self.assertEqual(self.rows().state, "received")
        move = self.bill()
        move.invoice_date = TODAY
        move.action_post()
        self.assertEqual(self.rows().state, "invoiced")
        move._reverse_moves([{"invoice_date": TODAY}], cancel=True)
        self.assertEqual((move.payment_state, self.rows().state), ("reversed", "received"))
        second = self.bill()
        second.invoice_date = TODAY
        second.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=second.ids
        ).create({})._create_payments()
        self.assertEqual(self.rows().state, "paid")

    def test_given_back_after_the_invoice_it_lessens_the_next_one(self):
        self.cap.settled_by = "invoice"
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        move = self.bill()
        self.ingest(self.till, self.sell((self.cap, -500, "77"), operation="ANN"))
        self.assertEqual(self.rows().mapped("state"), ["invoiced", "received"])
        self.ingest(self.till, *[self.sell((self.cap, 500, str(n))) for n in range(3)])
        self.assertEqual((move.amount_total, self.bill().amount_total), (5.0, 10.0))

    def test_amounts_and_days_are_written_for_who_pays(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.user.lang = "fr_FR"
        self.ingest(self.till, self.sell((self.part, 300, None), (None, 700, None)))
        wizard = self.env["escarcelle.voucher.billing"].with_context(lang="fr_FR").create({"date_to": TODAY})
        move = self.env["account.move"].search(wizard.action_bill()["domain"])
        note = move.invoice_line_ids.filtered(lambda line: line.display_type == "line_note").name
        self.assertIn("3,00", note)
        self.assertIn("21/11/2026", note)

    def test_only_until_the_day_asked_for(self):
        self.ingest(self.till, self.sell((self.part, 300, None), (None, 700, None)))
        with self.assertRaises(UserError):
            self.bill(date(2026, 10, 31))

    def test_the_month_before_is_proposed(self):
        with patch.object(fields.Date, "context_today", lambda *_args: date(2028, 3, 31)):
            wizard = self.env["escarcelle.voucher.billing"].create({})
        self.assertEqual(wizard.date_to, date(2028, 2, 29))

    # -- rights ------------------------------------------------------------------------------------

    def person(self, group):
        return new_test_user(
            self.env, f"voucher_{group}", groups=f"escarcelle_social.group_{group}", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip

    def test_who_may(self):
        rights = {
            "escarcelle.voucher.kind": "read write create unlink",
            "escarcelle.voucher": "read write",
            "escarcelle.voucher.remittance": "read write create unlink",
            "escarcelle.voucher.billing": "read write create unlink",
        }
        for group in ("manager", "stock", "referent", "cashier"):
            person = self.person(group)
            for model, allowed in rights.items():
                has = [
                    operation
                    for operation in ("read", "write", "create", "unlink")
                    if self.env[model].with_user(person).has_access(operation)
                ]
                self.assertEqual(" ".join(has), allowed if group == "manager" else "", f"{model} {group}")
        self.ingest(self.till, self.sell((self.cap, 500, "77")))
        shop = self.env["res.company"].create({"name": "Autre"})
        stranger = new_test_user(
            self.env, "voucher_stranger", groups="escarcelle_social.group_manager", company_id=shop.id,
            company_ids=[Command.set(shop.ids)],
        )  # fmt: skip
        foreign = self.env["escarcelle.voucher.billing"].create({"date_to": TODAY})
        with self.assertRaises(UserError):
            foreign.with_user(stranger).with_context(allowed_company_ids=shop.ids).sudo().action_bill()
        self.assertFalse(self.env["escarcelle.voucher"].with_user(stranger).with_context(allowed_company_ids=shop.ids).search([]))

    def test_a_manager_does_all_of_it(self):
        self.ingest(self.till, self.sell((self.cap, 500, "77")), self.sell((self.part, 300, None), (None, 700, None)))
        manager = self.person("manager")
        slip = self.slip().with_user(manager)
        slip.action_fill()
        slip.action_remit()
        slip.action_paid()
        wizard = self.env["escarcelle.voucher.billing"].with_user(manager).create({"date_to": TODAY})
        wizard.action_bill()
        self.assertEqual(self.rows(kind_id=self.part.id).move_id.state, "draft")
