"""What a till signs besides tickets: its invoices become invoices, its settlements payments."""

from odoo import models
from odoo.fields import Domain

from escarcelle_core import ticket_check
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.xml import stamp, ticket_xml

from .till_job import Repair

INVOICE, SETTLEMENT = "FCT", "REG"


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_paper(self, job):
        """Build what a paper is in Odoo: notes and proofs are only kept. Raises Repair."""
        if job.paper["kind"] == INVOICE:
            job.move = self._escarcelle_invoice(job)
        elif job.paper["kind"] == SETTLEMENT:
            job.move = self._escarcelle_settle(job)
        else:
            return
        job.build = "built"

    # -- invoices ----------------------------------------------------------------------------------

    def _escarcelle_invoice(self, job):
        """The posted invoice (or credit note) of an FCT; it exists once, whatever is sent again."""
        record, document = self._escarcelle_document(job)
        known = self.env["account.move"].search([("escarcelle_origin", "=", record.origin)], limit=1)
        if known:
            return known
        order = self.env["pos.order"].search([("uuid", "=", document.origin.uid)], limit=1)
        if not order:
            raise Repair(
                self.env._(
                    "Ticket %s of this invoice is not an order yet: repair the ticket first, then retry.",
                    f"{document.origin.till_number}-{document.origin.seq}",
                )
            )
        if order.account_move:
            raise Repair(
                self.env._(
                    "Ticket %(ticket)s was already invoiced as %(invoice)s: cancel one of the two by a credit note.",
                    ticket=order.pos_reference,
                    invoice=order.account_move.name,
                )
            )
        self._escarcelle_same_sale(document)
        partner = self._escarcelle_buyer(document)
        if not order.partner_id:
            order.partner_id = partner
        # It is signed: whatever the locks of accounting, it is posted; Odoo moves its date.
        return order._escarcelle_invoice_as(record, document, partner)

    def _escarcelle_document(self, job):
        try:
            record = Record.from_json(job.paper)
            return record, ticket_xml.read(stamp.parse(record.xml))
        except EscarcelleError as error:
            raise Repair(self.env._("The signed document cannot be read: %s", str(error))) from error

    def _escarcelle_same_sale(self, document):
        """Raises Repair when the invoice does not say what its ticket says."""
        records = self.env["escarcelle.fiscal.journal"]._escarcelle_records(self.uid8, document.origin.uid)
        ticket = next((r for r in records if r["kind"] == "TCK"), None)
        try:
            if ticket is None:
                raise Repair(self.env._("The ticket of this invoice is not in the fiscal journal."))
            ticket_check.same_sale(document, ticket_xml.read(stamp.parse(ticket["xml"])))
        except EscarcelleError as error:
            raise Repair(
                self.env._("The invoice and its ticket say different things: %s", str(error))
            ) from error

    def _escarcelle_buyer(self, document):
        """The partner an invoice is made out to: by code, VAT number, or name and address; else a new one."""
        customer = document.invoice.customer
        partner = self._escarcelle_partner(customer.code) if customer.code else self.env["res.partner"]
        if partner:
            return partner
        Partner = self.env["res.partner"]
        company = Domain(Partner._check_company_domain(self.company_id)) & Domain("parent_id", "=", False)
        if customer.vat:
            partner = Partner.search(company & Domain("vat", "=", customer.vat), order="id", limit=1)
        if not partner:
            partner = Partner.search(
                company
                & Domain("name", "=ilike", _literal(customer.name))
                & Domain("zip", "=", customer.zip)
                & Domain("street", "=ilike", _literal(customer.street)),
                order="id",
                limit=1,
            )
        return partner or self._escarcelle_new_buyer(customer)

    def _escarcelle_new_buyer(self, customer):
        country = self.env["res.country"].with_context(lang="fr_FR").search(
            [("name", "=ilike", _literal(customer.country))], limit=1
        ) or self.company_id.country_id
        return self.env["res.partner"].with_context(no_vat_validation=True).create(
            {
                "name": customer.name,
                "street": customer.street or False,
                "zip": customer.zip,
                "city": customer.city,
                "country_id": country.id,
                "vat": customer.vat or False,
                "is_company": bool(customer.vat),
                "company_id": self.company_id.id,
                "customer_rank": 1,
            }
        )

    # -- settlements -------------------------------------------------------------------------------

    def _escarcelle_settle(self, job):
        """Book what was paid on an account, in the session of its day; the first entry made."""
        record, document = self._escarcelle_document(job)
        partner = self._escarcelle_partner(document.customer)
        if not partner:
            raise Repair(
                self.env._("Customer code %s is unknown: create or restore it, then retry.", document.customer)
            )
        partner = partner.commercial_partner_id
        chosen = job.entry["event"].get("methods")
        methods = {method.id: method for method in self.config_id.payment_method_ids}
        name = f"{record.shown()} {document.comment}".strip()
        moves = self.env["account.move"]
        for payment in document.payments:
            wanted = chosen.get(payment.uid) if isinstance(chosen, dict) else None
            method = methods.get(wanted) or next(
                (m for m in methods.values() if self._escarcelle_payment_code(m) == payment.mode), None
            )
            if not method or method.type == "pay_later":
                raise Repair(
                    self.env._(
                        "The payment method “%(label)s” is no longer one of point of sale %(config)s. Add it there,"
                        " then retry.",
                        label=payment.label,
                        config=self.config_id.display_name,
                    )
                )
            moves |= self._escarcelle_settle_one(job.session, method, partner, payment.amount, name)
        return moves[:1]

    def _escarcelle_settle_one(self, session, method, partner, cents, name):
        """One payment on the account of ``partner``: in cash in the drawer of the session, else at the bank."""
        receivable = partner.with_company(self.company_id).property_account_receivable_id
        if method.type == "cash":
            line = self.env["account.bank.statement.line"].create(
                {
                    "pos_session_id": session.id,
                    "journal_id": method.journal_id.id,
                    "partner_id": partner.id,
                    "counterpart_account_id": receivable.id,
                    "amount": cents / 100,
                    "payment_ref": name,
                }
            )
            return line.move_id
        payment = self.env["account.payment"].with_context(pos_payment=True).create(
            {
                "payment_type": "inbound" if cents > 0 else "outbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": abs(cents) / 100,
                "journal_id": method.journal_id.id,
                "force_outstanding_account_id": method.outstanding_account_id.id,
                "destination_account_id": receivable.id,
                "memo": name,
                "pos_payment_method_id": method.id,
                "pos_session_id": session.id,
                "company_id": self.company_id.id,
            }
        )
        if not payment.outstanding_account_id:
            # Community: nothing would be booked without one.
            payment.outstanding_account_id = method.journal_id.default_account_id
        payment.action_post()
        return payment.move_id


def _literal(text):
    """``text`` without the wildcards of a search."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
