from odoo import api, fields, models


class EscarcelleConvention(models.Model):
    """An agreement with an organisation that refers households: how long, how often, for whom."""

    _name = "escarcelle.convention"
    _description = "Convention"
    _inherit = ["mail.thread"]
    _order = "active desc, name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    organisation_id = fields.Many2one(
        "res.partner", "Organisation", required=True, index=True, ondelete="restrict",
        domain=[("is_company", "=", True)],
    )  # fmt: skip
    date_from = fields.Date("In force from", required=True, default=fields.Date.context_today)
    date_to = fields.Date("In force until", help="Empty: until further notice.")
    duration_months = fields.Integer("Months granted at a time", default=3, required=True)
    max_months = fields.Integer(
        "Months in a row at most", help="Renewals included. 0: as long as it is renewed."
    )
    waiting_months = fields.Integer(
        "Then wait (months)", help="Waiting period before the household may come back. 0: none."
    )
    document_ids = fields.Many2many("ir.attachment", string="Documents", bypass_search_access=True)
    note = fields.Text()
    entitlement_ids = fields.One2many("escarcelle.entitlement", "convention_id", "Entitlements")
    entitlement_count = fields.Integer(compute="_compute_entitlement_count")

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)", "A convention ends after it starts."
    )
    _months = models.Constraint(
        "CHECK (duration_months BETWEEN 1 AND 120 AND max_months BETWEEN 0 AND 600"
        " AND waiting_months BETWEEN 0 AND 120 AND (max_months = 0 OR max_months >= duration_months))",
        "Grant at least one month at a time, and no more at a time than in a row.",
    )

    def _compute_entitlement_count(self):
        counts = dict(
            self.env["escarcelle.entitlement"]._read_group(
                [("convention_id", "in", self.ids)], ["convention_id"], ["__count"]
            )
        )
        for convention in self:
            convention.entitlement_count = counts.get(convention, 0)

    @api.model
    def _escarcelle_of(self, organisation, company, day):
        """The convention in force on ``day`` with this organisation, when there is just one."""
        found = self.sudo().search(
            [
                ("organisation_id", "=", organisation.id),
                ("company_id", "=", company.id),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ],
            limit=2,
        )
        return found if len(found) == 1 else self.browse()

    def action_view_entitlements(self):
        """Open what was granted under this convention."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_social.entitlement_action"
        )
        return {**action, "domain": [("convention_id", "in", self.ids)]}
