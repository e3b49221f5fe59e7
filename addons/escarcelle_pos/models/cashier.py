import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS

from ..tools import secret

_CODE = re.compile(r"[A-Z0-9]{1,12}")
_PIN = re.compile(r"\d{4,12}")


class EscarcelleCashier(models.Model):
    """Someone who may use the tills, known there by a PIN or a badge.

    Invariants: signed records carry the code, never the name; PIN and badge are kept as slow salted
    hashes that nobody can read; a code that has served is not changed.
    """

    _name = "escarcelle.cashier"
    _description = "Cashier"
    _inherit = ["mail.thread"]
    _order = "code, id"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(required=True, copy=False, help="Written in signed tickets instead of the name.")
    role = fields.Selection(
        [("cashier", "Cashier"), ("manager", "Manager")],
        required=True, default="cashier", tracking=True,
        help="A manager may allow what the till refuses a cashier: over budget, cash out…",
    )  # fmt: skip
    user_id = fields.Many2one("res.users", "Odoo user", help="Shown on the orders this person has sold.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True)
    pin_hash = fields.Json(groups=NO_ACCESS, copy=False)
    badge_hash = fields.Json(groups=NO_ACCESS, copy=False)
    has_pin = fields.Boolean("PIN", compute="_compute_has_secret", compute_sudo=True)
    has_badge = fields.Boolean("Badge", compute="_compute_has_secret", compute_sudo=True)

    _code_uniq = models.Constraint("UNIQUE (company_id, code)", "Another cashier has this code.")

    @api.depends("pin_hash", "badge_hash")
    def _compute_has_secret(self):
        for cashier in self:
            cashier.has_pin = bool(cashier.pin_hash)
            cashier.has_badge = bool(cashier.badge_hash)

    @api.depends("name", "code")
    def _compute_display_name(self):
        for cashier in self:
            cashier.display_name = f"{cashier.name} ({cashier.code})" if cashier.code else cashier.name

    @api.constrains("code")
    def _check_code(self):
        for cashier in self:
            if not _CODE.fullmatch(cashier.code or ""):
                raise ValidationError(self.env._("A cashier's code has 1 to 12 capital letters and digits."))

    def action_set_secret(self):
        """Open the wizard that sets the PIN and the badge."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("PIN and badge"),
            "res_model": "escarcelle.cashier.secret",
            "view_mode": "form",
            "target": "new",
            "context": {"default_cashier_id": self.id},
        }

    def _escarcelle_set_secrets(self, pin=None, badge=None):
        """Replace PIN and badge; None leaves one as it is, ``""`` removes it."""
        self.ensure_one()
        self.check_access("write")
        values = {}
        if pin is not None:
            if pin and not _PIN.fullmatch(pin):
                raise UserError(self.env._("A PIN has 4 to 12 digits."))
            values["pin_hash"] = secret.scrypt(pin) if pin else False
        if badge is not None:
            if badge and len(badge.strip()) < 6:
                raise UserError(self.env._("A badge has at least 6 characters: scan it again."))
            values["badge_hash"] = secret.scrypt(badge.strip()) if badge else False
        self.sudo().write(values)

    @api.model
    def _escarcelle_cashiers(self, company=None):
        """The list of ``cashiers.json`` (docs/formats.md §7): who can identify at the company's tills."""
        domain = [("company_id", "=", (company or self.env.company).id)]
        return [
            {
                "code": cashier.code,
                "name": cashier.name,
                "role": cashier.role,
                "pin": cashier.pin_hash or None,
                "badge": cashier.badge_hash or None,
            }
            for cashier in self.sudo().search(domain)
            if cashier.pin_hash or cashier.badge_hash
        ]

    @api.model
    def _escarcelle_users(self, company):
        """Code → id of the Odoo user, archived cashiers included."""
        cashiers = self.sudo().with_context(active_test=False).search([("company_id", "=", company.id)])
        return {cashier.code: cashier.user_id.id for cashier in cashiers if cashier.user_id}
