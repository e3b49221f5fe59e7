from zoneinfo import ZoneInfo

from odoo import models


class EscarcelleDonationPaper(models.AbstractModel):
    """French figures and dates of the papers of this addon, whatever the language of whoever prints them."""

    _name = "escarcelle.donation.paper"
    _description = "Paper of Gifts"

    def _escarcelle_number(self, value, digits=2):
        """1234.5 → « 1 234,50 »."""
        return f"{value or 0:,.{digits}f}".replace(",", "\u202f").replace(".", ",")

    def _escarcelle_euros(self, value):
        return self._escarcelle_number(value) + "\u00a0€"

    def _escarcelle_kilos(self, value):
        return self._escarcelle_number(value, 3) + "\u00a0kg"

    def _escarcelle_quantity(self, value):
        """A quantity without the decimals it has not: « 12 », « 0,5 »."""
        return self._escarcelle_number(value, 3).rstrip("0").rstrip(",")

    def _escarcelle_date(self, day):
        return f"{day:%d/%m/%Y}" if day else ""

    def _escarcelle_moment(self, moment):
        """A datetime of Odoo (naive UTC), at the shop."""
        if not moment:
            return ""
        zone = ZoneInfo(self.company_id.escarcelle_timezone or "Europe/Paris")
        return f"{moment.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone):%d/%m/%Y %H:%M}"

    def _escarcelle_label(self, record, name):
        """What a selection of ``record`` is called, in French when French is there."""
        french = self.env["res.lang"]._get_code("fr_FR") and "fr_FR"
        field = record._fields[name]
        record = record.with_context(lang=french or record.env.lang)
        return dict(field._description_selection(record.env)).get(record[name], "")
