"""Following a household: what ends soon, what is suspended, who left and why."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    suspended_reason_id = fields.Many2one(
        "escarcelle.household.reason", "Suspended because", tracking=True, copy=False, ondelete="restrict"
    )  # fmt: skip
    suspended_until = fields.Date(
        copy=False,
        tracking=True,
        help="Last day of the suspension; it is lifted by itself after it.",
    )
    exit_on = fields.Date("Left on", readonly=True, copy=False, tracking=True)
    exit_reason_id = fields.Many2one(
        "escarcelle.household.reason", "Left because", readonly=True, tracking=True, copy=False,
        ondelete="restrict",
    )  # fmt: skip
    to_renew = fields.Boolean(
        compute="_compute_to_renew", search="_search_to_renew",
        help="Entitled, and the end is near; nothing is granted after it.",
    )  # fmt: skip

    @api.depends("state", "entitled_until")
    def _compute_to_renew(self):
        today = fields.Date.context_today(self)
        rules = self.env["escarcelle.household.policy"]._escarcelle_of(self.company_id)
        for household in self:
            days = rules[household.company_id].renewal_days if household.company_id else 0
            household.to_renew = bool(
                household.state == "entitled"
                and household.entitled_until
                and household.entitled_until <= today + timedelta(days=days)
            )

    @api.model
    def _search_to_renew(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        policies = self.env["escarcelle.household.policy"].sudo().search([])
        near = Domain.OR(
            Domain("company_id", "=", policy.company_id.id)
            & Domain("entitled_until", "<=", today + timedelta(days=policy.renewal_days))
            for policy in policies
        )
        soon = Domain("state", "=", "entitled") & near
        return soon if True in value else ~soon

    def action_renew(self):
        """A new period, from the day after the last one."""
        self.ensure_one()
        last = self.entitlement_ids.filtered(lambda e: e.decision == "granted")[:1]
        today = fields.Date.context_today(self)
        start = max(today, last.date_to + timedelta(days=1)) if last else today
        length = last.convention_id.duration_months or 3
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New entitlement"),
            "res_model": "escarcelle.entitlement",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_household_id": self.id,
                "default_date_from": start,
                "default_date_to": start + relativedelta(months=length) - timedelta(days=1),
                "default_convention_id": last.convention_id.id,
                "default_organisation_id": (last.organisation_id or self.organisation_id).id,
                "default_referrer_id": (last.referrer_id or self.referrer_id).id,
            },
        }

    def _escarcelle_suspend(self, reason, until, details):
        """No sale and no allocation, with a reason, until a day or until it is lifted."""
        self.write(
            {
                "suspended": True,
                "suspended_reason_id": reason.id,
                "suspended_until": until,
                "suspended_reason": details,
            }
        )

    def _escarcelle_leave(self, reason, day):
        """End what these households are entitled to after ``day``; cards are refused from now on."""
        self.check_access("write")
        if day > fields.Date.context_today(self):
            raise UserError(self.env._("A household leaves today or has left before."))
        running = self.entitlement_ids.filtered(
            lambda e: e.decision == "granted" and e.date_to > day
        )
        running.filtered(lambda e: e.date_from <= day).write({"date_to": day})
        later = running.filtered(lambda e: e.date_from > day)
        (later | self.entitlement_ids.filtered(lambda e: e.decision == "pending")).write(
            {"decision": "refused", "reason": reason.name}
        )
        self.card_ids._escarcelle_take_back()
        self.write(
            {
                "exit_on": day,
                "exit_reason_id": reason.id,
                "suspended": False,
                "suspended_reason": False,
                "suspended_reason_id": False,
                "suspended_until": False,
            }
        )
        # Nobody waits for them any more; what was before stays for who was there to say.
        self.env["escarcelle.appointment"].search(
            [
                ("household_id", "in", self.ids),
                ("state", "=", "planned"),
                ("start", ">=", fields.Datetime.now()),
            ]
        ).action_cancel()
        self.activity_unlink(["escarcelle_social.activity_renewal"])

    def action_readmit(self):
        """The household is back: it needs an entitlement and a card again."""
        self.write({"exit_on": False, "exit_reason_id": False})

    @api.model
    def _escarcelle_cron_follow(self):
        """Each day: suspensions over, members who came or left, ends of entitlement to announce."""
        today = fields.Date.context_today(self)
        over = self.search([("suspended", "=", True), ("suspended_until", "<", today)])
        over.action_resume()
        moved = self.env["escarcelle.household.member"].search(
            [
                "|",
                ("joined_on", ">=", today - timedelta(days=31)),
                ("left_on", ">=", today - timedelta(days=31)),
            ]
        )
        self.env.add_to_compute(self._fields["size"], moved.household_id)
        for company in self.env["res.company"].search([]):
            self.with_company(company)._escarcelle_remind(company)

    @api.model
    def _escarcelle_remind(self, company):
        """Announce, once each, the entitlements of ``company`` that end soon."""
        policy = self.env["escarcelle.household.policy"]._escarcelle_for(company)
        due = (
            self.search([("company_id", "=", company.id), ("to_renew", "=", True)])
            if policy.renewal_days
            else self
        )
        lasts = due.entitlement_ids.filtered(
            lambda e: (
                e.decision == "granted"
                and not e.reminded_on
                and e.date_to == e.household_id.entitled_until
            )
        )
        able = (
            self.env.ref("escarcelle_social.group_manager")
            .sudo()
            .all_user_ids.filtered(
                lambda user: user.active and not user.share and company in user.company_ids
            )
        )
        # Nobody is mailed: Odoo's message on an activity says the name of the file.
        quiet = self.with_context(mail_activity_quick_update=True)
        for last in lasts:
            user = policy.renewal_user_id or (last.decided_by_id & able) or able.sorted("id")[:1]
            quiet.browse(last.household_id.id).activity_schedule(
                "escarcelle_social.activity_renewal", last.date_to,
                user_id=(user or self.env.ref("base.user_admin")).id,
                summary=self.env._("Entitlement to renew"),
            )  # fmt: skip
        if policy.renewal_mail:
            lasts._escarcelle_write_to_referrers()
        lasts.sudo().write({"reminded_on": fields.Date.context_today(self)})
        return lasts


class EscarcelleEntitlement(models.Model):
    _inherit = "escarcelle.entitlement"

    def _escarcelle_write_to_referrers(self):
        """One message a referent, with numbers of files and days: a mail box is no place for names."""
        by_referrer = self.filtered("referrer_id.email").grouped("referrer_id")
        self.env["mail.mail"].sudo().create(
            [
                {
                    "subject": self.env._("Entitlements that end soon"),
                    "email_to": referrer.email_formatted,
                    "auto_delete": True,
                    "body_html": referrer._escarcelle_renewal_body(ending),
                }
                for referrer, ending in by_referrer.items()
            ]
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _escarcelle_renewal_body(self, ending):
        """The message to this referent."""
        lang = self.lang or self.env.user.lang
        return self.env["ir.qweb"].with_context(lang=lang)._render(
            "escarcelle_social.renewal_mail",
            {
                "company": ending.company_id[:1],
                "rows": [
                    (last.household_id.code, format_date(self.env, last.date_to, lang_code=lang))
                    for last in ending.sorted("date_to")
                ],
            },
        )  # fmt: skip
