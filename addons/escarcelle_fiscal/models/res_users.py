from odoo import api, models

from escarcelle_core import jet

#: Groups whose members handle money or accounts: a change of who has them is an event (JET 130).
WATCHED = (
    "point_of_sale.group_pos_user",
    "point_of_sale.group_pos_manager",
    "account.group_account_user",
    "account.group_account_manager",
    "escarcelle_fiscal.group_auditor",
    "escarcelle_fiscal.group_manager",
    "base.group_system",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        users = super().create(vals_list)
        for user in users:
            user._escarcelle_note_rights(set())
        return users

    def write(self, vals):
        # EXTENDS 'base'
        if not {"group_ids", "active"} & vals.keys():
            return super().write(vals)
        before = {user: user._escarcelle_rights() for user in self}
        result = super().write(vals)
        for user in self:
            user._escarcelle_note_rights(before[user])
        return result

    def _escarcelle_rights(self):
        """xmlids of the watched groups this user has."""
        self.ensure_one()
        if not self.active:
            return set()
        groups = {self.env.ref(name, raise_if_not_found=False): name for name in WATCHED}
        return {name for group, name in groups.items() if group and group in self.all_group_ids}

    def _escarcelle_note_rights(self, before):
        after = self._escarcelle_rights()
        changes = [f"+{name}" for name in sorted(after - before)] + [f"-{name}" for name in sorted(before - after)]
        if changes:
            # No name in a record that is kept for ever: the user's internal code.
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.RIGHTS_CHANGED, f"utilisateur U{self.id} {' '.join(changes)}"
            )

    @api.model
    def _update_last_login(self):
        # EXTENDS 'base': called once the password is right
        result = super()._update_last_login()
        self.env.user._escarcelle_note_logon()
        return result

    def _escarcelle_is_auditor(self):
        """Whether this person was given the group « Contrôle fiscal » itself: each visit is noted."""
        self.ensure_one()
        auditor = self.env.ref("escarcelle_fiscal.group_auditor", raise_if_not_found=False)
        return bool(auditor) and auditor in self.sudo().group_ids

    def _escarcelle_note_logon(self):
        """JET 80 when whoever logs on handles money, accounts or the journal; 280 for an auditor."""
        self.ensure_one()
        if self._escarcelle_rights():
            outbox = self.env["escarcelle.fiscal.outbox"]
            outbox._escarcelle_note(jet.START, f"Ouverture de session U{self.id}")
            if self._escarcelle_is_auditor():
                outbox._escarcelle_note(jet.TAX_AUDIT, f"Contrôle fiscal U{self.id} ouvre une session")

    def _escarcelle_note_logoff(self):
        """JET 40 when whoever logs off handles money, accounts or the journal."""
        self.ensure_one()
        if self._escarcelle_rights():
            self.with_user(self).env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.STOP, f"Fin de session U{self.id}"
            )
