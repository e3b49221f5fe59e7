from odoo import api, fields, models
from odoo.tools import SQL


class EscarcelleDonationReceiptNumber(models.Model):
    """The last number given, a shop, form and year. Numbers follow each other without a hole.

    The row is updated in the transaction that issues the receipts: two people issuing together wait for each
    other, and PostgreSQL has the second one start again; whoever fails gives its numbers back with the rest.
    """

    _name = "escarcelle.donation.receipt.number"
    _description = "Last Receipt Number"

    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    form = fields.Char(required=True, size=5)
    year = fields.Integer(required=True)
    last = fields.Integer(required=True, default=0)

    _series_uniq = models.Constraint(
        "UNIQUE (company_id, form, year)", "This series exists already."
    )

    @api.model
    @api.private
    def _escarcelle_take(self, company, form, year, count):
        """The ``count`` next numbers of the series, as a range."""
        self.flush_model()
        ((last,),) = self.env.execute_query(
            SQL(
                "INSERT INTO escarcelle_donation_receipt_number AS n (company_id, form, year, last)"
                " VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (company_id, form, year) DO UPDATE SET last = n.last + EXCLUDED.last RETURNING last",
                company.id, form, year, count,
            )
        )  # fmt: skip
        self.invalidate_model()
        return range(last - count + 1, last + 1)
