"""What the social grocery adds to a till: households, their tariffs and budgets, and what came of them."""

import json
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from escarcelle_core import money

#: A month may turn while the server is away: what happens in this many days is sent ahead.
HORIZON_DAYS = 60


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_snapshot_parts(self):
        # EXTENDS 'escarcelle_pos': households move with every sale and stay out of its cache
        return {
            **super()._escarcelle_snapshot_parts(),
            "households.json": self._escarcelle_households(),
            "cards.json": self._escarcelle_cards_of_archived(),
        }

    def _escarcelle_customer_domain(self):
        # EXTENDS 'escarcelle_pos': a household is known by its card and first name, never by its address
        households = (
            self.env["escarcelle.household"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
        )
        return super()._escarcelle_customer_domain() & Domain(
            "id", "not in", households.partner_id.ids
        )

    def _escarcelle_watched_models(self):
        # EXTENDS 'escarcelle_pos': the settings carry the budget rules, the fee comes with the households'
        return [
            *super()._escarcelle_watched_models(),
            "escarcelle.budget.policy",
            "escarcelle.funding.source",
            "escarcelle.household.policy",
        ]

    def _escarcelle_settings(self):
        # EXTENDS 'escarcelle_pos'
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(self.company_id)
        sources = (
            self.env["escarcelle.funding.source"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "in", (False, self.company_id.id))], order="id")
        )
        return {
            **super()._escarcelle_settings(),
            "social": policy._escarcelle_till_settings(),
            "funding_sources": [source._escarcelle_row() for source in sources],
        }

    def _escarcelle_products(self):
        # EXTENDS 'escarcelle_pos': who paid for each good, and what is a fee
        rows = super()._escarcelle_products()
        products = self.env["product.product"].sudo().browse([row["id"] for row in rows])
        known = {
            product.id: {
                "funding_source_id": product.escarcelle_funding_source_id.id or None,
                "fee": product.escarcelle_fee,
            }
            for product in products
        }
        return [{**row, **known[row["id"]]} for row in rows]

    def _escarcelle_tariff(self, pricelist):
        # EXTENDS 'escarcelle_pos'
        return {
            **super()._escarcelle_tariff(pricelist),
            "fiscal_position_id": pricelist.escarcelle_fiscal_position_id.id or None,
            "rounding": pricelist.escarcelle_rounding,
            "minimum": f"{pricelist.escarcelle_minimum_price:.4f}",
        }

    def _escarcelle_price_rule(self, item):
        # EXTENDS 'escarcelle_pos': the till knows no cost, a rule based on it becomes prices
        rows = super()._escarcelle_price_rule(item)
        margins = {
            "min_margin": f"{item.price_min_margin:.4f}",
            "max_margin": f"{item.price_max_margin:.4f}",
        }
        if item.compute_price == "fixed" or item.base != "standard_price":
            base = item.base_pricelist_id.id if item.base == "pricelist" else None
            return [{**row, **margins, "base_pricelist_id": base} for row in rows]
        return [fixed for row in rows for fixed in self._escarcelle_cost_prices(item, row)]

    def _escarcelle_cost_prices(self, item, row):
        """``row`` as one fixed price for each product the rule applies to."""
        products = self.env["product.product"].search(
            [("available_in_pos", "=", True), ("sale_ok", "=", True)], order="id"
        )
        return [
            {
                **row,
                "product_id": product.id,
                "category_ids": None,
                "compute": "fixed",
                "fixed": f"{item._compute_price(product, 1.0, product.uom_id, self.env.cr.now()):.4f}",
                "base": "list_price",
                "base_pricelist_id": None,
            }
            for product in products
            if item._is_applicable_for(product, item.min_quantity or 1.0)
            and row["product_id"] in (None, product.id)
        ]

    def _escarcelle_households(self):
        """Bytes of ``households.json`` (``docs/formats.md`` §7), households by code."""
        self.ensure_one()
        company = self.company_id
        households = (
            self.env["escarcelle.household"]
            .sudo()
            .search([("company_id", "=", company.id)], order="code, id")
        )
        owed = {
            partner.id: round(partner.credit * 100)
            for partner in households.partner_id.with_company(company)
        }
        today = company._escarcelle_today()
        horizon = today + timedelta(days=HORIZON_DAYS)
        allocations = self._escarcelle_allocations_ahead(company, today, horizon)
        allowances = self._escarcelle_allowances(company, households, today)
        entitlements = (
            households.entitlement_ids.filtered(
                lambda e: (
                    e.decision == "granted"
                    and e.date_to >= today - timedelta(days=1)
                    and e.date_from <= horizon
                )
            )
            .sorted("date_from")
            .grouped("household_id")
        )
        cards = households.card_ids.filtered(lambda card: card.state == "active").grouped(
            "household_id"
        )
        ended = households.card_ids.filtered(lambda card: card.state != "active").grouped(
            "household_id"
        )
        return json.dumps(
            [
                {
                    "code": household.code,
                    "partner_id": household.partner_id.id,
                    "cards": [card.number for card in cards.get(household, ())],
                    "ended_cards": {card.number: card.state for card in ended.get(household, ())},
                    "display": household.short_name,
                    "pricelist_id": household.pricelist_id.id or None,
                    "fiscal_position_id": household.fiscal_position_id.id or None,
                    "entitlements": [
                        {"from": e.date_from.isoformat(), "to": e.date_to.isoformat()}
                        for e in entitlements.get(household, ())
                    ],
                    "suspended": household.suspended,
                    "size": household.size,
                    "due": owed.get(household.partner_id.id, 0),
                    "budget": household.has_budget
                    and {
                        "balance": household.balance_cents,
                        "ledger_seq": household.ledger_seq,
                        "allocations": allocations.get(household.id, []),
                        **allowances.get(household.id, {}),
                    }
                    or None,
                }
                for household in households
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()

    def _escarcelle_cards_of_archived(self):
        """Bytes of ``cards.json``: why the cards of archived files are refused. A number and no household."""
        cards = (
            self.env["escarcelle.card"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("household_id.company_id", "=", self.company_id.id),
                    ("household_id.active", "=", False),
                ],
                order="number",
            )
        )
        told = {card.number: "closed" if card.state == "active" else card.state for card in cards}
        return json.dumps(told, separators=(",", ":")).encode()

    def _escarcelle_allocations_ahead(self, company, today, horizon):
        """Allocations not made yet, up to ``horizon``: ``{household id: [allocation]}``."""
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(company)
        rule = policy._escarcelle_rollover()
        ahead = {}
        for row in company._escarcelle_due(today, horizon):
            ahead.setdefault(row["household_id"], []).append(
                {
                    "period": row["period"],
                    "on": row["day"].isoformat(),
                    "amount": row["amount_cents"],
                    **rule,
                }
            )
        return ahead

    def _escarcelle_allowances(self, company, households, today):
        """What each household receives for a whole period, and what a visit opens:
        ``{household id: {"allowance": cents, "visit"?: {…}}}``."""
        policy = self.env["escarcelle.budget.policy"]._escarcelle_for(company)
        full = company._escarcelle_allowances(households, today)
        if policy.period != "visit":
            return {household: {"allowance": cents} for household, cents in full.items()}
        opened = dict(
            self.env["escarcelle.budget.ledger"]
            .sudo()
            ._read_group(
                [("household_id", "in", households.ids), ("type", "=", "allocation")],
                ["household_id"],
                ["until:max"],
            )
        )
        rule = policy._escarcelle_rollover()
        return {
            household.id: {
                "allowance": full.get(household.id, 0),
                "visit": {
                    "amount": full.get(household.id, 0),
                    "opened": (until := opened.get(household)) and until.isoformat() or None,
                    **rule,
                },
            }
            for household in households
            if household.tier_id
        }

    def _escarcelle_partner(self, code):
        # EXTENDS 'escarcelle_pos': an archived household's sale still has its household
        household = (
            self.env["escarcelle.household"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id), ("code", "=", code)], limit=1)
        )
        return household.partner_id or super()._escarcelle_partner(code)

    def _escarcelle_ingested(self, entry, order):
        # EXTENDS 'escarcelle_pos': count the ticket on the household's budget, in its business day
        super()._escarcelle_ingested(entry, order)
        household = order.partner_id._escarcelle_household()
        ticket = next((record for record in entry["records"] if record["kind"] == "TCK"), None)
        if household and ticket and entry.get("order"):
            found = order._escarcelle_spent()
            told = _told(entry)
            # What the household was told at the till holds; a difference is shown (tills, differences).
            spent = found if told is None else told
            if spent != found:
                self._escarcelle_note_budget(entry, household, spent, found)
            self.env["escarcelle.budget.ledger"]._escarcelle_post_ticket(
                household,
                spent,
                fields.Date.to_date(ticket["business_day"]),
                ticket["origin"],
                order,
            )

    def _escarcelle_note_budget(self, entry, household, told, found):
        """Keep and show that the till and the server count a ticket differently on a budget."""
        stored = (
            self.env["escarcelle.till.entry"]
            .sudo()
            .search([("till_id", "=", self.id), ("uuid", "=", entry["uuid"])], limit=1)
        )
        if stored:
            self.env["escarcelle.difference"].sudo().create(
                {
                    "entry_id": stored.id,
                    "kind": "budget",
                    "what": household.code,
                    "ticket_amount": told / 100,
                    "server_amount": found / 100,
                }
            )


def _told(entry):
    """Cents the till took off the budget; None when the entry does not say, or nonsense."""
    counted = (entry.get("event") or {}).get("budget")
    amount = counted.get("amount") if isinstance(counted, dict) else None
    sound = type(amount) is int and abs(amount) <= money.MAX_CENTS
    return amount if sound else None


class EscarcelleDifference(models.Model):
    _inherit = "escarcelle.difference"

    kind = fields.Selection(
        selection_add=[("budget", "Budget")], ondelete={"budget": lambda found: found.unlink()}
    )
