from odoo import api, fields, models
from odoo.exceptions import UserError

#: Smallest size, largest size (0: no limit), euros a month: what shops give today, to be changed by each.
USUAL = (
    ("1 personne", 1, 1, 40.0),
    ("2 personnes", 2, 2, 55.0),
    ("3 ou 4 personnes", 3, 4, 75.0),
    ("5 personnes et plus", 5, 0, 95.0),
)
RULES = ("period", "rollover", "rollover_cap", "basis", "over_budget", "tolerance")


class EscarcelleStartTier(models.Model):
    """A budget tier in the grid of the first steps."""

    _name = "escarcelle.start.tier"
    _description = "Budget Tier in the First Steps"
    _inherit = ["escarcelle.start.line"]
    _order = "start_id, min_size, id"
    _record = "tier_id"
    _copied = ("name", "min_size", "max_size", "amount")

    tier_id = fields.Many2one("escarcelle.budget.tier", readonly=True, ondelete="cascade")
    name = fields.Char(required=True)
    min_size = fields.Integer("From (people)", required=True, default=1, aggregator=None)
    max_size = fields.Integer(
        "To (people)", aggregator=None, help="0: no upper limit. Both ends included."
    )
    amount = fields.Monetary("Budget", aggregator=None)

    @api.model
    def _escarcelle_there(self, start):
        tiers = start._escarcelle_sudo("escarcelle.budget.tier")
        return tiers.search([("company_id", "=", start.company_id.id)])


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    policy_id = fields.Many2one(
        "escarcelle.budget.policy", compute="_compute_policy_id", store=True
    )
    period = fields.Selection(related="policy_id.period", readonly=False)
    rollover = fields.Selection(related="policy_id.rollover", readonly=False)
    rollover_cap = fields.Monetary(related="policy_id.rollover_cap", readonly=False)
    basis = fields.Selection(related="policy_id.basis", readonly=False)
    over_budget = fields.Selection(related="policy_id.over_budget", readonly=False)
    tolerance = fields.Monetary(related="policy_id.tolerance", readonly=False)
    tier_ids = fields.One2many("escarcelle.start.tier", "start_id", "Budget tiers")

    @api.depends("company_id")
    def _compute_policy_id(self):
        policies = self.env["escarcelle.budget.policy"]
        for start in self:
            start.policy_id = policies._escarcelle_for(start.company_id)

    def _escarcelle_enter_budget(self):
        self.env["escarcelle.start.tier"]._escarcelle_refresh(self)
        if not self.tier_ids and "budget" not in (self.states or {}):
            self.action_propose_tiers()

    def action_propose_tiers(self):
        """Add the usual amounts where there are none."""
        if not self.tier_ids:
            self.env["escarcelle.start.tier"].create(
                [
                    {
                        "start_id": self.id,
                        "name": name,
                        "min_size": least,
                        "max_size": most,
                        "amount": euros,
                    }
                    for name, least, most, euros in USUAL
                ]
            )

    def _escarcelle_apply_budget(self):
        rows = self.tier_ids.sorted("min_size")
        last = 0
        for row in rows:
            if row.min_size < 1 or (row.max_size and row.max_size < row.min_size):
                raise UserError(
                    self.env._("« %s »: the number of people starts at 1 and ends after it starts (0: no limit).",
                               row.name)
                )  # fmt: skip
            if row.amount < 0:
                raise UserError(self.env._("« %s »: a budget is not negative.", row.name))
            if last is None or row.min_size <= last:
                raise UserError(
                    self.env._(
                        "« %s » covers a household size that the row above has: change one of them.",
                        row.name,
                    )
                )
            last = row.max_size or None
        tiers = self._escarcelle_sudo("escarcelle.budget.tier")
        gone = rows._escarcelle_there(self) - rows.tier_id
        gone.active = False
        changes = [(row, row._escarcelle_changed()) for row in rows if row.tier_id]
        changes = [(row, changed) for row, changed in changes if changed]
        # Limits that move past each other would overlap for a moment: they are out of the way meanwhile.
        moved = tiers.browse(
            [
                row.tier_id.id
                for row, changed in changes
                if {"min_size", "max_size"} & changed.keys()
            ]
        )
        moved.active = False
        for row, changed in changes:
            tiers.browse(row.tier_id.id).write(changed)
        moved.active = True
        new = rows.filtered(lambda row: not row.tier_id)
        made = tiers.create(
            [
                {"company_id": self.company_id.id, **{name: row[name] for name in row._copied}}
                for row in new
            ]
        )
        for row, tier in zip(new, made, strict=True):
            row.tier_id = tier
