from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round


class EscarcelleRepackingLine(models.Model):
    """Bags of one good: how many, how much in each, which lot and date they carry."""

    _name = "escarcelle.repacking.line"
    _description = "Bags of a repacking"

    repacking_id = fields.Many2one("escarcelle.repacking", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="repacking_id.company_id")
    uom_id = fields.Many2one(related="repacking_id.uom_id")
    product_id = fields.Many2one(
        "product.product", "Bag", required=True, check_company=True, domain="[('is_storable', '=', True)]"
    )
    bags = fields.Integer("Number of bags", required=True, default=1)
    unit_weight = fields.Float("In each bag", digits=(16, 3), required=True)
    weight = fields.Float("Together", digits=(16, 3), compute="_compute_weight", store=True)
    lot_name = fields.Char(
        "Lot", compute="_compute_carried", store=True, readonly=False, help="That of the bulk good unless told."
    )
    expiry = fields.Date("Expiry date", compute="_compute_carried", store=True, readonly=False)

    _bags_positive = models.Constraint("CHECK (bags > 0)", "Say how many bags were made.")
    _unit_weight_positive = models.Constraint("CHECK (unit_weight > 0)", "Say how much is in each bag.")

    @api.depends("bags", "unit_weight")
    def _compute_weight(self):
        for line in self:
            line.weight = float_round(line.bags * line.unit_weight, 3)

    @api.depends("repacking_id.lot_id", "repacking_id.expiry")
    def _compute_carried(self):
        for line in self:
            line.lot_name = line.repacking_id.lot_id.name or line.lot_name
            line.expiry = line.repacking_id.expiry or line.expiry

    def write(self, vals):
        if self.repacking_id.filtered(lambda r: r.state != "draft"):
            raise UserError(self.env._("A repacking that is done does not change: undo it and make another one."))
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if lines.repacking_id.filtered(lambda r: r.state != "draft"):
            raise UserError(self.env._("A repacking that is done does not change: undo it and make another one."))
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.repacking_id.filtered(lambda r: r.state != "draft"):
            raise UserError(self.env._("A repacking that is done is never deleted: undo it."))

    def _escarcelle_check(self):
        for line in self:
            if line.product_id.tracking == "serial":
                raise UserError(
                    self.env._("%s has a number for each piece: follow its bags by lot.", line.product_id.display_name)
                )
            if line.product_id.tracking == "lot" and not line.lot_name:
                raise UserError(self.env._("Say which lot the bags of %s are.", line.product_id.display_name))

    def _escarcelle_lot(self, make=True):
        """The lot of these bags; made when there is none yet. Empty for goods without lots."""
        self.ensure_one()
        lots = self.env["stock.lot"]
        if self.product_id.tracking == "none":
            return lots
        company = self.repacking_id.company_id
        lot = lots.search(
            [
                ("product_id", "=", self.product_id.id),
                ("name", "=", self.lot_name),
                ("company_id", "in", (False, company.id)),
            ],
            limit=1,
        )
        if lot or not make:
            return lot
        vals = {"product_id": self.product_id.id, "name": self.lot_name, "company_id": company.id}
        if self.expiry and "expiration_date" in lots._fields:
            vals["expiration_date"] = fields.Datetime.to_datetime(self.expiry)
        return lots.create(vals)
