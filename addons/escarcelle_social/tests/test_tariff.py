import random
from datetime import timedelta, timezone
from decimal import Decimal

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from escarcelle_core import funding, tariffs

from .common import SocialCase


def random_items(draw, categories, products):
    """Rules of every kind, as values of product.pricelist.item."""
    kinds = [
        {
            "compute_price": "percentage",
            "percent_price": draw.choice((10, 33.33, 70, 90, 99.99, 100)),
        },
        {"compute_price": "fixed", "fixed_price": draw.choice((0, 0.01, 0.33, 1.5, 12.99))},
        {
            "compute_price": "formula",
            "price_discount": draw.choice((0, 12.5, 50, 70)),
            "price_round": draw.choice((0, 0.05, 0.1, 1)),
            "price_surcharge": draw.choice((0, -0.01, 0.2)),
            "price_min_margin": draw.choice((0, 0.05)),
            "price_max_margin": draw.choice((0.5, 5)),
        },
    ]
    wheres = [
        {},
        {"categ_id": draw.choice(categories).id},
        {"product_tmpl_id": draw.choice(products).product_tmpl_id.id},
        {"product_id": draw.choice(products).id},
    ]
    return [
        fields.Command.create(
            {**kind, **draw.choice(wheres), "min_quantity": draw.choice((0, 0, 0, 3))}
        )
        for kind in draw.choices(kinds, k=4)
    ]


def random_sources(env, draw):
    """Payers of every kind: free, a part of the price, a part so narrow that no step lies in it."""
    rates = [(draw.randint(0, 5000) / 100, draw.randint(5000, 10000) / 100) for _ in range(4)]
    return env["escarcelle.funding.source"].create(
        [
            {"name": "Europe", "code": "T-EU", "kind": "eu"},
            {"name": "Étroit", "code": "T-E", "rate_min": 33.3, "rate_max": 33.33},
            *(
                {"name": f"S{n}", "code": f"T-{n}", "rate_min": low, "rate_max": high}
                for n, (low, high) in enumerate(rates)
            ),
        ]
    )


@tagged("post_install", "-at_install")
class TestTariff(SocialCase):
    def product(self, price, **values):
        return self.env["product.product"].create({"name": "Riz", "list_price": price, **values})

    def test_rounding_of_odoo_prices(self):
        product = self.product(2.35)
        cases = (
            ("0.01", 70, 0.71),
            ("0.05", 70, 0.70),
            ("0.10", 70, 0.70),
            ("0.05", 90, 0.25),
            ("0.10", 50, 1.20),
        )
        for step, off, expected in cases:
            with self.subTest(step=step, off=off):
                self.social.escarcelle_rounding = step
                self.social.item_ids.percent_price = off
                self.assertEqual(self.social._get_product_price(product, 1.0), expected)

    def test_lowest_price_and_free_goods(self):
        self.assertEqual(self.social._get_product_price(self.product(0.10), 1.0), 0.05)
        self.social.item_ids.percent_price = 100
        self.assertEqual(self.social._get_product_price(self.product(9.99), 1.0), 0.0)

    def test_a_tariff_may_start_from_another(self):
        self.public.item_ids = [
            fields.Command.create({"compute_price": "percentage", "percent_price": 50})
        ]
        self.social.item_ids.write(
            {"base": "pricelist", "base_pricelist_id": self.public.id, "percent_price": 50}
        )
        # 2.35 → 1.18 (public, to the cent) → 0.59 → 0.60
        self.assertEqual(self.social._get_product_price(self.product(2.35), 1.0), 0.60)

    def test_the_server_and_the_till_compute_the_same(self):
        """Random products and rules: Odoo's pricelists against the core, through the snapshot's own JSON."""
        seed = random.randrange(10**6)
        draw = random.Random(seed)
        categories = self.env["product.category"].create([{"name": f"C{n}"} for n in range(3)])
        categories += self.env["product.category"].create(
            {"name": "C0a", "parent_id": categories[0].id}
        )
        sources = random_sources(self.env, draw)
        products = self.env["product.product"].create(
            [
                {
                    "name": f"P{n}",
                    "escarcelle_funding_source_id": draw.choice(sources).id if n % 2 else False,
                    "list_price": draw.randint(1, 2500) / 100,
                    "standard_price": draw.randint(1, 1500) / 100,
                    "categ_id": draw.choice(categories).id,
                    "available_in_pos": True,
                    "taxes_id": False,
                }
                for n in range(40)
            ]
        )
        self.env["escarcelle.household.policy"]._escarcelle_for(
            self.company
        ).membership_product_id = products[0]
        config = self.pos_config()
        till = self.env["escarcelle.till"].create({"name": "Caisse", "config_id": config.id})
        for step in tariffs.STEPS:
            for _round in range(6):
                self.social.item_ids = [
                    fields.Command.clear(),
                    *random_items(draw, categories, products),
                ]
                self.social.write(
                    {
                        "escarcelle_rounding": step,
                        "escarcelle_minimum_price": draw.choice((0, 0.05, 0.5)),
                    }
                )
                if _round == 5:
                    self.social.item_ids[-1].write(
                        {"base": "standard_price", "compute_price": "formula", "price_markup": 20}
                    )
                self.compare(till, products, f"seed {seed}")

    def compare(self, till, products, message):
        at = fields.Datetime.now()
        part = [till._escarcelle_tariff(pricelist) for pricelist in (self.public, self.social)]
        read = tariffs.read(part)
        sources = funding.read(till._escarcelle_settings()["funding_sources"])
        rows = {row["id"]: row for row in till._escarcelle_products()}
        for quantity in (1.0, 3.0):
            server = self.social._get_products_price(products, quantity, date=at)
            for product in products:
                row = rows[product.id]
                source = sources.get(row["funding_source_id"])
                good = tariffs.Priced(
                    product.id, Decimal(row["price"]), product.categ_id.id, source and source.bounds, row["fee"]
                )
                public = self.env["product.pricelist"]._get_product_price(product, quantity)
                self.assertEqual(
                    f"{public:.4f}",
                    f"{tariffs.price(None, good, Decimal(quantity), at.replace(tzinfo=timezone.utc)):.4f}",
                )
                found = tariffs.price(
                    read[self.social.id],
                    good,
                    Decimal(quantity),
                    at.replace(tzinfo=timezone.utc),
                    read,
                )
                self.assertEqual(
                    f"{server[product.id]:.4f}",
                    f"{found:.4f}",
                    f"{message}: {product.name} {product.lst_price} × {quantity}, {part[1]}",
                )

    def test_dated_rules(self):
        now = fields.Datetime.now()
        product = self.product(10.0)
        self.social.item_ids = [
            fields.Command.create(
                {
                    "compute_price": "fixed",
                    "fixed_price": 3.0,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "date_start": now + timedelta(days=10),
                    "date_end": now + timedelta(days=20),
                }
            )
        ]
        config = self.pos_config()
        till = self.env["escarcelle.till"].create({"name": "Caisse", "config_id": config.id})
        read = tariffs.read([till._escarcelle_tariff(self.social)])[self.social.id]
        good = tariffs.Priced(product.id, Decimal("10"), product.categ_id.id)
        for days, expected in ((0, 1.0), (15, 3.0), (21, 1.0)):
            at = now + timedelta(days=days)
            self.assertEqual(self.social._get_product_price(product, 1.0, date=at), expected)
            found = tariffs.price(read, good, Decimal(1), at.replace(tzinfo=timezone.utc))
            self.assertEqual(float(found), expected)

    def test_lowest_price_is_not_negative(self):
        with self.refused_by_postgresql():
            self.social.escarcelle_minimum_price = -1
            self.social.flush_recordset()

    def test_participation_rate(self):
        self.assertEqual((self.public.escarcelle_rate, self.social.escarcelle_rate), (100, 10))
        product = self.product(10.0)
        self.social.escarcelle_rate = 25
        self.assertEqual(len(self.social.item_ids), 1)
        self.assertEqual(self.social._get_product_price(product, 1.0), 2.5)
        self.public.escarcelle_rate = 33.33
        self.assertEqual(self.public.item_ids.percent_price, 66.67)
        self.public.escarcelle_rate = 100
        self.assertEqual(self.public._get_product_price(product, 1.0), 10.0)
        for wrong in (-1, 100.01):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.social.escarcelle_rate = wrong

    def test_a_rule_of_its_own_is_no_participation_rate(self):
        later = fields.Datetime.now() + timedelta(days=10)
        self.public.item_ids = [
            fields.Command.create(
                {"compute_price": "percentage", "percent_price": 50, "date_start": later}
            )
        ]
        self.assertEqual(self.public.escarcelle_rate, 100)
