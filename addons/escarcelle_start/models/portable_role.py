"""What a role was given besides what the program gives it. People do not travel: roles do, by their names."""

from odoo import api, fields, models

from .portable import WrongValue
from .start_person import ROLES

#: Rights that no file gives: whoever has them gives themselves all the others.
ABOVE = ("base.group_erp_manager", "base.group_system")


class ResGroups(models.Model):
    _inherit = "res.groups"

    escarcelle_role = fields.Selection(
        lambda self: (
            self.env["escarcelle.start.person"]._fields["role"]._description_selection(self.env)
        ),
        "Role",
        compute="_compute_escarcelle_names",
    )
    escarcelle_xmlid = fields.Char(
        "Name in files", compute="_compute_escarcelle_names", search="_search_escarcelle_xmlid"
    )

    def _compute_escarcelle_names(self):
        names = self.sudo()._get_external_ids()
        roles = {xmlid: role for role, (xmlid, _till) in ROLES.items()}
        for group in self:
            # Groups made by hand have no name, or one given by an export: another database does not know them.
            known = [one for one in names.get(group.id, ()) if not one.startswith("__")]
            group.escarcelle_xmlid = min(known, default=False)
            group.escarcelle_role = next((roles[one] for one in known if one in roles), False)

    @api.model
    def _search_escarcelle_xmlid(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = [self.env.ref(one, raise_if_not_found=False) for one in value if one]
        return [("id", "in", [one.id for one in found if one and one._name == self._name])]

    def _escarcelle_portable(self):
        label = self.env._("Roles")
        roles = [self.env.ref(xmlid).id for xmlid, _till in ROLES.values()]
        return {
            "section": "roles", "label": label, "sequence": 100, "key": ("escarcelle_role",),
            "fields": ("implied_ids",), "domain": [("id", "in", roles)], "guard": self._escarcelle_guard,
        }  # fmt: skip

    def _escarcelle_guard(self, record, row):
        """WrongValue unless who reads the file may give these rights to the role (no record: to no role)."""
        if not record:
            raise WrongValue(self.env._("The program has no such role."))
        if not self.env.user.has_group("base.group_erp_manager"):
            raise WrongValue(
                self.env._("Only who administers the database changes what a role may do.")
            )
        above = self.browse([self.env.ref(xmlid).id for xmlid in ABOVE])
        given = self.sudo().search([("escarcelle_xmlid", "in", row.get("implied_ids") or [])])
        if (given | given.all_implied_ids) & above:
            raise WrongValue(
                self.env._("No file makes of a role an administrator of the database.")
            )
