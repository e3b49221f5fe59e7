"""What statistics answer, from facts that are known."""

from datetime import date
from decimal import Decimal

from odoo.addons.escarcelle_statistics.table import MASKED, Period
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import MARCH, YEAR, StatisticsCase


@tagged("post_install", "-at_install")
class TestAnswer(StatisticsCase):
    def test_goods_are_added_up_by_category_and_in_total(self):
        self.goods(date(2025, 3, 1), weight=2.5, paid=1.25, reference=5)
        self.goods(date(2025, 3, 31), weight=1, paid=0.75, reference=5)
        self.goods(date(2025, 3, 2), weight=-0.5, paid=-0.25, reference=-1)
        self.goods(
            date(2025, 3, 2), weight=4, paid=4, reference=4, categ_id=self.milk.id,
            product_tmpl_id=self.pot.id,
        )  # fmt: skip
        self.goods(date(2025, 4, 1), weight=100, paid=100, reference=100)
        self.goods(date(2025, 3, 2), "lost", weight=7, reference=9)
        found = self.answered(MARCH, ["weight", "paid", "savings", "participation"], "category")
        self.assertEqual(
            found,
            {
                "Fruits": (3000, 175, 725, Decimal("19.44")),
                "Lait": (4000, 400, 0, Decimal("100.00")),
                None: (7000, 575, 725, Decimal("44.23")),
            },
        )
        lost = self.answered(MARCH, ["lost_weight", "weight"], "product")
        self.assertEqual(lost, {"Pommes": (7000, 3000), "Yaourt": (0, 4000), None: (7000, 7000)})

    def test_the_same_figures_from_facts_and_from_sums(self):
        for day in range(1, 29):
            self.goods(
                date(2025, 3, day), weight=day, paid=day, district="67000" if day % 2 else None
            )
        whole = self.answered(MARCH, ["weight"], "weekday")
        parts = Period(date(2025, 3, 1), date(2025, 3, 28), "")
        self.assertEqual(self.answered(parts, ["weight"], "weekday"), whole)
        self.assertEqual(whole[None], (406_000,))
        by_district = self.answered(MARCH, ["weight"], "district")
        self.assertEqual(by_district, self.answered(parts, ["weight"], "district"))
        self.assertEqual(by_district["67000"], (196_000,))
        some = Period(date(2025, 3, 10), date(2025, 3, 10), "")
        self.assertEqual(
            self.answered(some, ["weight"], "product"), {"Pommes": (10_000,), None: (10_000,)}
        )

    def test_a_household_is_counted_once_a_period(self):
        child, adult = self.env["escarcelle.age.class"].search([], limit=2).ids
        self.visit(date(2025, 1, 3), "a", 3, (child, adult, adult), paid=2, reference=10)
        self.visit(date(2025, 1, 9), "a", 3, paid=4, reference=10)
        self.visit(date(2025, 1, 9), "a", 3, visits=0)
        # The household grew: its last composition counts, once.
        self.visit(date(2025, 3, 4), "a", 4, (child, child, adult, adult), district="67000")
        self.visit(date(2025, 3, 5), "b", 1, (adult,), district="67100")
        measures = ["households", "persons", "visits", "tickets", "basket"]
        self.assertEqual(
            self.answered(YEAR, measures, "quarter", subject="visit")[None], (2, 5, 4, 5, 120)
        )
        by_month = self.answered(YEAR, measures, "month", subject="visit")
        self.assertEqual(len(by_month), 13)
        values = list(by_month.values())
        self.assertEqual(values[0], (1, 3, 2, 3, 200))
        self.assertEqual(values[1], (0, 0, 0, 0, None))
        self.assertEqual(values[2], (2, 5, 2, 2, 0))
        classes = self.env["escarcelle.age.class"].browse((child, adult))
        ages = self.answered(YEAR, ["persons", "households"], "age_class", subject="visit")
        self.assertEqual(ages, {classes[0].name: (2, 1), classes[1].name: (3, 2), None: (5, 2)})
        part = Period(date(2025, 3, 5), date(2025, 3, 9), "")
        self.assertEqual(
            self.answered(part, ["persons"], "age_class", subject="visit"),
            {classes[1].name: (1,), None: (1,)},
        )
        crossed = self.statistic(["persons"], "age_class", "district", subject="visit")
        table = crossed._escarcelle_table(MARCH)
        self.assertEqual([column.label for column in table.columns][:2], ["67000", "67100"])
        self.assertEqual([row.values for row in table.lines()], [(2, 0, 2), (2, 1, 3), (4, 1, 5)])
        self.assertEqual(table.columns[-1].total, True)

    def test_what_leaves_the_shop_is_masked(self):
        for number in range(12):
            self.visit(
                date(2025, 3, 5), f"k{number}", 2, district="67000" if number < 3 else "67100"
            )
        self.visit(date(2025, 3, 6), "last", 1, district="67200")
        statistic = self.statistic(["households", "visits"], "district", subject="visit")
        inside, outside = (
            statistic._escarcelle_table(MARCH),
            statistic._escarcelle_table(MARCH, leaving=True),
        )
        self.assertEqual([row.values[0] for row in inside.lines()], [3, 9, 1, 13])
        self.assertEqual(
            [row.values for row in outside.lines()],
            [(MASKED, MASKED), (MASKED, MASKED), (MASKED, MASKED), (13, 13)],
        )

    def sells(self, households, paid, prefix="k", **home):
        """``households`` that came on 5 March, each for ``paid`` euros of apples."""
        for number in range(households):
            self.visit(date(2025, 3, 5), f"{prefix}{number}", paid=paid, reference=10, **home)
            self.goods(date(2025, 3, 5), paid=paid, reference=10, public="household", **home)

    def leaving(self, *args, **values):
        return [
            row.values
            for row in self.statistic(*args, **values)
            ._escarcelle_table(MARCH, leaving=True)
            .lines()
        ]

    def test_goods_of_few_households_do_not_leave(self):
        """A district of three households says nothing of what these three took, though no head is counted there."""
        self.sells(9, 1, "a", district="67000", department="67")
        self.sells(3, 2, "b", district="67100", department="67")
        self.sells(6, 3, "c", district="67200", department="67")
        self.goods(date(2025, 3, 6), "donated", weight=50)
        hidden = [(9000, 900), (MASKED,) * 2, (MASKED,) * 2, (18_000, 3300)]
        self.assertEqual(self.leaving(["weight", "paid"], "district"), hidden)
        # Among the gifts, which come from no district.
        donated = self.leaving(["paid", "donated_weight"], "district")
        self.assertEqual([row[0] for row in donated], [900, MASKED, MASKED, 0, 3300])
        self.assertEqual(donated[3], (0, 50_000))
        # In columns, beside a dimension that visits do not know.
        crossed = self.leaving(["paid"], "category", "district")
        self.assertEqual(crossed, [(900, MASKED, MASKED, 3300)] * 2)
        # Behind a filter, alone or with another; what is in no district is the shop's.
        filtered = {"domain": "[('district', '=', '67100')]"}
        self.assertEqual(self.leaving(["weight"], **filtered), [(MASKED,)])
        filtered = {
            "domain": f"['&', ('district', '=', '67100'), ('categ_id', '=', {self.fruits.id})]"
        }
        self.assertEqual(self.leaving(["weight"], "product", **filtered), [(MASKED,)] * 2)
        self.assertEqual(self.leaving(["weight"], "category"), [(18_000,)] * 2)
        # Averages of few are those few's.
        self.assertEqual(self.leaving(["basket"], "district", subject="visit")[1], (MASKED,))
        self.assertEqual(self.leaving(["basket"], "department", subject="visit"), [(183,)] * 2)
        # The screen of the shop shows all of it.
        table = self.statistic(["weight"], "district")._escarcelle_table(MARCH)
        self.assertEqual(
            [row.values for row in table.lines()], [(9000,), (3000,), (6000,), (18_000,)]
        )

    def test_what_few_households_took_the_month_before_does_not_leave(self):
        self.sells(9, 1, district="67000")
        for number in range(2):
            self.goods(date(2025, 2, 3), weight=4, district="67000")
            self.visit(date(2025, 2, 3), f"k{number}", district="67000")
        said = self.leaving(["weight"], "district", compare=True)
        self.assertEqual(set(said[0]), {MASKED})

    def test_what_other_customers_take_is_not_the_households(self):
        self.visit(date(2025, 3, 5), "a", paid=2, savings=8, weight=4)
        self.visit(date(2025, 3, 5), None, paid=6, savings=1, weight=3, public="other", visits=0)
        measures = [
            "visit_paid",
            "visit_savings",
            "savings_per_household",
            "weight_per_household",
            "basket",
        ]
        found = self.answered(MARCH, measures, subject="visit")
        # The average basket is everybody's.
        self.assertEqual(found["Total"], (200, 800, 800, 4000, 400))
        by_public = self.answered(MARCH, measures, "public", subject="visit")
        self.assertEqual(list(by_public.values())[1], (0, 0, None, None, 600))

    def test_a_table_too_wide_to_be_read_is_refused(self):
        for number in range(61):
            self.goods(date(2025, 3, 5), district=f"67{number:03}")
        with self.assertRaises(UserError):
            self.answered(MARCH, ["weight"], "category", "district")
        self.assertEqual(len(self.answered(MARCH, ["weight"], "district", "category")), 62)

    def test_months_are_compared(self):
        self.goods(date(2025, 2, 28), weight=2)
        self.goods(date(2025, 3, 1), weight=3)
        table = self.statistic(["weight"], "category", compare=True)._escarcelle_table(MARCH)
        self.assertEqual([row.values for row in table.lines()], [(3000, 2000, Decimal("50.0"))] * 2)

    def test_a_filter_narrows_and_says_what_it_cannot_do(self):
        self.goods(date(2025, 3, 1), weight=2)
        self.goods(date(2025, 3, 1), weight=5, categ_id=self.milk.id, product_tmpl_id=self.pot.id)
        for domain, weight in (
            (f"[('categ_id', '=', {self.milk.id})]", 5000),
            ("[('categ_id', 'ilike', 'lai')]", 5000),
            (f"['!', ('categ_id', 'child_of', [{self.milk.id}])]", 2000),
            (f"['|', ('product_tmpl_id', '=', {self.pot.id}), ('day', '<', '2025-01-01')]", 5000),
            ("[('tariff_id', '=', False)]", 7000),
            ("[('tariff_id', '!=', False)]", 0),
        ):
            found = self.answered(MARCH, ["weight"], domain=domain)
            self.assertEqual(found["Total"], (weight,), domain)
        for domain in (
            "[('company_id.user_ids.login', '=', 'x')]",
            "[('company_id.secret', '=', 'x')]",
            "[('currency_id', '=', 1)]",
            "[('kind', 'ilike', '%')]",
            "[('kind; DROP TABLE escarcelle_fact_goods', '=', 'sold')]",
            "[('day', '=', '2025-13-99')]",
            "['&', ('kind', '=', 'sold')]",
            "__import__('os')",
            "[" * 500,
            "[('kind', '=', ['sold', ['x']])]",
            "[(['kind'], '=', 'sold')]",
            str([("kind", "=", "sold")] * 500),
        ):
            with self.assertRaises(UserError, msg=domain):
                self.answered(MARCH, ["weight"], domain=domain)
        self.assertEqual(
            self.answered(MARCH, ["weight"], domain="[('shape', '=', \"x'; --\")]")["Total"], (0,)
        )

    def test_what_facts_do_not_cross_is_refused(self):
        for measures, rows in (
            (["lost_weight"], "age_class"),
            (["households"], "product"),
            (["exits"], "tariff"),
        ):
            with self.assertRaises(UserError):
                self.answered(MARCH, measures, rows)

    def test_a_shop_reads_its_own_figures_only(self):
        other = self.env["res.company"].create({"name": "Ailleurs"})
        self.goods(date(2025, 3, 1), weight=2)
        self.goods(date(2025, 3, 1), weight=9, company_id=other.id)
        self.assertEqual(self.answered(MARCH, ["weight"])["Total"], (2000,))
        keeper = self.env["res.users"].create(
            {
                "name": "Stock", "login": "stock@chiffres", "company_id": self.shop.id,
                "company_ids": [(6, 0, self.shop.ids)],
                "group_ids": [(6, 0, self.env.ref("escarcelle_social.group_stock").ids)],
            }
        )  # fmt: skip
        statistic = self.statistic(["weight"], shared=True)
        mine = statistic.with_user(keeper)
        self.assertEqual(mine._escarcelle_table(MARCH).rows[0].values, (2000,))
        with self.assertRaises(AccessError):
            mine._escarcelle_table(MARCH, companies=other)
        with self.assertRaises(AccessError):
            mine.env["escarcelle.statistic"]._escarcelle_indicator("households", MARCH)
        with self.assertRaises(AccessError):
            self.statistic(["weight"], "district", shared=True).with_user(keeper)._escarcelle_table(
                MARCH
            )

        with self.assertRaises(AccessError):
            hidden = self.statistic(["weight"], shared=True, domain="[('district', '=', '67000')]")
            hidden.with_user(keeper)._escarcelle_table(MARCH)

    def test_a_statistic_that_makes_no_sense_is_not_kept(self):
        for values in ({"limit": -1}, {"date_from": "2025-03-02", "date_to": "2025-03-01"}):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
                self.statistic(["weight"], **values)
        with self.assertRaises(UserError):
            self.statistic(["weight"], period_kind="custom")._escarcelle_table()
        with self.assertRaises(UserError):
            self.statistic([])._escarcelle_table(MARCH)

    def test_lines_that_are_not_shown_are_summed_up(self):
        for n in range(4):
            good = self.apple.copy({"name": f"Bien {n}"})
            self.goods(date(2025, 3, 1), weight=n + 1, product_tmpl_id=good.id)
        table = self.statistic(["weight"], "product", sort="value", limit=2)._escarcelle_table(
            MARCH
        )
        self.assertEqual(
            [row.values for row in table.lines()], [(4000,), (3000,), (3000,), (10_000,)]
        )

    def test_a_figure_alone(self):
        self.goods(date(2025, 3, 1), weight=2, paid=1, reference=4)
        figures = self.env["escarcelle.statistic"]._escarcelle_indicators(
            ["weight", "participation", "households", "basket"], MARCH, self.shop
        )
        self.assertEqual(
            figures,
            {"weight": 2000, "participation": Decimal("25.00"), "households": 0, "basket": None},
        )
