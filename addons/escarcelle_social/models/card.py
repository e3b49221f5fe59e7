import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from escarcelle_core import ean13


class EscarcelleCard(models.Model):
    """A household's card: a number to scan, drawn at random, that says nothing of the household.

    Invariants: a number is given once for ever, in all shops of the database; a household has at most
    one active card; a lost or replaced card never becomes active again.
    """

    _name = "escarcelle.card"
    _description = "Household Card"
    _rec_name = "number"
    _order = "issued_on desc, id desc"

    number = fields.Char(
        required=True, copy=False, default=lambda self: self._escarcelle_new_number()
    )
    household_id = fields.Many2one(
        "escarcelle.household", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    state = fields.Selection(
        [
            ("active", "Active"),
            ("lost", "Lost"),
            ("replaced", "Replaced"),
            ("returned", "Given back"),
        ],
        required=True,
        default="active",
    )
    issued_on = fields.Date(required=True, default=fields.Date.context_today)
    ended_on = fields.Date()

    _number_uniq = models.Constraint("UNIQUE (number)", "This card number was already given.")
    _one_active = models.UniqueIndex(
        "(household_id) WHERE state = 'active'",
        "This household already has an active card: report it lost, or replace it.",
    )

    @api.model
    def _escarcelle_new_number(self):
        """A number nobody has. Random: a number found on the ground leads to no other."""
        return self._escarcelle_new_numbers(1)[0]

    @api.model
    def _escarcelle_new_numbers(self, count):
        """``count`` different numbers nobody has."""
        numbers = set()
        while len(numbers) < count:
            drawn = {
                ean13.card(secrets.randbelow(ean13.CARD_ROOM)) for _ in range(count - len(numbers))
            }
            taken = self.sudo().search([("number", "in", list(drawn))]).mapped("number")
            numbers |= drawn.difference(taken)
        return list(numbers)

    @api.constrains("number")
    def _check_number(self):
        for card in self:
            if not ean13.is_card(card.number):
                raise ValidationError(
                    self.env._(
                        "%(number)s is not a card number: thirteen digits starting with %(prefix)s,"
                        " the last one being the check digit.",
                        number=card.number,
                        prefix=ean13.CARD_PREFIX,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards.household_id._escarcelle_sync_partner()
        return cards

    def write(self, vals):
        if vals.get("state") == "active" and any(card.state != "active" for card in self):
            raise ValidationError(
                self.env._(
                    "A card that was lost or replaced stays so: give the household a new one."
                )
            )
        if {"number", "household_id"} & vals.keys():
            raise ValidationError(
                self.env._("A card keeps its number and its household: issue another card.")
            )
        result = super().write(vals)
        if "state" in vals:
            self.household_id._escarcelle_sync_partner()
        return result

    def action_report_lost(self):
        """Refuse this card from now on and issue another one."""
        self._escarcelle_end("lost")

    def action_replace(self):
        """Replace a worn card."""
        self._escarcelle_end("replaced")

    def _escarcelle_take_back(self):
        """Refuse these cards from now on, without another one: their households left."""
        active = self.filtered(lambda card: card.state == "active")
        active.write({"state": "returned", "ended_on": fields.Date.context_today(self)})

    def _escarcelle_end(self, state):
        self.check_access("write")
        active = self.filtered(lambda card: card.state == "active")
        active.write({"state": state, "ended_on": fields.Date.context_today(self)})
        active.flush_recordset()  # the index on active cards must see them end first
        self.create([{"household_id": card.household_id.id} for card in active])


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    card_ids = fields.One2many(
        "escarcelle.card", "household_id", "Cards", groups="escarcelle_social.group_manager"
    )
    card_id = fields.Many2one(
        "escarcelle.card",
        "Card",
        compute="_compute_card_id",
        groups="escarcelle_social.group_manager",
    )

    @api.depends("card_ids.state")
    def _compute_card_id(self):
        for household in self:
            household.card_id = household.card_ids.filtered(lambda card: card.state == "active")[:1]

    def action_issue_card(self):
        """Give a card to each household that has none and has not left."""
        self.check_access("write")
        without = self.filtered(lambda household: not household.card_id and not household.exit_on)
        self.env["escarcelle.card"].create([{"household_id": h.id} for h in without])
