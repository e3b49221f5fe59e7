"""Issuing, cancelling, replacing and sending tax receipts."""

from dateutil.relativedelta import relativedelta
from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

from ..tools import forms
from .policy import RETENTION_YEARS


class EscarcelleDonationReceipt(models.Model):
    _inherit = "escarcelle.donation.receipt"

    def action_issue(self):
        """Freeze these receipts and give them their numbers. Issuing twice issues once."""
        drafts = self.filtered(lambda r: r.state == "draft").sorted("id")
        if not drafts:
            return True
        drafts.check_access("write")
        drafts._escarcelle_lock_gifts()
        for receipt in drafts:
            receipt._escarcelle_check_issue()
        for (company, form), receipts in drafts.grouped(lambda r: (r.company_id, r.form)).items():
            today = company._escarcelle_today()
            numbers = (
                self.env["escarcelle.donation.receipt.number"]
                .sudo()
                ._escarcelle_take(company, form, today.year, len(receipts))
            )
            for receipt, number in zip(receipts, numbers, strict=True):
                receipt._escarcelle_freeze(today, number)
        return True

    def _escarcelle_lock_gifts(self):
        """Nobody else puts these gifts on a receipt, or undoes them, meanwhile."""
        self.lock_for_update()
        self.donation_ids.lock_for_update()
        self.invalidate_recordset(["state", "number"])
        self.donation_ids.invalidate_recordset(["state", "receipt_id"])

    def _escarcelle_check_issue(self):
        """UserError, saying what to do, unless this receipt may be issued."""
        self.ensure_one()
        policy = self.env["escarcelle.donation.policy"]._escarcelle_for(self.company_id)
        policy._escarcelle_check_may_issue(self.form)
        donor = self.donor_id
        if self.state != "draft":
            raise UserError(self.env._("Receipt %s is issued already.", self.name))
        if donor._escarcelle_receipt_form() != self.form:
            raise UserError(
                self.env._(
                    "%s does not get this form: companies get 16216, individuals 11580.",
                    donor.display_name,
                )
            )
        gaps = donor._escarcelle_receipt_gaps()
        if gaps:
            raise UserError(
                self.env._(
                    "%(donor)s: complete %(gaps)s.", donor=donor.display_name, gaps=", ".join(gaps)
                )
            )
        if not (self.donation_ids or self.staff_amount):
            raise UserError(
                self.env._("A receipt is for a gift: add those of %s.", donor.display_name)
            )
        self._escarcelle_check_gifts()

    def _escarcelle_check_gifts(self):
        for gift in self.donation_ids:
            if (
                gift.state != "done"
                or gift.donor_id != self.donor_id
                or gift.company_id != self.company_id
            ):
                raise UserError(
                    self.env._(
                        "%s is no gift that this donor made and that we received.", gift.name
                    )
                )
            if gift.receipt_id and gift.receipt_id != self.replaces_id:
                raise UserError(
                    self.env._(
                        "Gift %(gift)s is on receipt %(receipt)s.",
                        gift=gift.name,
                        receipt=gift.receipt_id.name,
                    )
                )
            if not gift.value:
                # The company alone values what it gives (BOI-BIC-RICI-20-30-10-20): no value, no receipt.
                raise UserError(
                    self.env._("Ask the donor what gift %s is worth and write it.", gift.name)
                )
            unvalued = gift.line_ids.filtered(lambda line: not line.refused and not line.value)
            if unvalued:
                raise UserError(
                    self.env._(
                        "Gift %(gift)s: what is %(goods)s worth to its donor? Write a value, or refuse the line.",
                        gift=gift.name, goods=", ".join(unvalued.mapped("name")),
                    )
                )  # fmt: skip
        if (self.staff or self.staff_amount) and (
            self.form != "16216" or not (self.staff and self.staff_amount)
        ):
            raise UserError(
                self.env._("Staff is lent by a company, which says who and what it is worth.")
            )

    def _escarcelle_freeze(self, today, number):
        """Write all the form asks for, and the number; from here on PostgreSQL refuses any change."""
        self.line_ids.unlink()
        self.line_ids = [Command.create(values) for values in self._escarcelle_goods()]
        self.flush_recordset()
        self.line_ids.flush_recordset()
        old = self.replaces_id
        self.write(
            {
                **self._escarcelle_donor_values(),
                **self._escarcelle_org_values(),
                **self._escarcelle_gift_values(),
                "year": today.year, "number": number, "state": "issued", "issued_on": today,
                "name": f"{forms.PREFIXES[self.form]}-{today.year}-{number:05d}",
                "keep_until": today + relativedelta(years=RETENTION_YEARS),
            }
        )  # fmt: skip
        self.donation_ids.receipt_id = self
        if old:
            old._escarcelle_close("replaced", self.env._("Replaced by %s", self.name), self)

    def _escarcelle_donor_values(self):
        donor = self.donor_id
        person = self.form == "11580"
        return {
            "donor_name": donor._escarcelle_last_name() if person else donor.commercial_partner_id.name,
            "donor_first_name": person and donor.escarcelle_first_name,
            "donor_legal_form": not person and donor.escarcelle_legal_form,
            "donor_siren": not person and donor.escarcelle_siren,
            "donor_street": ", ".join(filter(None, (donor.street, donor.street2))),
            "donor_zip": donor.zip, "donor_city": donor.city, "donor_country": donor.country_id.name or "France",
        }  # fmt: skip

    def _escarcelle_org_values(self):
        policy = self.env["escarcelle.donation.policy"]._escarcelle_for(self.company_id)
        company = self.company_id
        return {
            "org_name": company.name, "org_siren": policy._escarcelle_siren(), "org_rna": policy.rna,
            "org_street": ", ".join(filter(None, (company.street, company.street2))),
            "org_zip": company.zip, "org_city": company.city, "org_country": company.country_id.name or "France",
            "org_purpose": policy.purpose, "org_status": policy.status, "org_status_other": policy.status_other,
            "org_decree_date": policy.decree_date, "org_journal_date": policy.journal_date, "org_needy": policy.needy,
            "article_200": policy.article_200, "article_978": policy.article_978, "article_238": policy.article_238,
            "signatory": policy.signatory, "signatory_quality": policy.signatory_quality, "signature": policy.signature,
        }  # fmt: skip

    def _escarcelle_gift_values(self):
        gifts = self.donation_ids
        days = sorted(gifts.mapped("date")) or [self.company_id._escarcelle_today()]
        natures = {gift.nature if gift.kind == "money" else "goods" for gift in gifts}
        if self.staff_amount:
            natures.add("goods")
        payments = {
            gift.payment_kind for gift in gifts if gift.kind == "money" and gift.nature == "money"
        }
        return {
            "date_from": days[0], "date_to": days[-1], "date_label": self._escarcelle_period(days),
            "acts": ",".join(sorted(set(gifts.mapped("act")) or {"manual"})),
            "natures": ",".join(sorted(natures)), "payments": ",".join(sorted(filter(None, payments))),
            "money_letters": self._escarcelle_letters(self.money_amount),
            "goods_letters": self._escarcelle_letters(self.goods_amount),
            "amount_letters": self._escarcelle_letters(self.amount),
        }  # fmt: skip

    def _escarcelle_period(self, days):
        """« 12/03/2026 », « cumul 2026 » for a year of gifts of a person (BOI-IR-RICI-250-40), else the period."""
        first, last = days[0], days[-1]
        if first == last:
            return f"{first:%d/%m/%Y}"
        if self.form == "11580" and first.year == last.year:
            return f"cumul {first.year}"
        return f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}"

    def _escarcelle_goods(self):
        """Exhaustive description, nature and quantity, of what was taken (not of what was refused)."""
        taken = self.donation_ids.line_ids.filtered(lambda line: not line.refused)
        values = [
            {
                "date": line.date, "name": line.name, "quantity": line.quantity, "unit": line.uom_id.name,
                "value": line.value,
            }
            for line in taken.sorted(lambda line: (line.date, line.id))
        ]  # fmt: skip
        if self.staff_amount:
            today = self.company_id._escarcelle_today()
            values.append({"date": today, "name": self.staff, "value": self.staff_amount})
        return values

    # -- afterwards ------------------------------------------------------------------------------

    def action_cancel(self):
        """Ask why, then cancel: the number stays, the gifts are free for another receipt."""
        return {
            "type": "ir.actions.act_window", "res_model": "escarcelle.donation.receipt.cancel", "view_mode": "form",
            "target": "new", "name": self.env._("Cancel a receipt"), "context": {"default_receipt_id": self.id},
        }  # fmt: skip

    def action_replace(self):
        """Prepare the receipt that replaces this one; this one stays in force until that one is issued."""
        self.ensure_one()
        if self.state != "issued":
            raise UserError(self.env._("Only a receipt in force is replaced."))
        waiting = self.search([("replaces_id", "=", self.id), ("state", "=", "draft")], limit=1)
        draft = waiting or self.create(
            {
                "form": self.form, "company_id": self.company_id.id, "donor_id": self.donor_id.id,
                "donation_ids": [Command.set(self.donation_ids.filtered(lambda d: d.receipt_id == self).ids)],
                "staff": self.staff, "staff_amount": self.staff_amount, "replaces_id": self.id,
            }
        )  # fmt: skip
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": draft.id, "view_mode": "form",
            "name": self.env._("Replacement"),
        }  # fmt: skip

    def _escarcelle_close(self, state, reason, by=None):
        """Take this receipt out of force. It keeps its number and what it said."""
        for receipt in self:
            if receipt.state != "issued":
                raise UserError(self.env._("Receipt %s is not in force.", receipt.name))
            receipt.write(
                {
                    "state": state, "cancel_reason": reason, "replaced_by_id": by and by.id,
                    "cancelled_on": receipt.company_id._escarcelle_today(), "cancelled_by_id": self.env.uid,
                }
            )  # fmt: skip
            receipt.donation_ids.filtered(
                lambda d, old=receipt: d.receipt_id == old
            ).receipt_id = False

    def action_print(self):
        """Download the papers of these receipts in one file, each made by itself (and once)."""
        report = "escarcelle_donation.report_receipt"
        papers = [
            self.env["ir.actions.report"]._render_qweb_pdf(report, [receipt.id])[0]
            for receipt in self
        ]
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("Receipts.pdf"),
                "raw": merge_pdf(papers),
                "mimetype": "application/pdf",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def action_send(self):
        """Open the mail to the donor, receipt attached."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(self.env._("Issue the receipt first."))
        template = self.env.ref("escarcelle_donation.mail_template_receipt")
        return {
            "type": "ir.actions.act_window", "res_model": "mail.compose.message", "view_mode": "form", "target": "new",
            "name": self.env._("Send the receipt"),
            "context": {
                "default_model": self._name, "default_res_ids": self.ids, "default_template_id": template.id,
                "default_composition_mode": "comment", "escarcelle_receipt_sent": self.ids,
            },
        }  # fmt: skip

    def action_send_all(self):
        """Have the mail of every receipt in force that was not sent made and sent, one after the other (cron).

        One without a drawn signature is not mailed: it is worth nothing (BOI-IR-RICI-250-40).
        """
        waiting = self.filtered(lambda r: r.state == "issued" and not r.sent_on)
        bare = waiting.filtered(lambda r: not r.signature)
        silent = (waiting - bare).filtered(lambda r: not r.donor_id.email)
        ready = waiting - bare - silent
        ready.to_send = True
        self.env.ref("escarcelle_donation.cron_send").sudo()._trigger()
        message = self.env._("%s mails are on their way.", len(ready))
        if silent:
            names = ", ".join(silent.mapped("donor_id.display_name"))
            message += " " + self.env._("No e-mail address: %s. Print these.", names)
        if bare:
            names = ", ".join(bare.mapped("name"))
            message += " " + self.env._("No signature on them: %s. Print these and sign them.", names)
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "message": message, "type": "success" if waiting == ready else "warning", "sticky": waiting != ready,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }  # fmt: skip

    def _escarcelle_send_waiting(self):
        """Make the mails that wait, each with its PDF (cron): about a second each, committed as they go."""
        template = self.env.ref("escarcelle_donation.mail_template_receipt")
        waiting = self.search([("to_send", "=", True), ("state", "=", "issued")])
        for left, receipt in zip(range(len(waiting) - 1, -1, -1), waiting, strict=True):
            template.send_mail(receipt.id)
            receipt.write({"to_send": False, "sent_on": fields.Datetime.now()})
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return

    def _message_post_after_hook(self, message, msg_vals):
        # EXTENDS 'mail': a receipt sent from the mail window is sent
        if self.env.context.get("escarcelle_receipt_sent") == self.ids:
            self.sent_on = fields.Datetime.now()
        return super()._message_post_after_hook(message, msg_vals)
