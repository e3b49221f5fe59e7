from odoo import fields, models

KINDS = [
    ("sold", "Sold"),
    ("received", "Received from a supplier"),
    ("donated", "Received as a gift"),
    ("money", "Gift of money"),
    ("lost", "Lost"),
]


class EscarcelleFactGoodsDimensions(models.AbstractModel):
    """What goods that moved are counted by."""

    _name = "escarcelle.fact.goods.dimensions"
    _description = "Dimensions of Goods"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    categ_id = fields.Many2one("product.category", "Category", readonly=True, ondelete="restrict")
    source_id = fields.Many2one(
        "escarcelle.funding.source", "Funding source", readonly=True, ondelete="restrict"
    )
    tariff_id = fields.Many2one("product.pricelist", "Tariff", readonly=True, ondelete="restrict")
    reason_id = fields.Many2one(
        "stock.scrap.reason.tag", "Loss reason", readonly=True, ondelete="restrict"
    )
    donor_kind = fields.Selection(
        [
            ("company", "Company"),
            ("individual", "Individual"),
            ("association", "Association or other organisation"),
        ],
        "Kind of donor",
        readonly=True,
    )
    public = fields.Selection(
        [("household", "Household"), ("other", "Other customer")], "Customer", readonly=True
    )


class EscarcelleFactGoods(models.Model):
    """A line of goods that moved: sold (given back: negative), received, donated, lost. Money that was given stands
    beside the gifts of goods: no good, no weight, its amount as cost."""

    _name = "escarcelle.fact.goods"
    _description = "Fact: Goods"
    _log_access = False
    _inherit = [
        "escarcelle.fact.amounts",
        "escarcelle.fact.home",
        "escarcelle.fact.goods.dimensions",
    ]

    product_tmpl_id = fields.Many2one(
        "product.template", "Good", readonly=True, ondelete="restrict"
    )
    cost = fields.Monetary(
        readonly=True,
        help="What it was bought for, or what its donor says it is worth; the amount of a gift of money.",
    )
    quantity = fields.Float(digits=(16, 3), readonly=True, help="In the unit of the good.")

    _by_day = models.Index("(company_id, day)")
