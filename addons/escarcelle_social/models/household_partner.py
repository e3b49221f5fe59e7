"""The contact of a household: what orders, receipts and accounts may know of it."""

from odoo import api, fields, models


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    order_count = fields.Integer(
        "Sales", compute="_compute_order_count", groups="escarcelle_social.group_manager"
    )

    def _compute_order_count(self):
        counts = dict(
            self.env["pos.order"]._read_group(
                [("partner_id", "in", self.partner_id.ids)], ["partner_id"], ["__count"]
            )
        )
        for household in self:
            household.order_count = counts.get(household.partner_id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        households = super().create(vals_list)
        partners = (
            self.env["res.partner"]
            .sudo()
            .create([household._escarcelle_partner_values() for household in households.sudo()])
        )
        for household, partner in zip(households, partners, strict=True):
            household.partner_id = partner
        return households

    def write(self, vals):
        result = super().write(vals)
        if {
            "code",
            "first_name",
            "last_name",
            "pricelist_id",
            "company_id",
            "active",
        } & vals.keys():
            self._escarcelle_sync_partner()
        return result

    def action_view_orders(self):
        """Open the sales of these households."""
        action = self.env["ir.actions.act_window"]._for_xml_id("point_of_sale.action_pos_pos_form")
        return {**action, "domain": [("partner_id", "in", self.partner_id.ids)], "context": {}}

    def unlink(self):
        partners = self.sudo().partner_id
        result = super().unlink()
        partners.unlink()
        return result

    def _escarcelle_partner_values(self):
        """Values of the contact. No address, no phone, no country: nothing the till does not need.

        Without a country no fiscal position is detected by itself: the tariff's alone applies.
        """
        self.ensure_one()
        pricelist = self.pricelist_id
        return {
            "name": f"{self.code} {self.short_name}",
            "ref": self.code,
            "type": "contact",
            "is_company": False,
            "company_id": self.company_id.id,
            "active": self.active,
            "barcode": self.card_id.number or False,
            "specific_property_product_pricelist": pricelist.id,
            "property_account_position_id": pricelist.escarcelle_fiscal_position_id.id,
        }

    def _escarcelle_sync_partner(self):
        """Bring the contact up to date. A card replaces another without ever being on two contacts."""
        for household in self.sudo().filtered("partner_id"):
            partner = household.partner_id.with_company(household.company_id)
            values = household._escarcelle_partner_values()
            changed = {
                name: value
                for name, value in values.items()
                if partner._fields[name].convert_to_write(partner[name], partner) != value
            }
            if changed:
                partner.write(changed)
