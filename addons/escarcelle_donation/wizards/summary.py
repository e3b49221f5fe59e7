from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from . import workbook

FORMS = {"16216": "16216*02", "11580": "11580*05"}
STATES = {"issued": "en vigueur", "replaced": "remplacé", "cancelled": "annulé"}
KINDS = {"goods": "Marchandises", "money": "Argent"}
DONORS = {"company": "Entreprise", "individual": "Particulier", "association": "Association, autre organisme"}


class EscarcelleDonationSummary(models.TransientModel):
    """What each donor gave in a year: on paper for the donor, in Excel for the shop, with the register of receipts."""

    _name = "escarcelle.donation.summary"
    _inherit = "escarcelle.donation.paper"
    _description = "Gifts of a Year"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(
        required=True, default=lambda self: self.env.company._escarcelle_today().year
    )
    donor_ids = fields.Many2many(
        "res.partner", "escarcelle_donation_summary_donor", "wizard_id", "partner_id", "Donors",
        domain="[('escarcelle_donor', '=', True)]",
    )  # fmt: skip
    line_ids = fields.One2many(
        "escarcelle.donation.summary.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    _year = models.Constraint("CHECK (year BETWEEN 1990 AND 2200)", "Write a year of four digits.")

    def _escarcelle_gifts(self):
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id), ("state", "=", "done"),
            ("date", ">=", f"{self.year}-01-01"), ("date", "<=", f"{self.year}-12-31"),
        ]  # fmt: skip
        if self.donor_ids:
            domain.append(("donor_id", "in", self.donor_ids.ids))
        return self.env["escarcelle.donation"].search(domain, order="donor_id, date, id")

    @api.depends("company_id", "year", "donor_ids")
    def _compute_line_ids(self):
        for wizard in self:
            if not 1990 <= wizard.year <= 2200:
                wizard.line_ids = [Command.clear()]
                continue
            by_donor = wizard._escarcelle_gifts().grouped("donor_id")
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "donor_id": donor.id, "count": len(gifts), "weight": sum(gifts.mapped("weight")),
                            "goods": sum(gifts.filtered(lambda g: g.kind == "goods").mapped("value")),
                            "money": sum(gifts.filtered(lambda g: g.kind == "money").mapped("value")),
                            "receipts": ", ".join(gifts.receipt_id.sorted("id").mapped("name")),
                        }
                    )
                    for donor, gifts in by_donor.items()
                ),
            ]  # fmt: skip

    def action_pdf(self):
        """A page a donor."""
        if not self.line_ids:
            raise UserError(self.env._("Nobody gave anything in %s.", self.year))
        return self.env.ref("escarcelle_donation.report_summary").report_action(self, config=False)

    def action_xlsx(self):
        """Donors, gifts, goods and the register of receipts of the year, in one workbook."""
        self.ensure_one()
        return workbook.download(
            self, f"dons-{self.year}.xlsx", workbook.workbook(self._escarcelle_sheets())
        )

    def _escarcelle_sheets(self):
        gifts = self._escarcelle_gifts()
        return [
            (
                "Donateurs",
                [("Nature", "text"), ("Donateur", "text"), ("SIREN", "text"), ("Dons", "count"), ("Poids", "weight"),
                 ("En nature", "money"), ("En argent", "money"), ("Reçus", "text")],
                [
                    (
                        DONORS.get(line.donor_id.escarcelle_donor_kind), line.donor_id.display_name,
                        line.donor_id.escarcelle_siren, line.count, line.weight, line.goods, line.money, line.receipts,
                    )
                    for line in self.line_ids
                ],
            ),
            (
                "Dons",
                [("Date", "date"), ("Donateur", "text"), ("N°", "text"), ("Nature", "text"), ("Poids", "weight"),
                 ("Refusé", "weight"), ("Valeur du donateur", "money"), ("Au prix de référence", "money"),
                 ("Reçu", "text")],
                [
                    (
                        g.date, g.donor_id.display_name, g.name, KINDS[g.kind], g.weight, g.refused_weight, g.value,
                        g.reference_value, g.receipt_id.name,
                    )
                    for g in gifts
                ],
            ),
            ("Marchandises", *self._escarcelle_goods(gifts)),
            ("Registre des reçus", *self._escarcelle_register()),
        ]  # fmt: skip

    def _escarcelle_goods(self, gifts):
        columns = [
            ("Date", "date"), ("Désignation", "text"), ("Donateur", "text"), ("Quantité", "count"), ("Poids", "weight"),
            ("Lot", "text"), ("Date limite", "date"), ("Source", "text"), ("Refusé", "text"), ("Valeur", "money"),
            ("Au prix de référence", "money"),
        ]  # fmt: skip
        reasons = dict(
            self.env["escarcelle.donation.line"]._fields["refusal"]._description_selection(self.env)
        )
        return columns, [
            (
                line.date, line.name, line.donor_id.display_name, line.quantity, line.weight,
                line.lot_id.name or line.lot_name, line.expiry, line.source_id.code,
                line.refused and reasons.get(line.refusal, ""), 0 if line.refused else line.value,
                0 if line.refused else line.reference_value,
            )
            for line in gifts.line_ids
        ]  # fmt: skip

    def _escarcelle_register(self):
        """Every number of the year, cancelled ones too."""
        columns = [
            ("Émis le", "date"), ("Donateur", "text"), ("N° d'ordre", "text"), ("Formulaire", "text"), ("État", "text"),
            ("Date du don", "text"), ("En argent", "money"), ("En nature", "money"), ("Total", "money"),
            ("Remplacé par", "text"), ("Motif", "text"), ("Conservé jusqu'au", "date"),
        ]  # fmt: skip
        receipts = self.env["escarcelle.donation.receipt"].search(
            [("company_id", "=", self.company_id.id), ("year", "=", self.year), ("number", ">", 0)],
            order="form, number",
        )
        return columns, [
            (
                r.issued_on, " ".join(filter(None, (r.donor_name, r.donor_first_name))), r.name, FORMS[r.form],
                STATES[r.state], r.date_label, r.money_amount, r.goods_amount, r.amount, r.replaced_by_id.name,
                r.cancel_reason, r.keep_until,
            )
            for r in receipts
        ]  # fmt: skip


class EscarcelleDonationSummaryLine(models.TransientModel):
    """A donor's year."""

    _name = "escarcelle.donation.summary.line"
    _description = "Gifts of a Donor in a Year"

    wizard_id = fields.Many2one("escarcelle.donation.summary", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    donor_id = fields.Many2one("res.partner", "Donor")
    count = fields.Integer("Gifts")
    weight = fields.Float("kg", digits=(16, 3))
    goods = fields.Monetary("In kind")
    money = fields.Monetary("In money")
    receipts = fields.Char()

    def _escarcelle_gifts(self):
        """The gifts of this donor, for the paper."""
        self.ensure_one()
        return self.wizard_id._escarcelle_gifts().filtered(lambda g: g.donor_id == self.donor_id)
