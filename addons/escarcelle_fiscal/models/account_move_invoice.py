from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.order_ticket import cents


class AccountMove(models.Model):
    """Invoices of tickets: named by their signed FCT, one each, corrected only by a credit note."""

    _inherit = "account.move"

    escarcelle_origin = fields.Char("Signed invoice", readonly=True, copy=False, index="btree_not_null")

    _escarcelle_origin_uniq = models.UniqueIndex("(escarcelle_origin) WHERE escarcelle_origin IS NOT NULL")

    def _post(self, soft=True):
        # EXTENDS 'account': nothing else takes a number among the invoices of the tills
        journals = self.company_id.sudo().escarcelle_invoice_journal_id
        if any(move.journal_id in journals and not move.escarcelle_origin for move in self):
            raise UserError(
                self.env._(
                    "The journal of till invoices only takes what a till has signed: choose another journal, or"
                    " make the invoice (or the refund and its credit note) at the till."
                )
            )
        # A signed invoice is posted, whatever the clock of the till says of its date.
        return super()._post(soft and not any(move.escarcelle_origin for move in self))

    def write(self, vals):
        # EXTENDS 'account'
        if {"name", "escarcelle_origin", "journal_id"} & vals.keys():
            for move in self.filtered(lambda m: m.escarcelle_origin and m.state == "posted"):
                if any(
                    key in vals and vals[key] != (move[key].id if key == "journal_id" else move[key])
                    for key in ("name", "escarcelle_origin", "journal_id")
                ):
                    move._escarcelle_refuse_change()
        return super().write(vals)

    def button_draft(self):
        # EXTENDS 'account'
        self._escarcelle_refuse_change()
        return super().button_draft()

    def button_cancel(self):
        # EXTENDS 'account'
        self._escarcelle_refuse_change()
        return super().button_cancel()

    @api.ondelete(at_uninstall=True)
    def _escarcelle_unlink_unsigned(self):
        self._escarcelle_refuse_change()

    def _escarcelle_refuse_change(self):
        for move in self.filtered("escarcelle_origin"):
            raise UserError(
                self.env._(
                    "Invoice %s is signed: it is not changed any more. Refund the ticket at the till and ask for"
                    " its credit note.",
                    move.name,
                )
            )

    def _escarcelle_check_amounts(self, ticket):
        """UserError unless this invoice has the amounts of ``ticket``, to the cent."""
        self.ensure_one()
        sign = -1 if self.move_type == "out_refund" else 1
        found = (sign * cents(self.amount_total), sign * cents(self.amount_tax))
        if found != (ticket.total, ticket.tax):
            raise UserError(
                self.env._(
                    "Invoice %(name)s comes to %(found)s in Odoo and to %(signed)s as it was signed.",
                    name=self.name, found=found, signed=(ticket.total, ticket.tax),
                )
            )  # fmt: skip

    def action_view_escarcelle_invoice(self):
        """#VOIR_XML#: the signed record of this invoice."""
        self.ensure_one()
        record = self.env["escarcelle.fiscal.record"].search(
            [("origin", "=", self.escarcelle_origin), ("kind", "=", "FCT")], limit=1
        )
        if not record:
            raise UserError(self.env._("This invoice was not signed by a till."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.fiscal.record",
            "res_id": record.id,
            "view_mode": "form",
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _find_accounting_partner(self, partner):
        # EXTENDS 'account': payments of an invoice are those of whom it is made out to
        signed = self.env.context.get("escarcelle_invoice")
        if signed and signed.get("partner"):
            partner = self.browse(signed["partner"])
        return super()._find_accounting_partner(partner)


class ResCompany(models.Model):
    _inherit = "res.company"

    escarcelle_invoice_journal_id = fields.Many2one(
        "account.journal", "Journal of till invoices", readonly=True, ondelete="restrict"
    )

    def _escarcelle_invoices(self):
        """The sales journal of this company whose invoices are named by their signed FCT; made once."""
        self.ensure_one()
        company = self.sudo()
        if not company.escarcelle_invoice_journal_id:
            lock = f"escarcelle.invoices.{company.id}"
            self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
            Journal = self.env["account.journal"].sudo().with_company(company)
            taken = Journal.with_context(active_test=False).search(
                [("company_id", "=", company.id), ("code", "=", "FCT")], limit=1
            )
            company.escarcelle_invoice_journal_id = Journal.create(
                {
                    "name": "Factures de caisse",
                    "code": "FCT" if not taken else "FCTC",
                    "type": "sale",
                    "company_id": company.id,
                    "show_on_dashboard": False,
                    # Till 26 is no year: one series for ever.
                    "sequence_override_regex": r"^(?P<prefix1>.*?)(?P<seq>\d{0,9})(?P<suffix>\D*?)$",
                }
            )
        return company.escarcelle_invoice_journal_id
