from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import format_date

#: CNIL, deliberation 2023-095 (social support): the active file ends two years after the last contact.
DEFAULT_MONTHS = 24


class EscarcelleErasurePolicy(models.Model):
    """When a shop erases a household it has not seen any more. One a shop."""

    _name = "escarcelle.erasure.policy"
    _description = "Erasure Rules"
    _inherit = ["escarcelle.shop.rules", "mail.thread", "mail.activity.mixin"]
    _rec_name = "company_id"

    announce_days = fields.Integer(
        "Announce before (days)", default=30, required=True,
        help="A household that will be erased is shown this long before, to be kept or written to.",
    )  # fmt: skip
    user_id = fields.Many2one(
        "res.users", "Announcements go to", domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: every manager of the shop.",
    )  # fmt: skip
    mail = fields.Boolean(
        "By e-mail too",
        default=True,
        help="With the number of households and the day, and no name.",
    )
    retention_ids = fields.One2many(
        "escarcelle.erasure.retention", "policy_id", "Kept after the last contact"
    )

    _sound = models.Constraint(
        "CHECK (announce_days BETWEEN 7 AND 366)", "Announce an erasure 7 to 366 days before."
    )

    def _escarcelle_months(self, day):
        """Months these rules keep a household after its last contact, as they are on ``day``."""
        self.ensure_one()
        past = self.sudo().retention_ids.filtered(lambda line: line.date_from <= day)
        return past.sorted("date_from")[-1:].months or DEFAULT_MONTHS

    def _escarcelle_limit(self, day):
        """Who was last seen before this day is erased on ``day``."""
        return day - relativedelta(months=self._escarcelle_months(day))

    def _escarcelle_remind(self, managers, count, first):
        """One activity a manager, brought up to date; a mail when the shop wants one."""
        self.ensure_one()
        kind = self.env.ref("escarcelle_privacy.activity_erasure")
        for manager in managers:
            lang = manager.lang or self.env.lang
            here = self.with_context(lang=lang)
            day = format_date(here.env, first, lang_code=lang)
            summary = here.env._(
                "%(count)s files will be erased, the first on %(day)s", count=count, day=day
            )
            self.activity_unlink(["escarcelle_privacy.activity_erasure"], user_id=manager.id)
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                activity_type_id=kind.id, date_deadline=first, user_id=manager.id, summary=summary
            )
            if self.mail and manager.email:
                self.env["mail.mail"].sudo().create(
                    {
                        "subject": here.env._("%s: personal data about to be erased", self.company_id.name),
                        "email_to": manager.email_formatted,
                        "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
                        "auto_delete": True,
                        "body_html": self.env["ir.qweb"].with_context(lang=lang)._render(
                            "escarcelle_privacy.erasure_mail",
                            {"company": self.company_id, "count": count, "day": day},
                        ),
                    }
                )  # fmt: skip


class EscarcelleErasureRetention(models.Model):
    """How long a household is kept after its last contact, from a day on. The latest one applies."""

    _name = "escarcelle.erasure.retention"
    _description = "Retention after the Last Contact"
    _order = "date_from desc, id desc"

    policy_id = fields.Many2one(
        "escarcelle.erasure.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    months = fields.Integer("Months", required=True, default=DEFAULT_MONTHS)
    reason = fields.Char("Because", help="Who decided it: the board, the network, the authority.")

    _one_a_day = models.UniqueIndex(
        "(policy_id, date_from)", "There is a retention from that day on already: change it."
    )
    _bounded = models.Constraint(
        "CHECK (months BETWEEN 1 AND 24)",
        "Keep a household 1 to 24 months after its last contact: no longer than two years.",
    )

    @api.depends("months", "date_from")
    def _compute_display_name(self):
        for line in self:
            line.display_name = self.env._(
                "%(months)s months from %(day)s", months=line.months, day=line.date_from or ""
            )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_make_policies(self):
        # EXTENDS 'escarcelle_social'
        super()._escarcelle_make_policies()
        for company in self:
            self.env["escarcelle.erasure.policy"]._escarcelle_for(company)
