import random
from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import PIXEL, SIREN, DonationCase


@tagged("post_install", "-at_install")
class TestReceipt(DonationCase):
    def test_every_field_of_16216(self):
        self.policy.write({"signature": PIXEL, "rna": "W212001234"})
        gift = self.gift(
            self.line(), self.line(lot_name="L2", quantity=3.5, refused=True, refusal="packaging")
        )
        paid = self.money(150, donor=self.market, payment_kind="transfer")
        receipt = self.receipt(gift, paid, staff="Un comptable, 4 heures", staff_amount=200)
        self.assertRecordValues(
            receipt,
            [
                {
                    "name": "E-2026-00001", "state": "issued", "year": 2026, "number": 1,
                    "issued_on": date(2026, 11, 21), "keep_until": date(2032, 11, 21),
                    "donor_name": "Supermarché du Port", "donor_legal_form": "SAS", "donor_siren": SIREN,
                    "donor_street": "1 quai Nord", "donor_zip": "21000", "donor_city": "Dijon",
                    "donor_country": "France", "donor_first_name": False,
                    "org_name": self.company.name, "org_siren": "334175221", "org_rna": "W212001234",
                    "org_street": "3 rue des Halles", "org_zip": "21000", "org_city": "Dijon", "org_status": "general",
                    "org_purpose": "Aider les personnes en difficulté à se nourrir", "article_238": True,
                    "signatory": "Jeanne Martin", "signatory_quality": "présidente",
                    "money_amount": 150, "goods_amount": 207, "amount": 357,
                    "money_letters": "cent cinquante euros", "goods_letters": "deux cent sept euros",
                    "amount_letters": "trois cent cinquante-sept euros",
                    "date_label": "21/11/2026", "acts": "manual", "natures": "goods,money", "payments": "transfer",
                }
            ],
        )  # fmt: skip
        self.assertEqual(
            [(line.name, line.quantity, line.value) for line in receipt.line_ids],
            [(gift.line_ids[0].name, 10, 7), ("Un comptable, 4 heures", 0, 200)],
        )
        self.assertEqual((gift | paid).receipt_id, receipt)
        page = self.page(receipt)
        for said in ("16216*02", "238 bis", SIREN, "SAS", "E-2026-00001", "357,00", "trois cent cinquante-sept euros",
                     "Un comptable", "Virement", "334175221", "W212001234", "Jeanne Martin"):  # fmt: skip
            self.assertIn(said, page)
        self.assertNotIn("SANS VALEUR", page)
        # A font of the machine: of a web font wkhtmltopdf draws outlines, and the paper cannot be searched.
        self.assertRegex(page, r"esc_gift[^{]*{ font-family: .Liberation Sans")

    def page(self, receipt):
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_donation.receipt", receipt.ids)[0]
            .decode()
        )
        return html.replace("\u202f", "").replace("\u00a0", " ")

    def test_every_field_of_11580(self):
        self.policy.article_978 = True
        gifts = [
            self.money(100.5, date=date(2026, 2, 28)),
            self.money(40, nature="waiver", payment_kind=False),
            self.gift(donor=self.person),
        ]
        receipt = self.receipt(*gifts)
        self.assertRecordValues(
            receipt,
            [
                {
                    "name": "P-2026-00001", "donor_name": "Dupont", "donor_first_name": "Marie", "donor_siren": False,
                    "donor_legal_form": False, "date_label": "cumul 2026", "date_from": date(2026, 2, 28),
                    "amount": 147.5, "amount_letters": "cent quarante-sept euros et cinquante centimes",
                    "natures": "goods,money,waiver", "payments": "cheque", "article_200": True, "article_978": True,
                }
            ],
        )  # fmt: skip
        page = self.page(receipt)
        for said in ("11580*05", "articles 200 et 978", "Dupont", "Marie", "*** <b>147,50 €</b> ***", "cumul 2026",
                     "Déclaration de don manuel", "Frais engagés par les bénévoles"):  # fmt: skip
            self.assertIn(said, page)

    @mute_logger("odoo.sql_db")
    def test_rna_numbers_of_every_department(self):
        for number in ("W751234567", "W2A1000123", "W9R4000123", False):
            with self.subTest(number):
                self.policy.rna = number
                self.env.flush_all()
        for number in ("W75123456", "WA51234567", "W75A234567", "751234567", "w751234567"):
            with self.subTest(number), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.policy.rna = number
                self.env.flush_all()

    def test_a_period_of_a_company(self):
        receipt = self.receipt(self.gift(date=date(2026, 3, 1)), self.gift(self.line(lot_name="B")))
        self.assertEqual(receipt.date_label, "du 01/03/2026 au 21/11/2026")

    # -- numbers -----------------------------------------------------------------------------------

    def test_numbers_have_no_hole_whatever_happens(self):
        """Random issues, failures, cancellations and replacements, in two series and over two years."""
        drawn = random.Random(200238)
        live = []
        for step in range(60):
            self.on(date(2026, 12, 31) if step < 30 else date(2027, 1, 1))
            donor = drawn.choice((self.market, self.person))
            what = drawn.random()
            if what < 0.2:
                broken = self.receipt(self.money(0, donor=donor, done=False), issue=False)
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    (broken | self.receipt(self.money(5, donor=donor), issue=False)).action_issue()
            elif what < 0.35 and live:
                live.pop()._escarcelle_close("cancelled", "essai")
            elif what < 0.5 and live:
                old = live.pop()
                new = self.receipts.browse(old.action_replace()["res_id"])
                new.action_issue()
                live.append(new)
            else:
                live.append(self.receipt(self.money(drawn.randrange(1, 500), donor=donor)))
        for form in ("16216", "11580"):
            for year in (2026, 2027):
                found = self.receipts.search(
                    [
                        ("company_id", "=", self.company.id),
                        ("form", "=", form),
                        ("year", "=", year),
                        ("number", ">", 0),
                    ]
                )
                self.assertTrue(found)
                self.assertEqual(
                    sorted(found.mapped("number")), list(range(1, len(found) + 1)), (form, year)
                )

    def test_issuing_twice_numbers_once(self):
        receipt = self.receipt(self.gift())
        receipt.action_issue()
        self.assertEqual(
            (receipt.number, self.receipt(self.gift(self.line(lot_name="B"))).number), (1, 2)
        )

    def test_a_batch_is_numbered_in_order(self):
        drafts = self.receipts.browse()
        for name in "ABCDE":
            drafts |= self.receipt(self.gift(self.line(lot_name=name)), issue=False)
        drafts.sorted("id", reverse=True).action_issue()
        self.assertEqual(drafts.mapped("number"), [1, 2, 3, 4, 5])

    def test_shops_have_their_own_series(self):
        self.receipt(self.gift())
        taken = self.env["escarcelle.donation.receipt.number"]._escarcelle_take(
            self.env["res.company"].create({"name": "Autre"}), "16216", 2026, 2
        )
        self.assertEqual(list(taken), [1, 2])

    # -- what may not be issued -----------------------------------------------------------------------

    def test_not_before_the_organisation_said_it_may(self):
        for values in (
            {"confirmed": False}, {"purpose": "  "}, {"status": False}, {"status": "utility", "decree_date": False},
            {"article_238": False}, {"signatory": False}, {"status": "other", "status_other": False},
        ):  # fmt: skip
            with self.subTest(values), self.assertRaises(UserError), self.env.cr.savepoint():
                self.policy.write(values)
                self.receipt(self.gift())
        for values in ({"street": False}, {"company_registry": False}):
            with self.subTest(values), self.assertRaises(UserError), self.env.cr.savepoint():
                self.company.write(values)
                self.receipt(self.gift())
        self.policy.write({"status": "utility", "decree_date": date(1999, 5, 4)})
        page = self.page(self.receipt(self.gift()))
        self.assertIn("04/05/1999", page)

    def test_what_the_donor_lacks_is_named(self):
        self.market.write({"escarcelle_legal_form": False})
        with self.assertRaises(UserError):
            self.receipt(self.gift())
        town = self.env["res.partner"].create(
            {"name": "CCAS", "escarcelle_donor": True, "escarcelle_donor_kind": "association"}
        )
        gift = self.gift(donor=town)
        self.assertFalse(gift.receipt_wanted)
        with self.assertRaises(UserError):
            self.receipts.create(
                {
                    "company_id": self.company.id,
                    "donor_id": town.id,
                    "donation_ids": [Command.set(gift.ids)],
                }
            ).action_issue()

    def test_gifts_that_are_no_gifts(self):
        for gift in (
            self.gift(done=False),
            self.gift(self.line(unit_value=0)),
            self.gift(self.line(lot_name="C"), self.line(lot_name="D", unit_value=0)),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.receipt(gift)
        undone = self.gift(self.line(lot_name="E"))
        undone.action_undo()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.receipt(undone)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.receipt(self.gift(self.line(lot_name="F")), self.money(5))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.receipt(self.gift(self.line(lot_name="G")), staff="Quelqu'un")

    def test_a_gift_is_on_one_receipt(self):
        gift = self.gift()
        first, second = self.receipt(gift), self.receipt(gift, issue=False)
        with self.assertRaises(UserError):
            second.action_issue()
        first._escarcelle_close("cancelled", "erreur")
        self.assertFalse(gift.receipt_id)
        second.action_issue()
        self.assertEqual((gift.receipt_id, gift.receipt_ids), (second, first | second))

    # -- afterwards -----------------------------------------------------------------------------------

    def test_cancelled_it_keeps_its_number_and_says_so(self):
        receipt = self.receipt(self.gift())
        wizard = self.env["escarcelle.donation.receipt.cancel"].create(
            {"receipt_id": receipt.id, "reason": " Doublon "}
        )
        wizard.action_cancel()
        self.assertRecordValues(
            receipt,
            [
                {
                    "name": "E-2026-00001",
                    "state": "cancelled",
                    "cancel_reason": "Doublon",
                    "amount": 7,
                }
            ],
        )
        self.assertIn("ANNULÉ le", self.page(receipt))
        with self.assertRaises(UserError):
            wizard.action_cancel()
        blank = self.env["escarcelle.donation.receipt.cancel"].create(
            {"receipt_id": self.receipt(self.gift(self.line(lot_name="B"))).id, "reason": "  "}
        )
        with self.assertRaises(UserError):
            blank.action_cancel()

    def test_replaced_both_say_so(self):
        gift = self.gift()
        old = self.receipt(gift)
        new = self.receipts.browse(old.action_replace()["res_id"])
        self.assertEqual((old.state, new.state, gift.receipt_id), ("issued", "draft", old))
        self.assertEqual(self.receipts.browse(old.action_replace()["res_id"]), new)
        self.market.street = "2 quai Sud"
        new.action_issue()
        self.assertEqual((old.state, old.replaced_by_id, gift.receipt_id), ("replaced", new, new))
        self.assertEqual((old.donor_street, new.donor_street), ("1 quai Nord", "2 quai Sud"))
        self.assertIn("ANNULÉ ET REMPLACÉ par le reçu n° <span>E-2026-00002", self.page(old))
        self.assertIn("Annule et remplace le reçu n° <span>E-2026-00001", self.page(new))
        with self.assertRaises(UserError):
            old.action_replace()

    def test_issued_it_neither_changes_nor_disappears(self):
        receipt = self.receipt(self.gift())
        for change in (
            lambda: receipt.write({"donor_name": "X"}),
            lambda: receipt.write({"staff_amount": 5}),
            lambda: receipt.write({"donation_ids": [Command.clear()]}),
            lambda: receipt.unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()

    def test_postgresql_refuses_it_too(self):
        receipt = self.receipt(self.gift())
        self.env.flush_all()
        for statement in (
            "UPDATE escarcelle_donation_receipt SET amount = 1 WHERE id = %s",
            "UPDATE escarcelle_donation_receipt SET number = 9 WHERE id = %s",
            "UPDATE escarcelle_donation_receipt SET donor_name = 'X' WHERE id = %s",
            "UPDATE escarcelle_donation_receipt SET state = 'draft', number = NULL WHERE id = %s",
            "DELETE FROM escarcelle_donation_receipt WHERE id = %s",
            "UPDATE escarcelle_donation_receipt_line SET value = 1 WHERE receipt_id = %s",
            "DELETE FROM escarcelle_donation_receipt_line WHERE receipt_id = %s",
            "INSERT INTO escarcelle_donation_receipt_line (receipt_id, name, date) VALUES (%s, 'X', now())",
        ):
            with (
                self.subTest(statement), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation),
                self.env.cr.savepoint(flush=False),
            ):  # fmt: skip
                self.env.cr.execute(statement, [receipt.id])
        receipt._escarcelle_close("cancelled", "x")
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(
                "UPDATE escarcelle_donation_receipt SET state = 'issued' WHERE id = %s",
                [receipt.id],
            )

    def test_what_was_said_stands_whatever_becomes_of_the_donor(self):
        receipt = self.receipt(self.gift())
        self.market.write({"name": "Autre nom", "city": "Beaune"})
        self.company.name = "Autre épicerie"
        self.policy.purpose = "Autre objet"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            (receipt.donor_name, receipt.donor_city, receipt.amount),
            ("Supermarché du Port", "Dijon", 7),
        )
        for said in ("Autre nom", "Autre épicerie", "Autre objet", "Beaune"):
            self.assertNotIn(said, self.page(receipt))

    def test_an_unsigned_receipt_is_printed_not_mailed(self):
        unsigned = self.receipt(self.gift())
        self.policy.signature = PIXEL
        signed = self.receipt(self.gift(self.line(lot_name="B")))
        action = (unsigned | signed).action_send_all()
        self.assertEqual((unsigned.to_send, signed.to_send), (False, True))
        self.assertIn(unsigned.name, action["params"]["message"])
        self.assertNotIn(signed.name, action["params"]["message"])

    def test_mail_to_the_donor(self):
        self.policy.signature = PIXEL
        receipt, silent = (
            self.receipt(self.gift()),
            self.receipt(self.gift(self.line(lot_name="B"))),
        )
        self.assertFalse(receipt.sent_on)
        (receipt | silent).action_send_all()
        self.assertEqual(set((receipt | silent).mapped("to_send")), {True})
        self.market.email = False
        other = self.receipt(self.gift(self.line(lot_name="C")))
        action = other.action_send_all()
        self.assertEqual((other.to_send, action["params"]["type"]), (False, "warning"))
        draft = self.receipt(self.gift(self.line(lot_name="D")), issue=False)
        with self.assertRaises(UserError):
            draft.action_send()

    def test_markup_in_a_name_is_text_on_paper(self):
        self.market.name = "<img src=x onerror=alert(1)>"
        page = self.page(self.receipt(self.gift()))
        self.assertNotIn("<img src=x", page)
        self.assertIn("&lt;img src=x", page)
