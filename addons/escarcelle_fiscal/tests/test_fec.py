import hashlib
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from escarcelle_core import jet

from ..tools import fec_file
from .common import IDENTITY
from .shop_case import ShopCase

HEADER = [name for name, _what in fec_file.FIELDS]


class FecCase(ShopCase):
    """A French company with the books of 2025 and 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({**IDENTITY, "company_registry": "732 829 320 00074", "fiscalyear_last_month": "12"})
        cls.env.user.group_ids |= cls.env.ref("escarcelle_fiscal.group_manager")
        cls.journal = cls.company_data["default_journal_misc"]
        cls.client = cls.env["res.partner"].create({"name": "Żaneta | Client\tœuvre", "ref": "C001"})
        Account = cls.env["account.account"].with_company(cls.company)
        cls.accounts = {
            code: Account.search([*Account._check_company_domain(cls.company), ("code", "=", code)], limit=1)
            for code in ("707000", "445710", "512001", "530001", "101000", "607000")
        }
        cls.accounts["512001"] = cls.company_data["default_journal_bank"].default_account_id
        cls.accounts["101000"] = cls.accounts["101000"] or Account.search(
            [*Account._check_company_domain(cls.company), ("account_type", "=", "equity")], limit=1
        )
        cls.accounts["411"] = cls.company_data["default_account_receivable"]

    def _entry(self, day, lines, post="2026-07-01 10:00:00", **values):
        """Lines are (account, debit − credit in euros[, label[, partner]])."""
        move = self.env["account.move"].create(
            {
                "journal_id": self.journal.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": (self.accounts[key] if isinstance(key, str) else key).id,
                            "debit": max(balance, 0),
                            "credit": max(-balance, 0),
                            "name": more[0] if more else "Vente",
                            "partner_id": more[1].id if len(more) > 1 else False,
                        }
                    )
                    for key, balance, *more in lines
                ],
                **values,
            }
        )
        if post:
            with freeze_time(post):
                move.action_post()
        return move

    def _wizard(self, **values):
        return self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": "2026-12-31", "test_file": True, **values}
        )

    def _download(self, wizard):
        wizard.action_escarcelle_check()
        action = wizard.action_escarcelle_download()
        attachment = self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))
        with zipfile.ZipFile(io.BytesIO(attachment.raw)) as packed:
            return attachment.name, {name: packed.read(name) for name in packed.namelist()}

    def _rows(self, wizard):
        _name, files = self._download(wizard)
        data = files[wizard._escarcelle_name()].decode(fec_file.ENCODINGS[wizard.escarcelle_encoding])
        lines = data.split("\r\n")
        self.assertNotIn("\n", "".join(lines))
        rows = [line.split(fec_file.SEPARATORS[wizard.escarcelle_separator]) for line in lines]
        self.assertEqual(rows[0], HEADER)
        self.assertEqual({len(row) for row in rows}, {18})
        return [dict(zip(HEADER, row, strict=True)) for row in rows[1:]]


@tagged("post_install", "-at_install")
class TestFec(FecCase):
    """The file itself, read back as a tax inspector's program does."""

    def test_name_fields_numbers_and_dates(self):
        self._entry("2026-03-02", [("411", 1234.5, "Facture", self.client), ("707000", -1234.5)])
        wizard = self._wizard()
        name, files = self._download(wizard)
        self.assertEqual(name, "732829320FEC20261231_ESSAI.zip")
        self.assertEqual(set(files), {"732829320FEC20261231.txt", "732829320FEC20261231_description.txt"})
        rows = self._rows(wizard)
        self.assertEqual([(r["Debit"], r["Credit"]) for r in rows], [("1234,50", "0,00"), ("0,00", "1234,50")])
        first = rows[0]
        self.assertEqual((first["EcritureDate"], first["ValidDate"], first["PieceDate"]),
                         ("20260302", "20260701", "20260302"))  # fmt: skip
        self.assertEqual((first["CompAuxNum"], first["CompAuxLib"]), ("C001", "Zaneta / Client œuvre"))
        self.assertEqual(rows[1]["CompAuxNum"], "")
        self.assertEqual((first["Montantdevise"], first["Idevise"]), ("", ""))
        self.assertTrue(first["PieceRef"].startswith(self.journal.code))

    def test_numbers_follow_the_validation_and_have_no_gap(self):
        late = self._entry("2026-02-01", [("411", 10, "b", self.client), ("707000", -10)], "2026-08-02 09:00:00")
        soon = self._entry("2026-05-01", [("411", 20, "a", self.client), ("707000", -20)], "2026-08-01 09:00:00")
        rows = self._rows(self._wizard())
        self.assertEqual([row["EcritureNum"] for row in rows], ["1", "1", "2", "2"])
        self.assertEqual([row["PieceRef"] for row in rows], [soon.name] * 2 + [late.name] * 2)
        self.assertEqual([row["ValidDate"] for row in rows], ["20260801"] * 2 + ["20260802"] * 2)

    def test_validation_is_a_day_of_the_shop(self):
        self.company.escarcelle_timezone = "Indian/Reunion"
        self._entry("2026-02-01", [("411", 10, "b", self.client), ("707000", -10)], "2026-08-01 21:00:00")
        self.assertEqual({row["ValidDate"] for row in self._rows(self._wizard())}, {"20260802"})

    def test_back_to_draft_and_posted_again_is_validated_again(self):
        move = self._entry("2026-02-01", [("411", 10, "b", self.client), ("707000", -10)], "2026-08-01 21:00:00")
        self.assertEqual(move.escarcelle_validated_at, datetime(2026, 8, 1, 21))
        move.button_draft()
        self.assertFalse(move.escarcelle_validated_at)
        with freeze_time("2026-09-01 08:00:00"):
            move.action_post()
        self.assertEqual(move.escarcelle_validated_at, datetime(2026, 9, 1, 8))
        self.assertFalse(move.copy().escarcelle_validated_at)

    def test_opening_balances_come_first(self):
        self._entry("2025-06-01", [("512001", 500), ("101000", -500)], "2025-06-02 08:00:00")
        self._entry("2025-07-01", [("411", 120, "Vente", self.client), ("707000", -120)], "2025-07-02 08:00:00")
        self._entry("2025-07-03", [("607000", 50), ("512001", -50)], "2025-07-04 08:00:00")
        self._entry("2026-01-02", [("512001", 1), ("707000", -1)], "2026-01-03 08:00:00")
        rows = self._rows(self._wizard())
        opening = [row for row in rows if row["JournalCode"] == "OUV"]
        self.assertEqual(rows[: len(opening)], opening)
        self.assertEqual({row["EcritureNum"] for row in opening}, {"1"})
        self.assertEqual({row["EcritureDate"] for row in opening}, {"20260101"})
        said = {(row["CompteNum"], row["CompAuxNum"]): (row["Debit"], row["Credit"]) for row in opening}
        self.assertEqual(
            said,
            {
                (self.accounts["512001"].code, ""): ("450,00", "0,00"),
                (self.accounts["101000"].code, ""): ("0,00", "500,00"),
                (self.accounts["411"].code, "C001"): ("120,00", "0,00"),
                ("120000", ""): ("0,00", "70,00"),
            },
        )
        self.assertEqual([row["EcritureNum"] for row in rows[len(opening):]], ["2", "2"])
        total = sum(_decimal(row["Debit"]) - _decimal(row["Credit"]) for row in rows)
        self.assertEqual(total, 0)

    def test_a_loss_carried_forward_is_on_129(self):
        self._entry("2025-07-03", [("607000", 50), ("512001", -50)], "2025-07-04 08:00:00")
        said = {row["CompteNum"]: row["Debit"] for row in self._rows(self._wizard())}
        self.assertEqual(said["129000"], "50,00")

    def test_lettering_and_its_date(self):
        sale = self._entry("2026-02-01", [("411", 10, "Facture", self.client), ("707000", -10)])
        paid = self._entry("2026-02-05", [("512001", 10), ("411", -10, "Règlement", self.client)])
        lines = (sale | paid).line_ids.filtered(lambda line: line.account_id == self.accounts["411"])
        lines.reconcile()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_full_reconcile SET create_date = '2026-10-01 22:30:00' WHERE id = %s",
            [lines.full_reconcile_id.id],
        )
        lettered = [row for row in self._rows(self._wizard()) if row["EcritureLet"]]
        self.assertEqual(len(lettered), 2)
        self.assertEqual({row["EcritureLet"] for row in lettered}, {fec_file.letter(lines.full_reconcile_id.id)})
        self.assertTrue(lettered[0]["EcritureLet"].isupper())
        self.assertEqual({row["DateLet"] for row in lettered}, {"20261002"}, "the day in Paris")

    def test_foreign_currency_is_said_and_only_then(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["account.move"].create(
            {
                "journal_id": self.journal.id, "date": "2026-04-01",
                "line_ids": [
                    Command.create({"account_id": self.accounts["411"].id, "debit": 90, "amount_currency": 100,
                                    "currency_id": dollar.id, "name": "USD", "partner_id": self.client.id}),
                    Command.create({"account_id": self.accounts["707000"].id, "credit": 90, "name": "EUR"}),
                ],
            }
        ).action_post()  # fmt: skip
        rows = self._rows(self._wizard())
        self.assertEqual([(r["Montantdevise"], r["Idevise"]) for r in rows], [("100,00", "USD"), ("", "")])

    def test_separator_alphabet_and_hostile_labels(self):
        label = 'Riz|"long"\r\n\tgrain ’ — Łódź 米\x07'
        self._entry("2026-03-02", [("411", 1, label, self.client), ("707000", -1, "€ œ Ÿ")])
        wizard = self._wizard(escarcelle_separator="pipe", escarcelle_encoding="latin")
        rows = self._rows(wizard)
        self.assertEqual(rows[0]["EcritureLib"], "Riz/\"long\" grain ' - ?ódz ?")
        self.assertEqual(rows[1]["EcritureLib"], "€ œ Ÿ")
        _name, files = self._download(wizard)
        notice = files["732829320FEC20261231_description.txt"].decode("iso-8859-15")
        self.assertIn("U+7C73", notice)
        self.assertIn("remplacé par « ? », 1 fois", notice)
        same = self._rows(self._wizard(escarcelle_separator="tab", escarcelle_encoding="utf8"))
        self.assertEqual(same[0]["EcritureLib"], "Riz/\"long\" grain ’ — Łódź 米")

    def test_notice_describes_the_file(self):
        self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
        _name, files = self._download(self._wizard())
        notice = files["732829320FEC20261231_description.txt"].decode("iso-8859-15")
        for text in (*HEADER, "tabulation", "ISO 8859-15", "732829320", "Total débit        : 7,00", "FICHIER D'ESSAI",
                     self.journal.code):  # fmt: skip
            self.assertIn(text, notice)


        self.assertIn(hashlib.sha256(files["732829320FEC20261231.txt"]).hexdigest(), notice)

    def test_non_official_file_holds_drafts_without_a_validation_date(self):
        self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)], post=None)
        self.assertEqual(self._rows(self._wizard()), [])
        rows = self._rows(self._wizard(export_type="nonofficial"))
        self.assertEqual({row["ValidDate"] for row in rows}, {""})
        self.assertEqual(len(rows), 2)

    def test_many_lines_take_few_queries_and_little_memory(self):
        self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
        reader = self._wizard()._escarcelle_reader()
        list(reader._escarcelle_rows())
        with self.assertQueryCount(12):
            list(reader._escarcelle_rows())
        for _i in range(30):
            self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
        with self.assertQueryCount(12):
            self.assertEqual(len(list(reader._escarcelle_rows())), 62)


@tagged("post_install", "-at_install")
class TestFecCheck(FecCase):
    """The self-check, the official file, who may and what is noted."""

    def _codes(self, **values):
        wizard = self._wizard(**values)
        wizard.action_escarcelle_check()
        return {problem.code: problem for problem in wizard.escarcelle_problem_ids}

    def test_a_clean_year_has_no_error(self):
        with freeze_time("2027-03-01"):
            self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
            self.assertEqual(set(self._codes()), set())

    def test_each_defect_is_found_and_leads_to_its_records(self):
        with freeze_time("2027-03-01"):
            move = self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
            second = self.journal.copy({"code": "OD2"})
            other = self._entry(
                "2026-03-03", [("411", 8, "x", self.client), ("707000", -8)], journal_id=second.id
            )
            draft = self._entry("2026-03-04", [("411", 9, "x", self.client), ("707000", -9)], post=None)
            self.env.flush_all()
            line = move.line_ids.filtered("debit")
            cr = self.env.cr
            cr.execute("UPDATE account_move_line SET debit = 8, balance = 8, name = ' ' WHERE id = %s", [line.id])
            cr.execute("UPDATE account_move SET name = %s, escarcelle_validated_at = NULL WHERE id = %s",
                       [move.name, other.id])  # fmt: skip
            cr.execute("UPDATE account_move_line SET date = '2025-01-01' WHERE id = %s", [other.line_ids[0].id])
            cr.execute("UPDATE account_journal SET code = '' WHERE id = %s", [self.journal.id])
            self.env.invalidate_all()
            self.company.write({"company_registry": "123", "vat": False})
            found = self._codes(date_from=date(2026, 2, 1))
        self.assertEqual(
            set(found),
            {"unbalanced", "total", "draft", "number", "label", "date", "validation", "siren", "year", "journal"},
        )
        self.assertEqual(found["unbalanced"].res_ids, [move.id])
        self.assertEqual(found["draft"].res_ids, [draft.id])
        self.assertEqual(set(found["number"].res_ids), {move.id, other.id})
        self.assertEqual(found["date"].res_ids, [other.id])
        action = found["draft"].action_open()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), draft)
        self.assertTrue(all(problem.remedy for problem in found.values()))

    def test_a_year_of_nothing_is_said(self):
        found = self._codes(date_from=date(1999, 1, 1), date_to=date(1999, 12, 31))
        self.assertEqual(found["empty"].level, "warning")

    def test_account_without_a_french_number(self):
        odd = self.env["account.account"].create({"code": "X1", "name": "Divers", "account_type": "income"})
        move = self._entry("2026-03-02", [("411", 7, "x", self.client), (odd, -7)])
        self.assertEqual(self._codes()["account"].res_ids, [move.id])

    def test_official_file_is_refused_with_errors_and_locks_only_on_demand(self):
        with freeze_time("2027-03-01"):
            self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
            draft = self._entry("2026-03-04", [("411", 9, "x", self.client), ("707000", -9)], post=None)
            wizard = self._wizard(test_file=False)
            wizard.action_escarcelle_check()
            with self.assertRaises(UserError):
                wizard.action_escarcelle_download()
            draft.action_post()
            name, _files = self._download(wizard)
            self.assertEqual(name, "732829320FEC20261231.zip")
            self.assertFalse(self.company.fiscalyear_lock_date)
            wizard.escarcelle_lock = True
            self._download(wizard)
            self.assertEqual(self.company.fiscalyear_lock_date, date(2026, 12, 31))

    def test_what_became_wrong_after_the_check_is_seen_at_download(self):
        with freeze_time("2027-03-01"):
            self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
            wizard = self._wizard(test_file=False)
            wizard.action_escarcelle_check()
            self._entry("2026-03-04", [("411", 9, "x", self.client), ("707000", -9)], post=None)
            with self.assertRaises(UserError):
                wizard.action_escarcelle_download()

    def test_export_is_an_event(self):
        outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        outbox.search([]).unlink()
        self._download(self._wizard())
        codes = outbox.search([]).mapped("code")
        self.assertIn(jet.DATA_EXPORT, codes)
        self.assertIn(jet.ACCOUNTANT_EXCHANGE, codes)

    def test_who_may(self):
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
        for groups in ("account.group_account_readonly", "account.group_account_manager",
                       "escarcelle_fiscal.group_auditor"):  # fmt: skip
            user = new_test_user(self.env, f"fec_{groups}", groups=groups, **companies)
            wizard = self.env["l10n_fr.fec.export.wizard"].with_user(user).create(
                {"date_from": "2026-01-01", "date_to": "2026-12-31"}
            )
            wizard.action_escarcelle_check()
            wizard.action_escarcelle_download()
        cashier = new_test_user(self.env, "fec_caisse", groups="point_of_sale.group_pos_user", **companies)
        with self.assertRaises(AccessError):
            self.env["l10n_fr.fec.export.wizard"].with_user(cashier).create(
                {"date_from": "2026-01-01", "date_to": "2026-12-31"}
            )
        with self.assertRaises(AccessError):
            wizard.with_user(cashier).action_escarcelle_download()

    def test_only_an_accounting_administrator_locks(self):
        with freeze_time("2027-03-01"):
            self._entry("2026-03-02", [("411", 7, "x", self.client), ("707000", -7)])
            companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
            user = new_test_user(self.env, "fec_lecture", groups="account.group_account_readonly", **companies)
            wizard = self.env["l10n_fr.fec.export.wizard"].with_user(user).create(
                {"date_from": "2026-01-01", "date_to": "2026-12-31", "test_file": False, "escarcelle_lock": True}
            )
            wizard.action_escarcelle_check()
            with self.assertRaises(AccessError):
                wizard.action_escarcelle_download()
            self.assertFalse(self.company.fiscalyear_lock_date)

    def test_the_last_year_that_is_over_is_proposed(self):
        with freeze_time("2027-03-01"):
            wizard = self.env["l10n_fr.fec.export.wizard"].create({})
        self.assertEqual((wizard.date_from, wizard.date_to), (date(2026, 1, 1), date(2026, 12, 31)))


def _decimal(text):
    return Decimal(text.replace(",", "."))


