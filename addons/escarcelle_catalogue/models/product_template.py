from odoo import api, fields, models

#: Storage of the catalogue → class of the supply addon, when it is installed.
STORAGE_CLASSES = {
    "ambient": "escarcelle_supply.storage_ambient",
    "fresh": "escarcelle_supply.storage_fresh",
    "frozen": "escarcelle_supply.storage_frozen",
}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    escarcelle_catalogue_good_id = fields.Many2one(
        "escarcelle.catalogue.good", "Good of the catalogue", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null",
    )  # fmt: skip
    escarcelle_catalogue_shipped = fields.Json(copy=False)
    escarcelle_catalogue_digest = fields.Char(copy=False)
    escarcelle_unpriced = fields.Boolean(
        "Price to enter", copy=False, index="btree_not_null",
        help="The good is not at the till yet: it will be as soon as it has a price.",
    )  # fmt: skip
    escarcelle_storage_kind = fields.Selection(
        [
            ("ambient", "Room temperature"),
            ("fresh", "Fresh, 4 °C at most"),
            ("frozen", "Frozen, -18 °C"),
        ],
        "Kept at",
    )
    # The supply addon has this field too, with the same values: neither needs the other.
    escarcelle_date_kind = fields.Selection(
        [("dlc", "Use by (DLC)"), ("ddm", "Best before (DDM)")], "Kind of date"
    )
    escarcelle_allergen_ids = fields.Many2many(
        "escarcelle.allergen", string="Allergens",
        help="What the good contains among the fourteen allergens of European law. Check it on the packet.",
    )  # fmt: skip

    _escarcelle_good_uniq = models.UniqueIndex(
        "(escarcelle_catalogue_good_id) WHERE escarcelle_catalogue_good_id IS NOT NULL",
        "This good of the catalogue is already in use: it has just been activated by somebody else.",
    )

    @api.model
    def _escarcelle_storage_values(self, kind):
        """Fields that say how a good is kept; the class of the supply addon too where it is installed."""
        values = {"escarcelle_storage_kind": kind}
        record = self.env.ref(STORAGE_CLASSES.get(kind, "-.-"), raise_if_not_found=False)
        if "escarcelle_storage_id" in self._fields and record:
            values["escarcelle_storage_id"] = record.id
        return values

    def write(self, vals):
        # EXTENDS 'product': a good with its first price goes to the till
        priced = (
            self.filtered("escarcelle_unpriced")
            if (vals.get("list_price") or 0) > 0
            else self.browse()
        )
        result = super().write(vals)
        if priced:
            priced.write(
                {
                    "escarcelle_unpriced": False,
                    **({} if "available_in_pos" in vals else {"available_in_pos": True}),
                }
            )
        return result

    def action_escarcelle_free(self):
        """Sell these goods for nothing: they go to the till at 0 €."""
        self.env["escarcelle.catalogue.good"]._escarcelle_check_keeper()
        self.write({"list_price": 0.0, "escarcelle_unpriced": False, "available_in_pos": True})
