from odoo import api, fields, models

#: All that a page may know of a household; the rest of the contact is emptied on the way.
PAGE_FIELDS = frozenset(
    {
        "id", "name", "barcode", "write_date", "lang", "property_product_pricelist", "fiscal_position_id",
        "is_company", "property_account_receivable_id",
    }
)  # fmt: skip


class ResPartner(models.Model):
    _inherit = "res.partner"

    escarcelle_household_ids = fields.One2many(
        "escarcelle.household", "partner_id", "Household", groups="escarcelle_social.group_manager"
    )

    escarcelle_refers = fields.Boolean(
        "Refers households",
        help="A CCAS, a social service, an association that sends households to the shop.",
    )

    def _escarcelle_household(self):
        """The household of this contact (sudo, archived ones too), empty for anybody else."""
        return (
            self.env["escarcelle.household"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.ids)])
        )

    def _escarcelle_display(self):
        """What a cashier may read of each contact: ``{id: "Amina B."}``; households only."""
        return {
            household.partner_id.id: household.short_name
            for household in self._escarcelle_household()
        }

    @api.model
    def _load_pos_data_read(self, records, config):
        # EXTENDS 'point_of_sale': code and first name, whoever asks; no address, no phone
        rows = super()._load_pos_data_read(records, config)
        households = records._escarcelle_household().partner_id
        for row in rows:
            if row["id"] in households._ids:
                row.update({key: False for key in row if key not in PAGE_FIELDS})
        return rows
