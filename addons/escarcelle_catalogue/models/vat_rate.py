from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class EscarcelleVatRate(models.Model):
    """The rate of a VAT category in a territory, from a day to another, with its source of law.

    Lines come from the catalogue's data file (``shipped``) and are not edited. A change of the law that comes
    before an update of the program is a line of the shop's own: it takes the place of what is shipped for its
    dates. Lines of one origin never overlap. Reference data of the law: common to all companies.
    """

    _name = "escarcelle.vat.rate"
    _description = "Dated VAT Rate"
    _order = "category_id, territory, date_start desc"
    _rec_name = "category_id"

    category_id = fields.Many2one(
        "escarcelle.vat.category", required=True, index=True, ondelete="cascade"
    )
    territory = fields.Selection(
        lambda self: (
            self.env["res.company"]._fields["escarcelle_territory"]._description_selection(self.env)
        ),
        required=True,
        default=lambda self: self.env.company.escarcelle_territory,
    )
    rate = fields.Float("Rate (%)", digits=(5, 2), required=True, aggregator=False)
    date_start = fields.Date("Starting from", required=True)
    date_end = fields.Date("Until", help="The last day. Empty while the law says no end.")
    source = fields.Char("Source of law", required=True)
    shipped = fields.Boolean("From the catalogue", readonly=True)

    _rate_sane = models.Constraint(
        "CHECK (rate >= 0 AND rate < 100)", "A VAT rate is between 0 and 100 %."
    )
    _dates_sane = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)", "A rate ends after it starts."
    )

    @api.constrains("category_id", "territory", "date_start", "date_end", "shipped")
    def _check_overlap(self):
        for line in self:
            others = self.search(
                [
                    ("id", "!=", line.id),
                    ("category_id", "=", line.category_id.id),
                    ("territory", "=", line.territory),
                    ("shipped", "=", line.shipped),
                    "|", ("date_end", "=", False), ("date_end", ">=", line.date_start),
                    *([("date_start", "<=", line.date_end)] if line.date_end else []),
                ], limit=1,
            )  # fmt: skip
            if others:
                raise ValidationError(
                    self.env._(
                        "%(category)s already has a rate from %(start)s: end it the day before this one starts.",
                        category=line.category_id.name,
                        start=others.date_start,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.context.get("escarcelle_loading"):
            vals_list = [{**vals, "shipped": False} for vals in vals_list]
        lines = super().create(vals_list)
        lines._escarcelle_moved()
        return lines

    def write(self, vals):
        self._escarcelle_refuse_shipped()
        result = super().write(vals)
        self._escarcelle_moved()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_own_only(self):
        self._escarcelle_refuse_shipped()

    def unlink(self):
        result = super().unlink()
        self._escarcelle_moved()
        return result

    def _escarcelle_refuse_shipped(self):
        if not self.env.context.get("escarcelle_loading") and any(self.mapped("shipped")):
            raise UserError(
                self.env._(
                    "This rate comes with the catalogue and is not edited. When the law changes before an update"
                    " of the program, add a line with the new rate, its first day and its source."
                )
            )

    def _escarcelle_moved(self):
        """The changes to come follow from the lines."""
        if not self.env.context.get("escarcelle_loading"):
            self.env["escarcelle.vat.change"].sudo()._escarcelle_prepare()

    @api.model
    def _escarcelle_lines(self, territory, day):
        """Category id → the line that holds in ``territory`` on ``day``; the shop's own one first."""
        found = self.sudo().search(
            [
                ("territory", "=", territory),
                ("date_start", "<=", day),
                "|", ("date_end", "=", False), ("date_end", ">=", day),
            ], order="shipped, date_start desc, id",
        )  # fmt: skip
        lines = {}
        for line in found:
            lines.setdefault(line.category_id.id, line)
        return lines

    @api.model
    def _escarcelle_rates(self, territory, day):
        """Category id → rate in hundredths of a percent, for every category the law knows there and then."""
        return {
            category: round(line.rate * 100)
            for category, line in self._escarcelle_lines(territory, day).items()
        }
