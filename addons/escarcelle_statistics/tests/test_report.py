"""Reports that a shop edits, duplicates, puts back; statistics that it makes; what they look like."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MARCH, YEAR
from .report_common import ReportCase

MANAGER = "escarcelle_social.group_manager"


@tagged("post_install", "-at_install")
class TestReport(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._user("report_boss", MANAGER)
        cls.other_boss = cls._user("report_other_boss", MANAGER)
        cls.keeper = cls._user("report_keeper", "escarcelle_social.group_stock")

    @classmethod
    def _user(cls, login, group, shop=None):
        shop = shop or cls.shop
        return new_test_user(
            cls.env, login, group, company_id=shop.id, company_ids=[Command.set(shop.ids)]
        )

    def own(self, **values):
        """A report of the shop: a text, then kilograms by category."""
        return self.reports.create(
            {
                "name": "Rapport à la mairie", "introduction": "<p>Bonjour <b>à tous</b></p>",
                "section_ids": [
                    Command.create({"kind": "text", "name": "Mot", "text": "<p>Une année</p>", "sequence": 1}),
                    Command.create({"statistic_id": self.delivered("category").id, "sequence": 2}),
                    Command.create({
                        "statistic_id": self.delivered("category").id, "name": "Encore", "chart": "pie", "sequence": 3,
                    }),
                ],
                **values,
            }
        )  # fmt: skip

    def alone(self):
        """This database has one shop, as far as the user can tell."""
        self.boss.company_ids = self.env["res.company"].sudo().search([])
        return self.boss

    def test_sections_come_in_order_with_their_own_titles_and_charts(self):
        self.year()
        report = self.own()
        document = report._escarcelle_document(YEAR, self.shop)
        titles = [section.title for section in document.sections]
        self.assertEqual(titles, ["Mot", self.delivered("category").name, "Encore"])
        self.assertEqual([s.table.chart for s in document.sections if s.table], ["bar", "pie"])
        self.assertEqual(
            (document.text, document.sections[0].text), ("Bonjour à tous", "Une année")
        )
        report.section_ids[0].sequence = 9
        report.section_ids[1].chart = "none"
        report.invalidate_recordset()
        document = report._escarcelle_document(YEAR, self.shop)
        self.assertEqual([section.title for section in document.sections][-1], "Mot")
        self.assertEqual(document.sections[0].table.chart, "")

    def test_a_text_cannot_bring_a_script_into_a_report(self):
        report = self.own(
            introduction='<p onclick="x()">a</p><script>alert(1)</script>', name="<b>x</b>"
        )
        page = str(report._escarcelle_html(report._escarcelle_document(YEAR, self.shop)))
        self.assertNotIn("<script", page)
        self.assertNotIn("onclick", page)
        values = self.env["report.escarcelle_statistics.paper_report_document"]._get_report_values(
            report.ids
        )
        paper = self.env["ir.qweb"]._render("escarcelle_statistics.paper_report_document", values)
        self.assertIn("&lt;b&gt;x&lt;/b&gt;", str(paper))

    def test_a_section_has_something_to_say(self):
        with self.assertRaises(ValidationError):
            self.own(section_ids=[Command.create({"kind": "statistic"})])
        with self.assertRaises(ValidationError):
            self.own(period_kind="custom", date_from="2025-02-01", date_to="2025-01-01")
        with self.assertRaises(ValidationError):
            self.own(period_kind="custom")

    def test_a_copy_is_the_shop_s_own(self):
        standard = self.standard("network")
        copy = standard.with_user(self.boss).copy()
        self.assertFalse(copy.code)
        self.assertEqual(copy.company_id, self.shop)
        self.assertEqual(copy.user_id, self.boss)
        self.assertNotEqual(copy.name, standard.name)
        self.assertEqual(
            copy.section_ids.mapped("statistic_id"), standard.section_ids.mapped("statistic_id")
        )
        copy.write({"name": "À nous", "section_ids": [Command.unlink(copy.section_ids[0].id)]})
        self.assertEqual(len(standard.section_ids), len(copy.section_ids) + 1)
        copy.unlink()

    def test_the_original_is_put_back(self):
        mine = self.standard("network").with_user(self.alone())
        before = [(s.kind, s.name, s.text, s.statistic_id) for s in mine.section_ids]
        title, words = mine.name, mine.introduction
        other = self.standard("eu")
        other.sudo().name = "Changé aussi"
        mine.write(
            {
                "name": "Cassé",
                "introduction": "<p>x</p>",
                "section_ids": [Command.clear()],
                "active": False,
            }
        )
        mine.write({"section_ids": [Command.create({"kind": "text", "name": "Seul"})]})
        mine.action_escarcelle_restore()
        self.assertEqual((mine.name, mine.introduction, mine.active), (title, words, True))
        self.assertEqual(
            [(s.kind, s.name, s.text, s.statistic_id) for s in mine.section_ids], before
        )
        self.assertEqual(other.name, "Changé aussi")
        with self.assertRaises(UserError):
            self.own().with_user(self.boss).action_escarcelle_restore()

    def test_what_every_shop_uses_is_changed_by_who_manages_every_shop(self):
        standard = self.standard("network").with_user(self.boss)
        section = standard.section_ids[0]
        for change in (
            lambda: standard.write({"name": "x"}),
            lambda: section.write({"name": "x"}),
            lambda: section.unlink(),
            lambda: standard.action_escarcelle_restore(),
            lambda: self.reports.with_user(self.boss).create({"name": "x", "company_id": False}),
            lambda: section.copy({"report_id": standard.id}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        with self.assertRaises(UserError):
            self.standard("network").unlink()
        self.own().with_user(self.boss).write({"name": "y"})

    def test_mine_or_shared(self):
        shared, mine = self.own(), self.own()
        (shared | mine).write({"user_id": self.boss.id})
        mine.shared = False
        seen = self.reports.with_user(self.other_boss)
        self.assertEqual(seen.search([("id", "in", (shared | mine).ids)]), shared)
        self.assertFalse(
            mine.section_ids.with_user(self.other_boss).search([("id", "in", mine.section_ids.ids)])
        )
        with self.assertRaises(AccessError):
            mine.with_user(self.other_boss).read(["name"])
        self.assertTrue(mine.with_user(self.boss).name)

    def test_a_shared_report_shows_what_is_shared(self):
        mine = self.statistic(["weight"], "category").with_user(self.boss)
        mine.sudo().user_id = self.boss
        add = {"section_ids": [Command.create({"statistic_id": mine.id})]}
        with self.assertRaises(ValidationError):
            self.own(**add)
        private = self.own(shared=False, user_id=self.boss.id, **add).with_user(self.boss)
        with self.assertRaises(ValidationError):
            private.shared = True
        mine.shared = True
        private.shared = True
        with self.assertRaises(ValidationError):
            mine.shared = False
        # What somebody may not read, they do not show either.
        private.shared, mine.shared = False, False
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.reports.with_user(self.other_boss).create({"name": "x", "shared": False, **add})
        with self.assertRaises(AccessError):
            self.env["escarcelle.statistic.mailing"].with_user(self.other_boss).create(
                {"statistic_id": mine.id, "addresses": "a@example.org"}
            )

    def test_shops_apart(self):
        report = self.own()
        mailing = self.env["escarcelle.statistic.mailing"].create(
            {"report_id": report.id, "addresses": "a@example.org", "company_id": self.shop.id, "form_pdf": False,
             "form_csv": True, "user_id": self.boss.id}
        )  # fmt: skip
        mailing.action_escarcelle_send_now()
        elsewhere = self.env["res.company"].sudo().create({"name": "Ailleurs"})
        stranger = self._user("report_stranger", MANAGER, elsewhere)
        for record in (report, report.section_ids, mailing, mailing.sent_ids):
            with self.subTest(record._name):
                seen = record.with_user(stranger).with_context(allowed_company_ids=elsewhere.ids)
                self.assertFalse(seen.search([("id", "in", record.ids)]))
        standard = self.standard("network").with_user(stranger)
        standard = standard.with_context(allowed_company_ids=elsewhere.ids)
        self.assertTrue(standard.search([("id", "=", standard.id)]))

    def test_a_delivered_statistic_is_copied_not_changed(self):
        standard = self.delivered("category").with_user(self.boss)
        for change in (
            {"measure_ids": [Command.clear()]},
            {"name": "x"},
            {"domain": "[(0,'=',1)]"},
        ):
            with self.assertRaises(UserError):
                standard.write(change)
        with self.assertRaises(UserError):
            standard.unlink()
        standard.write({"sequence": 3})
        copy = standard.copy()
        self.assertEqual((copy.code, copy.shared, copy.user_id), (False, False, self.boss))
        self.assertEqual((copy.company_id, copy.measure_ids), (self.shop, standard.measure_ids))
        copy.write({"name": "À moi", "shared": True})
        self.assertIn(copy, self.env["escarcelle.statistic"].with_user(self.other_boss).search([]))

    def test_a_statistic_answers_while_it_is_made(self):
        self.year()
        env = self.env["escarcelle.statistic"].with_user(self.boss)
        ref = self.env.ref
        with Form(env) as form:
            form.name = "Kilos"
            hint = form.preview
            self.assertNotIn("<table", str(hint))
            form.measure_ids.add(ref("escarcelle_statistics.measure_weight"))
            form.period_kind = "custom"
            self.assertNotIn("<table", str(form.preview))
            form.date_from, form.date_to = date(2025, 1, 1), date(2025, 12, 31)
            form.row_dimension_id = ref("escarcelle_statistics.dimension_category")
            self.assertIn("Fruits", str(form.preview))
            self.assertIn("3,5\u00a0kg", str(form.preview))
            form.date_to = date(2025, 1, 31)
            self.assertIn("3,0\u00a0kg", str(form.preview))
        saved = form.save()
        self.assertEqual(
            (saved.user_id, saved.shared, saved.company_id), (self.boss, False, self.shop)
        )
        saved.shared = True
        action = saved.action_escarcelle_add()
        section = self.env["escarcelle.statistic.report.section"].with_user(self.boss)
        report = self.own()
        section.with_context(**action["context"]).create({"report_id": report.id})
        self.assertEqual(report.section_ids[-1].statistic_id, saved)

    def test_reading_a_report_chooses_period_and_shops(self):
        self.year()
        report = self.own(period_kind="custom", date_from="2025-01-01", date_to="2025-12-31")
        action = report.with_user(self.boss).action_escarcelle_open()
        preview = self.env[action["res_model"]].with_user(self.boss).browse(action["res_id"])
        self.assertIn("6,5\u00a0kg", str(preview.html))
        preview.write({"date_from": "2025-03-01", "date_to": "2025-03-31"})
        self.assertIn("0,5\u00a0kg", str(preview.html))
        notice = report._escarcelle_notice()
        self.assertNotIn(notice[:20], str(preview.html))
        preview.leaving = True
        self.assertIn(notice[:20], str(preview.html))
        preview.write({"date_from": "2025-04-01"})
        self.assertNotIn("<table", str(preview.html))
        with self.assertRaises(UserError):
            preview.action_escarcelle_excel()
        preview.write({"date_from": "2025-01-01", "date_to": "2025-12-31"})
        for form, method in (("xlsx", "excel"), ("csv", "csv"), ("pdf", "pdf")):
            url = getattr(preview, f"action_escarcelle_{method}")()["url"]
            self.assertTrue(
                url.startswith(
                    f"/escarcelle/statistics/report/{report.id}.{form}?start=2025-01-01&"
                )
            )
        with self.assertRaises(AccessError):
            preview.with_user(self.other_boss).read(["html"])

    def test_words_of_an_address_are_checked(self):
        report = self.own().with_user(self.boss)
        period, shops = report._escarcelle_asked(report._escarcelle_asking(MARCH, self.shop))
        self.assertEqual((period.start, period.stop, shops), (MARCH.start, MARCH.stop, self.shop))
        self.assertNotEqual(period.label, "")
        for said in (
            {}, {"start": "2025-13-01", "stop": "2025-01-01"}, {"start": "2025-02-01", "stop": "2025-01-01"},
            {"start": "2025-01-01", "stop": "2025-02-01", "shops": "1;DROP"}, {"start": "x" * 10000, "stop": "y"},
        ):  # fmt: skip
            with self.subTest(said=str(said)[:60]), self.assertRaises(UserError):
                report._escarcelle_asked(said)
        stranger = self.env["res.company"].sudo().create({"name": "Ailleurs"})
        with self.assertRaises(AccessError):
            report._escarcelle_asked(
                {"start": "2025-01-01", "stop": "2025-01-31", "shops": str(stranger.id)}
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_stock_manager_reads_goods_and_nothing_of_households(self):
        self.year()
        env = self.env["escarcelle.statistic"].with_user(self.keeper)
        goods = self.delivered("category").with_user(self.keeper)
        self.assertIn(
            "Fruits", str(goods._escarcelle_html(goods._escarcelle_document(YEAR, self.shop)))
        )
        self.assertFalse(env.search([("subject", "!=", "goods")]))
        with self.assertRaises(AccessError):
            self.delivered("age_class").with_user(self.keeper)._escarcelle_document(YEAR, self.shop)
        with self.assertRaises(AccessError):
            self.own().with_user(self.keeper).action_escarcelle_open()
