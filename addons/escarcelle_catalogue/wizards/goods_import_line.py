from odoo import fields, models


class EscarcelleGoodsImportLine(models.TransientModel):
    """A line of the file, as it will be imported or why it cannot be. Only shown: the import reads the file again."""

    _name = "escarcelle.goods.import.line"
    _description = "Line of an Import of Goods"
    _order = "id"

    wizard_id = fields.Many2one("escarcelle.goods.import", required=True, ondelete="cascade")
    rank = fields.Integer("Line", readonly=True)
    state = fields.Selection(
        [("error", "To correct"), ("create", "New"), ("update", "Changed"), ("same", "Unchanged")],
        "What happens",
        readonly=True,
    )
    code = fields.Char("Reference", readonly=True)
    name = fields.Char(readonly=True)
    message = fields.Char("Details", readonly=True)
