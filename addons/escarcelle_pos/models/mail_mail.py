import base64

from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    escarcelle_receipt = fields.Boolean(help="Carries the copy of a ticket or of an invoice of a till.")

    def send(self, *args, **kwargs):
        # EXTENDS 'mail': a PDF takes a second to make, so it is made here and not while a till sends
        for mail in self.filtered("escarcelle_receipt"):
            mail._escarcelle_as_pdf()
        return super().send(*args, **kwargs)

    def _escarcelle_as_pdf(self):
        """What is attached as HTML becomes a PDF, when this machine makes PDFs."""
        report = self.env["ir.actions.report"].sudo()
        for page in self.sudo().attachment_ids.filtered(lambda one: one.mimetype == "text/html"):
            pdf = report._escarcelle_pdf((page.raw or b"").decode())
            if pdf:
                page.write(
                    {
                        "name": page.name.removesuffix(".html") + ".pdf",
                        "datas": base64.b64encode(pdf),
                        "mimetype": "application/pdf",
                    }
                )
