from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EscarcelleStartPerson(models.Model):
    """Somebody who does not work here any more: nothing opens for them, and what they did stays theirs."""

    _inherit = "escarcelle.start.person"

    def action_leave(self):
        """Close the back office and the tills of this shop to the person."""
        self.ensure_one()
        company = self.start_id._escarcelle_company()
        user = self.start_id._escarcelle_sudo("res.users").browse(self.user_id.id)
        if user == self.env.user:
            raise UserError(
                self.env._("You cannot close the shop to yourself: ask another manager.")
            )
        if user and self._escarcelle_is_above():
            raise UserError(
                self.env._("%s administers the database: ask the administrator.", self.name)
            )
        self.start_id._escarcelle_sudo("escarcelle.cashier").browse(
            self.cashier_id.id
        ).active = False
        elsewhere = user.company_ids - company
        if elsewhere:
            user.write(
                {
                    "company_id": user.company_id.id
                    if user.company_id != company
                    else elsewhere[0].id,
                    "company_ids": [Command.unlink(company.id)],
                }
            )
        elif user:
            user.active = False
        self.unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_who_still_comes_in(self):
        # The row alone would go, and come back: the person would still sign in.
        for person in self.sudo():
            user = person.user_id.filtered(
                lambda user, shop=person.company_id: user.active and shop in user.company_ids
            )
            if user or person.cashier_id.active:
                raise UserError(
                    self.env._(
                        "%s still has access: press « No longer works here » instead.", person.name
                    )
                )
