from odoo import api, fields, models


class EscarcelleSupplyPolicy(models.Model):
    """How a shop treats dates, orders and temperatures. One a shop."""

    _name = "escarcelle.supply.policy"
    _description = "Supply Rules"
    _inherit = ["escarcelle.shop.rules"]
    _rec_name = "company_id"

    dlc_alert_days = fields.Integer(
        "Use by: warn before (days)", default=3, help="Goods show in « Dates to look at » that long before their date."
    )
    ddm_alert_days = fields.Integer("Best before: warn before (days)", default=30)
    ddm_days = fields.Integer(
        "Best before: still given after (days)", default=30,
        help="For categories that tell nothing of their own. 0: never given past its date.",
    )  # fmt: skip
    markdown_percent = fields.Float("One-click markdown (%)", digits=(5, 2), default=50.0)
    digest = fields.Boolean(
        "Daily mail of dates", default=True,
        help="To stock managers, in the morning, when something is near its date or past it.",
    )  # fmt: skip
    sales_days = fields.Integer(
        "Sales looked at (days)", default=28,
        help="What to order is worked out from what was sold in these last days.",
    )  # fmt: skip
    safety_days = fields.Integer(
        "Safety stock (days)", default=2, help="Days of sales kept aside, should a delivery be late."
    )
    reading_hour = fields.Integer(
        "Temperatures typed by (hour)", default=11, help="Somebody is reminded when one is missing by then."
    )

    lots_at_till = fields.Boolean(
        "Lots are read at the till",
        help="The till asks for the lot of each good that has lots. Else the first to expire is taken as sold.",
    )

    _days_positive = models.Constraint(
        "CHECK (dlc_alert_days >= 0 AND ddm_alert_days >= 0 AND ddm_days >= 0 AND safety_days >= 0"
        " AND sales_days BETWEEN 1 AND 366)",
        "Days are not negative; sales are looked at over 1 to 366 days.",
    )  # fmt: skip
    _percent = models.Constraint(
        "CHECK (markdown_percent > 0 AND markdown_percent <= 100)", "A markdown is between 0 and 100 %."
    )
    _hour = models.Constraint("CHECK (reading_hour BETWEEN 0 AND 23)", "An hour is between 0 and 23.")

    def _escarcelle_set_till_lots(self):
        """Have the tills of these shops ask for lots, or not."""
        for policy in self:
            tills = self.env["escarcelle.till"].sudo().search(
                [("config_id.company_id", "=", policy.company_id.id)]
            )
            tills._escarcelle_set_lots(policy.lots_at_till)

    def write(self, vals):
        result = super().write(vals)
        if "lots_at_till" in vals:
            self._escarcelle_set_till_lots()
        if {"ddm_days", "dlc_alert_days", "ddm_alert_days"} & vals.keys():
            # The day a lot leaves the shelf follows the rules.
            lots = self.env["stock.lot"].sudo().search(
                [("escarcelle_date", "!=", False), ("company_id", "in", [False, *self.company_id.ids])]
            )
            lots._escarcelle_follow_rules()
        return result


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'escarcelle_pos': a new till asks for lots as those of the shop do
        tills = super().create(vals_list)
        for company, found in tills.grouped(lambda till: till.config_id.company_id).items():
            found._escarcelle_set_lots(self.env["escarcelle.supply.policy"]._escarcelle_for(company).lots_at_till)
        return tills

    def _escarcelle_set_lots(self, asked):
        self.config_id.picking_type_id.sudo().write({"use_create_lots": False, "use_existing_lots": asked})
