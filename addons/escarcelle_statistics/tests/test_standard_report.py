"""Every statistic and report that is delivered, against figures worked out by hand."""

from datetime import date
from decimal import Decimal as D

from markupsafe import escape
from odoo.tests import tagged

from ..table import MASKED, Period
from ..tools.dimensions import DIMENSIONS
from .common import YEAR
from .report_common import BOUGHT, EU, GIVEN, ReportCase

NEXT = Period(date(2026, 1, 1), date(2026, 12, 31), "2026")


@tagged("post_install", "-at_install")
class TestStandardReport(ReportCase):
    def expected(self):
        """Values by line, in the order of the measures; the total under ``None``. Cents and grams."""
        none = self.env["escarcelle.statistic"]._escarcelle_labels(
            DIMENSIONS["category"], [None]
        )[None]  # fmt: skip
        source = {kind: record.display_name for kind, record in self.sources.items()}
        shape = dict(
            self.env["escarcelle.fact.visit"]._fields["shape"]._description_selection(self.env)
        )
        donor = dict(
            self.env["escarcelle.fact.goods"]._fields["donor_kind"]._description_selection(self.env)
        )
        child, adult = (self.child | self.adult).with_env(self.env).mapped("name")
        return {
            "households_month": {
                "janv. 2025": (1, 3, 1, 1), "févr. 2025": (1, 3, 1, 1), "mars 2025": (1, 1, 1, 1), None: (2, 4, 3, 3),
            },
            "age_class": {child: (2,), adult: (2,), None: (4,)},
            "shape": {shape["lone_parent"]: (1, 3), shape["single"]: (1, 1), None: (2, 4)},
            "size": {"1": (1, 1), "3": (1, 3), None: (2, 4)},
            "district": {"67000": (1, 3, 2), "68000": (1, 1, 1), None: (2, 4, 3)},
            "department": {"67": (1, 3, 2), "68": (1, 1, 1), None: (2, 4, 3)},
            "category": {
                "Fruits": (3500, 50, 800, 750, D("6.25")), "Lait": (3000, 300, 900, 600, D("33.33")),
                None: (6500, 350, 1700, 1350, D("20.59")),
            },
            "source": {
                source[EU]: (3000, 0, 600, 600, D("0.00")), source[BOUGHT]: (3500, 350, 1100, 750, D("31.82")),
                None: (6500, 350, 1700, 1350, D("20.59")),
            },
            "source_category": {"Fruits": (3000, 500, 3500), "Lait": (0, 3000, 3000), None: (3000, 3500, 6500)},
            "department_goods": {"67": (6000, 300, 1500), "68": (500, 50, 200), None: (6500, 350, 1700)},
            "intake_source": {
                source[EU]: (50000, 3000, 0, 0), source[BOUGHT]: (20000, 2500, 0, 0),
                source[GIVEN]: (0, 0, 17000, 1200), None: (70000, 5500, 17000, 1200),
            },
            "intake_category": {"Fruits": (50000, 12000), "Lait": (20000, 5000), None: (70000, 17000)},
            "basket_month": {
                "janv. 2025": (1, 200, 1000, 800, 800), "févr. 2025": (1, 100, 500, 400, 400),
                "mars 2025": (1, 100, 400, 300, 300), None: (3, 133, 633, 1500, 750),
            },
            "tariff": {self.tariff.display_name: (350, 1700, 1350, D("20.59")), None: (350, 1700, 1350, D("20.59"))},
            "donor_kind": {
                donor["company"]: (12000, 800, 0), donor["individual"]: (5000, 400, 2500), None: (17000, 1200, 2500),
            },
            "donation_month": {
                "févr. 2025": (12000, 800, 0), "avr. 2025": (5000, 400, 2500), None: (17000, 1200, 2500),
            },
            "loss_reason": {none: (1500, 300), None: (1500, 300)},
            "registration_department": {"67": (1, 3, 0, 1, 0), "68": (1, 1, 0, 0, 1), None: (2, 4, 0, 1, 1)},
            "registration_month": {
                "janv. 2025": (1, 0, 0, 0), "mars 2025": (1, 0, 0, 0), "avr. 2025": (0, 0, 1, 0),
                "mai 2025": (0, 0, 0, 1), None: (2, 0, 1, 1),
            },
            "exit_reason": {self.reason.name: (1,), None: (1,)},
            "eu_category": {"Fruits": (3000, D("1.000"), 600), None: (3000, D("1.000"), 600)},
            "eu_month": {"janv. 2025": (3000, 600), None: (3000, 600)},
            "eu_intake": {"Fruits": (50000, 3000, 0), None: (50000, 3000, 0)},
        }  # fmt: skip

    def setUp(self):
        super().setUp()
        self.env = self.env(context={**self.env.context, "lang": "fr_FR"})

    def test_every_statistic_says_what_happened(self):
        self.year()
        expected = self.expected()
        for code, lines in expected.items():
            with self.subTest(code):
                self.assertEqual(self.lines(code, YEAR), lines)
        (total,) = self.delivered("overview")._escarcelle_table(YEAR).rows
        self.assertEqual(total.values, (2, 4, D("2.00"), 3, 3, 133, 750))
        codes = self.env["escarcelle.statistic"].search([("code", "!=", False)]).mapped("code")
        self.assertEqual(set(codes), {*expected, "overview"})

    def test_order_of_the_figures(self):
        """What the figures above are of."""
        for code, measures in {
            "category": "weight paid reference savings participation",
            "intake_source": "received_weight received_cost donated_weight donated_cost",
            "registration_department": "entries entry_persons returns renewals exits",
            "basket_month": "tickets basket basket_reference visit_savings savings_per_household",
            "overview": "households persons persons_per_household visits tickets basket savings_per_household",
            "eu_intake": "received_weight received_cost donated_weight",
            "donor_kind": "donated_weight donated_cost donated_money",
        }.items():
            with self.subTest(code):
                self.assertEqual(self.delivered(code).measure_ids.mapped("code"), measures.split())

    def test_every_report_is_made_in_every_form(self):
        self.year()
        reports = self.reports.search([("code", "!=", False)])
        self.assertEqual(set(reports.mapped("code")), {"network", "dgcs", "quarter", "eu"})
        for report in reports:
            with self.subTest(report.code):
                document = report._escarcelle_document(YEAR, self.shop, leaving=False)
                self.assertEqual(len(document.sections), len(report.section_ids))
                self.assertFalse([one.title for one in document.sections if one.empty])
                self.assertFalse(document.notice)
                page = str(report._escarcelle_html(document))
                self.assertTrue(
                    all(one.title in page for one in document.sections if "'" not in one.title)
                )
                for form in ("xlsx", "csv"):
                    name, data = report._escarcelle_file(form, YEAR, self.shop)
                    self.assertTrue(name.endswith(f" 2025.{form}"), name)
                    self.assertTrue(data)

    def test_the_european_report_counts_european_goods_only(self):
        self.year()
        document = self.standard("eu")._escarcelle_document(YEAR, self.shop, leaving=False)
        weights = [
            section.table.total.values[0]
            for section in document.sections
            if section.table and section.table.columns[0].kind == "weight"
        ]
        self.assertEqual(weights, [3000, 3000, 50000])

    def test_what_leaves_is_masked_and_says_so(self):
        self.crowd(date(2025, 3, 5), 12)
        self.crowd(date(2025, 3, 6), 3, "67100")
        self.crowd(date(2025, 3, 6), 9, "67200")
        report = self.reports.with_env(self.env).create(
            {"name": "Quartiers", "section_ids": [
                (0, 0, {"statistic_id": self.delivered("district").id}),
            ]}
        )  # fmt: skip
        inside = report._escarcelle_document(YEAR, self.shop, leaving=False).sections[0].table
        self.assertEqual([row.values[0] for row in inside.lines()], [12, 9, 3, 24])
        leaving = report._escarcelle_document(YEAR, self.shop)
        self.assertEqual(leaving.notice, report._escarcelle_notice())
        # One hidden district could be worked out from the total: the next smallest goes with it.
        self.assertEqual(
            [row.values[0] for row in leaving.sections[0].table.lines()], [12, MASKED, MASKED, 24]
        )
        _name, text = report._escarcelle_file("csv", YEAR, self.shop)
        said = text.decode("utf-8-sig")
        word = report._escarcelle_words().masked
        self.assertIn(report._escarcelle_notice(), said.replace('""', '"'))
        self.assertIn("67000;12;12;12\r\n", said)
        self.assertIn(";".join(["67100", *[word] * 3]), said)
        paper = self.env["report.escarcelle_statistics.paper_report_document"]
        values = paper._get_report_values(report.ids, report._escarcelle_asking(YEAR, self.shop))
        (_record, document, page) = values["papers"][0]
        self.assertEqual(document.notice, leaving.notice)
        self.assertIn(word, str(page))

    def test_nothing_in_the_period_says_so_and_what_to_do(self):
        self.year()
        document = self.standard("network")._escarcelle_document(NEXT, self.shop)
        self.assertTrue(document.empty)
        page = str(self.reports._escarcelle_html(document))
        self.assertIn(escape(document.words.empty), page)
        self.assertNotIn("<table", page)
        self.assertNotIn("<img", page)
        for form in ("xlsx", "csv"):
            self.assertTrue(self.standard("network")._escarcelle_file(form, NEXT, self.shop)[1])

    def test_a_paper_is_a_real_pdf(self):
        self.year()
        report = self.standard("quarter").with_context(force_report_rendering=True)
        name, data = report._escarcelle_file("pdf", YEAR, self.shop)
        self.assertTrue(name.endswith(".pdf"))
        self.assertTrue(data.startswith(b"%PDF-"))
