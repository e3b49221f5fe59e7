from datetime import date

from .common import StatisticsCase

EU, BOUGHT, GIVEN = "eu", "purchase", "donation"


class ReportCase(StatisticsCase):
    """Two households, three visits, five lines of goods in 2025: small enough to be worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.child, cls.adult = (
            cls.env.ref(f"escarcelle_social.age_class_{one}") for one in ("child", "adult")
        )
        cls.sources = {
            kind: cls.env["escarcelle.funding.source"].create(
                {"name": name, "kind": kind, "code": f"ESSAI-{kind}"}
            )
            for kind, name in ((EU, "Union"), (BOUGHT, "Achats"), (GIVEN, "Dons reçus"))
        }
        cls.tariff = cls.env["product.pricelist"].create({"name": "Tarif 20"})
        cls.reason = cls.env["escarcelle.household.reason"].create(
            {"name": "Déménagement", "kind": "exit"}
        )
        cls.reports = cls.env["escarcelle.statistic.report"]

    def year(self):
        """All that happens in 2025."""
        alone = {"shape": "single", "district": "68000", "department": "68"}
        family = {"shape": "lone_parent", "district": "67000", "department": "67"}
        people = (self.child.id, self.child.id, self.adult.id)
        january, february, march = date(2025, 1, 10), date(2025, 2, 11), date(2025, 3, 5)
        self.visit(january, "a", 3, people, paid=2, reference=10, savings=8, weight=4, **family)
        self.visit(february, "a", 3, people, paid=1, reference=5, savings=4, weight=2, **family)
        self.visit(
            march, "b", 1, (self.adult.id,), paid=1, reference=4, savings=3, weight=1, **alone
        )
        milk = {"categ_id": self.milk.id, "product_tmpl_id": self.pot.id}
        self.sold(january, EU, 3, 0, 6, **family)
        self.sold(january, BOUGHT, 1, 2, 4, **milk, **family)
        self.sold(february, BOUGHT, 2, 1, 5, **milk, **family)
        self.sold(march, BOUGHT, 1, 1, 4, **alone)
        # Half a kilogram is brought back.
        self.sold(march, BOUGHT, -0.5, -0.5, -2, **alone)
        self.goods(date(2025, 1, 2), "received", 50, cost=30, source_id=self.sources[EU].id)
        self.goods(
            date(2025, 1, 2), "received", 20, cost=25, source_id=self.sources[BOUGHT].id, **milk
        )
        given = {"source_id": self.sources[GIVEN].id}
        self.goods(date(2025, 2, 2), "donated", 12, cost=8, donor_kind="company", **given)
        self.goods(date(2025, 4, 2), "donated", 5, cost=4, donor_kind="individual", **milk, **given)
        self.goods(
            date(2025, 4, 2), "money", 0, cost=25, donor_kind="individual", quantity=0,
            categ_id=None, product_tmpl_id=None,
        )  # fmt: skip
        self.goods(date(2025, 3, 9), "lost", 1.5, reference=3, **milk)
        self.registration(date(2025, 1, 9), "entry", "a", persons=3, **family)
        self.registration(date(2025, 3, 1), "entry", "b", persons=1, **alone)
        self.registration(date(2025, 4, 1), "renewal", "a", persons=3, **family)
        self.registration(
            date(2025, 5, 5), "exit", "b", persons=1, reason_id=self.reason.id, **alone
        )

    def sold(self, day, source, weight, paid, reference, **values):
        self.goods(
            day, "sold", weight, paid, reference, source_id=self.sources[source].id,
            tariff_id=self.tariff.id, public="household", **values,
        )  # fmt: skip

    def registration(self, day, kind, key, **values):
        row = {
            "day": day, "company_id": self.shop.id, "kind": kind, "key": key, "count": 1, **values
        }  # fmt: skip
        self.feed._escarcelle_write("registration", [row])

    def crowd(self, day, count, district="67000"):
        """``count`` households that came on ``day``, one person each."""
        for number in range(count):
            self.visit(
                day, f"{district}-{number}", 1, (self.adult.id,), paid=1, reference=4, savings=3,
                shape="single", district=district, department=district[:2],
            )  # fmt: skip

    def standard(self, code):
        """The report that is delivered."""
        return self.env.ref(f"escarcelle_statistics.report_{code}").with_env(self.env)

    def delivered(self, code):
        """The statistic that is delivered."""
        return self.env.ref(f"escarcelle_statistics.statistic_{code}").with_env(self.env)

    def lines(self, code, period):
        """``{line: values}`` of a delivered statistic, its total under ``None``; lines of zeros left out."""
        table = self.delivered(code)._escarcelle_table(period)
        found = {row.label: row.values for row in table.rows if any(row.values)}
        if table.total is not None:
            found[None] = table.total.values
        return found
