import logging
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)
#: Months of a frequency; a week is no number of months.
MONTHS = {"month": 1, "quarter": 3, "year": 12}
FORMS = ("pdf", "xlsx", "csv")
#: More than a shop writes to; a list pasted by mistake is not mailed.
MOST_RECIPIENTS = 50


class EscarcelleStatisticMailing(models.Model):
    """A report or a statistic sent by mail for each period that ended.

    Invariants: a period is sent once, whoever runs the job and how often; a period missed (the
    server was off) is sent later. What is sent is masked. Figures are those its owner may read.
    """

    _name = "escarcelle.statistic.mailing"
    _description = "Scheduled Mail"
    _order = "next_date, id"

    name = fields.Char(compute="_compute_name")
    active = fields.Boolean(default=True)
    report_id = fields.Many2one(
        "escarcelle.statistic.report", ondelete="cascade", index="btree_not_null"
    )
    statistic_id = fields.Many2one(
        "escarcelle.statistic", ondelete="cascade", index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", "Owner", required=True, default=lambda self: self.env.user,
        help="The figures are those this person may read.",
    )  # fmt: skip
    frequency = fields.Selection(
        [
            ("week", "Every week"),
            ("month", "Every month"),
            ("quarter", "Every quarter"),
            ("year", "Every year"),
        ],
        required=True,
        default="month",
        help="Each mail covers the whole period that ended.",
    )
    delay = fields.Integer(
        "Days after the end", required=True, default=2,
        help="So that tickets of the last day, late from a till without network, are in.",
    )  # fmt: skip
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    addresses = fields.Text("Other addresses", help="One a line.")
    form_pdf = fields.Boolean("PDF", default=True)
    form_xlsx = fields.Boolean("Excel")
    form_csv = fields.Boolean("CSV")
    message = fields.Text(help="Words of the mail, before the figures of the attached file.")
    next_start = fields.Date(
        "Next period from", compute="_compute_next_start", store=True, readonly=True, copy=False
    )
    next_date = fields.Date("Next mail", compute="_compute_next_date", store=True)
    sent_ids = fields.One2many("escarcelle.statistic.mailing.sent", "mailing_id", "History")
    last_state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
        "Last mail",
        compute="_compute_last_state",
    )

    _delay_short = models.Constraint(
        "CHECK (delay BETWEEN 1 AND 60)", "Choose from 1 to 60 days after the end."
    )

    @api.depends("report_id", "statistic_id", "frequency")
    def _compute_name(self):
        words = dict(self._fields["frequency"]._description_selection(self.env))
        for mailing in self:
            source = mailing._escarcelle_source()
            mailing.name = f"{source.display_name or ''} – {words.get(mailing.frequency, '')}"

    @api.depends("frequency", "active")
    def _compute_next_start(self):
        # One that sleeps catches nothing up: it goes on with the period that runs when it wakes.
        for mailing in self:
            today = (mailing.company_id or self.env.company)._escarcelle_today()
            mailing.next_start = _period_start(mailing.frequency or "month", today)

    @api.depends("next_start", "delay", "frequency")
    def _compute_next_date(self):
        for mailing in self:
            mailing.next_date = mailing.next_start and mailing._escarcelle_due(mailing.next_start)

    @api.depends("sent_ids.state")
    def _compute_last_state(self):
        for mailing in self:
            mailing.last_state = mailing.sent_ids[:1].state

    @api.constrains("report_id", "statistic_id")
    def _check_source(self):
        for mailing in self:
            if bool(mailing.report_id) == bool(mailing.statistic_id):
                raise ValidationError(
                    self.env._("Choose the report or the statistic to send, one of them.")
                )
            # Odoo checks constraints as superuser: this one is about who asks.
            mailing._escarcelle_source().sudo(False).check_access("read")

    @api.constrains("form_pdf", "form_xlsx", "form_csv")
    def _check_forms(self):
        if any(not mailing._escarcelle_forms() for mailing in self):
            raise ValidationError(self.env._("Choose at least one form: PDF, Excel or CSV."))

    @api.constrains("partner_ids", "addresses")
    def _check_recipients(self):
        for mailing in self:
            for line in (mailing.addresses or "").splitlines():
                if line.strip() and not email_normalize(line):
                    raise ValidationError(
                        self.env._(
                            "« %s » is not an e-mail address: one address a line.",
                            line.strip()[:80],
                        )
                    )
            without = mailing.partner_ids.filtered(lambda p: not email_normalize(p.email or ""))
            if without:
                raise ValidationError(
                    self.env._(
                        "No e-mail address: %s. Write it on the contact.",
                        ", ".join(without.mapped("name")),
                    )
                )
            found = mailing._escarcelle_recipients()
            if not found:
                raise ValidationError(
                    self.env._("Who receives it? Choose a contact or write an address.")
                )
            if len(found) > MOST_RECIPIENTS:
                raise ValidationError(
                    self.env._(
                        "At most %s recipients: for more, write to a distribution list.",
                        MOST_RECIPIENTS,
                    )
                )

    @api.constrains("user_id", "company_id")
    def _check_owner(self):
        for mailing in self:
            if mailing.company_id not in mailing.user_id.company_ids:
                raise ValidationError(
                    self.env._("%(name)s does not work for %(shop)s.", name=mailing.user_id.name,
                               shop=mailing.company_id.name)
                )  # fmt: skip

    @api.model
    def _escarcelle_new(self, **source):
        """The form of a new schedule for a report or a statistic."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send by mail"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in source.items()},
        }

    def _escarcelle_source(self):
        return self.report_id or self.statistic_id

    def _escarcelle_forms(self):
        return [form for form in FORMS if self[f"form_{form}"]]

    def _escarcelle_recipients(self):
        """Addresses, each once, in the order they were given."""
        lines = [*self.partner_ids.mapped("email"), *(self.addresses or "").splitlines()]
        return list(dict.fromkeys(filter(None, (email_normalize(line or "") for line in lines))))

    def _escarcelle_due(self, start):
        """The day on which the period that starts on ``start`` is sent."""
        return _next_start(self.frequency, start) + timedelta(days=self.delay - 1)

    def _escarcelle_period_of(self, start):
        """The period of this frequency that starts on ``start``."""
        stop = _next_start(self.frequency, start) - timedelta(days=1)
        return self._escarcelle_source()._escarcelle_named(start, stop)

    def action_escarcelle_send_now(self):
        """Send the last period that ended, now; the schedule stays as it is."""
        self.ensure_one()
        self.check_access("write")
        if not self.active:
            raise UserError(self.env._("This mail is archived: bring it back first."))
        running = _period_start(self.frequency, self.company_id._escarcelle_today())
        start = _period_start(self.frequency, running - timedelta(days=1))
        sent = self._escarcelle_make(start, by_hand=True)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": sent.failure
                or self.env._("The mail for %s is on its way.", sent.period),
                "type": "danger" if sent.state == "failed" else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _escarcelle_send_due(self):
        """Send what is due (cron): each period that ended and was not sent, the oldest first."""
        cron = self.env["ir.cron"]
        # A day ahead of the server's: each shop's own day is looked at below.
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        waiting = self.search([("next_date", "<=", tomorrow)])
        # Something may have stopped the job a long time: a mailing goes on until its own periods are sent.
        for left, mailing in zip(range(len(waiting) - 1, -1, -1), waiting, strict=True):
            while mailing._escarcelle_send_next():
                if not cron._commit_progress(0):
                    return
            if not cron._commit_progress(1, remaining=left):
                return

    def _escarcelle_send_next(self):
        """Send the next period when it is due. Whether there may be another one."""
        self.ensure_one()
        # One at a time: a second job waits here, then sees the next period.
        if not self.try_lock_for_update():
            return False
        self.invalidate_recordset(["next_start", "next_date"])
        today = self.company_id._escarcelle_today()
        if not self.next_start or self._escarcelle_due(self.next_start) > today:
            return False
        sent = self._escarcelle_make(self.next_start)
        if sent.error:
            # It stays due: the job tries again the next time.
            return False
        self.next_start = _next_start(self.frequency, self.next_start)
        return True

    def _escarcelle_make(self, start, by_hand=False):
        """Make the files and the mails of a period; the line of the history, with what failed if it did."""
        self.ensure_one()
        owner = self.with_context(lang=self.user_id.lang or "fr_FR")
        period = owner._escarcelle_period_of(start)
        sent = self.env["escarcelle.statistic.mailing.sent"].sudo()
        if not by_hand:
            sent = sent.search(
                [
                    ("mailing_id", "=", self.id),
                    ("period_start", "=", start),
                    ("by_hand", "=", False),
                ]
            )
        values = {
            "mailing_id": self.id, "period_start": period.start, "period_stop": period.stop,
            "period": period.label, "by_hand": by_hand, "made_on": fields.Datetime.now(), "error": False,
        }  # fmt: skip
        try:
            with self.env.cr.savepoint():
                values["mail_ids"] = [(6, 0, self._escarcelle_mails(period).ids)]
                return self._escarcelle_note(sent, values)
        except UserError as error:
            values["error"] = str(error)
        except Exception:
            _logger.exception("Scheduled mail %s, period from %s", self.id, start)
            values["error"] = self.env._(
                "The figures could not be worked out. Open the report for this period: if it shows an "
                "error too, ask whoever looks after the software."
            )
        values["mail_ids"] = [(5,)]
        return self._escarcelle_note(sent, values)

    def _escarcelle_note(self, sent, values):
        if sent:
            sent.write(values)
            return sent
        return sent.create(values)

    def _escarcelle_mails(self, period):
        """A mail a recipient, files attached, in Odoo's queue.

        :raises UserError: nobody to answer for the figures, or the files cannot be made
        """
        owner = self.user_id
        if not owner.active or not self.with_user(owner).has_access("read"):
            raise UserError(
                self.env._("%s may no longer read these figures: choose another owner.", owner.name)
            )
        shop = self.company_id
        source = self._escarcelle_source().with_user(owner).with_company(shop)
        source = source.with_context(allowed_company_ids=shop.ids, lang=owner.lang or "fr_FR")
        source.check_access("read")
        shop_of_owner = shop.with_env(source.env)
        files = [
            source._escarcelle_file(form, period, shop_of_owner)
            for form in self._escarcelle_forms()
        ]
        attachments = self.env["ir.attachment"].sudo().create(
            [
                {"name": name, "raw": data, "res_model": self._name, "res_id": self.id}
                for name, data in files
            ]
        )  # fmt: skip
        body = source.env["ir.qweb"]._render(
            "escarcelle_statistics.mailing_body",
            {
                "hello": source.env._("Hello,"),
                "message": self.message,
                "enclosed": source.env._(
                    "You will find enclosed « %(title)s » for %(period)s.",
                    title=source.display_name,
                    period=period.label,
                ),
                "notice": source._escarcelle_notice(),
                "shop": shop.name,
            },
        )
        return self.env["mail.mail"].sudo().create(
            [
                {
                    "subject": f"{source.display_name} – {period.label} – {shop.name}",
                    "email_from": shop.email_formatted or owner.email_formatted,
                    "reply_to": owner.email_formatted or shop.email_formatted,
                    "email_to": address,
                    "body_html": body,
                    "attachment_ids": [(6, 0, attachments.ids)],
                    "auto_delete": False,
                }
                for address in self._escarcelle_recipients()
            ]
        )  # fmt: skip


def _period_start(frequency, day):
    """First day of the period in which ``day`` is; a week starts on Monday."""
    if frequency == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[frequency]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next_start(frequency, start):
    """First day of the period after the one that starts on ``start``."""
    if frequency == "week":
        return start + timedelta(days=7)
    year, month = divmod(start.year * 12 + start.month - 1 + MONTHS[frequency], 12)
    return date(year, month + 1, 1)
