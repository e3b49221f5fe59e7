from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.exceptions import UserError

#: A file nobody uses is not kept for ever a year at a time: five years, the time a debt can be claimed.
LONGEST = relativedelta(years=5)


class EscarcelleErasureKeep(models.TransientModel):
    """Keep files that would be erased: why, and until when."""

    _name = "escarcelle.erasure.keep"
    _description = "Keep Longer"

    line_ids = fields.Many2many("escarcelle.erasure", string="Files", required=True)
    until = fields.Date(
        "Erase on",
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(months=6),
    )
    reason = fields.Char(required=True, help="An account that is not settled, a dispute. No name.")

    def action_keep(self):
        """Note it on the lines."""
        self.ensure_one()
        self.line_ids.check_access("read")
        today = fields.Date.context_today(self)
        if not today < self.until <= today + LONGEST:
            raise UserError(self.env._("Choose a day after today, within five years."))
        if len(self.reason.strip()) < 5:
            raise UserError(
                self.env._("Say why in a few words: it stands in the register of erasures.")
            )
        waiting = self.line_ids.filtered(lambda line: line.state != "erased")
        waiting.sudo().write(
            {
                "state": "kept",
                "erase_on": self.until,
                "kept_reason": self.reason.strip(),
                "kept_by_id": self.env.uid,
            }
        )
        return {"type": "ir.actions.act_window_close"}
