from odoo import api, fields, models

SUBJECTS = [
    ("goods", "Goods"),
    ("visit", "Households and visits"),
    ("registration", "Registrations"),
]
#: The facts that a subject filters on.
MODELS = {
    "goods": "escarcelle.fact.goods",
    "visit": "escarcelle.fact.visit",
    "registration": "escarcelle.fact.registration",
}


class EscarcelleStatistic(models.Model):
    """A question to the facts: what is counted, by what, among what, when. Saved, shared, answered as a table."""

    _name = "escarcelle.statistic"
    _description = "Statistic"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(readonly=True, copy=False, help="Of a statistic that is delivered.")
    sequence = fields.Integer(default=50)
    active = fields.Boolean(default=True)
    description = fields.Char(translate=True)
    subject = fields.Selection(SUBJECTS, "About", required=True, default="goods")
    model_name = fields.Char(compute="_compute_model_name")
    measure_ids = fields.Many2many("escarcelle.statistic.measure", string="Measures")
    row_dimension_id = fields.Many2one(
        "escarcelle.statistic.dimension", "Lines", ondelete="restrict"
    )
    column_dimension_id = fields.Many2one(
        "escarcelle.statistic.dimension", "Columns", ondelete="restrict"
    )
    domain = fields.Char("Filter", default="[]")
    period_kind = fields.Selection(
        [
            ("month", "This month"),
            ("last_month", "Last month"),
            ("quarter", "This quarter"),
            ("last_quarter", "Last quarter"),
            ("year", "This year"),
            ("last_year", "Last year"),
            ("custom", "Between two days"),
        ],
        "Period",
        required=True,
        default="month",
    )
    date_from = fields.Date("From")
    date_to = fields.Date("To", help="Last day included.")
    compare = fields.Boolean("Compare with the period before")
    chart = fields.Selection(
        [("bar", "Bars"), ("line", "Line"), ("pie", "Pie")], help="Empty: the table alone."
    )
    sort = fields.Selection(
        [("label", "By label"), ("value", "Largest first")], required=True, default="label"
    )
    limit = fields.Integer("Lines shown", help="0: all. The others are summed up in one line.")
    user_id = fields.Many2one(
        "res.users", "Owner", readonly=True, copy=False, default=lambda self: self.env.user
    )
    shared = fields.Boolean(help="Everybody of the shop who reads these figures finds it.")
    company_id = fields.Many2one(
        "res.company", "Shop", index=True, default=lambda self: self.env.company,
        help="Empty: every shop.",
    )  # fmt: skip

    _code_uniq = models.UniqueIndex("(code, coalesce(company_id, 0)) WHERE code IS NOT NULL")

    _dates = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The period ends after it starts.",
    )
    _limit_positive = models.Constraint(
        'CHECK ("limit" IS NULL OR "limit" >= 0)', "The number of lines shown is not negative."
    )

    @api.depends("subject")
    def _compute_model_name(self):
        for statistic in self:
            statistic.model_name = MODELS.get(statistic.subject)
