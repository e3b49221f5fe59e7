from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.vat_regime import REGIMES, TERRITORIES


class EscarcelleFiscalRegimeWizard(models.TransientModel):
    """« VAT regime »: where the shop is, why VAT is due or not, and everything that follows in one click."""

    _name = "escarcelle.fiscal.regime.wizard"
    _description = "VAT regime of the shop"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    territory = fields.Selection(
        TERRITORIES, required=True, compute="_compute_current", store=True, readonly=False, precompute=True
    )
    regime = fields.Selection(
        REGIMES, required=True, compute="_compute_current", store=True, readonly=False, precompute=True
    )
    state = fields.Selection([("ask", "To confirm"), ("done", "Done")], default="ask", required=True)
    tax_ids = fields.Many2many("account.tax", "escarcelle_regime_wizard_tax", string="Taxes", readonly=True)
    position_ids = fields.Many2many(
        "account.fiscal.position", "escarcelle_regime_wizard_position", string="Fiscal positions", readonly=True
    )
    goods = fields.Integer("Goods whose VAT was changed", readonly=True)
    unknown_ids = fields.Many2many(
        "product.template", "escarcelle_regime_wizard_good", string="Goods without a VAT category", readonly=True
    )
    unknown = fields.Integer(compute="_compute_unknown")

    @api.depends("company_id")
    def _compute_current(self):
        for wizard in self:
            wizard.territory = wizard.company_id.escarcelle_territory
            wizard.regime = wizard.company_id.escarcelle_regime

    @api.depends("unknown_ids")
    def _compute_unknown(self):
        for wizard in self:
            wizard.unknown = len(wizard.unknown_ids)

    def action_set_up(self):
        """Write the regime (JET 270) and make all that follows from it."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager changes the VAT regime."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("This company is not one of yours."))
        company = self.company_id.sudo()
        before = company.escarcelle_territory
        company.write({"escarcelle_territory": self.territory, "escarcelle_regime": self.regime})
        made = self.env["escarcelle.fiscal.vat.setup"]._escarcelle_set_up(
            company, before if before != self.territory else None
        )
        self.sudo().write(
            {
                "state": "done",
                "tax_ids": made["taxes"].ids,
                "position_ids": made["positions"].ids,
                "goods": len(made["goods"]),
                "unknown_ids": made["unknown"].ids,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("VAT regime"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_view_unknown(self):
        """Goods to give a category to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Goods without a VAT category"),
            "res_model": "product.template",
            "view_mode": "list,form",
            "domain": [("id", "in", self.sudo().unknown_ids.ids)],
        }
