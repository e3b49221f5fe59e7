import json
import random
from decimal import Decimal

from odoo import fields
from odoo.tests import HttpCase, tagged

from escarcelle_core import funding, tariffs

from .test_tariff import random_items, random_sources

#: Compares, in the page, what the page computes with what the server sent along.
COMPARE = """
(async () => {
    const expected = %s;
    const {tariffRound} = odoo.loader.modules.get("@escarcelle_social/app/utils/tariff");
    const wrong = [];
    for (const [value, step, minimum, result] of expected.roundings) {
        const found = tariffRound(value, step, minimum);
        if (found !== result) {
            wrong.push(`round ${value} to ${step}, at least ${minimum}: ${found}, not ${result}`);
        }
    }
    const {sourceBound} = odoo.loader.modules.get("@escarcelle_social/app/utils/tariff");
    for (const [value, reference, bounds, step, result] of expected.bounds) {
        const found = sourceBound(value, reference, bounds, step);
        if (found !== result) {
            wrong.push(`${value} within ${bounds} of ${reference}, by ${step}: ${found}, not ${result}`);
        }
    }
    const {isRuleCurrent} = odoo.loader.modules.get("@escarcelle_social/app/utils/tariff");
    const at = (seconds) => seconds === null ? false : luxon.DateTime.fromSeconds(seconds);
    for (const [start, end, now, current] of expected.dates) {
        if (isRuleCurrent({date_start: at(start), date_end: at(end)}, at(now)) !== current) {
            wrong.push(`a rule from ${start} to ${end}, at ${now}: not ${current}`);
        }
    }
    const models = posmodel.models;
    for (const [tariff, product, quantity, price] of expected.prices) {
        const variant = models["product.product"].get(product);
        const found = variant.product_tmpl_id.getPrice(
            models["product.pricelist"].get(tariff), quantity, 0, false, variant
        );
        if (found.toFixed(4) !== price) {
            wrong.push(`${variant.name} (${variant.lst_price}) x ${quantity}: ${found}, not ${price}`);
        }
    }
    const order = posmodel.getOrder() || posmodel.addNewOrder();
    order.setPartner(models["res.partner"].get(expected.partner));
    const line = await posmodel.addLineToCurrentOrder(
        {product_tmpl_id: models["product.product"].get(expected.product).product_tmpl_id}, {}, false
    );
    if (order.pricelist_id?.id !== expected.tariff) {
        wrong.push(`the household's tariff is not applied: ${order.pricelist_id?.id}`);
    }
    if (order.fiscal_position_id?.id !== expected.position) {
        wrong.push(`the household's VAT regime is not applied: ${order.fiscal_position_id?.id}`);
    }
    if (order.priceIncl !== expected.total || order.amountTaxes !== 0) {
        wrong.push(`the household pays ${order.priceIncl}, VAT ${order.amountTaxes}, not ${expected.total}`);
    }
    const count = expected.roundings.length + expected.prices.length;
    if (wrong.length || !count) {
        console.error(`${wrong.length} of ${count} differ: ${wrong.slice(0, 5).join("; ")}`);
    } else {
        console.log("test successful");
    }
})()
"""


@tagged("post_install", "-at_install")
class TestTariffPage(HttpCase):
    """Odoo's POS page computes a household's prices as the server and the till do."""

    def test_the_page_computes_the_same(self):
        seed = random.randrange(10**6)
        draw = random.Random(seed)
        env = self.env(context={**self.env.context, "lang": "en_US"})
        env.user.group_ids |= env.ref("point_of_sale.group_pos_manager")
        taxed = env["account.tax"].create(
            {
                "name": "20 % TTC",
                "amount": 20,
                "price_include_override": "tax_included",
                "type_tax_use": "sale",
            }
        )
        position = env["account.fiscal.position"].create(
            {"name": "Exonéré", "company_id": env.company.id, "escarcelle_sector": "EXO_B"}
        )
        taxed.copy(
            {
                "name": "0 % TTC",
                "amount": 0,
                "original_tax_ids": [fields.Command.set(taxed.ids)],
                "fiscal_position_ids": [fields.Command.set(position.ids)],
            }
        )
        categories = env["product.category"].create([{"name": f"C{n}"} for n in range(3)])
        categories += env["product.category"].create({"name": "C0a", "parent_id": categories[0].id})
        sources = random_sources(env, draw)
        products = env["product.product"].create(
            [
                {
                    "name": f"P{n}",
                    # The first is the one that is sold: nobody else pays for it.
                    "escarcelle_funding_source_id": draw.choice(sources).id if n % 2 else False,
                    "list_price": draw.randint(1, 2500) / 100,
                    "categ_id": draw.choice(categories).id,
                    "available_in_pos": True,
                    "taxes_id": [fields.Command.set(taxed.ids)],
                }
                for n in range(60)
            ]
        )
        env["escarcelle.household.policy"]._escarcelle_for(env.company).membership_product_id = products[1]
        public = env["product.pricelist"].create({"name": "Public", "company_id": env.company.id})
        social = env["product.pricelist"].create(
            [
                {
                    "name": f"Tarif {n}",
                    "company_id": env.company.id,
                    "escarcelle_rounding": draw.choice(tariffs.STEPS),
                    "escarcelle_minimum_price": draw.choice((0, 0.05, 0.5)),
                    "escarcelle_fiscal_position_id": position.id,
                    "item_ids": random_items(draw, categories, products),
                }
                for n in range(8)
            ]
        )
        home = env["escarcelle.household"].create(
            {"first_name": "Amina", "last_name": "Benalouf", "pricelist_id": social[0].id}
        )
        config = env["pos.config"].create(
            {
                "name": "Tablette",
                "use_pricelist": True,
                "pricelist_id": public.id,
                "available_pricelist_ids": [fields.Command.set((public | social).ids)],
                "iface_tax_included": "total",
            }
        )
        config.with_user(env.ref("base.user_admin")).open_ui()
        config.current_session_id.set_opening_control(0, "")
        expected = {
            "bounds": [self.bounded(draw) for _ in range(5000)],
            "roundings": [self.rounding(draw) for _ in range(5000)],
            "dates": [
                [start, end, now, (start is None or start <= now) and (end is None or now <= end)]
                for start in (None, 100, 200)
                for end in (None, 200, 300)
                for now in (99, 100, 150, 200, 201, 300, 301)
            ],
            "prices": [
                [tariff.id, product, quantity, f"{price:.4f}"]
                for tariff in social
                for quantity in (1, 3)
                for product, price in tariff._get_products_price(products, quantity).items()
            ],
            "partner": home.partner_id.id,
            "tariff": social[0].id,
            "position": position.id,
            "product": products[0].id,
            "total": social[0]._get_product_price(products[0], 1),
        }
        self.browser_js(
            f"/pos/ui/{config.id}/product",
            COMPARE % json.dumps(expected),
            ready="window.posmodel?.models?.['product.product']?.length > 0",
            login="admin",
            timeout=120,
        )

    def rounding(self, draw):
        """A price as floats give it, and what the core makes of it."""
        value = draw.randint(0, 50_000) / 100 * (draw.randint(0, 10_000) / 10_000)
        step, minimum = draw.choice(tariffs.STEPS), draw.choice((0, 0.01, 0.05, 1))
        result = tariffs.rounded(Decimal(repr(value)), Decimal(step), Decimal(str(minimum)))
        return [value, float(step), minimum, float(result)]

    def bounded(self, draw):
        """A price, what its payer allows, and what the core makes of it."""
        reference = draw.randint(0, 50_000) / draw.choice((100, 10_000))
        value = draw.randint(0, 50_000) / 100
        step = draw.choice(tariffs.STEPS)
        low, high = sorted(draw.randint(0, 10_000) / 100 for _ in range(2))
        text = f"{low:.2f};{high:.2f}"
        result = funding.bounds(text).price(
            Decimal(repr(value)), Decimal(repr(reference)), Decimal(step)
        )
        return [value, reference, text, float(step), float(result)]
