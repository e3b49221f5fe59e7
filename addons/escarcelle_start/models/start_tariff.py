from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from escarcelle_core import tariffs, vat

#: Name, participation (%), rounding, lowest price. Names say nothing of what people pay.
USUAL = (
    ("Tarif public", 100.0, "0.01", 0.0),
    ("Tarif A", 30.0, "0.05", 0.05),
    ("Tarif B", 20.0, "0.05", 0.05),
    ("Tarif C", 10.0, "0.05", 0.05),
)


class EscarcelleStartTariff(models.Model):
    """A tariff of the shop in the grid of the first steps: an Odoo pricelist once it is confirmed."""

    _name = "escarcelle.start.tariff"
    _description = "Tariff of the First Steps"
    _inherit = ["escarcelle.start.line"]
    _order = "start_id, sequence, id"
    _record = "pricelist_id"
    _copied = ("name", "rate", "rounding", "minimum", "exempt")

    pricelist_id = fields.Many2one("product.pricelist", "Tariff", readonly=True, ondelete="cascade")
    name = fields.Char(required=True)
    rate = fields.Float("Participation (%)", digits=(5, 2), default=100.0)
    rounding = fields.Selection(
        [(step, step) for step in tariffs.STEPS],
        "Prices rounded to",
        required=True,
        default=tariffs.STEPS[0],
    )
    minimum = fields.Float("Lowest price", digits=(16, 2))
    exempt = fields.Boolean(
        "No VAT",
        help="In a mixed shop: the households of this tariff buy in the exempt sector (CGI 261-7-1° b).",
    )

    _rate_bounded = models.Constraint(
        "CHECK (rate >= 0 AND rate <= 100 AND (minimum IS NULL OR minimum >= 0))",
        "A participation is between 0 and 100 %, a lowest price is not negative.",
    )

    @api.model
    def _escarcelle_there(self, start):
        # EXTENDS 'escarcelle_start'
        pricelists = start._escarcelle_sudo("product.pricelist")
        return pricelists.search([("company_id", "=", start.company_id.id)], order="sequence, id")

    @api.model
    def _escarcelle_shown(self, record):
        return {
            "name": record.name,
            "rate": record.escarcelle_rate,
            "rounding": record.escarcelle_rounding,
            "minimum": record.escarcelle_minimum_price,
            "exempt": record.escarcelle_sector == vat.EXEMPT_B,
        }

    def _escarcelle_values(self, changed, position):
        """Values of the pricelist for these fields of the row."""
        names = {
            "name": "name",
            "rate": "escarcelle_rate",
            "rounding": "escarcelle_rounding",
            "minimum": "escarcelle_minimum_price",
        }
        values = {names[name]: value for name, value in changed.items() if name in names}
        if "exempt" in changed:
            values["escarcelle_fiscal_position_id"] = position.id if changed["exempt"] else False
        return values


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    tariff_ids = fields.One2many("escarcelle.start.tariff", "start_id", "Tariffs")

    def _escarcelle_enter_tariffs(self):
        rows = self.env["escarcelle.start.tariff"]
        rows._escarcelle_refresh(self)
        if "tariffs" in (self.states or {}):
            return
        there = self.tariff_ids.pricelist_id.sudo()
        if len(there) == 1 and not there.item_ids:
            # The pricelist Odoo gives every company: the public tariff, under its name.
            self.tariff_ids.filtered("pricelist_id").name = USUAL[0][0]
        if len(there) <= 1 and not there.item_ids:
            self.action_propose_tariffs()

    def action_propose_tariffs(self):
        """Add the usual tariffs, those of a name that is there already left out."""
        known = set(self.tariff_ids.mapped("name"))
        mixed = self.regime == "MIXED"
        self.env["escarcelle.start.tariff"].create(
            [
                {
                    "start_id": self.id,
                    "sequence": len(known) + rank,
                    "name": name,
                    "rate": rate,
                    "rounding": step,
                    "minimum": minimum,
                    "exempt": mixed and rate < 100,
                }
                for rank, (name, rate, step, minimum) in enumerate(USUAL)
                if name not in known
            ]
        )

    def _escarcelle_apply_tariffs(self):
        self._escarcelle_make_french()
        rows = self.tariff_ids
        if not rows:
            raise UserError(
                self.env._(
                    "A shop has one tariff at least: add a row, or press « Propose the usual tariffs »."
                )
            )
        names = [row.name.strip().casefold() for row in rows]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            wrong = rows.filtered(lambda row: row.name.strip().casefold() in twice)[0]
            raise UserError(
                self.env._("Two tariffs are called « %s »: give one another name.", wrong.name)
            )
        position = self._escarcelle_sudo("account.fiscal.position").search(
            [("company_id", "=", self.company_id.id), ("escarcelle_sector", "=", vat.EXEMPT_B)],
            limit=1,
        )
        if any(rows.mapped("exempt")) and not position:
            raise UserError(
                self.env._(
                    "A tariff without VAT needs the regime « mixed » or « exempt, CGI 261-7-1° b »: choose it at the"
                    " step « VAT », or untick « No VAT »."
                )
            )
        company, pricelists = self._escarcelle_company(), self._escarcelle_sudo("product.pricelist")
        gone = rows._escarcelle_there(self) - rows.pricelist_id
        gone.active = False
        for rank, row in enumerate(rows):
            if row.pricelist_id:
                changed = row._escarcelle_changed()
                if changed:
                    pricelists.browse(row.pricelist_id.id).write(
                        row._escarcelle_values(changed, position)
                    )
            else:
                said = {name: row[name] for name in row._copied}
                rate = said.pop("rate")
                row.pricelist_id = pricelists.create(
                    {
                        "company_id": company.id,
                        "currency_id": company.currency_id.id,
                        "sequence": rank + 1,
                        **row._escarcelle_values(said, position),
                    }
                )
                pricelists.browse(row.pricelist_id.id).escarcelle_rate = rate
        if rows._escarcelle_there(self).ids != rows.pricelist_id.ids:
            for rank, row in enumerate(rows, 1):
                pricelists.browse(row.pricelist_id.id).sequence = rank
        self._escarcelle_show_tariffs()

    def _escarcelle_public_tariff(self):
        """The tariff of who has no card: the first that takes nothing off."""
        there = self.env["escarcelle.start.tariff"]._escarcelle_there(self)
        return there.filtered(lambda tariff: tariff.escarcelle_rate == 100)[:1] or there[:1]

    def _escarcelle_show_tariffs(self):
        """Points of sale know every tariff of the shop."""
        tariffs_there = self.env["escarcelle.start.tariff"]._escarcelle_there(self)
        configs = self._escarcelle_sudo("pos.config").search(
            [("company_id", "=", self.company_id.id)]
        )
        for config in configs:
            missing = tariffs_there - config.available_pricelist_ids
            if missing:
                config.write(
                    {
                        "use_pricelist": True,
                        "available_pricelist_ids": [Command.link(tariff.id) for tariff in missing],
                        "pricelist_id": config.pricelist_id.id
                        or self._escarcelle_public_tariff().id,
                    }
                )
