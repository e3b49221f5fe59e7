from odoo import api, models

from escarcelle_core import jet

from .res_users import WATCHED


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model
    def _escarcelle_members(self):
        """xmlid of each watched group → ids of all who have it."""
        found = {}
        for name in WATCHED:
            group = self.env.ref(name, raise_if_not_found=False)
            found[name] = set(group.sudo().all_user_ids.ids) if group else set()
        return found

    def write(self, vals):
        # EXTENDS 'base': rights given from the form of a group rather than from that of a user
        if not {"user_ids", "implied_ids", "implied_by_ids"} & vals.keys() or not self.env.registry.ready:
            return super().write(vals)
        before = self._escarcelle_members()
        result = super().write(vals)
        self.env.invalidate_all()
        self._escarcelle_note_members(before, self._escarcelle_members())
        return result

    def _escarcelle_note_members(self, before, after):
        changes = {}
        for name in WATCHED:
            for user in sorted(after[name] - before[name]):
                changes.setdefault(user, []).append(f"+{name}")
            for user in sorted(before[name] - after[name]):
                changes.setdefault(user, []).append(f"-{name}")
        for user, said in changes.items():
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.RIGHTS_CHANGED, f"utilisateur U{user} {' '.join(said)}"
            )
