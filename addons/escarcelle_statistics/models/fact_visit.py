from odoo import fields, models

from .fact import PUBLICS


class EscarcelleFactVisit(models.Model):
    """What a household did on a day: it came, it bought. A ticket more on that day is a row more, with no visit.

    ``key`` is a random word of the household, kept beside its file and nowhere else: it counts a
    household once, whatever the number of its visits. Without the file it leads to nobody.
    """

    _name = "escarcelle.fact.visit"
    _description = "Fact: Visits"
    _log_access = False
    _inherit = ["escarcelle.fact.amounts", "escarcelle.fact.home"]

    kind = fields.Selection(
        [
            ("purchase", "Purchase"),
            ("interview", "Interview"),
            ("workshop", "Workshop"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    public = fields.Selection(PUBLICS, "Customer", required=True, readonly=True)
    key = fields.Char(readonly=True, groups="escarcelle_social.group_manager")
    tariff_id = fields.Many2one("product.pricelist", "Tariff", readonly=True, ondelete="restrict")
    size = fields.Integer("People", readonly=True, aggregator=None)
    visits = fields.Integer(readonly=True)
    tickets = fields.Integer(readonly=True)

    _by_day = models.Index("(company_id, day)")
    _by_key = models.Index("(key, day) WHERE key IS NOT NULL")
