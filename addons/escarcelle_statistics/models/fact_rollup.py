"""Facts added up by month or day, by the same writer and in the same transaction as the facts.

A statistic of a year reads thousands of these instead of a million of those. They can be made again from the
facts; the facts cannot be made again from them. ``day`` is the first of the month where the grain is a month.
"""

from odoo import fields, models

from ..tools import stores


def _unique(table):
    return f"({stores.unique(next(one for one in stores.ROLLUPS if one.table == table))})"


class EscarcelleFactGoodsSums(models.AbstractModel):
    """Sums of goods."""

    _name = "escarcelle.fact.goods.sums"
    _description = "Sums of Goods"

    day = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    weight = fields.Float("Weight (kg)", digits=(16, 3), readonly=True)
    paid = fields.Monetary(readonly=True)
    reference = fields.Monetary("Reference value", readonly=True)
    savings = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    quantity = fields.Float(digits=(16, 3), readonly=True)


class EscarcelleFactGoodsMonth(models.Model):
    """Goods by month and good."""

    _name = "escarcelle.fact.goods.month"
    _description = "Goods by Month"
    _inherit = ["escarcelle.fact.goods.sums", "escarcelle.fact.goods.dimensions"]
    _log_access = False

    product_tmpl_id = fields.Many2one("product.template", "Good", readonly=True)

    _once = models.UniqueIndex(_unique("escarcelle_fact_goods_month"))


class EscarcelleFactGoodsDay(models.Model):
    """Goods by day and category."""

    _name = "escarcelle.fact.goods.day"
    _description = "Goods by Day"
    _inherit = ["escarcelle.fact.goods.sums", "escarcelle.fact.goods.dimensions"]
    _log_access = False

    _once = models.UniqueIndex(_unique("escarcelle_fact_goods_day"))


class EscarcelleFactGoodsHome(models.Model):
    """Goods by month, category and kind of household."""

    _name = "escarcelle.fact.goods.home"
    _description = "Goods by Household Type"
    _inherit = [
        "escarcelle.fact.goods.sums",
        "escarcelle.fact.goods.dimensions",
        "escarcelle.fact.home",
    ]
    _log_access = False

    _once = models.UniqueIndex(_unique("escarcelle_fact_goods_home"))


class EscarcelleFactVisitMonth(models.Model):
    """What a household did in a month: one line a household, month and tariff."""

    _name = "escarcelle.fact.visit.month"
    _description = "Visits by Month"
    _inherit = ["escarcelle.fact.home"]
    _log_access = False

    day = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Char(required=True, readonly=True)
    public = fields.Char(required=True, readonly=True)
    key = fields.Char(readonly=True, groups="escarcelle_social.group_manager")
    tariff_id = fields.Many2one("product.pricelist", "Tariff", readonly=True)
    size = fields.Integer("People", readonly=True, aggregator=None)
    visits = fields.Integer(readonly=True)
    tickets = fields.Integer(readonly=True)
    weight = fields.Float("Weight (kg)", digits=(16, 3), readonly=True)
    paid = fields.Monetary(readonly=True)
    reference = fields.Monetary("Reference value", readonly=True)
    savings = fields.Monetary(readonly=True)

    _once = models.UniqueIndex(_unique("escarcelle_fact_visit_month"))
    _by_key = models.Index("(key, day) WHERE key IS NOT NULL")
