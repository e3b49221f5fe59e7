from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class EscarcelleMembership(models.Model):
    """A membership fee a household paid, and how long it is good for.

    Invariants: a ticket makes one fee; a fee is never deleted, it is cancelled; what was sold at a
    till is cancelled by the ticket that gives the money back.
    """

    _name = "escarcelle.membership"
    _description = "Membership Fee"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("Valid from", required=True)
    date_to = fields.Date("Valid until", required=True, help="Last day included.")
    paid_on = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary()
    method = fields.Selection(
        [
            ("till", "At the till"),
            ("cash", "Cash"),
            ("cheque", "Cheque"),
            ("transfer", "Bank transfer"),
            ("free", "Given free"),
        ],
        "Paid with",
        required=True,
        default="cash",
    )
    reference = fields.Char(help="Number of the cheque or of the transfer.")
    order_id = fields.Many2one(
        "pos.order", "Sale", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    origin = fields.Char(readonly=True, copy=False, help="Ticket that sold it.")
    cancelled_on = fields.Date(readonly=True, copy=False)
    cancel_origin = fields.Char(readonly=True, copy=False, help="Ticket that gave the money back.")
    cancel_reason = fields.Char(readonly=True, copy=False)

    _one_per_ticket = models.UniqueIndex(
        "(origin) WHERE origin IS NOT NULL", "This ticket was already counted."
    )
    _one_cancel = models.UniqueIndex("(cancel_origin) WHERE cancel_origin IS NOT NULL")
    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A membership ends after it starts."
    )
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A fee is not negative.")

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for fee in self:
            fee.display_name = (
                self.env._("Fee until %s", format_date(self.env, fee.date_to)) if fee.date_to else ""
            )

    @api.model_create_multi
    def create(self, vals_list):
        # A term follows the one before, or starts the day it is paid.
        households = self.env["escarcelle.household"]
        completed = []
        for vals in vals_list:
            household = households.browse(vals.get("household_id"))
            paid_on = fields.Date.to_date(vals.get("paid_on")) or fields.Date.context_today(self)
            start, end, policy = household._escarcelle_membership_term(paid_on)
            start = fields.Date.to_date(vals.get("date_from")) or start
            if vals.get("date_from"):
                end = start + relativedelta(months=policy.membership_months) - timedelta(days=1)
            completed.append({"paid_on": paid_on, "date_from": start, "date_to": end, **vals})
        return super().create(completed)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A membership fee is never deleted: cancel it."))

    def action_cancel(self):
        """Take back a fee typed by mistake or given back by hand."""
        if any(fee.method == "till" for fee in self):
            raise UserError(
                self.env._(
                    "This fee was sold at the till: give the ticket back there, the fee goes with it."
                )
            )
        self.write({"cancelled_on": fields.Date.context_today(self)})

    @api.model
    def _escarcelle_post_ticket(self, household, order, day, origin):
        """The fee on a ticket of ``household``: a sale renews, a return cancels, each exactly once (sudo)."""
        policy = self.env["escarcelle.household.policy"]._escarcelle_for(household.company_id)
        product = policy.membership_product_id
        lines = (
            order.lines.filtered(lambda line: line.product_id == product)
            if product
            else order.lines[:0]
        )
        if not lines:
            return self.browse()
        fees = self.sudo()
        quantity = sum(lines.mapped("qty"))
        if quantity > 0:
            if fees.search_count([("origin", "=", origin)], limit=1):
                return self.browse()
            return fees.create(
                {
                    "household_id": household.id,
                    "paid_on": day,
                    "amount": max(0.0, sum(lines.mapped("price_subtotal_incl"))),
                    "method": "till",
                    "order_id": order.id,
                    "origin": origin,
                }
            )
        sold = fees.search(
            [
                ("household_id", "=", household.id),
                ("method", "=", "till"),
                ("cancelled_on", "=", False),
            ],
            limit=1,
        )
        if (
            quantity < 0
            and sold
            and not fees.search_count([("cancel_origin", "=", origin)], limit=1)
        ):
            sold.write({"cancelled_on": day, "cancel_origin": origin})
        return self.browse()


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    membership_ids = fields.One2many(
        "escarcelle.membership", "household_id", "Membership fees", groups="escarcelle_social.group_manager"
    )  # fmt: skip
    membership_until = fields.Date(
        "Member until", compute="_compute_membership_until", store=True,
        groups="escarcelle_social.group_manager",
    )  # fmt: skip
    membership_valid = fields.Boolean(
        "Fee paid", compute="_compute_membership_valid", groups="escarcelle_social.group_manager"
    )

    @api.depends("membership_ids.date_to", "membership_ids.cancelled_on")
    def _compute_membership_until(self):
        for household in self:
            valid = household.membership_ids.filtered(lambda fee: not fee.cancelled_on)
            household.membership_until = max(valid.mapped("date_to"), default=False)

    @api.depends("membership_until")
    def _compute_membership_valid(self):
        today = fields.Date.context_today(self)
        for household in self:
            household.membership_valid = bool(
                household.membership_until and household.membership_until >= today
            )

    def _escarcelle_membership_term(self, day):
        """``(first day, last day, rules)`` of a fee paid on ``day``: after the one that still runs."""
        policy = self.env["escarcelle.household.policy"]._escarcelle_for(
            self.company_id or self.env.company
        )
        until = self.sudo().membership_until
        start = until + timedelta(days=1) if until and until >= day else day
        return (
            start,
            start + relativedelta(months=policy.membership_months) - timedelta(days=1),
            policy,
        )

    def action_pay_membership(self):
        """Type a fee paid outside the till."""
        self.ensure_one()
        start, end, policy = self._escarcelle_membership_term(fields.Date.context_today(self))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Membership fee"),
            "res_model": "escarcelle.membership",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_household_id": self.id,
                "default_date_from": start,
                "default_date_to": end,
                "default_amount": policy.membership_amount,
            },
        }
