from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EscarcelleErasureRequest(models.TransientModel):
    """Erase one household now: shows what goes, what stays and why, and wants its number typed."""

    _name = "escarcelle.erasure.request"
    _description = "Erase a Household"

    household_id = fields.Many2one(
        "escarcelle.household", required=True, readonly=True, ondelete="cascade"
    )
    code = fields.Char(related="household_id.code")
    goes = fields.Html(compute="_compute_preview", sanitize=False)
    stays = fields.Html(compute="_compute_preview", sanitize=False)
    warning = fields.Text(compute="_compute_preview")
    confirmation = fields.Char("Type the number of the file")

    @api.depends("household_id")
    def _compute_preview(self):
        for request in self:
            preview = request.household_id and request.household_id._escarcelle_erasure_preview()
            goes, stays, warnings = preview or ([], [], [])
            request.goes = _listed(goes)
            request.stays = _listed(stays)
            request.warning = "\n".join(warnings) or False

    def action_erase(self):
        """Erase; there is no way back."""
        self.ensure_one()
        if not self.env.user.has_group("escarcelle_social.group_manager"):
            raise AccessError(self.env._("Only the shop's manager erases a household."))
        home = self.household_id
        home.check_access("write")
        if home.erased_on:
            raise UserError(self.env._("This household was erased already."))
        if (self.confirmation or "").strip().upper() != home.code.upper():
            raise UserError(
                self.env._("Type %s to erase this household: there is no way back.", home.code)
            )
        line = self.env["escarcelle.erasure"]._escarcelle_erase_now(home)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("%s is erased", line.code),
                "message": self.env._("Tills forget it with their next update, within minutes."),
                "next": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Erasures"),
                    "res_model": "escarcelle.erasure",
                    "view_mode": "list,form",
                    "views": [(False, "list"), (False, "form")],
                    "domain": [("id", "=", line.id)],
                    "target": "main",
                },
            },
        }


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def action_erase(self):
        """Ask to erase this household."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase %s", self.code),
            "res_model": "escarcelle.erasure.request",
            "view_mode": "form",
            "target": "new",
            "context": {"default_household_id": self.id},
        }

    def _escarcelle_erasure_preview(self):
        """What goes, what stays and why, what to think of first: three lists of phrases."""
        self.ensure_one()
        home = self.sudo()
        rows = home._escarcelle_belongings()
        invoices, owed = home._escarcelle_kept_by_law(rows["account.move"])
        _ = self.env._
        goes = [
            _("Names, address, telephone, e-mail, notes, delegated shopper"),
            _("Members: %s", len(rows["escarcelle.household.member"])),
            _("Cards: %s, refused from now on", len(rows["escarcelle.card"])),
            _(
                "Appointments and eligibility calculations: %s",
                len(rows["escarcelle.appointment"]) + len(rows["escarcelle.eligibility"]),
            ),
            _("Messages and mails: %s", len(home._escarcelle_messages(rows))),
            _("Reasons typed on entitlements, fees, budget movements and quotas; documents"),
        ]  # fmt: skip
        sales = _(
            "Sales: %s, under the number of the file. They are signed and stay for the tax office.",
            len(rows["pos.order"]),
        )
        stays = [
            *([sales] if rows["pos.order"] else []),
            _("Dates of visits and entitlements, budget movements: counts for reports, without a name."),
        ]  # fmt: skip
        if invoices:
            stays.append(
                _(
                    "Invoices: %s, with the name, in the restricted archive for ten years (Code de commerce, L123-22).",
                    len(invoices),
                )
            )
        if owed:
            stays.append(
                _("The account that is not settled, in the restricted archive for ten years.")
            )
        warnings = []
        if home.entitled:
            warnings.append(_("This household may shop today: its card will be refused."))
        if owed:
            warnings.append(
                _(
                    "Its account is not settled: settle it first, or claim it through the restricted archive."
                )
            )
        if home.has_budget and home.balance_cents > 0:
            warnings.append(_("Budget is left: it is lost."))
        return goes, stays, warnings


def _listed(phrases):
    return Markup("<ul class='mb-0'>%s</ul>") % Markup("").join(
        Markup("<li>%s</li>") % one for one in phrases
    )
