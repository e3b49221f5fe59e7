from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from .common import RATES, TillCase

_line = st.fixed_dictionaries(
    {
        "rate": st.sampled_from((*RATES, 0)),
        "price": st.integers(1, 400_000).map(lambda n: f"{Decimal(n) / 10000:.4f}"),
        "quantity": st.integers(1, 20_000).map(lambda n: f"{Decimal(n) / 1000:.3f}"),
        "discount": st.sampled_from(["0", "5", "12.5", "33.33", "100"]),
    }
)
_sale = st.fixed_dictionaries(
    {
        "lines": st.lists(_line, min_size=1, max_size=6),
        "exempt": st.booleans(),
        "card": st.booleans(),
        "change": st.integers(0, 5000),
        "refund": st.booleans(),
    }
)


@tagged("post_install", "-at_install")
class TestAmounts(TillCase):
    """Whatever is sold: day closing = tickets = orders = payments = accounting, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()
        # Goods without any tax: the engine treats them apart.
        cls.products = {**cls.products, 0: cls._product("Sans taxe", "P0", 0)}

    def _check(self, sales):
        entries = []
        for sale in sales:
            rows = [{**self.row(), **line, "product": self.products[line["rate"]]} for line in sale["lines"]]
            options = {"change": sale["change"]}
            if sale["exempt"]:
                rows = [{**row, "rate": 0} for row in rows]
                options |= {"sector": "EXO_B", "position": self.exempt.id}
            regime = {key: options[key] for key in ("sector", "position") if key in options}
            entry = self.device.sell(rows, **options)
            entries.append(entry)
            if sale["card"]:
                total = entry["order"]["total"]
                entries.append(self.device.sell(rows, payments=[(self.device.card, total)], **regime))
            if sale["refund"]:
                entries.append(self.device.refund({**entry, "rows": rows}, **regime))
        acks = self.ingest(self.till, *entries, self.device.close())
        self.assertEqual([a["order"] for a in acks], ["built"] * len(entries) + ["none"])
        for entry in entries:
            order = self.order(entry)
            signed = entry["records"][-1]["payload"].split(",")
            self.assertEqual(round(order.amount_total * 100), int(signed[1]))
            split = "|".join(part for part in self._split(order))
            self.assertEqual(split, signed[0])
        [session] = self.close_due(self.till)
        self.assertEqual((session.state, session.escarcelle_close_error), ("closed", False))
        [row] = self.reconciled(self.till)
        self.assertTrue(row["matches"], row)
        booked = -sum(session.move_id.line_ids.filtered("tax_line_id").mapped("balance"))
        sold = sum(session.order_ids.mapped("amount_tax"))
        self.assertEqual(round(booked * 100), round(sold * 100))
        self.assertFalse(self.env["escarcelle.difference"].search([("till_id", "=", self.till.id)]))

    def _split(self, order):
        """The signed VAT split, rebuilt from the taxes Odoo applies to the order."""
        cents = {}
        for line in order.lines:
            rate = round(sum(line.tax_ids_after_fiscal_position.mapped("amount")) * 100)
            cents[rate] = cents.get(rate, 0) + round(line.price_subtotal_incl * 100)
        return [f"{rate:04d}:{cents[rate]}" for rate in sorted(cents, reverse=True)]

    @settings(
        max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(_sale, min_size=1, max_size=5))
    def _run(self, sales):
        savepoint = self.env.cr.savepoint()
        device = self.device
        try:
            self.device = device.fork()
            self._check(sales)
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()
            self.device = device

    def test_any_day_is_equal_to_the_cent(self):
        self._run()

    def test_any_day_when_the_company_rounds_taxes_globally(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self._run()
