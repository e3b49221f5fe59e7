from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EscarcelleCardRetired(models.Model):
    """The number of a card whose household was erased: whose it was is not known any more, and nobody
    else ever gets it."""

    _name = "escarcelle.card.retired"
    _description = "Card Number Given for Ever"
    _rec_name = "number"

    number = fields.Char(required=True, readonly=True)

    _number_uniq = models.Constraint("UNIQUE (number)")


class EscarcelleCard(models.Model):
    _inherit = "escarcelle.card"

    @api.model
    def _escarcelle_new_numbers(self, count):
        # EXTENDS 'escarcelle_social': a number is given once for ever
        numbers = super()._escarcelle_new_numbers(count)
        retired = self.env["escarcelle.card.retired"].sudo()
        while taken := retired.search([("number", "in", numbers)]).mapped("number"):
            numbers = [number for number in numbers if number not in taken]
            numbers += super()._escarcelle_new_numbers(count - len(numbers))
        return numbers

    @api.constrains("number")
    def _check_number_retired(self):
        retired = self.env["escarcelle.card.retired"].sudo()
        if retired.search_count([("number", "in", self.mapped("number"))], limit=1):
            raise ValidationError(
                self.env._("This card number was given before: issue another one.")
            )


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def _escarcelle_retire_cards(self):
        """Keep the numbers of these households' cards apart from them, in no order that says anything."""
        numbers = sorted(self.sudo().with_context(active_test=False).card_ids.mapped("number"))
        self.env["escarcelle.card.retired"].sudo().create(
            [{"number": number} for number in numbers]
        )
