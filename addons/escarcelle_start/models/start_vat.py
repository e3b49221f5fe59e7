from odoo import api, fields, models

from .start_shop import shown


class EscarcelleStart(models.Model):
    """Territory and VAT regime. Both are in force as soon as they are saved, with all that follows from them."""

    _inherit = "escarcelle.start"

    territory = fields.Selection(
        lambda self: self._escarcelle_choices("escarcelle_territory"),
        "Where the shop is",
        compute=shown("escarcelle_territory"),
        inverse="_inverse_vat",
    )
    regime = fields.Selection(
        lambda self: self._escarcelle_choices("escarcelle_regime"),
        "VAT regime",
        compute=shown("escarcelle_regime"),
        inverse="_inverse_vat",
    )

    @api.model
    def _escarcelle_choices(self, name):
        return self.env["res.company"]._fields[name]._description_selection(self.env)

    def _inverse_vat(self):
        for start in self:
            company = start._escarcelle_company()
            if (start.territory, start.regime) != (
                company.escarcelle_territory,
                company.escarcelle_regime,
            ):
                start._escarcelle_set_up_vat(start.territory, start.regime)

    def _escarcelle_set_up_vat(self, territory, regime):
        """Write both and make taxes, positions and accounts, by the door the VAT wizard uses."""
        self._escarcelle_make_french()
        company = self.company_id
        wizards = self.env["escarcelle.fiscal.regime.wizard"].with_context(
            allowed_company_ids=company.ids
        )
        wizards.with_company(company).create(
            {"company_id": company.id, "territory": territory, "regime": regime}
        ).action_set_up()

    def _escarcelle_apply_territory(self):
        """Nothing more: the choice was made as it was saved."""

    def _escarcelle_apply_vat(self):
        self._escarcelle_set_up_vat(self.territory, self.regime)
