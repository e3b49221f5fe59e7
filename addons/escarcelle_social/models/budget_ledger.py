from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from escarcelle_core import budget

_GUARD = """
CREATE OR REPLACE FUNCTION escarcelle_budget_ledger_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- A household is erased: what was typed as a reason goes, the movement itself stays as it is.
    IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' THEN
        IF NEW.note IS NULL AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note'
           AND current_setting('escarcelle.erasing', true) = OLD.household_id::text THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'budget movements are only ever added' USING ERRCODE = '23514';
END $$;

DROP TRIGGER IF EXISTS escarcelle_budget_ledger_guard ON escarcelle_budget_ledger;
CREATE TRIGGER escarcelle_budget_ledger_guard BEFORE UPDATE OR DELETE ON escarcelle_budget_ledger
    FOR EACH ROW EXECUTE FUNCTION escarcelle_budget_ledger_guard();

DROP TRIGGER IF EXISTS escarcelle_budget_ledger_guard_all ON escarcelle_budget_ledger;
CREATE TRIGGER escarcelle_budget_ledger_guard_all BEFORE TRUNCATE ON escarcelle_budget_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION escarcelle_budget_ledger_guard();

CREATE OR REPLACE FUNCTION escarcelle_budget_ledger_sum() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE escarcelle_household AS household
       SET balance_cents = coalesce(household.balance_cents, 0) + added.amount,
           ledger_seq = coalesce(household.ledger_seq, 0) + added.movements
      FROM (SELECT household_id, sum(amount_cents) AS amount, count(*) AS movements
              FROM added_movements GROUP BY household_id) AS added
     WHERE household.id = added.household_id;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS escarcelle_budget_ledger_sum ON escarcelle_budget_ledger;
CREATE TRIGGER escarcelle_budget_ledger_sum AFTER INSERT ON escarcelle_budget_ledger
    REFERENCING NEW TABLE AS added_movements
    FOR EACH STATEMENT EXECUTE FUNCTION escarcelle_budget_ledger_sum();

CREATE OR REPLACE FUNCTION escarcelle_household_balance_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Depth 1 is this very trigger, fired by a plain UPDATE; the ledger's own comes at depth 2.
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a balance moves with the budget ledger only' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS escarcelle_household_balance_guard ON escarcelle_household;
CREATE TRIGGER escarcelle_household_balance_guard BEFORE UPDATE ON escarcelle_household
    FOR EACH ROW
    WHEN (coalesce(OLD.balance_cents, 0) <> coalesce(NEW.balance_cents, 0)
          OR coalesce(OLD.ledger_seq, 0) <> coalesce(NEW.ledger_seq, 0))
    EXECUTE FUNCTION escarcelle_household_balance_guard();
"""


class EscarcelleBudgetLedger(models.Model):
    """The movements of households' budgets, in cents; what lowers a budget is negative.

    Invariants, kept by PostgreSQL and not by this class: movements are only ever added (but for the
    reason typed, which goes when the household is erased); the balance
    of a household is the sum of its movements, updated in the same transaction; a household has one
    allocation a period and one movement a ticket. Two transactions that touch one household's
    budget meet on its row: the later is replayed by Odoo on fresh data.
    """

    _name = "escarcelle.budget.ledger"
    _description = "Budget Movement"
    _order = "day desc, id desc"
    _rec_name = "note"

    household_id = fields.Many2one(
        "escarcelle.household", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", "Shop", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    type = fields.Selection(
        [
            ("allocation", "Allocation"),
            ("purchase", "Purchase"),
            ("return", "Return"),
            ("adjustment", "Adjustment"),
            ("expiry", "Expiry"),
            ("transfer", "Transfer"),
        ],
        required=True,
        readonly=True,
    )
    day = fields.Date(required=True, readonly=True, help="Business day the movement counts from.")
    period = fields.Char(
        required=True, readonly=True, size=10, help="AAAA-MM; of a visit, its day."
    )
    until = fields.Date(readonly=True, help="Last day of the period that this budget is for.")
    amount_cents = fields.Integer("Amount (cents)", required=True, readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True, precompute=True)
    origin = fields.Char(readonly=True, help="Identifier of the ticket that caused the movement.")
    order_id = fields.Many2one(
        "pos.order", "Order", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    note = fields.Char("Reason", readonly=True)
    rollover = fields.Selection(
        [("none", "Taken back"), ("capped", "Kept up to a limit"), ("full", "Kept")],
        "Roll-over applied",
        readonly=True,
        help="Rule in force when the month opened.",
    )
    cap_cents = fields.Integer("Roll-over limit (cents)", readonly=True, aggregator=None)

    _one_allocation = models.UniqueIndex(
        "(household_id, period) WHERE type = 'allocation'",
        "This household already received its budget of the period.",
    )
    _one_expiry = models.UniqueIndex(
        "(household_id, period) WHERE type = 'expiry' AND origin IS NULL"
    )
    _one_per_ticket = models.UniqueIndex(
        "(origin) WHERE type IN ('purchase', 'return')", "This ticket was already counted."
    )
    _by_day = models.Index("(household_id, day)")
    _period_format = models.Constraint(
        "CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$')",
        "A period is written AAAA-MM, a visit AAAA-MM-JJ.",
    )
    _sign = models.Constraint(
        "CHECK (CASE type WHEN 'allocation' THEN amount_cents >= 0"
        " WHEN 'purchase' THEN amount_cents <= 0 WHEN 'return' THEN amount_cents >= 0 ELSE TRUE END)",
        "This amount has the wrong sign for this kind of movement.",
    )

    def init(self):
        self.env.cr.execute(_GUARD)

    @api.depends("amount_cents")
    def _compute_amount(self):
        for movement in self:
            movement.amount = movement.amount_cents / 100

    @api.depends("type", "period")
    def _compute_display_name(self):
        labels = dict(self._fields["type"]._description_selection(self.env))
        for movement in self:
            movement.display_name = f"{labels.get(movement.type, '')} {movement.period or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        movements = super().create(vals_list)
        movements.household_id._escarcelle_budget_moved()
        return movements

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A budget movement is never deleted: add an adjustment with the opposite amount."
            )
        )

    @api.model
    def _escarcelle_post(self, household, kind, amount_cents, day, **values):
        """Add one movement (sudo) and return it."""
        return self.sudo().create(
            {
                "household_id": household.id,
                "company_id": household.company_id.id,
                "type": kind,
                "day": day,
                "period": budget.period_of(day),
                "amount_cents": amount_cents,
                **values,
            }
        )

    @api.model
    def _escarcelle_post_ticket(self, household, spent_cents, day, origin, order=None):
        """Count a ticket: ``spent_cents`` off the budget (negative: given back), exactly once.

        ``day`` is the ticket's business day, possibly long past: its month is opened first if nobody
        did, and months opened since are settled (what they took back as unspent was spent).
        Returns the movement, empty when the ticket was counted before or moves nothing.
        """
        movements = self.sudo().browse()
        # Another transaction counting the same ticket: the later of the two is replayed, and finds it.
        household._escarcelle_lock_budget()
        if (
            not household.sudo().has_budget
            or not spent_cents
            or self.sudo().search_count(
                [("origin", "=", origin), ("type", "in", ("purchase", "return"))], limit=1
            )
        ):
            return movements
        self._escarcelle_open(household, spent_cents, day)
        kind = "purchase" if spent_cents > 0 else "return"
        movement = self._escarcelle_post(
            household, kind, -spent_cents, day, origin=origin, order_id=order.id if order else False
        )
        self._escarcelle_settle(household, day, origin)
        return movement

    @api.model
    def _escarcelle_open(self, household, spent_cents, day):
        """Open the period of ``day`` for a ticket that takes ``spent_cents`` off, when nobody did.

        Even after a later period: the till that sold had opened this one by itself.
        """
        company = household.company_id
        # A till whose clock is ahead does not open periods that have not begun.
        begun = min(day, company._escarcelle_today())
        kind = self.env["escarcelle.budget.policy"]._escarcelle_for(company).period
        if kind != "visit" or spent_cents > 0:
            company._escarcelle_allocate(
                budget.period_of(begun, kind), households=household, today=begun, late=True
            )

    @api.model
    def _escarcelle_settle(self, household, day, origin):
        """Correct the expiries of the months opened after ``day``."""
        history = self.sudo().search([("household_id", "=", household.id)], order="id")
        opened = history.filtered(lambda m: m.type == "allocation" and m.day > day)
        if not opened:
            return
        corrections = budget.settle(
            [budget.Movement(m.type, m.amount_cents, m.day, m.period) for m in history],
            [
                budget.Allocation(
                    m.period, m.day, m.amount_cents, m.rollover or "none", m.cap_cents
                )
                for m in opened
            ],
        )
        for correction in corrections:
            self._escarcelle_post(
                household,
                "expiry",
                correction.amount,
                correction.day,
                period=correction.period,
                origin=origin,
                note=self.env._("Settled: a ticket of %s arrived late", day),
            )


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def _escarcelle_budget_moved(self):
        """Forget cached balances: PostgreSQL has just moved them."""
        self.env["escarcelle.budget.ledger"].flush_model()
        self.invalidate_recordset(["balance_cents", "balance", "ledger_seq"])

    def _escarcelle_lock_budget(self):
        """Take these households' budgets, in one order for everybody."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM escarcelle_household WHERE id IN %s ORDER BY id FOR UPDATE",
                tuple(self.ids) or (0,),
            )
        )
