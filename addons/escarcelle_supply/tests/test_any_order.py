from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo import Command
from odoo.tests import tagged

from .common import SocialTillCase

FIRST = datetime(2026, 10, 27, 9, 0, tzinfo=timezone.utc)
LAST = date(2026, 11, 21)
PRICES = {550: 125, 2000: 340}

_step = st.one_of(
    st.tuples(
        st.just("sale"), st.integers(0, 9), st.sampled_from(sorted(PRICES)), st.integers(1, 4), st.integers(0, 1)
    ),
    st.tuples(st.just("return"), st.integers(0, 9), st.integers(0, 5), st.just(1), st.just(0)),
)  # fmt: skip
_till = st.lists(_step, min_size=1, max_size=5)
_other = st.lists(
    st.one_of(
        st.tuples(st.just("month"), st.just("2026-11"), st.just(0)),
        st.tuples(st.just("receive"), st.sampled_from(sorted(PRICES)), st.integers(1, 30)),
        st.tuples(st.just("lose"), st.sampled_from(sorted(PRICES)), st.integers(1, 3)),
        st.tuples(st.just("allow"), st.just(0), st.integers(100, 2000)),
    ),
    max_size=4,
)


@tagged("post_install", "-at_install")
class TestAnyOrder(SocialTillCase):
    """Two tills, a month that turns, deliveries, losses, allowances: whatever the order in which the server
    learns of them, and however often, budgets, quotas, visits and stock end up the same.

    A till's own entries keep their order: it numbers them, and the server takes them in turn.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other, cls.away = cls._till("Caisse B")
        cls.homes = cls.home | cls.env["escarcelle.household"].create(
            {
                "first_name": "Bo", "last_name": "Diaz", "pricelist_id": cls.tariff.id,
                "entitlement_ids": [
                    Command.create({"date_from": "2026-01-01", "date_to": "2026-12-31", "decision": "granted"})
                ],
            }
        )  # fmt: skip
        cls.goods = {rate: cls.products[rate] for rate in PRICES}
        cls.quotas = cls.env["escarcelle.quota"].create(
            [
                {"name": "Mois", "limit": 3, "product_ids": [Command.set(cls.goods[550].ids)]},
                {"name": "Semaine", "limit": 2, "period": "week", "product_ids": [Command.set(cls.goods[2000].ids)]},
            ]
        )
        cls.stock = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1).lot_stock_id
        cls.supplier = cls.env.ref("stock.stock_location_suppliers")
        cls.reason = cls.env["stock.scrap.reason.tag"].search([], limit=1)

    @settings(
        max_examples=3, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(_till, _till, _other, st.booleans(), st.randoms(use_true_random=False))
    def _any_order(self, here, away, other, opened, rng):
        # The job of 1 October ran, or the shop's server was not there yet.
        first = [("month", "2026-10", 0)] * opened
        queues = [self._entries(self.device, here), self._entries(self.away, away)]
        events = [("entry", till, entry) for till, queue in enumerate(queues) for entry in queue]
        # As it happened: by the clocks of the tills, the rest before; then as it may arrive.
        events.sort(key=lambda event: (event[2]["made_at"], event[1], event[2]["n"]))
        told = self._played([*first, *other, *events])
        self._check(told, queues, other)
        self.assertEqual(self._played([*first, *self._shuffled(queues, other, rng)]), told)

    def test_any_order(self):
        for rollover in ("none", "capped", "full"):
            with self.subTest(rollover):
                policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self.company)
                policy.write({"rollover": rollover, "rollover_cap": 7.0})
                self._any_order()

    # -- what happens ------------------------------------------------------------------------------

    def _entries(self, device, steps):
        """The entries a till makes of these steps, a day or more apart, each day closed."""
        device = device.fork()
        device.at = FIRST
        made, sales = [], []
        for kind, days, what, quantity, home in steps:
            later = device.at + timedelta(days=days)
            if days and later.date() <= LAST:
                device.at = later
                if device.state.day:
                    made.append(device.close_elapsed())
            if kind == "sale":
                row = self.row(what, f"{PRICES[what] / 100:.4f}", str(quantity))
                entry = device.sell([row], household=self.homes[home].code, pricelist=self.tariff.id)
                sales.append({**entry, "rows": [row], "home": home})
                made.append(entry)
            elif sales:
                sale = sales.pop(what % len(sales))
                made.append(device.refund(sale, household=self.homes[sale["home"]].code, pricelist=self.tariff.id))
        if device.state.day:
            made.append(device.close())
        return made

    def _shuffled(self, queues, other, rng):
        """Each queue in its own order, the queues mixed anyhow; some entries come again."""
        left = [[("entry", till, entry) for entry in queue] for till, queue in enumerate(queues)]
        left.append(rng.sample(other, len(other)))
        mixed = []
        while any(left):
            queue = rng.choice([queue for queue in left if queue])
            mixed.append(queue.pop(0))
            if mixed[-1][0] == "entry" and rng.random() < 0.3:
                mixed.append(mixed[-1])
        return mixed

    def _played(self, events):
        """What the shop's books say after ``events``; nothing of them stays."""
        savepoint = self.env.cr.savepoint()
        try:
            for event in events:
                getattr(self, f"_do_{event[0]}")(*event[1:])
            for till in (self.till, self.other):
                self.close_due(till)
            self.company._escarcelle_allocate("2026-11", today=LAST)
            return self._books()
        finally:
            savepoint.rollback()
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.env.registry.clear_cache()

    def _do_entry(self, till, entry):
        (ack,) = self.ingest((self.till, self.other)[till], entry)
        self.assertIn(ack["status"], ("stored", "known"), ack)

    def _do_month(self, period, _none):
        self.company._escarcelle_allocate(period, today=min(LAST, date.fromisoformat(f"{period}-28")))

    def _do_receive(self, rate, quantity):
        self._move(self.supplier, self.stock, rate, quantity)

    def _do_lose(self, rate, quantity):
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.goods[rate].id, "scrap_qty": quantity, "company_id": self.company.id,
                "location_id": self.stock.id, "scrap_reason_tag_ids": [Command.set(self.reason.ids)],
            }
        )  # fmt: skip
        scrap.do_scrap()

    def _do_allow(self, _none, cents):
        self.ledger_post(self.home, cents)

    def ledger_post(self, home, cents):
        self.env["escarcelle.budget.ledger"]._escarcelle_post(home, "adjustment", cents, LAST, note="Aide")

    def _move(self, here, there, rate, quantity):
        move = self.env["stock.move"].create(
            {
                "product_id": self.goods[rate].id, "product_uom_qty": quantity, "company_id": self.company.id,
                "location_id": here.id, "location_dest_id": there.id,
            }
        )  # fmt: skip
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()

    # -- what is left of it ------------------------------------------------------------------------

    def _books(self):
        self.env.flush_all()
        self.env.invalidate_all()
        quants = self.env["stock.quant"]
        visits = self.env["escarcelle.visit"].search([("household_id", "in", self.homes.ids)])
        used = self.quotas._escarcelle_used(LAST)
        return {
            "balances": [home.balance_cents for home in self.homes],
            "sums": [sum(home.movement_ids.mapped("amount_cents")) for home in self.homes],
            "tickets": sorted(
                (m.origin, m.type, m.period, m.amount_cents)
                for m in self.homes.movement_ids
                if m.type in ("purchase", "return")
            ),
            "months": sorted(
                (m.household_id.id, m.period, m.amount_cents)
                for m in self.homes.movement_ids
                if m.type == "allocation"
            ),
            "quotas": {
                (home.id, quota): taken
                for home in self.homes
                for quota, taken in used.get(home.id, {}).items()
            },
            "visits": sorted((visit.household_id.id, visit.day) for visit in visits),
            "stock": [
                quants._get_available_quantity(good, self.stock, allow_negative=True)
                for good in self.goods.values()
            ],
        }

    def _check(self, told, queues, other):
        """Against what the events themselves say."""
        self.assertEqual(told["balances"], told["sums"])
        lines = [
            line
            for queue in queues
            for entry in queue
            if entry["order"]
            for line in entry["order"]["lines"]
        ]
        for rank, (rate, good) in enumerate(self.goods.items()):
            sold = sum(Decimal(line["quantity"]) for line in lines if line["product_id"] == good.id)
            came = sum(e[2] * {"receive": 1, "lose": -1}[e[0]] for e in other if e[0] in ("receive", "lose")
                       and e[1] == rate)  # fmt: skip
            self.assertEqual(Decimal(str(told["stock"][rank])), came - sold)
        self.assertEqual(
            len(told["tickets"]), len([e for queue in queues for e in queue if e["order"]])
        )
