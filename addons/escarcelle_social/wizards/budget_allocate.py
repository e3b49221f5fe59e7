from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from escarcelle_core import budget


class EscarcelleBudgetAllocate(models.TransientModel):
    """Give the budgets of a period: shows who receives what, then does it, exactly once."""

    _name = "escarcelle.budget.allocate"
    _description = "Allocate the Budgets of the Period"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Char("Period code", compute="_compute_period")
    period_name = fields.Char("Period", compute="_compute_period")
    at_each_visit = fields.Boolean(compute="_compute_period")
    line_ids = fields.One2many(
        "escarcelle.budget.allocate.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        precompute=True,
    )
    household_count = fields.Integer("Households due", compute="_compute_totals")
    total = fields.Monetary(compute="_compute_totals")
    done_count = fields.Integer("Already allocated this period", compute="_compute_totals")
    without_tier_count = fields.Integer("Without a tier", compute="_compute_totals")

    def _escarcelle_check_manager(self):
        """Allocation runs as superuser: this wizard is the door."""
        self.check_access("write")
        if not self.env.su and self.company_id not in self.env.companies:
            raise UserError(self.env._("Switch to this shop to allocate its budgets."))

    @api.depends("company_id")
    def _compute_period(self):
        for wizard in self:
            kind = self.env["escarcelle.budget.policy"]._escarcelle_for(wizard.company_id).period
            wizard.period = budget.period_of(wizard.company_id._escarcelle_today(), kind)
            wizard.period_name = wizard._escarcelle_period_name(wizard.period, kind)
            wizard.at_each_visit = kind == "visit"

    def _escarcelle_period_name(self, period, kind):
        """« novembre 2026 », « octobre – décembre 2026 », or the day of a visit."""
        first, last = budget.period_start(period), budget.period_last(period, kind)
        if kind == "visit":
            return format_date(self.env, first)
        name = format_date(self.env, last, date_format="MMMM y")
        return f"{format_date(self.env, first, date_format='MMMM')} – {name}" if kind == "quarter" else name

    @api.depends("company_id")
    def _compute_line_ids(self):
        every_tier = self.env["escarcelle.budget.tier"]
        for wizard in self:
            tiers = {}
            today = wizard.company_id._escarcelle_today()
            for row in wizard.company_id._escarcelle_due(today, today):
                tier = every_tier.browse(row["tier_id"] or ())
                count, cents = tiers.get(tier, (0, 0))
                tiers[tier] = (count + 1, cents + row["amount_cents"])
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {"tier_id": tier.id, "household_count": count, "amount": cents / 100}
                )
                for tier, (count, cents) in sorted(tiers.items(), key=lambda item: item[0].min_size)
            ]

    @api.depends("line_ids", "company_id")
    def _compute_totals(self):
        for wizard in self:
            today = wizard.company_id._escarcelle_today()
            wizard.household_count = sum(wizard.line_ids.mapped("household_count"))
            wizard.total = sum(wizard.line_ids.mapped("amount"))
            wizard.without_tier_count = self.env["escarcelle.household"].search_count(
                wizard._escarcelle_without_tier(today)
            )
            wizard.done_count = self.env["escarcelle.budget.ledger"].search_count(
                [
                    ("company_id", "=", wizard.company_id.id),
                    ("type", "=", "allocation"),
                    ("day", "<=", today),
                    ("until", ">=", today),
                ]
            )

    def _escarcelle_without_tier(self, today):
        """Domain of the households that would receive a budget if they had a tier."""
        return [
            ("company_id", "=", self.company_id.id),
            ("has_budget", "=", True),
            ("tier_id", "=", False),
            ("suspended", "=", False),
            (
                "entitlement_ids",
                "any",
                [("decision", "=", "granted"), ("date_from", "<=", today), ("date_to", ">=", today)],
            ),
        ]

    def action_without_tier(self):
        """Open the households without a tier."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.household_action")
        today = self.company_id._escarcelle_today()
        return {**action, "domain": self._escarcelle_without_tier(today), "context": {}}

    def action_allocate(self):
        """Allocate, then show the movements made."""
        self.ensure_one()
        self._escarcelle_check_manager()
        count = self.company_id._escarcelle_allocate(self.period)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_social.budget_ledger_action"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Budgets: %s", self.period_name),
                "message": self.env._("%s households received their budget.", count),
                "next": {
                    **action,
                    "context": {"search_default_this_month": 1, "search_default_allocation": 1},
                },
            },
        }


class EscarcelleBudgetAllocateLine(models.TransientModel):
    """What one tier receives, in the preview."""

    _name = "escarcelle.budget.allocate.line"
    _description = "Allocation Preview"

    wizard_id = fields.Many2one("escarcelle.budget.allocate", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    tier_id = fields.Many2one("escarcelle.budget.tier", readonly=True)
    household_count = fields.Integer("Households", readonly=True)
    amount = fields.Monetary(readonly=True)
