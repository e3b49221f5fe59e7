from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SocialCase


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

    def test_a_household_without_a_tier_is_shown(self):
        self.household().tier_id = False
        wizard = self.env["escarcelle.budget.allocate"].create({})
        self.assertEqual(
            (wizard.household_count, wizard.without_tier_count, wizard.total), (1, 1, 0.0)
        )

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
