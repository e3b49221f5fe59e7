import base64
import io
import zipfile
from unittest.mock import patch

import openpyxl
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from escarcelle_core import ean13

from ..tools import household_sheet, sheet
from .common import TODAY, SocialCase

HEAD = "Référence;Nom;Prénom;Téléphone;Naissance;Lien;Début des droits;Fin des droits;Tarif;Carte"


@tagged("post_install", "-at_install")
class TestSheet(SocialCase):
    """What a stranger's file may and may not do. No household here: only the reading."""

    def refuses(self, content, code):
        with self.assertRaises(sheet.SheetError) as caught:
            sheet.read(content)
        self.assertEqual(caught.exception.code, code)

    def book(self, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def test_encodings_and_delimiters(self):
        for text, encoding in (
            ("Nom;Prénom\nDupont;Éloïse", "utf-8"), ("Nom;Prénom\nDupont;Éloïse", "utf-8-sig"),
            ("Nom,Prénom\r\nDupont,Éloïse", "cp1252"), ("Nom\tPrénom\nDupont\tÉloïse", "utf-16"),
        ):  # fmt: skip
            with self.subTest(encoding):
                rows = sheet.read(text.encode(encoding))
                self.assertEqual(rows, [(1, ["Nom", "Prénom"]), (2, ["Dupont", "Éloïse"])])

    def test_excel_values_as_people_see_them(self):
        rows = sheet.read(
            self.book(
                ["Nom", "Né", "Le"], ["Dupont", 1985, TODAY], [None] * 3, ["A\nB", 1.5, "=1+1"]
            )
        )
        self.assertEqual(rows[1], (2, ["Dupont", "1985", "2026-11-21"]))
        self.assertEqual(rows[2], (4, ["A B", "1.5"]), "a formula is never calculated")

    def test_hostile_files(self):
        self.refuses(b"", "empty")
        self.refuses(b";;\n;;\n", "empty")
        self.refuses(b"\xd0\xcf\x11\xe0" + b"x" * 100, "old_excel")
        self.refuses(b"PK\x03\x04 not a zip", "unreadable")
        self.refuses(b"%PDF-1.4\0\0\0", "unreadable")
        self.refuses(b"Nom;Pr\xe9nom\n\x81\x8d\x8f;x", "encoding")
        self.refuses(b'Nom;"' + b"x" * 200_000, "unreadable")
        self.refuses(b"a;b\n" * (sheet.ROW_LIMIT + 2), "too_many_rows")
        self.refuses(self.book(*[["x"]] * (sheet.ROW_LIMIT + 2)), "too_many_rows")
        with patch.object(sheet, "FILE_LIMIT", 10):
            self.refuses(b"Nom;Prenom\nA;B", "too_big")

    def zipped(self, **parts):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {"[Content_Types].xml": "<Types/>", **parts}.items():
                archive.writestr(name, content)
        return stream.getvalue()

    def test_zip_bombs(self):
        bomb = self.zipped(**{"xl/worksheets/sheet1.xml": b"0" * (sheet.UNPACKED_LIMIT + 1)})
        self.assertLess(len(bomb), 200_000, "small to send, large to open")
        self.refuses(bomb, "bomb")
        laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
        self.refuses(self.zipped(**{"xl/workbook.xml": laughs}), "bomb")
        self.refuses(
            self.zipped(**{f"p{n}.xml": "<x/>" for n in range(sheet.PARTS_LIMIT + 1)}), "bomb"
        )
        self.refuses(self.zipped(**{"xl/workbook.xml": "<x/>"}), "unreadable")

    def test_columns_are_guessed_once_each(self):
        heads = HEAD.split(";") + ["Nom", "Observation", "xyz"]
        self.assertEqual(
            household_sheet.guess(heads),
            ["ref", "last_name", "first_name", "phone", "birth_year", "relation", "date_from", "date_to",
             "pricelist", "card", "", "note", ""],
        )  # fmt: skip

    def test_days_and_years(self):
        days = {
            "31/12/2026": "2026-12-31", "2026-12-31 00:00:00": "2026-12-31", "1.2.26": "2026-02-01",
            "29/02/2027": None, "31/12": None, "0000-00-00": None, "12/31/2026": None,
        }  # fmt: skip
        for text, day in days.items():
            with self.subTest(text):
                found = household_sheet.a_day(text)
                self.assertEqual(found and found.isoformat(), day)
        for text, year in (
            ("1985", 1985),
            ("12/03/1985", 1985),
            ("1985-03-12", 1985),
            ("2027", None),
            ("85", None),
        ):
            with self.subTest(text):
                self.assertEqual(household_sheet.a_year(text, TODAY), year)


@tagged("post_install", "-at_install")
class TestHouseholdImport(SocialCase):
    """Everything or nothing, said line by line before it is done; sent again, nothing doubles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reporter = lambda *_args: lambda done, total: cls.told.append((done, total))  # noqa: E731
        progress = type(cls.env["escarcelle.progress"])
        cls.startClassPatcher(patch.object(progress, "_escarcelle_reporter", reporter))
        cls.told = []

    def setUp(self):
        super().setUp()
        self.told.clear()

    def wizard(self, text, **values):
        content = text if isinstance(text, bytes) else text.encode()
        return self.env["escarcelle.household.import"].create(
            {
                "file": base64.b64encode(content),
                "filename": "foyers.csv",
                "company_id": self.company.id,
                **values,
            }
        )

    def preview(self, text, **values):
        wizard = self.wizard(text, **values)
        wizard.action_read()
        wizard.action_preview()
        return wizard

    def ours(self):
        return self.households.with_context(active_test=False).search(
            [("company_id", "=", self.company.id)]
        )

    def errors(self, wizard):
        return wizard.line_ids.filtered(lambda line: line.action == "error").mapped("line")

    def test_households_members_entitlements_and_cards(self):
        number = ean13.card(424_242)
        wizard = self.preview(
            f"""{HEAD}
A1;Dupont;Éloïse;06 39 98 12 34;12/03/1985;titulaire;01/11/2026;31/12/2026;tarif c;{number}
A1;Dupont;Zoé;;2015;enfant;;;;
A1;;;;2017;enfant;;;;
A1;;;;2017;enfant;;;;
B2;Martin;Paul;639981235;;;;;;
"""
        )
        self.assertFalse(self.ours(), "a preview writes nothing")
        self.assertEqual((wizard.new_count, wizard.member_count, wizard.error_count), (2, 5, 0))
        wizard.action_import()
        home = self.ours().filtered(lambda h: h.external_ref == "A1")
        self.assertEqual((home.last_name, home.size, home.pricelist_id), ("Dupont", 4, self.social))
        self.assertEqual(home.member_ids.mapped("relation"), ["holder", "child", "child", "child"])
        self.assertEqual(home.member_ids.mapped("birth_year"), [1985, 2015, 2017, 2017])
        self.assertEqual(
            (home.state, home.card_id.number, home.partner_id.barcode), ("entitled", number, number)
        )
        other = self.ours() - home
        self.assertEqual((other.phone, other.state, other.size), ("0639981235", "none", 1))
        self.assertEqual(self.told[-1], (2, 2))
        self.assertFalse(wizard.file, "the list of people is not kept")

    def test_sent_again_nothing_doubles(self):
        text = (
            f"{HEAD}\nA1;Dupont;Éloïse;;1985;;01/11/2026;31/12/2026;;\nA1;;Zoé;;2015;enfant;;;;\n"
        )
        self.preview(text).action_import()
        home = self.ours()
        before = (home.member_ids.ids, home.entitlement_ids.ids, home.write_date)
        again = self.preview(text)
        self.assertEqual((again.new_count, again.update_count), (0, 1))
        again.action_import()
        self.assertEqual((self.ours().member_ids.ids, self.ours().entitlement_ids.ids), before[:2])
        more = f"{HEAD}\nA1;Dupont;Éloïse;06 39 98 12 34;1985;;01/11/2026;31/01/2027;;\nA1;;Léa;;2020;enfant;;;;\n"
        self.preview(more).action_import()
        self.assertEqual(self.ours(), home)
        self.assertEqual(
            (home.phone, home.size, len(home.entitlement_ids)), ("06 39 98 12 34", 3, 1)
        )
        self.assertEqual(home.entitled_until.isoformat(), "2027-01-31")

    def test_one_wrong_line_and_nothing_is_written(self):
        wizard = self.preview(
            f"{HEAD}\nA1;Dupont;Éloïse;;;;;;;\nB2;Martin;;;;;;;;\nC3;Petit;Léa;abc;;;;;;\n"
        )
        self.assertEqual(self.errors(wizard), [3, 4])
        self.assertFalse(wizard.can_import)
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertFalse(self.ours())
        wizard.leave_wrong = True
        wizard.action_preview()
        self.assertEqual((wizard.new_count, wizard.error_count), (1, 2))
        wizard.action_import()
        self.assertEqual(self.ours().mapped("last_name"), ["Dupont"])
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_every_kind_of_wrong_line(self):
        taken = self.household()
        taken.action_issue_card()
        good = ean13.card(77)
        rows = [
            ";Dupont;=HYPERLINK(1);;;;;;;", ";Dupont;@SUM(1);;;;;;;", ";Dupont;-2+3+cmd|' /C calc'!A0;;;;;;;",
            ";Dupont;Éloïse;;2050;;;;;", ";Dupont;Éloïse;;;voisin;;;;", ";Dupont;Éloïse;;;;31/12/2026;01/01/2026;;",
            ";Dupont;Éloïse;;;;01/13/2026;31/12/2026;;", ";Dupont;Éloïse;;;;01/01/2026;;;",
            ";Dupont;Éloïse;;;;;;Inconnu;",
            ";Dupont;Éloïse;;;;;;;123", f";Dupont;Éloïse;;;;;;;{taken.card_id.number}", f";Dupont;Éloïse;;;;;;;{good}",
            f";Martin;Éloïse;;;;;;;{good}", f";{'x' * 101};Éloïse;;;;;;;", "Z;Dupont;Zoé;;;titulaire;;;;",
            "Z;Dupont;Zoé2;;;titulaire;;;;",
        ]  # fmt: skip
        wizard = self.preview("\n".join([HEAD, *rows]))
        correct = {13, 16}
        self.assertEqual(set(self.errors(wizard)), set(range(2, 18)) - correct)
        self.assertTrue(all(line.message for line in wizard.line_ids if line.action == "error"))

    def test_lines_twice_and_households_there_already(self):
        there = self.household(first_name="Éloïse", last_name="Dupont")
        wizard = self.preview(
            f"{HEAD}\n;DUPONT;eloise;;;;;;;\n;Martin;Paul;;;;;;;\n;martin;paul;;;;;;;\n"
        )
        says = wizard.line_ids.filtered(lambda line: line.action == "warning")
        self.assertEqual(says.mapped("line"), [2, 4])
        self.assertIn(there.code, says[0].message)
        self.assertEqual((wizard.new_count, wizard.duplicate_count), (2, 1))
        wizard.leave_duplicates = True
        wizard.action_import()
        self.assertEqual((self.ours() - there).mapped("last_name"), ["Martin"])

    def test_one_household_twice_in_the_file_is_said(self):
        wizard = self.preview(
            f"{HEAD}\nA1;Dupont;Éloïse;06 39 98 12 34;1985;;;;;\nB2;DUPONT;eloise;;1985;;;;;\n"
            "C3;Dupont;Éloïse;;1990;;;;;\nD4;Petit;Léa;0639981234;;;;;;\n"
        )
        says = wizard.line_ids.filtered(lambda line: line.action == "warning")
        self.assertEqual(says.mapped("line"), [3, 5], "a namesake is somebody else")
        self.assertEqual((wizard.new_count, wizard.duplicate_count, wizard.error_count), (4, 2, 0))
        wizard.leave_duplicates = True
        wizard.action_import()
        self.assertEqual(sorted(self.ours().mapped("external_ref")), ["A1", "C3"])

    def test_what_another_software_prolonged_stands_whatever_the_convention_says(self):
        office = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        convention = self.env["escarcelle.convention"].create(
            {"name": "CCAS", "organisation_id": office.id, "duration_months": 3, "max_months": 3}
        )
        home = self.household(("2026-11-01", "2027-01-31"), external_ref="A1")
        home.entitlement_ids.convention_id = convention
        self.preview(f"{HEAD}\nA1;Benalouf;Amina;;;;01/11/2026;31/10/2027;;\n").action_import()
        self.assertEqual(home.entitled_until.isoformat(), "2027-10-31")
        self.assertTrue(home.entitlement_ids.exception_reason)

    def test_overlaps_and_ended_cards_are_said(self):
        home = self.household(external_ref="A1")
        home.action_issue_card()
        lost = home.card_id
        lost.action_report_lost()
        wizard = self.preview(f"{HEAD}\nA1;Dupont;Éloïse;;;;01/06/2026;31/05/2027;;{lost.number}\n")
        self.assertEqual(len(self.errors(wizard)), 2)

    def test_columns(self):
        wizard = self.wizard("Nom;Prénom;Nom\nA;B;C\n")
        wizard.action_read()
        wizard.column_ids.filtered(lambda c: not c.target).target = "last_name"
        with self.assertRaises(UserError):
            wizard.action_preview()
        wizard.column_ids.target = False
        with self.assertRaises(UserError):
            wizard.action_preview()
        self.assertEqual(wizard.state, "columns")
        for text in ("", "Nom;Prénom\n"):
            with self.assertRaises(UserError):
                self.wizard(text).action_read()

    def test_a_file_of_a_hundred_megabytes_is_not_even_decoded(self):
        wizard = self.wizard("Nom;Prénom\nA;B\n")
        huge = type("Huge", (bytes,), {"__len__": lambda _self: 140_000_000})(b"x")
        with (
            patch.object(base64, "b64decode", side_effect=AssertionError("decoded")),
            patch.object(type(wizard), "file", huge),
            self.assertRaises(UserError),
        ):
            wizard._escarcelle_rows()

    def test_the_template_and_the_export_come_back_in(self):
        wizard = self.env["escarcelle.household.import"].create({"company_id": self.company.id})
        self.assertIn(f"/{wizard.id}/template/{wizard.template_name}", wizard.action_template()["url"])
        template = base64.b64decode(wizard.template)
        self.preview(template).action_import()
        home = self.ours()
        self.assertEqual((len(home), home.size, home.state), (1, 2, "entitled"))
        home.write({"first_name": "=1+1", "note": False})
        home.action_issue_card()
        url = home.action_export_sheet()["url"]
        exported = self.env["escarcelle.household.export"].search([], order="id desc", limit=1)
        self.assertIn(f"/{exported.id}/file/", url)
        content = base64.b64decode(exported.file)
        cell = openpyxl.load_workbook(io.BytesIO(content)).active["C2"]
        self.assertEqual((cell.value, cell.data_type), ("=1+1", "s"), "a text, not a formula")
        home.first_name = "Camille"
        content = self.env["escarcelle.household.export"]._escarcelle_workbook(
            self.env["escarcelle.household.export"]._escarcelle_rows(home)
        )
        again = self.preview(content)
        self.assertEqual((again.new_count, again.update_count, again.error_count), (0, 1, 0))
        again.action_import()
        self.assertEqual((self.ours(), home.size, len(home.entitlement_ids)), (home, 2, 1))

    def test_only_a_manager_imports_and_exports(self):
        users = {
            role: new_test_user(
                self.env, f"import_{role}", f"escarcelle_social.group_{role}",
                company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)],
            )
            for role in ("referent", "cashier", "stock")
        }  # fmt: skip
        home = self.household(referrer_id=users["referent"].partner_id.id)
        for role, user in users.items():
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["escarcelle.household.import"].with_user(user).create({})
            with self.subTest(role), self.assertRaises(UserError):
                home.with_user(user).action_export_sheet()

    def test_a_thousand_households_cost_no_more_queries_each_than_a_hundred(self):
        importer = self.env["escarcelle.household.importer"]
        mapping = ["ref", "last_name", "first_name", "phone", "birth_year", "date_from", "date_to"]

        def queries(start, count):
            rows = [
                (
                    n,
                    [
                        f"R{n}",
                        f"Nom{n}",
                        "Camille",
                        f"06399{n:05d}",
                        "1985",
                        "01/11/2026",
                        "31/12/2026",
                    ],
                )
                for n in range(start, start + count)
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            steps = importer._escarcelle_import(rows, mapping, self.company, give_cards=True)
            self.assertFalse([problem for step in steps for problem in step.problems])
            return (self.env.cr.sql_log_count - before) / count

        queries(10, 10)
        few, many = queries(1000, 50), queries(2000, 400)
        self.assertLess(many, few, f"{few:.1f} then {many:.1f} queries a household")
        self.assertLess(many, 8)
