from odoo import api, models

from escarcelle_core import jet

from .base import EXPORTED, OURS

RIGHTS = ("perm_read", "perm_write", "perm_create", "perm_unlink", "group_id", "active", "model_id")


class IrModelAccess(models.Model):
    """Who may read or write sales and fiscal documents: each change is an event (JET 130)."""

    _inherit = "ir.model.access"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        lines = super().create(vals_list)
        lines._escarcelle_note_rights("ajout")
        return lines

    def write(self, vals):
        # EXTENDS 'base'
        watched = self._escarcelle_watched() if set(RIGHTS) & vals.keys() else self.browse()
        before = {line: line._escarcelle_said() for line in watched}
        result = super().write(vals)
        watched.filtered(lambda line: line._escarcelle_said() != before[line])._escarcelle_note_rights("changement")
        return result

    def unlink(self):
        # EXTENDS 'base'
        self._escarcelle_note_rights("retrait")
        return super().unlink()

    def _escarcelle_watched(self):
        if not self.env.registry.ready:  # an installation is an event of its own
            return self.browse()
        return self.filtered(lambda line: is_fiscal(line.sudo().model_id.model))

    def _escarcelle_said(self):
        self.ensure_one()
        line = self.sudo()
        marks = "".join(letter for letter, name in zip("lemd", RIGHTS, strict=False) if line[name])
        group = line.group_id.get_external_id().get(line.group_id.id) or line.group_id.id or "tous"
        return f"{line.model_id.model} {group} {marks or 'aucun'}{'' if line.active else ' désactivé'}"

    def _escarcelle_note_rights(self, what):
        for line in self._escarcelle_watched():
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.RIGHTS_CHANGED, f"Droits d'accès, {what} : {line._escarcelle_said()}"
            )


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        rules = super().create(vals_list)
        rules._escarcelle_note_rights("ajout")
        return rules

    def write(self, vals):
        # EXTENDS 'base'
        watched = self._escarcelle_watched()
        before = {rule: rule._escarcelle_said() for rule in watched}
        result = super().write(vals)
        watched.filtered(lambda rule: rule._escarcelle_said() != before[rule])._escarcelle_note_rights("changement")
        return result

    def unlink(self):
        # EXTENDS 'base'
        self._escarcelle_note_rights("retrait")
        return super().unlink()

    def _escarcelle_watched(self):
        if not self.env.registry.ready:
            return self.browse()
        return self.filtered(lambda rule: is_fiscal(rule.sudo().model_id.model))

    def _escarcelle_said(self):
        self.ensure_one()
        rule = self.sudo()
        return f"{rule.model_id.model} « {rule.name} » {rule.domain_force}{'' if rule.active else ' désactivée'}"

    def _escarcelle_note_rights(self, what):
        for rule in self._escarcelle_watched():
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.RIGHTS_CHANGED, f"Règle d'accès, {what} : {rule._escarcelle_said()}"
            )


def is_fiscal(name):
    """Whether documents of this model are sales or fiscal records."""
    return name in EXPORTED or name.startswith(OURS)
