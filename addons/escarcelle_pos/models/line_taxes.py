"""Which of Odoo's taxes stand for the VAT rate a ticket was signed with."""


class LineTaxes:
    """Taxes by product, fiscal position and signed rate; each combination is looked up once."""

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self._known = {}

    def of(self, product, position, rate):
        """(rate the server would apply, taxes before the position that give ``rate``; None without any).

        Rates are hundredths of a percent, −1 for what is no plain percentage.
        """
        key = (product.id, position.id, rate)
        if key not in self._known:
            own = product.taxes_id._filter_taxes_by_company(self.company)
            applied = position.map_tax(own)
            fits = rate_of(applied) == rate and len(applied) <= 1
            self._known[key] = (rate_of(applied), own if fits else self._other(position, rate))
        return self._known[key]

    def _other(self, position, rate):
        Tax = self.env["account.tax"]
        if not rate:
            return Tax
        candidates = Tax.with_context(active_test=False).search(
            [
                *Tax._check_company_domain(self.company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
            ]
        )
        fitting = candidates.filtered(lambda tax: rate_of(position.map_tax(tax)) == rate)
        order = fitting.sorted(lambda tax: (not tax.active, not tax.price_include, tax.sequence, tax.id))
        return order[:1] or None


def rate_of(taxes):
    """The sum of plain percentages in hundredths, −1 when there is another kind among them."""
    flat = taxes.flatten_taxes_hierarchy()
    if any(tax.amount_type != "percent" for tax in flat):
        return -1
    return round(sum(flat.mapped("amount")) * 100)
