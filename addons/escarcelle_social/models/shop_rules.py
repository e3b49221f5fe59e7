from odoo import api, models


class EscarcelleShopRules(models.AbstractModel):
    """Rules of which a shop has one record: made when they are first asked for, opened without a list.

    Who inherits has a ``company_id`` that is unique.
    """

    _name = "escarcelle.shop.rules"
    _description = "Rules of a Shop"

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
