from datetime import datetime, time, timedelta

import pytz
from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_zone(self):
        return pytz.timezone(self.escarcelle_timezone or "Europe/Paris")

    def _escarcelle_day_bounds(self, day, zone=None):
        """First instant of ``day`` at the shop and its last second, naive UTC as Odoo keeps them."""
        zone = zone or self._escarcelle_zone()
        start, after = (
            zone.localize(datetime.combine(d, time())).astimezone(pytz.utc).replace(tzinfo=None)
            for d in (day, day + timedelta(days=1))
        )
        return start, after - timedelta(seconds=1)
