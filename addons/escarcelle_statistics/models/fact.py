from odoo import fields, models
from odoo.tools import SQL

#: What nobody does to a fact, Odoo's own role included.
_GUARD = """
CREATE OR REPLACE FUNCTION escarcelle_fact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts are only ever added' USING ERRCODE = '23514';
END $$
"""

SHAPES = [
    ("single", "Single person"),
    ("lone_parent", "Lone parent"),
    ("couple", "Couple without children"),
    ("family", "Couple with children"),
    ("other", "Other household"),
]
PUBLICS = [("household", "Household"), ("other", "Other customer")]


class EscarcelleFact(models.AbstractModel):
    """What a fact is: a day, a shop, figures. No name, no file, no order.

    Invariants, kept by PostgreSQL: a fact is only ever added. What turns out wrong later is another
    fact with the opposite sign, on the day of the correction's own business.
    """

    _name = "escarcelle.fact"
    _description = "Fact"
    _order = "day desc, id desc"

    day = fields.Date(required=True, readonly=True, help="Business day.")
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, readonly=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    def init(self):
        if self._abstract:
            return
        self.env.cr.execute(_GUARD)
        table, guard = SQL.identifier(self._table), SQL.identifier(f"{self._table}_guard")
        guard_all = SQL.identifier(f"{self._table}_guard_all")
        for name, event, each in (
            (guard, SQL("UPDATE OR DELETE"), SQL("ROW")),
            (guard_all, SQL("TRUNCATE"), SQL("STATEMENT")),
        ):
            self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", name, table))
            self.env.cr.execute(
                SQL(
                    "CREATE TRIGGER %s BEFORE %s ON %s FOR EACH %s EXECUTE FUNCTION escarcelle_fact_guard()",
                    name, event, table, each,
                )
            )  # fmt: skip


class EscarcelleFactHome(models.AbstractModel):
    """What a fact says of the household it comes from: nothing that names it."""

    _name = "escarcelle.fact.home"
    _description = "Household of a Fact"

    # Who keeps the stock counts goods, not households.
    shape = fields.Selection(
        SHAPES, "Household type", readonly=True, groups="escarcelle_social.group_manager"
    )
    district = fields.Char(
        readonly=True, help="Postcode.", groups="escarcelle_social.group_manager"
    )
    department = fields.Char(
        readonly=True,
        help="Code of the department: 67, 2A, 974.",
        groups="escarcelle_social.group_manager",
    )


class EscarcelleFactAmounts(models.AbstractModel):
    """A fact of goods: how much, at what price."""

    _name = "escarcelle.fact.amounts"
    _inherit = ["escarcelle.fact"]
    _description = "Fact with Amounts"

    weight = fields.Float("Weight (kg)", digits=(16, 3), readonly=True)
    paid = fields.Monetary(readonly=True, help="VAT included.")
    reference = fields.Monetary(
        "Reference value", readonly=True, help="At the public shelf price, VAT included."
    )
    savings = fields.Monetary(readonly=True, help="Reference value less what was paid.")
