import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleStatisticMailingSent(models.Model):
    """A period that was sent, to whom, and whether it arrived. Written by the job alone."""

    _name = "escarcelle.statistic.mailing.sent"
    _description = "Mail of a Period"
    _order = "made_on desc, id desc"
    _rec_name = "period"

    mailing_id = fields.Many2one(
        "escarcelle.statistic.mailing", required=True, ondelete="cascade", index=True, readonly=True
    )
    period_start = fields.Date(required=True, readonly=True)
    period_stop = fields.Date(required=True, readonly=True)
    period = fields.Char(required=True, readonly=True)
    by_hand = fields.Boolean("Sent by hand", readonly=True)
    made_on = fields.Datetime("On", required=True, readonly=True)
    error = fields.Text(readonly=True, groups="base.group_no_one")
    mail_ids = fields.Many2many(
        "mail.mail",
        relation="escarcelle_statistic_mailing_mail",
        readonly=True,
        groups="base.group_no_one",
    )
    recipients = fields.Char(compute="_compute_state", compute_sudo=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
        compute="_compute_state",
        compute_sudo=True,
    )
    failure = fields.Text("What went wrong", compute="_compute_state", compute_sudo=True)

    _once = models.UniqueIndex("(mailing_id, period_start, period_stop) WHERE NOT by_hand")

    @api.depends("error", "mail_ids.state", "mail_ids.failure_type")
    def _compute_state(self):
        for sent in self:
            mails = sent.mail_ids
            failed = mails.filtered(lambda mail: mail.state in ("exception", "cancel"))
            sent.recipients = ", ".join(mails.mapped("email_to"))
            sent.failure = sent.error or "\n".join(map(self._escarcelle_reason, failed)) or False
            if sent.error or failed or not mails:
                sent.state = "failed"
            else:
                sent.state = "waiting" if "outgoing" in mails.mapped("state") else "sent"

    @api.model
    def _escarcelle_reason(self, mail):
        """What to do about a mail that did not leave, in words."""
        reasons = {
            "mail_email_invalid": self.env._(
                "this address is not valid. Correct it, then send again."
            ),
            "mail_email_missing": self.env._("the address is missing. Write it, then send again."),
            "mail_from_invalid": self.env._(
                "the shop's own address is not valid. Correct it in the settings."
            ),
            "mail_from_missing": self.env._(
                "the shop has no e-mail address. Write it in the settings."
            ),
            "mail_smtp": self.env._(
                "the mail server does not answer. Check it in the settings, then send again."
            ),
        }
        known = reasons.get(mail.failure_type) or self.env._(
            "the mail did not leave. Send it again."
        )
        return f"{mail.email_to}: {known}"

    def action_escarcelle_again(self):
        """Put the mails that failed back in the queue, or make them when they could not be made."""
        self.ensure_one()
        self.mailing_id.check_access("write")
        mine = self.sudo()
        failed = mine.mail_ids.filtered(lambda mail: mail.state in ("exception", "cancel"))
        if failed:
            failed.mark_outgoing()
        elif mine.error:
            again = self.mailing_id._escarcelle_make(self.period_start, by_hand=self.by_hand)
            if again.failure:
                raise UserError(again.failure)
        else:
            raise UserError(self.env._("Nothing failed: these mails are sent or on their way."))

    def action_escarcelle_files(self):
        """The files that were sent: the one, or all of them in an archive."""
        files = self._escarcelle_files()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{files.id}?download=true"
            if len(files) == 1
            else f"/escarcelle/statistics/sent/{self.id}.zip",
            "target": "download",
        }

    def _escarcelle_files(self):
        """What each of the mails bears, as superuser.

        :raises UserError: nothing was made
        """
        self.ensure_one()
        self.mailing_id.check_access("read")
        files = self.sudo().mail_ids[:1].attachment_ids
        if not files:
            raise UserError(self.env._("No file was made."))
        return files

    def _escarcelle_archive(self):
        """``(name, bytes)`` of the files in one."""
        files = self._escarcelle_files()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.writestr(file.name, file.raw)
        return f"{files[0].name.rsplit('.', 1)[0]}.zip", buffer.getvalue()
