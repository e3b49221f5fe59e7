import random
from datetime import date, timedelta

from odoo import fields
from odoo.tests import tagged

from escarcelle_core import budget

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestBudgetAllocation(SocialCase):
    def allocations(self, household):
        return [
            (m.period, m.day, m.amount_cents)
            for m in household.movement_ids.filtered(lambda m: m.type == "allocation").sorted(
                "period"
            )
        ]

    def test_by_tier_and_once(self):
        homes = self.households.concat(*(self.household(size=size) for size in (1, 2, 3, 4)))
        self.assertEqual(self.company._escarcelle_allocate("2026-11"), 4)
        self.assertEqual(homes.mapped("balance_cents"), [4000, 5555, 7500, 7500])
        self.assertEqual(
            homes.movement_ids.mapped("amount"),
            [m / 100 for m in homes.movement_ids.mapped("amount_cents")],
        )
        self.assertEqual(self.company._escarcelle_allocate("2026-11"), 0)
        self.assertEqual(homes.mapped("ledger_seq"), [1, 1, 1, 1])

    def test_who_receives_nothing(self):
        self.household(None)
        self.household(("2026-12-01", "2026-12-31"))
        self.household(("2026-01-01", "2026-10-31"))
        self.household(suspended=True)
        self.household(active=False)
        self.household(has_budget=False)
        pending = self.household(None)
        pending.entitlement_ids = [
            fields.Command.create({"date_from": "2026-11-01", "date_to": "2026-12-31"})
        ]
        self.assertEqual(self.company._escarcelle_allocate("2026-11"), 0)

    def test_on_the_day_the_entitlement_starts(self):
        soon, now = (
            self.household(("2026-11-22", "2026-12-31")),
            self.household(("2026-11-10", "2026-12-31")),
        )
        self.company._escarcelle_allocate("2026-11")
        self.assertEqual(self.allocations(now), [("2026-11", date(2026, 11, 10), 4000)])
        self.assertEqual(self.allocations(soon), [])
        self.company._escarcelle_allocate("2026-11", today=date(2026, 11, 22))
        self.assertEqual(self.allocations(soon), [("2026-11", date(2026, 11, 22), 4000)])

    def test_not_before_its_month_nor_after_a_later_one(self):
        home = self.household()
        self.assertEqual(self.company._escarcelle_allocate("2026-12"), 0)
        self.company._escarcelle_allocate("2026-11")
        self.assertEqual(self.company._escarcelle_allocate("2026-10"), 0)
        self.assertEqual(len(self.allocations(home)), 1)

    def test_roll_over(self):
        for rollover, cap, expected in (
            ("none", 0, 4000),
            ("capped", 10.0, 5000),
            ("full", 0, 7000),
        ):
            with self.subTest(rollover):
                self.policy.write({"rollover": rollover, "rollover_cap": cap})
                self.on(TODAY)
                home = self.household()
                self.ledger._escarcelle_post_ticket(home, 1000, TODAY, f"ticket-{rollover}")
                self.on(date(2026, 12, 3))
                self.company._escarcelle_allocate("2026-12")
                self.assertEqual(home.balance_cents, expected)
                # The end of this case must not be the next one's: the household leaves.
                home.suspended = True

    def test_what_was_spent_in_the_new_month_is_not_taken_for_a_rest(self):
        home = self.household()
        self.company._escarcelle_allocate("2026-11")
        self.ledger._escarcelle_post(home, "adjustment", 300, date(2026, 12, 1), note="Naissance")
        self.company._escarcelle_allocate("2026-12", today=date(2026, 12, 2))
        self.assertEqual(home.balance_cents, 4300)

    def test_the_server_counts_as_the_till_does(self):
        """Random years: the SQL of the server against the pure functions that the till uses."""
        seed = random.randrange(10**6)
        draw = random.Random(seed)
        for rollover, cap in (("none", 0), ("capped", 1500), ("full", 0)):
            self.policy.write({"rollover": rollover, "rollover_cap": cap / 100})
            home = self.household(("2026-01-01", "2026-12-31"))
            left, done = 0, set()
            day = date(2026, 1, 1)
            for rank in range(40):
                day += timedelta(days=draw.randint(0, 12))
                if day.year > 2026:
                    break
                ahead = [
                    budget.Allocation(p, budget.period_start(p), 4000, rollover, cap)
                    for p in {budget.period_of(day)}
                ]
                self.on(day)
                left, opened = budget.apply(left, ahead, day, done)
                done |= {m.period for m in opened}
                spent = draw.randint(-500, 3000)
                self.ledger._escarcelle_post_ticket(home, spent, day, f"{rollover}-{rank}")
                if spent == 0:
                    self.company._escarcelle_allocate(budget.period_of(day), home, today=day)
                left -= spent
                self.assertEqual(home.balance_cents, left, f"seed {seed}, {rollover}, {day}")

    def test_the_snapshot_announces_what_the_server_will_give(self):
        home = self.household(("2026-11-25", "2027-01-10"), size=2)
        ahead = {
            (row["period"], row["day"], row["amount_cents"])
            for row in self.company._escarcelle_due(TODAY, TODAY + timedelta(days=60), home)
        }
        self.assertEqual(len(ahead), 3)
        for day in (date(2026, 11, 25), date(2026, 12, 1), date(2027, 1, 1)):
            self.company._escarcelle_allocate(budget.period_of(day), today=day)
        self.assertEqual(set(self.allocations(home)), ahead)

    def test_cost_does_not_grow_with_households(self):
        self.household()
        self.company._escarcelle_allocate("2026-11")
        self.households.concat(*(self.household() for _ in range(3)))
        self.env.flush_all()
        with self.assertQueryCount(6):
            self.company._escarcelle_allocate("2026-11")
        for _ in range(12):
            self.household()
        self.env.flush_all()
        with self.assertQueryCount(6):
            self.company._escarcelle_allocate("2026-11")

    def test_quarters(self):
        self.policy.period = "quarter"
        self.on(date(2026, 11, 2))
        home = self.household(("2026-01-01", "2027-12-31"))
        self.assertEqual(self.company._escarcelle_allocate("2026-10"), 1)
        self.assertEqual(self.allocations(home), [("2026-10", date(2026, 10, 1), 4000)])
        for day in (date(2026, 12, 31), date(2027, 1, 1)):
            self.on(day)
            period = budget.period_of(day, "quarter")
            self.company._escarcelle_allocate(period)
        self.assertEqual([row[0] for row in self.allocations(home)], ["2026-10", "2027-01"])

    def test_who_comes_late_receives_a_part(self):
        self.policy.proration = "days"
        whole, part = self.household(), self.household(("2026-11-15", "2026-12-31"))
        ahead = self.company._escarcelle_due(TODAY, date(2026, 12, 1), part)
        self.company._escarcelle_allocate("2026-11")
        self.assertEqual(self.allocations(whole), [("2026-11", date(2026, 11, 1), 4000)])
        expected = budget.prorated(4000, date(2026, 11, 15), date(2026, 11, 1), date(2026, 11, 30))
        self.assertEqual(self.allocations(part), [("2026-11", date(2026, 11, 15), expected)])
        self.assertEqual([row["amount_cents"] for row in ahead], [expected, 4000])

    def test_ages_add_to_the_tier(self):
        self.env["escarcelle.budget.supplement"].create(
            [
                {"name": "Bébés", "age_from": 0, "age_to": 2, "amount": 10.0},
                {"name": "Mineurs", "age_from": 0, "age_to": 17, "amount": 1.5},
                {"name": "Anciens", "age_from": 65, "age_to": 0, "amount": 3.0},
                {"name": "Fini", "age_from": 0, "age_to": 0, "amount": 99.0, "active": False},
            ]
        )
        born = (2026, 2024, 2023, 1961, 1962, 0)
        home = self.household(("2026-01-01", "2027-12-31"), size=0)
        home.member_ids = [
            fields.Command.create({"relation": "other", "birth_year": year}) for year in born
        ]
        self.company._escarcelle_allocate("2026-11")
        # 75 € for six people; two babies, three under 18 (the babies too), one of 65.
        self.assertEqual(home.balance_cents, 7500 + 2 * 1000 + 3 * 150 + 300)
        due = self.company._escarcelle_due(TODAY, date(2027, 1, 1), home)
        # In 2027 the child of 2024 is three, somebody else turns 65.
        self.assertEqual(due[-1]["amount_cents"], 7500 + 1000 + 3 * 150 + 2 * 300)

    def test_each_visit(self):
        self.policy.write({"period": "visit", "rollover": "none"})
        home = self.household()
        self.assertEqual(self.company._escarcelle_due(TODAY, TODAY + timedelta(days=60)), [])
        self.ledger._escarcelle_post_ticket(home, 1500, TODAY, "one")
        self.ledger._escarcelle_post_ticket(home, 500, TODAY, "two")
        self.assertEqual(home.balance_cents, 4000 - 2000, "two tickets of a day are one visit")
        self.on(date(2026, 11, 25))
        self.ledger._escarcelle_post_ticket(home, -500, self.today, "back")
        self.assertEqual(len(self.allocations(home)), 1, "who only brings back does not visit")
        self.ledger._escarcelle_post_ticket(home, 100, self.today, "three")
        self.assertEqual(home.balance_cents, 4000 + 500 - 100)
        self.ledger._escarcelle_post_ticket(home, 4200, date(2026, 11, 23), "late")
        self.assertEqual(home.balance_cents, 4000 + 500 - 100 - 200, "owed from the visit between")
        self.assertEqual(
            [row[0] for row in self.allocations(home)], ["2026-11-21", "2026-11-23", "2026-11-25"]
        )

    def test_a_rhythm_changed_in_the_middle_cuts_what_was_given(self):
        home = self.household(("2026-01-01", "2027-12-31"))
        self.company._escarcelle_allocate("2026-11")
        self.policy.period = "quarter"
        self.assertEqual(self.company._escarcelle_allocate("2026-10"), 0, "November was given")
        self.on(date(2026, 12, 5))
        self.company._escarcelle_allocate("2026-10")
        rest = budget.prorated(4000, date(2026, 12, 1), date(2026, 10, 1), date(2026, 12, 31))
        self.assertEqual(self.allocations(home)[-1], ("2026-12", date(2026, 12, 1), rest))
        self.policy.period = "month"
        self.assertEqual(self.company._escarcelle_allocate("2026-12"), 0)
        self.on(date(2027, 1, 1))
        self.assertEqual(self.company._escarcelle_allocate("2027-01"), 1)

    def test_any_order_of_arrival_ends_on_the_same_balance(self):
        """Tickets of three months, from several tills, in any order: as if each had come on its day."""
        seed = random.randrange(10**6)
        draw = random.Random(seed)
        self.on(date(2026, 11, 30))
        for period in budget.PERIODS:
            for rollover, cap in (("none", 0), ("capped", 15.0), ("full", 0)):
                self.policy.write({"period": period, "rollover": rollover, "rollover_cap": cap})
                tickets = [
                    (
                        draw.randint(-800, 3000),
                        date(2026, 9, 1) + timedelta(days=draw.randint(0, 90)),
                        n,
                    )
                    for n in range(8)
                ]
                balances = set()
                for order in (sorted(tickets, key=lambda t: t[1]), draw.sample(tickets, k=8)):
                    home = self.household()
                    if period != "visit":
                        for name in budget.periods(date(2026, 9, 1), date(2026, 11, 30), period):
                            self.company._escarcelle_allocate(name, home)
                    for cents, day, n in order:
                        self.ledger._escarcelle_post_ticket(home, cents, day, f"{home.id}-{n}")
                    self.assertEqual(
                        home.balance_cents, sum(home.movement_ids.mapped("amount_cents"))
                    )
                    balances.add(home.balance_cents)
                self.assertEqual(len(balances), 1, f"seed {seed}: {period}, {rollover}, {tickets}")
