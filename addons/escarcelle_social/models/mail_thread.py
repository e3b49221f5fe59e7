from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_compute_author(self, author_id=None, email_from=None):
        # EXTENDS 'mail': a volunteer without an address writes in the name of the shop; nothing leaves without one
        author, address = super()._message_compute_author(author_id=author_id, email_from=email_from)
        return author, address or self.env.company.email_formatted or address
