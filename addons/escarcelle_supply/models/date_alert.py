from odoo import api, models
from odoo.tools import format_date

from ..tools.shown import number
from .stock_lot import BLOCKED, PAST, SOON


class StockLot(models.Model):
    """The morning mail: what is to be withdrawn, what comes near its date."""

    _inherit = "stock.lot"

    @api.model
    def _escarcelle_cron_dates(self):
        """For each shop: close the markdowns that ended and mail the lots to look at."""
        for company in self.env["res.company"].search([]):
            shop = self.with_company(company).with_context(allowed_company_ids=company.ids)
            shop.env["escarcelle.markdown"]._escarcelle_end(company)
            shop._escarcelle_mail_dates(company)

    def _escarcelle_to_watch(self, company):
        """Lots in stock that are soon, past or blocked, the worst first."""
        lots = self.search(
            [
                ("escarcelle_state", "in", [SOON, PAST, BLOCKED]),
                ("quant_ids", "any", [("quantity", ">", 0), ("location_id.usage", "=", "internal"),
                                      ("company_id", "=", company.id)]),
            ]
        )  # fmt: skip
        return lots.sorted(lambda lot: (lot.escarcelle_last_day, lot.product_id.name or ""))

    def _escarcelle_mail_dates(self, company):
        if not self.env["escarcelle.supply.policy"]._escarcelle_for(company).digest:
            return self.env["mail.mail"]
        lots = self._escarcelle_to_watch(company)
        readers = company._escarcelle_stock_people()
        if not lots or not readers:
            return self.env["mail.mail"]
        vals_list = []
        for lang, people in readers.grouped("lang").items():
            # The job speaks no language of its own.
            mail = lots.with_context(lang=lang)._escarcelle_digest(company)
            vals_list += [{**mail, "email_to": reader.email_formatted, "auto_delete": True} for reader in people]
        mails = self.env["mail.mail"].sudo().create(vals_list)
        mails.send()
        return mails

    def _escarcelle_digest(self, company):
        """Subject and body of the mail about these lots, in the language of the context."""
        body = self.env["ir.qweb"]._render(
            "escarcelle_supply.date_digest",
            {
                "company": company,
                "groups": [(state, self.filtered(lambda lot, s=state: lot.escarcelle_state == s))
                           for state in (BLOCKED, PAST, SOON)],
                "url": f"{company.get_base_url()}/odoo/action-escarcelle_supply.lot_date_action",
                "format_date": lambda day: format_date(self.env, day),
                "number": lambda quantity: number(self.env, quantity),
            },
        )  # fmt: skip
        subject = self.env._("%(shop)s: %(count)s lots to look at", shop=company.name, count=len(self))
        return {"subject": subject, "body_html": body}


class ResCompany(models.Model):
    _inherit = "res.company"

    def _escarcelle_stock_people(self):
        """Contacts of those who keep the stock of this shop and have an address."""
        return self._escarcelle_stock_users().partner_id.filtered("email")

    def _escarcelle_stock_users(self):
        """Those who keep the stock of this shop; who only manages it comes last."""
        self.ensure_one()
        group = self.env.ref("escarcelle_social.group_stock")
        users = self.env["res.users"].sudo().search(
            [("all_group_ids", "in", group.ids), ("company_ids", "in", self.ids), ("share", "=", False)]
        )
        manager = self.env.ref("escarcelle_social.group_manager")
        return users.sorted(lambda user: (manager in user.all_group_ids, user.id))
