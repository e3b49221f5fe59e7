"""Where the shop is and which VAT regime it has: company settings read by the set-up of taxes."""

from odoo import fields, models

from escarcelle_core import vat

TERRITORIES = [
    (vat.MAINLAND, "Mainland France"),
    (vat.CORSICA, "Corsica"),
    (vat.DOM, "Guadeloupe, Martinique, La Réunion"),
    (vat.GUYANE, "Guyane"),
    (vat.MAYOTTE, "Mayotte"),
]
MIXED = "MIXED"
REGIMES = [
    (vat.TAXABLE, "Taxed: VAT on every sale"),
    (MIXED, "Mixed: taxed, exempt for the tariff groups that say so"),
    (vat.EXEMPT_A, "Exempt, CGI 261-7-1° a (sales to members)"),
    (vat.EXEMPT_B, "Exempt, CGI 261-7-1° b (social prices approved by the authority)"),
    (vat.FRANCHISE, "Franchise, CGI 293 B"),
]
#: Territories where VAT is not levied (CGI art. 294, 1).
WITHOUT_VAT = (vat.GUYANE, vat.MAYOTTE)
CATEGORIES = [
    ("NORMAL", "Normal rate"),
    ("ALIMENTAIRE", "Food and soft drinks"),
    ("A_EMPORTER", "Prepared food to eat at once"),
    ("LIVRE", "Books"),
    ("HYGIENE", "Sanitary protection"),
    ("MEDICAMENT", "Reimbursed medicines"),
    ("PRESSE", "Press"),
    ("ANIMAL_VIVANT", "Live animals for food"),
    ("CARBURANT", "Petroleum products"),
]


class ResCompany(models.Model):
    """Sectors of a shop follow from both fields; changing them is said in the event journal (JET 270)."""

    _inherit = "res.company"

    escarcelle_territory = fields.Selection(
        TERRITORIES, "VAT territory", default=vat.MAINLAND, required=True, help="Gives the VAT rates."
    )
    escarcelle_regime = fields.Selection(
        REGIMES, "VAT regime", default=vat.TAXABLE, required=True, help="Why VAT is due, or not."
    )

    def _escarcelle_default_sector(self):
        """Sector of a sale that no tariff group gives another one."""
        self.ensure_one()
        if self.escarcelle_regime in vat.MENTIONS:
            return self.escarcelle_regime
        return vat.NO_VAT if self.escarcelle_territory in WITHOUT_VAT else vat.TAXABLE

    def _escarcelle_sectors(self):
        """Every sector without VAT this shop may sell in."""
        self.ensure_one()
        default = self._escarcelle_default_sector()
        sectors = {default} - {vat.TAXABLE}
        if self.escarcelle_regime == MIXED:
            sectors |= {vat.EXEMPT_A, vat.EXEMPT_B}
        return [sector for sector in vat.MENTIONS if sector in sectors]
