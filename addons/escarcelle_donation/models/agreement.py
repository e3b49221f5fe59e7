from odoo import api, fields, models
from odoo.fields import Domain


class EscarcelleDonationAgreement(models.Model):
    """A « convention de don » signed with a donor, and what it covers between two dates.

    Shops over 400 m² give their unsold food under such an agreement (code de l'environnement, art. L. 541-15-5).
    """

    _name = "escarcelle.donation.agreement"
    _description = "Donation Agreement"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"

    name = fields.Char("Reference", required=True, size=64)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    donor_id = fields.Many2one(
        "res.partner",
        "Donor",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('escarcelle_donor', '=', True)]",
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._escarcelle_today()
    )
    date_to = fields.Date("To", help="Empty: until somebody ends it.")
    short_dated = fields.Boolean(
        "Covers short use-by dates",
        help="The agreement says that goods within 48 hours of their use-by date are given out in time"
        " (code de l'environnement, art. D. 541-310).",
    )
    document = fields.Binary("Signed document", attachment=True)
    document_name = fields.Char()
    note = fields.Text("What it says")
    state = fields.Selection(
        [("future", "To come"), ("running", "In force"), ("over", "Over")],
        compute="_compute_state",
        search="_search_state",
    )

    _dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)", "The agreement ends after it begins."
    )

    @api.depends("date_from", "date_to")
    def _compute_state(self):
        for agreement in self:
            today = (agreement.company_id or self.env.company)._escarcelle_today()
            if agreement.date_from and agreement.date_from > today:
                agreement.state = "future"
            else:
                agreement.state = (
                    "over" if agreement.date_to and agreement.date_to < today else "running"
                )

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._escarcelle_today()
        domains = {
            "future": Domain("date_from", ">", today),
            "over": Domain("date_to", "<", today) & Domain("date_from", "<=", today),
            "running": Domain("date_from", "<=", today)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today)),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    def _escarcelle_covering(self, company, donor, day):
        """The agreements of ``donor``, or of the organisation it belongs to, in force on ``day``."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("donor_id", "in", (donor | donor.commercial_partner_id).ids),
                ("date_from", "<=", day),
                "|", ("date_to", "=", False), ("date_to", ">=", day),
            ]
        )  # fmt: skip
