from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EscarcelleHousehold(models.Model):
    """A household (foyer): the people who share one budget and one card.

    Invariants: the code is given once, never reused and never the card number; names and addresses
    are kept here and nowhere else, so that they can be erased: the contact that orders and entries
    refer to (``partner_id``) carries the code and a first name with an initial.
    """

    _name = "escarcelle.household"
    _description = "Household"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "code desc, id desc"
    _rec_names_search = ["lookup"]
    _check_company_auto = True

    code = fields.Char(
        required=True, readonly=True, copy=False, index=True, default="/",
        help="Number of the file. It stands on records and receipts in place of the name.",
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    external_ref = fields.Char(
        "External reference", copy=False, index="btree_not_null",
        help="Number of the household in the file or software it was imported from.",
    )  # fmt: skip
    partner_id = fields.Many2one(
        "res.partner", "Till contact", readonly=True, copy=False, index=True, ondelete="restrict",
        help="What the till and the accounts know of the household: its code, a first name and an initial.",
    )  # fmt: skip

    first_name = fields.Char(required=True)
    # Not tracked: the history of a name would outlive its erasure.
    last_name = fields.Char(required=True)
    short_name = fields.Char(
        "Name at the till", compute="_compute_short_name",
        help="First name and initial: all that a cashier sees.",
    )  # fmt: skip
    street = fields.Char()
    street2 = fields.Char()
    zip = fields.Char()
    city = fields.Char()
    phone = fields.Char()
    email = fields.Char()
    note = fields.Html("Notes")

    member_ids = fields.One2many("escarcelle.household.member", "household_id", "Members")
    size = fields.Integer(
        compute="_compute_size", store=True, help="People in the household, the holder included."
    )
    child_count = fields.Integer("Children", compute="_compute_child_count")
    delegate_name = fields.Char(
        "Delegated shopper", help="Somebody who may shop in the household's place, with its card."
    )
    delegate_until = fields.Date("Delegated until")

    organisation_id = fields.Many2one(
        "res.partner", "Referring organisation", tracking=True, index="btree_not_null",
        domain=[("is_company", "=", True)],
    )  # fmt: skip
    referrer_id = fields.Many2one(
        "res.partner", "Social referent", tracking=True, index="btree_not_null",
        domain="[('is_company', '=', False), ('parent_id', '=?', organisation_id)]",
    )  # fmt: skip

    _code_uniq = models.UniqueIndex("(company_id, code)", "This code belongs to another household.")
    _external_uniq = models.UniqueIndex(
        "(company_id, external_ref) WHERE external_ref IS NOT NULL",
        "Another household has this external reference.",
    )

    @api.depends("code", "first_name", "last_name")
    def _compute_display_name(self):
        for household in self:
            code = household.code if household.code != "/" else False
            names = (household.first_name or "", household.last_name or "")
            name = " ".join(filter(None, names))
            household.display_name = " · ".join(filter(None, (code, name))) or self.env._(
                "New household"
            )

    @api.depends("first_name", "last_name")
    def _compute_short_name(self):
        for household in self:
            first = (household.first_name or "").strip()
            initial = (household.last_name or "").strip()[:1].upper()
            household.short_name = f"{first} {initial}." if initial else first

    @api.depends("member_ids.active", "member_ids.joined_on", "member_ids.left_on")
    def _compute_size(self):
        today = fields.Date.context_today(self)
        for household in self:
            household.size = max(1, len(household.member_ids._escarcelle_here_on(today)))

    @api.depends("member_ids.birth_year", "member_ids.joined_on", "member_ids.left_on")
    @api.depends_context("tz")
    def _compute_child_count(self):
        today = fields.Date.context_today(self)
        for household in self:
            household.child_count = sum(
                bool(member.birth_year) and today.year - member.birth_year < 18
                for member in household.member_ids._escarcelle_here_on(today)
            )

    @api.constrains("first_name", "last_name")
    def _check_names(self):
        for household in self:
            if not (household.first_name or "").strip() or not (household.last_name or "").strip():
                raise ValidationError(
                    self.env._(
                        "Give the household's first name and last name, or an alias of each."
                    )
                )

    @api.onchange("referrer_id")
    def _onchange_referrer_id(self):
        if self.referrer_id.parent_id and not self.organisation_id:
            self.organisation_id = self.referrer_id.parent_id

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mail'
        wanted = {}
        for vals in vals_list:
            if vals.get("code", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                wanted[company] = wanted.get(company, 0) + 1
        codes = {
            company: iter(
                self.env["res.company"].browse(company)._escarcelle_household_codes(count)
            )
            for company, count in wanted.items()
        }
        numbered = [
            {**vals, "code": next(codes[vals.get("company_id") or self.env.company.id])}
            if vals.get("code", "/") == "/"
            else vals
            for vals in vals_list
        ]
        return super().create(numbered)

    @api.model
    def _escarcelle_personal_columns(self):
        """Hook: what becomes, at an erasure, of the rows an addon keeps of a household.

        ``{model: {"link": path to the household, "unlink": bool, "erase": {column: instead},
        "scrub": columns, "follow": columns, "keep": {column: why}}}``.
        """
        return {}

    def _escarcelle_before_erasure(self):
        """Hook: these households are about to be erased; keep what must be counted of them, without a name."""

    def copy_data(self, default=None):
        # A copy would be a second budget for the same people: only the address is worth taking over.
        raise ValidationError(self.env._("A household cannot be duplicated: create a new one."))
