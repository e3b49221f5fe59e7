from odoo import fields, models
from odoo.tools import SQL

from escarcelle_core import jet

#: What people look for, and the codes it gathers.
FAMILIES = {
    "people": ("People and sessions", (40, 80, 280)),
    "sale": ("Sales and cash", (155, 160, 170, 190, 320, 327, 328, 910, 920, 930, 970)),
    "closing": ("Closings", (50, 60, 330)),
    "archive": ("Archives", (20, 30)),
    "defect": ("Defects and refusals", (90, 95, 940, 950, 960)),
    "export": ("Exports and exchanges", (110, 290)),
    "setting": ("Settings and rights", (128, 130, 270, 410)),
    "software": ("Software and devices", (126, 127, 240, 250, 260)),
    "offline": ("Degraded mode", (70, 120)),
}


class EscarcelleFiscalJet(models.Model):
    """A line of the technical event journal (JET), read from its signed string."""

    _name = "escarcelle.fiscal.jet"
    _inherit = "escarcelle.fiscal.record"
    _description = "Fiscal event"
    _auto = False

    code = fields.Selection(
        [(str(code), f"{code} {label}") for code, label in jet.LABELS.items()], "Event", readonly=True
    )
    family = fields.Selection([(key, label) for key, (label, _codes) in FAMILIES.items()], readonly=True)
    description = fields.Char(readonly=True)
    operator = fields.Char(readonly=True)

    _escarcelle_where = SQL("r.kind = 'JET'")
    # In the signed string spaces are written as underscores.
    _escarcelle_columns = SQL(
        """, split_part(r.payload, ',', 2) AS code,
             %s AS family,
             replace(split_part(r.payload, ',', 3), '_', ' ') AS description,
             replace(split_part(r.payload, ',', 5), '_', ' ') AS operator""",
        SQL(
            "CASE %s END",
            SQL(" ").join(
                SQL("WHEN split_part(r.payload, ',', 2) = ANY(%s) THEN %s", [str(c) for c in codes], key)
                for key, (_label, codes) in FAMILIES.items()
            ),
        ),
    )

    def action_export(self):
        """Choose what leaves, and in which form."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export the events"),
            "res_model": "escarcelle.fiscal.jet.export",
            "view_mode": "form",
            "target": "new",
        }
