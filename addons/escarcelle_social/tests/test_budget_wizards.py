from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestBudgetWizards(SocialCase):
    def test_allocate_shows_then_does(self):
        homes = self.households.concat(*(self.household(size=size) for size in (1, 1, 2)))
        form = Form(self.env["escarcelle.budget.allocate"])
        self.assertEqual(form.period, "2026-11")
        self.assertEqual((form.household_count, form.done_count), (3, 0))
        self.assertAlmostEqual(form.total, 40 + 40 + 55.55)
        wizard = form.save()
        self.assertEqual(
            [(line.tier_id.name, line.household_count) for line in wizard.line_ids],
            [("1", 2), ("2", 1)],
        )
        self.assertEqual(homes.mapped("balance_cents"), [0, 0, 0])
        wizard.action_allocate()
        self.assertEqual(homes.mapped("balance_cents"), [4000, 4000, 5555])
        after = self.env["escarcelle.budget.allocate"].create({})
        self.assertEqual((after.household_count, after.done_count), (0, 3))

    def test_a_household_without_a_tier_is_shown_and_waits_for_one(self):
        home = self.household()
        self.household(("2025-01-01", "2025-12-31")).tier_id = False
        home.tier_id = False
        wizard = self.env["escarcelle.budget.allocate"].create({})
        self.assertEqual((wizard.household_count, wizard.without_tier_count), (0, 1))
        found = self.households.search(wizard.action_without_tier()["domain"])
        self.assertEqual(found, home)
        self.assertEqual(self.company._escarcelle_allocate("2026-11"), 0)
        home.tier_id = self.tiers[1]
        self.env["escarcelle.budget.allocate"].create({}).action_allocate()
        self.assertEqual(home.balance_cents, 5555, "nothing of the month was used up by the wait")

    def test_the_period_in_words(self):
        october, december = (date(2026, month, 1) for month in (10, 12))
        quarter = f"{self.said(october, 'MMMM')} – {self.said(december, 'MMMM y')}"
        for period, expected in (
            ("month", self.said(TODAY, "MMMM y")),
            ("quarter", quarter),
            ("visit", self.said(TODAY, False)),
        ):
            self.policy.period = period
            wizard = self.env["escarcelle.budget.allocate"].create({})
            self.assertEqual(wizard.period_name, expected)

    def said(self, day, form):
        """``day`` in the words of whoever runs these tests."""
        return format_date(self.env, day, date_format=form)

    def test_tiers_made_or_changed_later_reach_the_households(self):
        """Whoever follows the size goes on following it; what was chosen by hand stays."""
        self.tiers[2].max_size = 4
        small, large, chosen = (self.household(size=size) for size in (4, 6, 2))
        chosen.tier_id = self.tiers[2]
        self.assertEqual((small.tier_id, large.tier_id.id), (self.tiers[2], False))
        big = self.env["escarcelle.budget.tier"].create({"name": "6+", "min_size": 6, "amount": 120.0})
        self.assertEqual(large.tier_id, big)
        self.tiers[2].max_size = 3
        self.assertFalse(small.tier_id)
        big.min_size = 4
        self.assertEqual((small.tier_id, large.tier_id), (big, big))
        big.active = False
        self.assertFalse((small | large).tier_id)
        big.active = True
        self.assertEqual((small.tier_id, chosen.tier_id), (big, self.tiers[2]))

    def test_adjust(self):
        home = self.household()
        form = Form(self.env["escarcelle.budget.adjust"].with_context(default_household_id=home.id))
        form.amount = -12.34
        form.reason = "Bon remis en double"
        self.assertAlmostEqual(form.after, -12.34)
        form.save().action_adjust()
        self.assertEqual(home.balance_cents, -1234)
        movement = home.movement_ids
        self.assertEqual((movement.type, movement.note), ("adjustment", "Bon remis en double"))
        nothing = self.env["escarcelle.budget.adjust"].create(
            {"household_id": home.id, "amount": 0, "reason": "x"}
        )
        with self.assertRaises(UserError):
            nothing.action_adjust()
        for amount in (10_000.01, -1e12):
            slip = self.env["escarcelle.budget.adjust"].create(
                {"household_id": home.id, "amount": amount, "reason": "x"}
            )
            with self.assertRaises(UserError):
                slip.action_adjust()
        self.assertEqual(home.balance_cents, -1234)

    def test_nobody_adjusts_a_budget_that_is_not_followed(self):
        home, free = self.household(), self.household(has_budget=False)
        both = self.env["escarcelle.budget.adjust"].create(
            {"household_ids": (home | free).ids, "amount": 5, "reason": "Naissance"}
        )
        with self.assertRaisesRegex(UserError, free.code):
            both.action_adjust()
        self.assertEqual((home | free).mapped("ledger_seq"), [0, 0])

    def test_rules_open_as_one_form(self):
        action = self.env["escarcelle.budget.policy"].action_escarcelle_open()
        self.assertEqual(action["res_id"], self.policy.id)
        self.policy.write({"over_budget": "tolerance", "tolerance": 2.5, "basis": "shelf"})
        self.assertEqual(
            self.policy._escarcelle_till_settings(),
            {"over_budget": "tolerance", "tolerance": 250, "basis": "shelf", "period": "month"},
        )

    def test_tiers_do_not_overlap(self):
        for values in ({"min_size": 2, "max_size": 2}, {"min_size": 9, "max_size": 0}):
            with self.assertRaises(UserError):
                self.env["escarcelle.budget.tier"].create({"name": "x", "amount": 1, **values})
