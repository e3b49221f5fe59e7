import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

#: Role of the page → group, role at the till (None: not at a till).
ROLES = {
    "manager": ("escarcelle_social.group_manager", "manager"),
    "stock": ("escarcelle_social.group_stock", None),
    "referent": ("escarcelle_social.group_referent", None),
    "cashier": ("escarcelle_social.group_cashier", "cashier"),
}
LETTERS = {"manager": "R", "cashier": "C"}
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


class EscarcelleStartPerson(models.Model):
    """Somebody of the shop: a user of the back office, a cashier of the tills, or both.

    Who sells at a till without opening Odoo needs a name and a PIN only. A PIN is kept as the hash of the
    cashier, never here.
    """

    _name = "escarcelle.start.person"
    _description = "Person of the First Steps"
    _order = "start_id, sequence, id"

    start_id = fields.Many2one("escarcelle.start", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="start_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    email = fields.Char("E-mail", help="To sign in here. Empty for who only works at a till.")
    role = fields.Selection(
        [
            ("manager", "Manager"),
            ("stock", "Stock manager"),
            ("referent", "Social referent"),
            ("cashier", "Cashier"),
        ],
        required=True,
        default="cashier",
    )
    pin = fields.Char(
        "PIN at the till", compute="_compute_pin", inverse="_inverse_pin",
        help="Four to twelve figures, for who sells at a till. It is never shown again.",
    )  # fmt: skip
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    cashier_id = fields.Many2one("escarcelle.cashier", readonly=True, ondelete="set null")
    code = fields.Char("Till code", related="cashier_id.code")
    has_pin = fields.Boolean("PIN given", related="cashier_id.has_pin")
    invitation = fields.Char("Invitation", compute="_compute_invitation")

    @api.constrains("user_id", "cashier_id", "start_id")
    def _check_own(self):
        """Whom a row points to is written as superuser: they are of the same shop."""
        for person in self.sudo():
            user, cashier = person.user_id, person.cashier_id
            if (user and person.company_id not in user.company_ids) or (
                cashier and cashier.company_id != person.company_id
            ):
                raise AccessError(self.env._("This is not somebody of %s.", person.company_id.name))

    def _escarcelle_is_above(self):
        """Whether the user administers the database: nobody here changes what they may do."""
        return self.user_id.sudo().has_group("base.group_erp_manager")

    def _compute_pin(self):
        self.pin = ""

    def _inverse_pin(self):
        for person in self.filtered("pin"):
            if not ROLES[person.role][1]:
                raise UserError(
                    self.env._(
                        "%s does not work at a till: leave the PIN empty, or choose another role.",
                        person.name,
                    )
                )
            pin, person.pin = person.pin.strip(), ""
            person._escarcelle_make_cashier()._escarcelle_set_secrets(pin=pin)

    @api.depends("user_id")
    def _compute_invitation(self):
        """The link by which a new user chooses a password; gone once they signed in."""
        for person in self:
            user = person.user_id.sudo()
            new = user and not user.login_date and user.partner_id.signup_type
            new = new and not person._escarcelle_is_above()
            person.invitation = user.partner_id.with_context(
                signup_valid=True
            )._get_signup_url_for_action()[user.partner_id.id] if new else False  # fmt: skip

    def _escarcelle_make_cashier(self):
        """The cashier of the tills that this person is, made when missing (sudo)."""
        self.ensure_one()
        cashiers = self.start_id._escarcelle_sudo("escarcelle.cashier")
        role = ROLES[self.role][1]
        if not self.cashier_id and self.user_id:
            # Somebody who comes back has the code of before, and no PIN: theirs may be known by now.
            again = cashiers.with_context(active_test=False).search(
                [("company_id", "=", self.company_id.id), ("user_id", "=", self.user_id.id)],
                limit=1,
            )
            if again:
                again.active = True
                again._escarcelle_set_secrets(pin="", badge="")
                self.cashier_id = again
        if not self.cashier_id:
            codes = set(
                cashiers.with_context(active_test=False)
                .search([("company_id", "=", self.company_id.id)])
                .mapped("code")
            )
            letter = LETTERS[role]
            code = next(c for n in range(1, 1000) if (c := f"{letter}{n:02d}") not in codes)
            self.cashier_id = cashiers.create(
                {
                    "name": self.name,
                    "code": code,
                    "role": role,
                    "company_id": self.company_id.id,
                    "user_id": self.user_id.id,
                }
            )
        return cashiers.browse(self.cashier_id.id)

    def _escarcelle_make_user(self):
        """The user of the back office that this person is: found by e-mail, or made and invited (sudo)."""
        self.ensure_one()
        email = (self.email or "").strip().lower()
        group = self.env.ref(ROLES[self.role][0])
        users = self.start_id._escarcelle_sudo("res.users").with_context(active_test=False)
        if self.user_id:
            return users.browse(self.user_id.id)
        found = users.search([("login", "=", email)], limit=1)
        if found and not found.active and found.company_ids == self.company_id and not found.share:
            # They left this shop and come back, with the password they had.
            found.active = True
        if found and (self.company_id not in found.company_ids or found.share or not found.active):
            # Nothing is said of who it is: people of other shops are theirs.
            raise UserError(
                self.env._(
                    "%s is already used by somebody of this database: type another address, or ask the administrator"
                    " to give them this shop.",
                    email,
                )
            )
        if not found:
            mails = self.env["ir.mail_server"].sudo().search_count([], limit=1)
            found = users.with_context(no_reset_password=not mails, active_test=True).create(
                {
                    "name": self.name,
                    "login": email,
                    "email": email,
                    "lang": self.env.user.lang,
                    "tz": self.company_id.sudo().escarcelle_timezone,
                    "company_id": self.company_id.id,
                    "company_ids": [Command.set(self.company_id.ids)],
                    "group_ids": [Command.set(group.ids)],
                }
            )
            found.partner_id.signup_prepare()
        self.user_id = found
        return found

    def _escarcelle_follow_role(self):
        """Give the user the groups of the role chosen here; one's own role is changed by somebody else."""
        self.ensure_one()
        user = self.start_id._escarcelle_sudo("res.users").browse(self.user_id.id)
        before = self.start_id._escarcelle_role(user)
        if before == self.role or self._escarcelle_is_above():
            return
        if user == self.env.user:
            raise UserError(
                self.env._(
                    "You cannot take the role of manager from yourself: ask another manager."
                )
            )
        group = {role: self.env.ref(xmlid) for role, (xmlid, _till) in ROLES.items()}
        taken = [Command.unlink(group[before].id)] if before else []
        user.write({"group_ids": [*taken, Command.link(group[self.role].id)]})


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    person_ids = fields.One2many("escarcelle.start.person", "start_id", "People")

    def _escarcelle_enter_people(self):
        """A row for each user and cashier of the shop; rows being typed stay."""
        self._escarcelle_company()
        users = self._escarcelle_sudo("res.users").search(
            [("company_ids", "in", self.company_id.ids), ("share", "=", False)]
        )
        roles = {user: role for user in users if (role := self._escarcelle_role(user))}
        cashiers = self._escarcelle_sudo("escarcelle.cashier").search(
            [("company_id", "=", self.company_id.id)]
        )
        by_user = {cashier.user_id.id: cashier for cashier in cashiers if cashier.user_id}
        rows = self.person_ids
        seen_users, seen_cashiers = set(rows.user_id.ids), set(rows.cashier_id.ids)
        new = [
            {
                "start_id": self.id,
                "sequence": 0 if user == self.env.user else 1,
                "name": user.name,
                "email": user.login,
                "role": role,
                "user_id": user.id,
                "cashier_id": by_user[user.id].id if user.id in by_user else False,
            }
            for user, role in roles.items()
            if user.id not in seen_users
        ]
        listed = {values["cashier_id"] for values in new} | seen_cashiers
        new += [
            {
                "start_id": self.id,
                "sequence": 2,
                "name": cashier.name,
                "role": cashier.role,
                "cashier_id": cashier.id,
            }
            for cashier in cashiers
            if cashier.id not in listed
        ]
        self.env["escarcelle.start.person"].create(new)

    @api.model
    def _escarcelle_role(self, user):
        """The role of the page that a user has, the widest first; None for who has none."""
        if user == self.env.ref("base.user_root"):
            return None
        return next((role for role, (group, _till) in ROLES.items() if user.has_group(group)), None)

    def _escarcelle_apply_people(self):
        """Make users and cashiers; somebody can sell in the end."""
        people = self.person_ids
        for person in people:
            email = (person.email or "").strip().lower()
            if email and not person.user_id and not _EMAIL.fullmatch(email):
                raise UserError(
                    self.env._(
                        "%(name)s: « %(email)s » is no e-mail address.",
                        name=person.name,
                        email=email,
                    )
                )
            if not email and not ROLES[person.role][1]:
                raise UserError(
                    self.env._(
                        "%s needs an e-mail address to sign in: type it, or remove the row.",
                        person.name,
                    )
                )
        emails = [person.email.strip().lower() for person in people if person.email]
        twice = next((email for email in emails if emails.count(email) > 1), None)
        if twice:
            raise UserError(
                self.env._("%s is on two rows: each person has an address of their own.", twice)
            )
        for person in people.filtered("email"):
            person._escarcelle_make_user()
            person._escarcelle_follow_role()
        for person in people.filtered(lambda person: ROLES[person.role][1]):
            cashier = person._escarcelle_make_cashier()
            values = {
                "name": person.name,
                "role": ROLES[person.role][1],
                "user_id": person.user_id.id,
            }
            changed = {
                name: value
                for name, value in values.items()
                if (cashier[name].id if name == "user_id" else cashier[name]) != value
            }
            if changed:
                cashier.write(changed)
        return self._escarcelle_first_pin()

    def _escarcelle_first_pin(self):
        """Nobody could sell: the manager gets a PIN, shown once."""
        cashiers = self.person_ids.cashier_id.sudo()
        own = self.person_ids.filtered(
            lambda person: person.user_id == self.env.user and person.cashier_id
        )
        if any(cashiers.mapped("has_pin")) or not own:
            return None
        pin = f"{secrets.randbelow(9000) + 1000}"
        own._escarcelle_make_cashier()._escarcelle_set_secrets(pin=pin)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Your PIN"),
            "res_model": "escarcelle.start.pin",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_cashier_id": own.cashier_id.id, "default_pin": pin},
        }


class EscarcelleStartPin(models.TransientModel):
    """Shows a PIN once. Opened as a new form that is never saved: nothing stores it."""

    _name = "escarcelle.start.pin"
    _description = "PIN of a Cashier"

    cashier_id = fields.Many2one(
        "escarcelle.cashier", required=True, readonly=True, ondelete="cascade"
    )
    pin = fields.Char(store=False, readonly=True)
