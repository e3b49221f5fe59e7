from odoo import api, fields, models


class EscarcelleBarcodeAttach(models.TransientModel):
    """One barcode after the other, by phone: scan, choose the good, next."""

    _name = "escarcelle.barcode.attach"
    _description = "Attach a barcode to a good"

    barcode = fields.Char()
    product_id = fields.Many2one(
        "product.product", "Good", domain=[("sale_ok", "=", True), ("available_in_pos", "=", True)]
    )
    count = fields.Integer("Units", default=1, required=True, help="6 for a pack of six.")
    owner_id = fields.Many2one("product.product", "Already that of", compute="_compute_owner_id")
    done = fields.Char(readonly=True)

    @api.depends("barcode")
    def _compute_owner_id(self):
        for wizard in self:
            code = (wizard.barcode or "").strip()
            wizard.owner_id = bool(code) and self.env["product.uom"]._escarcelle_owner(code, self.env.company)

    def action_attach(self):
        """Attach, and come back empty for the next one."""
        self.ensure_one()
        lines = self.env["product.uom"]
        code = lines._escarcelle_attachable(self.barcode)
        lines.create(
            {"product_id": self.product_id.id, "barcode": code, "escarcelle_count": self.count}
        )
        done = self.env._(
            "%(barcode)s is now a barcode of “%(product)s”.",
            barcode=code,
            product=self.product_id.display_name,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_pos.action_barcode_attach")
        return {**action, "context": {"default_done": done}}
