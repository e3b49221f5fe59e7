from datetime import date

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class EscarcelleDonationReceiptMake(models.TransientModel):
    """Makes the receipts of a period: who gets what is seen, and what is missing, before anything is issued."""

    _name = "escarcelle.donation.receipt.make"
    _description = "Make Receipts"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("Gifts from", required=True, default=lambda self: self._default_from())
    date_to = fields.Date(
        "To", required=True, default=lambda self: self.env.company._escarcelle_today()
    )
    who = fields.Selection(
        [("all", "Everybody"), ("company", "Companies"), ("individual", "Individuals")],
        "For",
        required=True,
        default="all",
    )
    rhythm = fields.Selection(
        [("donor", "As the donor wants"), ("each", "One a gift"), ("yearly", "One for all gifts of a donor")],
        "Receipts", required=True, default="donor",
    )  # fmt: skip
    line_ids = fields.One2many(
        "escarcelle.donation.receipt.make.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    missing = fields.Char(compute="_compute_missing")
    ready_count = fields.Integer(compute="_compute_missing")
    problem_count = fields.Integer(compute="_compute_missing")
    unsigned = fields.Boolean("No signature drawn", compute="_compute_missing")

    @api.model
    def _default_from(self):
        today = self.env.company._escarcelle_today()
        return date(today.year - (today.month < 4), 1, 1)

    @api.depends("company_id", "date_from", "date_to", "who", "rhythm")
    def _compute_line_ids(self):
        for wizard in self:
            if not (wizard.date_from and wizard.date_to):
                continue
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._escarcelle_lines()),
            ]

    @api.depends("line_ids.problem")
    def _compute_missing(self):
        for wizard in self:
            policy = self.env["escarcelle.donation.policy"]._escarcelle_for(wizard.company_id)
            wizard.missing = ", ".join(policy._escarcelle_missing())
            wizard.unsigned = not policy.signature
            wizard.problem_count = len(wizard.line_ids.filtered("problem"))
            wizard.ready_count = len(wizard.line_ids) - wizard.problem_count

    def _escarcelle_lines(self):
        """A line a receipt to come."""
        kinds = ["company", "individual"] if self.who == "all" else [self.who]
        gifts = self.env["escarcelle.donation"].search(
            [
                ("company_id", "=", self.company_id.id), ("state", "=", "done"), ("receipt_id", "=", False),
                ("receipt_wanted", "=", True), ("donor_kind", "in", kinds),
                ("date", ">=", self.date_from), ("date", "<=", self.date_to),
            ], order="donor_id, date, id",
        )  # fmt: skip
        gifts.line_ids.fetch(["value", "refused", "name"])
        lines = []
        for (donor, year), mine in gifts.grouped(lambda g: (g.donor_id, g.date.year)).items():
            rhythm = donor.escarcelle_receipt_rhythm if self.rhythm == "donor" else self.rhythm
            # A receipt is for one year: what a donor deducts is a year's.
            for group in [mine] if rhythm == "yearly" else mine:
                problem = self._escarcelle_problem(donor, group)
                lines.append(
                    {
                        "donor_id": donor.id, "year": year, "donation_ids": [Command.set(group.ids)],
                        "amount": sum(group.mapped("value")), "count": len(group),
                        "problem": problem, "chosen": not problem,
                    }
                )  # fmt: skip
        return lines

    def _escarcelle_problem(self, donor, gifts):
        gaps = donor._escarcelle_receipt_gaps()
        said = [self.env._("complete %s", ", ".join(gaps))] if gaps else []
        bare = gifts.filtered(
            lambda g: (
                not g.value or g.line_ids.filtered(lambda line: not line.refused and not line.value)
            )
        )
        if bare:
            said.append(self.env._("value to ask for: %s", ", ".join(bare.mapped("name"))))
        return "; ".join(said)

    def action_drafts(self):
        """Make the receipts without numbers, to be read before they are issued."""
        return self._escarcelle_show(self._escarcelle_make())

    def action_issue(self):
        """Make the receipts and give them their numbers."""
        receipts = self._escarcelle_make()
        receipts.action_issue()
        return self._escarcelle_show(receipts)

    def _escarcelle_make(self):
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.chosen and not line.problem)
        if not lines:
            raise UserError(
                self.env._(
                    "No receipt to make: choose another period, or complete what is missing."
                )
            )
        waiting = self.env["escarcelle.donation.receipt"].search(
            [("state", "=", "draft"), ("donation_ids", "in", lines.donation_ids.ids)]
        )
        if waiting:
            raise UserError(
                self.env._(
                    "Receipts of %s wait to be issued already: issue or delete them first.",
                    ", ".join(waiting.mapped("donor_id.display_name")),
                )
            )  # fmt: skip
        return self.env["escarcelle.donation.receipt"].create(
            [
                {
                    "company_id": self.company_id.id, "donor_id": line.donor_id.id,
                    "form": line.donor_id._escarcelle_receipt_form(),
                    "donation_ids": [Command.set(line.donation_ids.ids)],
                }
                for line in lines
            ]
        )  # fmt: skip

    def _escarcelle_show(self, receipts):
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_donation.receipt_action")
        return {**action, "domain": [("id", "in", receipts.ids)], "context": {}}


class EscarcelleDonationReceiptMakeLine(models.TransientModel):
    """A receipt to come, and what it still needs."""

    _name = "escarcelle.donation.receipt.make.line"
    _description = "Receipt to Make"

    wizard_id = fields.Many2one(
        "escarcelle.donation.receipt.make", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    chosen = fields.Boolean("Make", default=True)
    donor_id = fields.Many2one("res.partner", "Donor")
    year = fields.Integer()
    donation_ids = fields.Many2many(
        "escarcelle.donation", "escarcelle_receipt_make_donation", "line_id", "donation_id", "Gifts"
    )
    count = fields.Integer("Number of gifts")
    amount = fields.Monetary()
    problem = fields.Char("To complete")
