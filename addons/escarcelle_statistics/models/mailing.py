from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..tools.frequency import next_start, period_start

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
            mailing.next_start = period_start(mailing.frequency or "month", today)

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
        return next_start(self.frequency, start) + timedelta(days=self.delay - 1)

    def _escarcelle_period_of(self, start):
        """The period of this frequency that starts on ``start``."""
        stop = next_start(self.frequency, start) - timedelta(days=1)
        return self._escarcelle_source()._escarcelle_named(start, stop)
