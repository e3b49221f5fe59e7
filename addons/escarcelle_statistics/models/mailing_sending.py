import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.frequency import next_start, period_start

_logger = logging.getLogger(__name__)


class EscarcelleStatisticMailing(models.Model):
    """What is due is made, put in Odoo's queue and noted, one period after the other."""

    _inherit = "escarcelle.statistic.mailing"

    def action_escarcelle_send_now(self):
        """Send the last period that ended, now; the schedule stays as it is."""
        self.ensure_one()
        self.check_access("write")
        if not self.active:
            raise UserError(self.env._("This mail is archived: bring it back first."))
        running = period_start(self.frequency, self.company_id._escarcelle_today())
        start = period_start(self.frequency, running - timedelta(days=1))
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
        self.next_start = next_start(self.frequency, self.next_start)
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
