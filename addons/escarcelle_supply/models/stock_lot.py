from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

FINE, SOON, PAST, BLOCKED = "fine", "soon", "past", "blocked"

#: Lots with their state on a day (parameters: shop, day, the shop's three limits).
STATES = """
    SELECT lot.id, CASE
        WHEN lot.escarcelle_date IS NULL THEN 'fine'
        WHEN kind.last < %(today)s THEN 'blocked'
        WHEN lot.escarcelle_date < %(today)s THEN 'past'
        WHEN lot.escarcelle_date <= %(today)s + kind.alert THEN 'soon'
        ELSE 'fine' END AS state
    FROM stock_lot lot
    JOIN product_product good ON good.id = lot.product_id
    JOIN product_template tmpl ON tmpl.id = good.product_tmpl_id
    LEFT JOIN product_category categ ON categ.id = tmpl.categ_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN tmpl.escarcelle_date_kind = 'ddm'
                    THEN lot.escarcelle_date + CASE WHEN coalesce(categ.escarcelle_ddm_limit, -1) >= 0
                                                    THEN categ.escarcelle_ddm_limit ELSE %(ddm_days)s END
                    ELSE lot.escarcelle_date END AS last,
               CASE WHEN tmpl.escarcelle_date_kind = 'ddm' THEN %(ddm_alert)s ELSE %(dlc_alert)s END AS alert
    ) kind
"""


class StockLot(models.Model):
    """A lot carries one date, as printed on the package, and who paid for it.

    The date is the day itself, not an instant: the goods may leave until that day has ended at the shop.
    Odoo keeps an instant (``expiration_date``): noon UTC, which is the same day from Guadeloupe to Mayotte.
    """

    _inherit = "stock.lot"

    escarcelle_funding_source_id = fields.Many2one(
        "escarcelle.funding.source", "Funding source", index="btree_not_null", ondelete="restrict",
        help="Who paid for this lot. Empty: the source of the good.",
    )  # fmt: skip
    escarcelle_date_kind = fields.Selection(related="product_id.product_tmpl_id.escarcelle_date_kind")
    escarcelle_date = fields.Date(
        "Date", compute="_compute_escarcelle_date", inverse="_inverse_escarcelle_date", store=True, index=True,
        help="As printed on the package.",
    )  # fmt: skip
    escarcelle_last_day = fields.Date(
        "Last day", compute="_compute_escarcelle_state",
        help="Last day it may leave the shop: its date, or later for a best-before date.",
    )  # fmt: skip
    escarcelle_days_left = fields.Integer("Days left", compute="_compute_escarcelle_state")
    escarcelle_state = fields.Selection(
        [(FINE, "Fine"), (SOON, "Soon"), (PAST, "DDM past"), (BLOCKED, "To be withdrawn")],
        "State", compute="_compute_escarcelle_state", search="_search_escarcelle_state",
    )  # fmt: skip

    @api.constrains("escarcelle_funding_source_id", "product_id")
    def _check_escarcelle_funding_source(self):
        for lot in self.filtered("escarcelle_funding_source_id"):
            lot.escarcelle_funding_source_id._escarcelle_check_received(lot.product_id)

    @api.depends("expiration_date")
    def _compute_escarcelle_date(self):
        for lot in self:
            lot.escarcelle_date = lot.expiration_date and lot.expiration_date.date()

    def _inverse_escarcelle_date(self):
        for lot in self:
            day = lot.escarcelle_date
            lot.expiration_date = day and datetime.combine(day, time(12))

    @api.depends("escarcelle_date", "product_id")
    @api.depends_context("company")
    def _compute_escarcelle_state(self):
        for company, lots in self.grouped(lambda lot: lot.company_id or self.env.company).items():
            today = company._escarcelle_today()
            rules = self.env["escarcelle.supply.policy"]._escarcelle_for(company)
            for lot in lots:
                day, last = lot.escarcelle_date, lot._escarcelle_last_day(company)
                alert = rules.ddm_alert_days if lot.escarcelle_date_kind == "ddm" else rules.dlc_alert_days
                lot.escarcelle_last_day = last
                lot.escarcelle_days_left = (day - today).days if day else 0
                if not day:
                    lot.escarcelle_state = FINE
                elif last < today:
                    lot.escarcelle_state = BLOCKED
                elif day < today:
                    lot.escarcelle_state = PAST
                else:
                    lot.escarcelle_state = SOON if (day - today).days <= alert else FINE

    def _search_escarcelle_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["escarcelle_date", "product_id", "company_id"])
        self.env["product.template"].flush_model(["escarcelle_date_kind", "categ_id"])
        self.env["product.category"].flush_model(["escarcelle_ddm_limit"])
        company = self.env.company
        rules = self.env["escarcelle.supply.policy"]._escarcelle_for(company)
        states = SQL(
            STATES,
            today=company._escarcelle_today(), ddm_days=rules.ddm_days,
            ddm_alert=rules.ddm_alert_days, dlc_alert=rules.dlc_alert_days,
        )  # fmt: skip
        return [("id", "in", SQL("(SELECT id FROM (%s) found WHERE state IN %s)", states, tuple(value)))]

    def _escarcelle_last_day(self, company, day=None):
        """Last day goods of this lot may leave ``company``; nothing when they carry no date."""
        self.ensure_one()
        day = day or self.escarcelle_date
        return self.product_id._escarcelle_last_day(day, company) if self.product_id else day

    # -- what Odoo makes of the dates --------------------------------------------------------------

    @api.depends("product_id")
    def _compute_expiration_date(self):
        # EXTENDS 'product_expiry': a lot whose date nobody told has none, it does not expire today
        known = {lot: lot.expiration_date for lot in self}
        super()._compute_expiration_date()
        for lot in self:
            if known[lot] and lot.product_id == lot._origin.product_id:
                lot.expiration_date = known[lot]
            elif not lot.product_id.expiration_time:
                lot.expiration_date = False

    @api.depends("expiration_date", "product_id.categ_id.escarcelle_ddm_limit", "escarcelle_date_kind")
    def _compute_dates(self):
        # EXTENDS 'product_expiry': goods leave the available stock after the last day the shop allows
        super()._compute_dates()
        self._escarcelle_follow_rules()

    def _escarcelle_follow_rules(self):
        """Set when these lots leave the available stock, and when they are warned of."""
        for company, lots in self.grouped(lambda lot: lot.company_id or self.env.company).items():
            rules = self.env["escarcelle.supply.policy"]._escarcelle_for(company)
            for lot in lots:
                day = lot.expiration_date and lot.expiration_date.date()
                if not day or not lot.product_id.use_expiration_date:
                    continue
                alert = rules.ddm_alert_days if lot.escarcelle_date_kind == "ddm" else rules.dlc_alert_days
                last = lot._escarcelle_last_day(company, day)
                lot.removal_date = datetime.combine(last, time(23, 59, 59))
                lot.alert_date = datetime.combine(day - timedelta(days=alert), time())

    @api.depends("expiration_date")
    @api.depends_context("company")
    def _compute_product_expiry_alert(self):
        # EXTENDS 'product_expiry': expired is what the shop may give no more
        super()._compute_product_expiry_alert()
        for lot in self:
            lot.product_expiry_alert = lot.escarcelle_state == BLOCKED

    # -- what is done about them -------------------------------------------------------------------

    def _escarcelle_claim(self):
        """Make whoever empties these lots at the same time wait, then start anew and find them empty.

        Odoo works around a quant that is taken: two withdrawals at once would leave less than nothing.
        """
        if self:
            self.env.cr.execute(SQL("UPDATE stock_lot SET write_uid = write_uid WHERE id IN %s", tuple(self.ids)))

    def action_escarcelle_markdown(self):
        """Mark the goods of these lots down by the shop's percentage, until their last day."""
        return self.env["escarcelle.markdown"]._escarcelle_mark_down(self)

    def action_escarcelle_withdraw(self):
        """Take what is left of these lots off the shelves, as a loss. A second click finds nothing left."""
        losses = self.env["stock.scrap"]._escarcelle_withdraw(self)
        text = self.env._("%s lines taken off the shelves.", len(losses))
        if not losses:
            text = self.env._("Nothing is left of it in stock.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if losses else "warning",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
