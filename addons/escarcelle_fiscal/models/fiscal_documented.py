from odoo import fields, models


class EscarcelleFiscalDocumented(models.AbstractModel):
    """A record of Odoo that gives fiscal documents: the way to them, from a button of its form."""

    _name = "escarcelle.fiscal.documented"
    _description = "Record with fiscal documents"

    escarcelle_piece_count = fields.Integer("Fiscal documents", compute="_compute_escarcelle_piece_count")

    def _compute_escarcelle_piece_count(self):
        counts = dict(
            self.env["escarcelle.fiscal.source"].sudo()._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"], ["__count"]
            )
        )  # fmt: skip
        for record in self:
            record.escarcelle_piece_count = counts.get(record.id, 0)

    def action_escarcelle_pieces(self):
        """The documents of this record; those just made appear once they are signed."""
        self.check_access("read")
        sources = self.env["escarcelle.fiscal.source"].sudo().search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["origin"]
        )
        action = self.env["ir.actions.actions"]._for_xml_id("escarcelle_fiscal.fiscal_piece_action")
        action["domain"] = [("origin", "in", sources.mapped("origin"))]
        action["context"] = {}
        return action
