from odoo import api, fields, models


class EscarcelleShopRules(models.AbstractModel):
    """Rules of which a shop has one record: made when they are first asked for, opened without a list."""

    _name = "escarcelle.shop.rules"
    _description = "Rules of a Shop"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )  # fmt: skip

    _company_uniq = models.Constraint("UNIQUE (company_id)", "This shop already has these rules.")

    @api.model
    def _escarcelle_for(self, company):
        """The rules of ``company``, made with the defaults the first time (sudo)."""
        rules = self.sudo().search([("company_id", "=", company.id)], limit=1)
        return rules or self.sudo().create({"company_id": company.id})

    @api.model
    def action_escarcelle_open(self):
        """Open the rules of the current shop."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(self._name).name,
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self._escarcelle_for(self.env.company).id,
        }
