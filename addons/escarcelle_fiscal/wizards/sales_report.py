from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..models.account_fiscal_position import SECTORS
from ..tools.tables import COUNT, DATE, MONEY, RATE, Column, Table

STATES = [
    ("equal", "Equal"),
    ("different", "Different"),
    ("open", "Day not closed"),
    ("booking", "Not booked yet"),
]
#: French names of the documents, for what leaves the house.
STATE_NAMES = {"equal": "égal", "different": "ÉCART", "open": "journée non close", "booking": "non comptabilisé"}
SECTOR_NAMES = {
    "TAXABLE": "Taxable", "EXO_A": "Exonéré 261-7-1° a", "EXO_B": "Exonéré 261-7-1° b",
    "FRANCHISE": "Franchise 293 B", "DOM_NONE": "Hors TVA 294",
}  # fmt: skip
MEANS = {
    "ESPECES": "Espèces", "CARTE": "Carte bancaire", "CHEQUE": "Chèque", "VIREMENT": "Virement",
    "BON": "Bon d'achat", "COMPTE": "En compte", "AUTRE": "Autre",
}  # fmt: skip


class EscarcelleFiscalSalesReport(models.TransientModel):
    """« Journal des ventes »: what was sold by day, rate, sector and means of payment, the three books side by
    side: signed closings, signed tickets, accounts."""

    _name = "escarcelle.fiscal.sales.report"
    _inherit = "escarcelle.fiscal.export"
    _description = "Sales journal of a period"

    till_ids = fields.Many2many("escarcelle.fiscal.till", "escarcelle_sales_report_till", string="Devices")
    line_ids = fields.One2many("escarcelle.fiscal.sales.line", "report_id")

    def action_show(self):
        """The lines on screen, differences first to be seen."""
        reader = self._escarcelle_reader()
        reader.line_ids = [Command.clear(), *(Command.create(values) for values in reader._escarcelle_values())]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sales journal"),
            "res_model": "escarcelle.fiscal.sales.line",
            "view_mode": "list,pivot",
            "domain": [("report_id", "=", self.id)],
            "context": {"search_default_vat": 1},
        }

    def _escarcelle_values(self):
        rows = self.env["escarcelle.fiscal.sales.ledger"]._escarcelle_rows(
            self.company_id, self.date_from, self.date_to, self.till_ids.ids
        )
        return [
            {
                "business_day": row.day,
                "till_id": row.till,
                "part": row.part,
                "sector": row.sector or False,
                "rate": int(row.key) / 100 if row.part == "vat" else 0,
                "label": _rate(row.key) if row.part == "vat" else MEANS.get(row.key, row.key),
                "tickets": row.count,
                "closing": row.closing / 100,
                "closing_tax": row.closing_tax / 100,
                "untaxed": (row.tickets - row.tickets_tax) / 100,
                "tax": row.tickets_tax / 100,
                "amount": row.tickets / 100,
                "booked": row.booked / 100,
                "booked_tax": row.booked_tax / 100,
                "difference": row.difference / 100,
                "state": row.state,
                "move_ids": sorted(row.moves),
            }
            for row in rows
        ]

    # -- export ----------------------------------------------------------------------------------

    def _escarcelle_title(self):
        return "Journal des ventes"

    def _escarcelle_slug(self):
        return "journal-des-ventes"

    def _escarcelle_tables(self):
        rows = self.env["escarcelle.fiscal.sales.ledger"]._escarcelle_rows(
            self.company_id, self.date_from, self.date_to, self.till_ids.ids
        )
        tills = {till.id: till for till in self.env["escarcelle.fiscal.till"].browse({row.till for row in rows})}
        vat = [row for row in rows if row.part == "vat"]
        means = [row for row in rows if row.part == "payment"]
        return [
            Table(
                "ventes", "Ventes par jour, secteur et taux",
                (Column("Journée", DATE), Column("Caisse", COUNT), Column("Secteur"), Column("Taux TVA", RATE),
                 Column("Tickets", COUNT), Column("HT", MONEY, True), Column("TVA", MONEY, True),
                 Column("TTC", MONEY, True), Column("Clôture (Z)", MONEY, True), Column("Comptabilité", MONEY, True),
                 Column("Écart", MONEY, True), Column("État")),
                [(row.day, tills[row.till].number, SECTOR_NAMES.get(row.sector, row.sector), int(row.key), row.count,
                  row.tickets - row.tickets_tax, row.tickets_tax, row.tickets, row.closing, row.booked,
                  row.difference, STATE_NAMES[row.state]) for row in vat],
            ),
            Table(
                "encaissements", "Encaissements par jour et moyen de paiement",
                (Column("Journée", DATE), Column("Caisse", COUNT), Column("Moyen"), Column("Tickets", COUNT),
                 Column("Encaissé", MONEY, True), Column("Clôture (Z)", MONEY, True), Column("Écart", MONEY, True),
                 Column("État")),
                [(row.day, tills[row.till].number, MEANS.get(row.key, row.key), row.count, row.tickets, row.closing,
                  row.difference, STATE_NAMES[row.state]) for row in means],
            ),
        ]  # fmt: skip


class EscarcelleFiscalSalesLine(models.TransientModel):
    """A line of the journal on screen, with its way down to tickets and entries."""

    _name = "escarcelle.fiscal.sales.line"
    _description = "Line of the sales journal"
    _order = "business_day, till_id, part desc, sector, rate desc, label"
    _rec_name = "label"

    report_id = fields.Many2one("escarcelle.fiscal.sales.report", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="report_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    business_day = fields.Date(readonly=True)
    # No foreign key: devices are read from a view.
    till_id = fields.Many2one("escarcelle.fiscal.till", "Device", readonly=True)
    part = fields.Selection([("vat", "VAT"), ("payment", "Means of payment")], readonly=True)
    sector = fields.Selection(SECTORS, readonly=True)
    rate = fields.Float("VAT rate", readonly=True, aggregator=None)
    label = fields.Char("Rate or means", readonly=True)
    tickets = fields.Integer(readonly=True)
    untaxed = fields.Monetary("Without VAT", readonly=True)
    tax = fields.Monetary("VAT", readonly=True)
    amount = fields.Monetary("Signed tickets", readonly=True)
    closing = fields.Monetary("Day closing", readonly=True)
    closing_tax = fields.Monetary("VAT of the closing", readonly=True)
    booked = fields.Monetary("Accounting", readonly=True, help="Of means of payment: what the tickets say.")
    booked_tax = fields.Monetary("VAT booked", readonly=True)
    difference = fields.Monetary(readonly=True, help="The largest distance between closing, tickets and accounting.")
    state = fields.Selection(STATES, readonly=True)
    move_ids = fields.Json(readonly=True)

    def action_view_tickets(self):
        """The signed tickets of that day and device."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets"),
            "res_model": "escarcelle.fiscal.record",
            "view_mode": "list,form",
            "domain": [
                ("kind", "=", "TCK"), ("till_id", "=", self.till_id.id), ("business_day", "=", self.business_day),
            ],
        }  # fmt: skip

    def action_view_entries(self):
        """The accounting entries of those tickets."""
        self.ensure_one()
        if not self.move_ids:
            raise UserError(self.env._("Nothing is booked for this day yet: its session is not closed."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accounting entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.move_ids)],
        }


def _rate(key):
    return f"{int(key) / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " %"
