from odoo import fields, models
from odoo.exceptions import UserError


class EscarcelleTemperatureSheet(models.TransientModel):
    """Which month, which equipment: the sheet to keep in the hygiene file."""

    _name = "escarcelle.temperature.sheet"
    _description = "Temperatures of a Month"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    month = fields.Date(
        "A day of the month", required=True, default=lambda self: self.env.company._escarcelle_today()
    )
    equipment_ids = fields.Many2many(
        "escarcelle.equipment", string="Equipment", domain="[('company_id', '=', company_id)]",
        help="Empty: all of it.",
    )  # fmt: skip

    def action_print(self):
        self.ensure_one()
        equipment = self.equipment_ids or self.env["escarcelle.equipment"].search(
            [("company_id", "=", self.company_id.id)]
        )
        if not equipment:
            raise UserError(self.env._("Add the fridges and freezers first, in Stock, Cold equipment."))
        report = self.env.ref("escarcelle_supply.temperature_sheet_report")
        return report.report_action(equipment, data={"month": self.month.isoformat(), "ids": equipment.ids})


class TemperatureSheetReport(models.AbstractModel):
    _name = "report.escarcelle_supply.temperature_sheet"
    _description = "Temperatures of a Month, as printed"

    def _get_report_values(self, docids, data=None):
        data = data or {}
        equipment = self.env["escarcelle.equipment"].browse(docids or data.get("ids") or [])
        equipment.check_access("read")
        return {"docs": equipment, "data": data, "to_day": fields.Date.to_date}
