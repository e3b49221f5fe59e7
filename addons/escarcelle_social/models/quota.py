from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from escarcelle_core import quota as rules


class EscarcelleQuota(models.Model):
    """How much of some goods a household may take in a day, a week or a month.

    Invariants: what was taken is the sum of the lines of its tickets, by business day, whatever the order in
    which they arrived; what is brought back counts on the day it was taken. Tills apply the same rules
    offline (``escarcelle_core.quota``).
    """

    _name = "escarcelle.quota"
    _description = "Quota"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="Read by the cashier: the goods, in two words.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    applies_to = fields.Selection(
        [("product", "Goods"), ("category", "Categories"), ("tag", "Tags")],
        required=True,
        default="product",
    )
    product_ids = fields.Many2many("product.product", string="Goods", check_company=True)
    category_ids = fields.Many2many("product.category", string="Categories")
    tag_ids = fields.Many2many("product.tag", string="Tags")
    limit = fields.Float("At most", digits=(16, 3), required=True, default=1)
    measure = fields.Selection(
        [("quantity", "Units"), ("weight", "Kilograms")],
        "Counted in",
        required=True,
        default="quantity",
        help="Kilograms: the weight on the good's form; goods sold by weight count what they weigh.",
    )
    scope = fields.Selection(
        [("household", "Household"), ("person", "Person")], "For each", required=True, default="household"
    )
    period = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month")], "Every", required=True, default="month"
    )
    date_from = fields.Date("From")
    date_to = fields.Date("To")
    good_count = fields.Integer("Goods under it", compute="_compute_goods")
    weightless_count = fields.Integer("Goods without a weight", compute="_compute_goods")
    exceeded_count = fields.Integer("Exceeded", compute="_compute_exceeded_count")

    _limit_positive = models.Constraint('CHECK ("limit" >= 0)', "A quota is not negative.")
    _dates_ordered = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A quota ends after it begins.",
    )

    @api.depends("applies_to", "product_ids", "category_ids", "tag_ids", "measure")
    def _compute_goods(self):
        for quota in self:
            goods = quota._escarcelle_goods()
            quota.good_count = len(goods)
            quota.weightless_count = sum(not weight for weight in goods.values())

    def _compute_exceeded_count(self):
        counts = dict(
            self.env["escarcelle.quota.usage"]._read_group(
                [("quota_id", "in", self.ids), ("over", ">", 0)], ["quota_id"], ["__count"]
            )
        )
        for quota in self:
            quota.exceeded_count = counts.get(quota, 0)

    @api.constrains("applies_to", "product_ids", "category_ids", "tag_ids")
    def _check_goods(self):
        for quota in self:
            chosen = {"category": quota.category_ids, "tag": quota.tag_ids}
            if not chosen.get(quota.applies_to, quota.product_ids):
                raise ValidationError(
                    self.env._("Say what “%s” limits: goods, categories or tags.", quota.name)
                )

    def action_exceeded(self):
        """Who went beyond it, period by period."""
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.quota_usage_action")
        return {**action, "domain": [("quota_id", "in", self.ids)]}

    # -- goods -------------------------------------------------------------------------------------

    def _escarcelle_goods(self):
        """Id of each good under the quota → what one unit of it counts for; archived ones count too."""
        self.ensure_one()
        Product = self.env["product.product"].with_context(active_test=False)
        wanted = {
            "product": Domain("id", "in", self.product_ids.ids),
            "category": Domain("categ_id", "child_of", self.category_ids.ids),
            "tag": Domain("all_product_tag_ids", "in", self.tag_ids.ids),
        }[self.applies_to or "product"]
        company = Domain(Product._check_company_domain(self.company_id or self.env.company))
        products = Product.search(company & wanted, order="id")
        if self.measure == "quantity":
            return dict.fromkeys(products.ids, 1.0)
        kilogram = self.env.ref("uom.product_uom_kgm", raise_if_not_found=False)
        return {p.id: 1.0 if p.uom_id == kilogram else p.weight for p in products}

    # -- what was taken ----------------------------------------------------------------------------

    def _escarcelle_used_sql(self, since, household=None):
        """SQL of ``(quota_id, household_id, period_from, used, last_day)`` of the periods from ``since`` on, of
        one ``household`` or of all.

        A ticket counts in its business day. ``date_order`` only narrows the search: it is never two days
        away from the business day.
        """
        goods = [(q.id, good, weight) for q in self for good, weight in q._escarcelle_goods().items()]
        columns = list(zip(*goods, strict=True)) or [(), (), ()]
        zone = self.env.company.escarcelle_timezone or "Europe/Paris"
        return SQL(
            """
            SELECT quota_id, household_id, period_from, min(line_id) AS line_id, sum(used) AS used,
                   max(day) AS last_day
              FROM (SELECT good.quota_id, household.id AS household_id, line.id AS line_id, taken.day,
                           (line.qty * good.weight)::numeric AS used,
                           CASE quota.period WHEN 'day' THEN taken.day
                                ELSE date_trunc(quota.period, taken.day)::date END AS period_from
                      FROM unnest(%(quotas)s::int[], %(products)s::int[], %(weights)s::float8[])
                           AS good(quota_id, product_id, weight)
                      JOIN escarcelle_quota quota ON quota.id = good.quota_id
                      JOIN pos_order_line line ON line.product_id = good.product_id
                      JOIN pos_order sale ON sale.id = line.order_id AND sale.state IN ('paid', 'done', 'invoiced')
                           AND sale.company_id = quota.company_id AND sale.date_order >= %(margin)s
                      JOIN escarcelle_household household ON household.partner_id = sale.partner_id
                           AND household.company_id = quota.company_id %(only)s
                      LEFT JOIN escarcelle_till_entry entry ON entry.order_id = sale.id AND entry.type = 'ticket'
                      LEFT JOIN pos_order_line origin ON origin.id = line.refunded_orderline_id
                      LEFT JOIN pos_order sold ON sold.id = origin.order_id
                      LEFT JOIN escarcelle_till_entry sold_entry
                           ON sold_entry.order_id = sold.id AND sold_entry.type = 'ticket'
                      CROSS JOIN LATERAL (SELECT coalesce(
                           sold_entry.business_day, (sold.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                           entry.business_day, (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                      ) AS day) taken) AS counted
             WHERE period_from >= %(since)s
             GROUP BY quota_id, household_id, period_from
            """,
            quotas=list(columns[0]),
            products=list(columns[1]),
            weights=[float(weight or 0) for weight in columns[2]],
            margin=since - timedelta(days=2),
            since=since,
            zone=zone,
            only=SQL("AND household.id = %s", household.id) if household else SQL(),
        )

    def _escarcelle_used(self, day, household=None):
        """``{household id: {quota id: {first day of the period: Decimal}}}`` of the periods of ``day``, and of
        the day before: a till may still be in it. Of one ``household`` or of all."""
        if not self:
            return {}
        self.env["pos.order"].flush_model()
        self.env["pos.order.line"].flush_model()
        self.env["escarcelle.till.entry"].flush_model()
        self.flush_model()
        eve = day - timedelta(days=1)
        firsts = {quota.id: rules.bounds(quota.period, eve)[0] for quota in self}
        found = {}
        query = self._escarcelle_used_sql(min(firsts.values()), household)
        for row in self.env.execute_query_dict(query):
            if row["period_from"] >= firsts[row["quota_id"]]:
                used = found.setdefault(row["household_id"], {}).setdefault(row["quota_id"], {})
                used[row["period_from"]] = Decimal(row["used"])
        return found

    def _escarcelle_standing(self, household, day, basket):
        """Where ``household`` stands on ``day`` with ``basket`` (``escarcelle_core.quota.Taken``) in hand."""
        used = self._escarcelle_used(day, household).get(household.id, {})
        known = {
            quota: {first.isoformat(): amount for first, amount in periods.items()}
            for quota, periods in used.items()
        }
        own = [rules.Quota.read(row) for row in self._escarcelle_till_rows()]
        return rules.standing(own, day, household.size, known, (), basket)

    def _escarcelle_till_rows(self):
        """The quotas as a till receives them (docs/formats.md §7)."""
        return [
            {
                "id": quota.id,
                "name": quota.name,
                "limit": f"{quota.limit:.3f}",
                "measure": quota.measure,
                "scope": quota.scope,
                "period": quota.period,
                "goods": {str(g): f"{w or 0:.3f}" for g, w in quota._escarcelle_goods().items()},
                "from": quota.date_from.isoformat() if quota.date_from else None,
                "to": quota.date_to.isoformat() if quota.date_to else None,
            }
            for quota in self
        ]
