from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date


class EscarcelleVoucherBilling(models.TransientModel):
    """The monthly invoice of what third parties pay: their parts of the tickets of a month, one invoice each.

    The VAT is on the tickets already: the invoice asks back what the organisation pays of them, on the account
    the means of payment has filled, without any tax. It is left as a draft for somebody to look at.
    """

    _name = "escarcelle.voucher.billing"
    _description = "Invoice third parties"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date_to = fields.Date("Tickets until", required=True, default=lambda self: self._default_date_to())
    issuer_ids = fields.Many2many("res.partner", string="Only", domain=[("is_company", "=", True)])

    def _default_date_to(self):
        """The last day of last month."""
        return fields.Date.context_today(self).replace(day=1) - timedelta(days=1)

    def action_bill(self):
        """Make the draft invoices and show them."""
        self.ensure_one()
        self.env["escarcelle.voucher.kind"].check_access("write")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("This shop is not one of yours."))
        locked = self.sudo()._escarcelle_waiting().try_lock_for_update()
        moves = self.env["account.move"]
        for issuer, rows in locked.grouped("issuer_id").items():
            if sum(rows.mapped("amount")) > 0:
                # A manager asks for invoices without writing in the accounts: drafts are all they get.
                moves |= self.sudo()._escarcelle_bill(issuer, rows)
        if not moves:
            raise UserError(self.env._("Nothing waits to be invoiced until that day."))
        if not moves.sudo(False).has_access("read"):
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("%s draft invoices wait for the accountant.", len(moves)),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return {**action, "domain": [("id", "in", moves.ids)], "context": {"default_move_type": "out_invoice"}}

    def _escarcelle_waiting(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("kind_id.settled_by", "=", "invoice"),
            ("state", "=", "received"),
            ("day", "<=", self.date_to),
        ]
        if self.issuer_ids:
            domain.append(("issuer_id", "in", self.issuer_ids.ids))
        return self.env["escarcelle.voucher"].search(domain, order="day, id")

    def _escarcelle_bill(self, issuer, rows):
        lines = []
        for kind, taken in rows.grouped("kind_id").items():
            account = (
                kind.payment_method_id.outstanding_account_id
                or kind.payment_method_id.journal_id.default_account_id
            )
            if not account:
                raise UserError(
                    self.env._("Give the means of payment “%s” its account first.", kind.payment_method_id.name)
                )
            lines.append(
                Command.create(
                    {
                        "name": self.env._(
                            "%(kind)s: %(count)s tickets from %(first)s to %(last)s (VAT is on the tickets)",
                            kind=kind.name,
                            count=len(taken.order_id),
                            first=format_date(self.env, taken[0].day),
                            last=format_date(self.env, taken[-1].day),
                        ),
                        "quantity": 1,
                        "price_unit": sum(taken.mapped("amount")),
                        "account_id": account.id,
                        "tax_ids": [Command.clear()],
                    }
                )
            )
            lines += [
                Command.create({"display_type": "line_note", "name": self._escarcelle_day_note(day, of_day)})
                for day, of_day in taken.grouped("day").items()
            ]
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": issuer.id,
                    "company_id": self.company_id.id,
                    "invoice_line_ids": lines,
                    **self._escarcelle_chorus(rows.kind_id),
                }
            )
        )
        rows.sudo().write({"move_id": move.id})
        return move

    def _escarcelle_chorus(self, kinds):
        """What Chorus Pro wants to read, where its module is installed."""
        names = {
            "buyer_reference": "chorus_service",
            "purchase_order_reference": "chorus_engagement",
            "contract_reference": "chorus_contract",
        }
        known = self.env["account.move"]._fields
        values = {name: next(filter(None, kinds.mapped(own)), False) for name, own in names.items()}
        return {name: value for name, value in values.items() if name in known and value}

    def _escarcelle_day_note(self, day, rows):
        """The tickets of ``day`` and what is asked of each, as who pays reads them."""
        tickets = ", ".join(
            f"{row.ticket} ({format_amount(self.env, row.amount, row.currency_id)})" for row in rows
        )
        return self.env._("%(day)s: %(tickets)s", day=format_date(self.env, day), tickets=tickets)
