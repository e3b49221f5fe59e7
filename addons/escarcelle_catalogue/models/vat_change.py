from datetime import timedelta

from odoo import api, fields, models


class EscarcelleVatChange(models.Model):
    """A change of the rate of a VAT category, at a date, in a shop: prepared, shown, then applied to its goods.

    Follows from the dated rates: it is never typed. Applying replaces the tax on the shop's goods that still
    bear the tax of the rate that ends; a good whose tax the shop chose itself is left and counted. Sales made
    before keep their own taxes: nothing here reads or writes a sale.
    """

    _name = "escarcelle.vat.change"
    _description = "Change of a VAT Rate"
    _order = "date desc, company_id, category_id"
    _rec_name = "category_id"

    company_id = fields.Many2one("res.company", "Shop", required=True, ondelete="cascade")
    category_id = fields.Many2one(
        "escarcelle.vat.category", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date("First day", required=True)
    rate_before = fields.Float("Rate before (%)", digits=(5, 2), aggregator=False)
    rate_after = fields.Float("New rate (%)", digits=(5, 2), aggregator=False)
    source = fields.Char("Source of law")
    state = fields.Selection(
        [("coming", "To come"), ("applied", "Applied")], default="coming", required=True
    )
    applied_on = fields.Datetime(readonly=True)
    good_count = fields.Integer("Goods concerned", compute="_compute_good_count")
    changed_count = fields.Integer("Goods changed", readonly=True)
    kept_count = fields.Integer(
        "Left as the shop chose",
        readonly=True,
        help="Goods whose tax was not that of the rate that ended.",
    )

    _change_uniq = models.Constraint(
        "unique(company_id, category_id, date)", "This change is already prepared."
    )

    def _compute_good_count(self):
        for company, changes in self.grouped("company_id").items():
            counts = dict(
                self.env["product.template"]._read_group(
                    [
                        ("escarcelle_vat_category_id", "in", changes.category_id.ids),
                        ("company_id", "in", (False, company.id)),
                    ],
                    ["escarcelle_vat_category_id"],
                    ["__count"],
                )
            )
            for change in changes:
                change.good_count = counts.get(change.category_id, 0)

    @api.model
    def _escarcelle_prepare(self):
        """Make the changes to come match the dated rates, and the taxes they will need."""
        for company in self.env["res.company"].sudo().search([])._escarcelle_vat_ready():
            company.with_context(allowed_company_ids=company.ids)._escarcelle_prepare_changes()

    @api.model
    def _cron_apply(self):
        """Every hour: what begins today, or began while the server was off."""
        self._escarcelle_prepare()
        for company in self.env["res.company"].search([])._escarcelle_vat_ready():
            due = self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "coming"),
                    ("date", "<=", company._escarcelle_business_day()),
                ],
                order="date, id",
            )
            for change in due:
                change._escarcelle_apply()
                self.env["ir.cron"]._commit_progress(1)

    def _escarcelle_apply(self):
        """Give the shop's goods of the category the tax of the new rate."""
        self.ensure_one()
        company = self.company_id
        before, after = round(self.rate_before * 100), round(self.rate_after * 100)
        taxes = company._escarcelle_rate_taxes([before, after])
        sold = company._escarcelle_vat_setup()._sold(company)
        goods = (
            self.env["product.template"]
            .with_context(active_test=False)
            .search(
                [
                    ("escarcelle_vat_category_id", "=", self.category_id.id),
                    ("company_id", "in", (False, company.id)),
                ]
            )
        )
        followed = goods.filtered(lambda good: good.taxes_id & sold == taxes[before])
        followed._escarcelle_tax(sold, taxes[after])
        self.write(
            {
                "state": "applied",
                "applied_on": fields.Datetime.now(),
                "changed_count": len(followed),
                "kept_count": len(
                    goods.filtered(lambda good: good.taxes_id & sold != taxes[after])
                ),
            }
        )
        goods._escarcelle_forget_taxes()

    def action_goods(self):
        """The goods concerned."""
        self.ensure_one()
        return self.category_id.action_goods()


class ResCompany(models.Model):
    _inherit = "res.company"

    escarcelle_vat_since = fields.Date(
        "VAT changes followed since",
        help="Changes of rate after this day are applied to the goods.",
    )

    def _escarcelle_prepare_changes(self):
        self.ensure_one()
        changes = self.env["escarcelle.vat.change"]
        known = {
            (change.category_id.id, change.date): change
            for change in changes.search([("company_id", "=", self.id)])
        }
        # Goods take the rate of the day they are set: changes are followed from the first day this ran, so that
        # a server that was off, or a catalogue updated late, applies what it missed.
        self.escarcelle_vat_since = self.escarcelle_vat_since or self._escarcelle_business_day()
        wanted = {
            (category, day): values
            for category, day, values in self._escarcelle_rate_steps(self.escarcelle_vat_since)
        }
        stale = changes.browse(
            [c.id for key, c in known.items() if c.state == "coming" and key not in wanted]
        )
        stale.unlink()
        new = [
            {"company_id": self.id, "category_id": category, "date": day, **values}
            for (category, day), values in wanted.items()
            if (category, day) not in known
        ]
        for key, values in wanted.items():
            change = known.get(key)
            if change and change.state == "coming" and change not in stale:
                change.write(values)
        changes.create(new)
        self._escarcelle_rate_taxes([round(v["rate_after"] * 100) for v in wanted.values()])

    def _escarcelle_rate_steps(self, since):
        """``(category id, first day, values)`` of each change of a rate in the shop's territory after ``since``."""
        lines = (
            self.env["escarcelle.vat.rate"]
            .sudo()
            .search(
                [
                    ("territory", "=", self.escarcelle_territory),
                    "|", ("date_end", "=", False), ("date_end", ">=", since),
                ], order="category_id, date_start",
            )
        )  # fmt: skip
        for category, own in lines.grouped("category_id").items():
            days = {line.date_start for line in own}
            days |= {line.date_end + timedelta(days=1) for line in own if line.date_end}
            for day in sorted(day for day in days if day > since):
                before, after = _holding(own, day - timedelta(days=1)), _holding(own, day)
                if before and after and before.rate != after.rate:
                    yield (
                        category.id,
                        day,
                        {
                            "rate_before": before.rate,
                            "rate_after": after.rate,
                            "source": after.source,
                        },
                    )


def _holding(lines, day):
    """The line of these that holds on ``day``; the shop's own one first."""
    held = lines.filtered(
        lambda line: line.date_start <= day and (not line.date_end or line.date_end >= day)
    )
    return held.sorted("shipped")[:1]
