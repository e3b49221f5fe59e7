from datetime import date

from odoo.addons.escarcelle_donation.tests.common import DonationCase  # noqa: F401 - for the tests of this addon
from odoo.addons.escarcelle_social.tests.common import SocialCase, SocialTillCase  # noqa: F401
from odoo.addons.escarcelle_statistics.table import Period
from odoo.addons.escarcelle_statistics.tools.stores import HOME
from odoo.tests import TransactionCase

MARCH = Period(date(2025, 3, 1), date(2025, 3, 31), "mars 2025")
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31), "2025")


class StatisticsCase(TransactionCase):
    """A shop with facts of its own, written as the feed writes them. All in 2025: nothing depends on today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.feed = cls.env["escarcelle.fact.feed"]
        cls.shop = cls.env["res.company"].create({"name": "Épicerie des chiffres"})
        cls.env.user.company_ids |= cls.shop
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.shop.ids})
        cls.shop = cls.shop.with_env(cls.env)
        cls.feed = cls.feed.with_env(cls.env)
        categories = cls.env["product.category"].create([{"name": "Fruits"}, {"name": "Lait"}])
        cls.fruits, cls.milk = categories
        cls.apple, cls.pot = cls.env["product.template"].create(
            [
                {"name": "Pommes", "categ_id": cls.fruits.id, "company_id": cls.shop.id},
                {"name": "Yaourt", "categ_id": cls.milk.id, "company_id": cls.shop.id},
            ]
        )

    def goods(self, day, kind="sold", weight=1.0, paid=0.0, reference=0.0, **values):
        """A fact of goods, apples unless ``values`` say otherwise."""
        row = {
            "day": day, "company_id": self.shop.id, "kind": kind, "categ_id": self.fruits.id,
            "product_tmpl_id": self.apple.id, "weight": weight, "paid": paid, "reference": reference,
            "savings": reference - paid, "quantity": 1, **values,
        }  # fmt: skip
        self.feed._escarcelle_write("goods", [row])

    def visit(self, day, key, size=1, ages=(), tickets=1, visits=1, **values):
        """A purchase of the household ``key``; ``ages``: ids of age classes of its people."""
        row = {
            "day": day, "company_id": self.shop.id, "kind": "purchase", "public": "household", "key": key,
            "size": size, "visits": visits, "tickets": tickets, **values,
        }  # fmt: skip
        self.feed._escarcelle_write("visit", [row])
        people = [
            {
                "day": day.replace(day=1), "company_id": self.shop.id, "key": key, "age_class_id": one,
                "persons": ages.count(one), **{name: values[name] for name in HOME if name in values},
            }
            for one in set(ages)
        ]  # fmt: skip
        self.feed._escarcelle_write("person", people)

    def statistic(self, measures, rows=None, columns=None, subject="goods", **values):
        """A statistic of the shop, by codes."""
        ref = self.env.ref
        return self.env["escarcelle.statistic"].create(
            {
                "name": "Essai", "subject": subject, "company_id": self.shop.id,
                "measure_ids": [(6, 0, [ref(f"escarcelle_statistics.measure_{one}").id for one in measures])],
                "row_dimension_id": rows and ref(f"escarcelle_statistics.dimension_{rows}").id,
                "column_dimension_id": columns and ref(f"escarcelle_statistics.dimension_{columns}").id,
                **values,
            }
        )  # fmt: skip

    def answered(self, period, *args, **values):
        """``{line: values}`` of a statistic, its total under ``None``."""
        table = self.statistic(*args, **values)._escarcelle_table(period)
        found = {row.label: row.values for row in table.rows}
        if table.total:
            found[None] = table.total.values
        return found


class Told:
    """What the facts say, for tests whose events come from the shop itself."""

    def tell(self):
        """Tell everything that waits."""
        self.env.flush_all()
        feed = self.env["escarcelle.fact.feed"]
        self.assertEqual(feed._escarcelle_catch_up(100_000), 0)

    def facts(self, model, fields, **values):
        """Rows of the facts ``model`` of the shop with these values, as tuples, in order."""
        domain = [
            ("company_id", "=", self.company.id),
            *((name, "=", value) for name, value in values.items()),
        ]
        found = self.env[f"escarcelle.fact.{model}"].sudo().search(domain, order="day, id")
        return sorted(
            tuple(round(v, 3) if isinstance(v := (one[name]), float) else v for name in fields)
            for one in found
        )
