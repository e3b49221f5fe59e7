from odoo import fields, models


class EscarcellePrivacyOffice(models.Model):
    """Who answers for a shop's personal data: its representative, its data protection officer. One a shop."""

    _name = "escarcelle.privacy.office"
    _description = "Who Answers for Personal Data"
    _inherit = ["escarcelle.shop.rules"]
    _rec_name = "company_id"

    representative = fields.Char(help="Who signs for the organisation: first name and last name.")
    quality = fields.Char("In the quality of", help="President, director…")
    public_body = fields.Boolean(
        "Public body", help="A CCAS or a town hall: the legal ground is a task of public interest."
    )
    dpo = fields.Selection(
        [("none", "None"), ("internal", "Of our own"), ("network", "The network's"), ("external", "A provider")],
        "Data protection officer", required=True, default="none",
    )  # fmt: skip
    dpo_name = fields.Char("Officer")
    dpo_email = fields.Char("Officer's e-mail")
    dpo_phone = fields.Char("Officer's telephone")
    contact_email = fields.Char(
        "E-mail for requests", help="Where people ask for their data. Empty: the shop's own."
    )
    contact_phone = fields.Char("Telephone for requests")
    outside_europe = fields.Char(
        "Sent outside the European Union",
        help="To whom and under which guarantees. Empty: nothing leaves the European Union.",
    )
    reminder_days = fields.Integer(
        "Remind of an appointment (days before)", default=2, required=True,
        help="By e-mail, to the households that agreed to it. 0: never.",
    )  # fmt: skip

    _reminder_days = models.Constraint(
        "CHECK (reminder_days BETWEEN 0 AND 30)", "Remind 0 to 30 days before."
    )
