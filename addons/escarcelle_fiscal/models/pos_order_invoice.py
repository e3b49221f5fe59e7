from datetime import date, timedelta
from zoneinfo import ZoneInfo

from odoo import models
from odoo.exceptions import UserError

from escarcelle_core import chain, invoicing, vat_number
from escarcelle_core.documents import CANCELLATION, Customer, Invoice, Reference
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.xml import stamp, ticket_xml

#: Context key: the signed invoice (``_escarcelle_invoice_values``) an order is being invoiced as.
KEY = "escarcelle_invoice"


class PosOrder(models.Model):
    """An invoice made at a point of sale has one legal number: that of its signed FCT.

    A tablet's order is signed here, in the transaction that posts the invoice; a till's invoice arrives
    signed and passes the same way (escarcelle_pos).
    """

    _inherit = "pos.order"

    def _generate_pos_order_invoice(self):
        # EXTENDS 'point_of_sale'
        if KEY in self.env.context or len(self) != 1 or self.config_id.escarcelle_signer != "server":
            return super()._generate_pos_order_invoice()
        signed = self._escarcelle_sign_invoice()
        return super(PosOrder, self.with_context(**{KEY: signed}))._generate_pos_order_invoice()

    def _escarcelle_invoice_as(self, record, ticket, partner):
        """Post the invoice of this order as the signed ``record``, which says ``ticket``; the move.

        Raises UserError when the invoice Odoo makes is not, to the cent, the one that was signed.
        """
        self.ensure_one()
        values = self._escarcelle_invoice_values(record, ticket, partner)
        order = self.with_context(**{KEY: values, "generate_pdf": False})
        move = order._generate_pos_order_invoice()
        move._escarcelle_check_amounts(ticket)
        return move

    def _escarcelle_invoice_values(self, record, ticket, partner=None):
        invoice = ticket.invoice
        return {
            "origin": record.origin,
            "name": f"{record.kind} {record.number}",
            "date": record.local[:10],
            "due": invoice.due.isoformat(),
            "terms": list(invoice.terms),
            "partner": (partner or self.partner_id).id,
            "corrects": invoice.corrects.uid if invoice.corrects else "",
            "total": ticket.total,
            "tax": ticket.tax,
        }

    def _prepare_invoice_vals(self):
        # EXTENDS 'point_of_sale'
        values = super()._prepare_invoice_vals()
        signed = self.env.context.get(KEY)
        if not signed:
            return values
        corrected = self.env["account.move"]
        if signed["corrects"]:
            corrected = corrected.sudo().search([("escarcelle_origin", "=", signed["corrects"])], limit=1)
        return {
            **values,
            "name": signed["name"],
            "escarcelle_origin": signed["origin"],
            "journal_id": self.company_id._escarcelle_invoices().id,
            "partner_id": signed["partner"],
            "partner_shipping_id": signed["partner"],
            "invoice_date": date.fromisoformat(signed["date"]),
            "invoice_date_due": date.fromisoformat(signed["due"]),
            "invoice_payment_term_id": False,
            "narration": "<br/>".join(signed["terms"]),
            **({"reversed_entry_id": corrected.id} if corrected else {}),
        }

    # -- signing, for what the server signs --------------------------------------------------------

    def _escarcelle_sign_invoice(self):
        """Sign the FCT of this order on its device, in this transaction; what the invoice must say."""
        self.ensure_one()
        row = self._escarcelle_query("r.kind, r.till_number, r.seq, r.local, r.xml").get(self.uuid)
        if not row:
            raise UserError(self.env._("This order has no signed ticket: it cannot be invoiced."))
        kind, number, seq, local, xml = row
        ticket = ticket_xml.read(stamp.parse(xml))
        customer = self._escarcelle_customer()
        zone = ZoneInfo(self.company_id.escarcelle_timezone or "Europe/Paris")
        device = self.env["escarcelle.fiscal.device"].sudo()
        today = device._escarcelle_now().astimezone(zone).date()
        due = today + timedelta(days=self._escarcelle_terms_days() if invoicing.owed(ticket) > 0 else 0)
        sold = min(date.fromisoformat(local[:10]), today)
        said = invoicing.terms(ticket, due, professional=bool(customer.vat))
        invoice = Invoice(customer, sold, max(due, sold), said, self._escarcelle_corrected(ticket))
        try:
            document = invoicing.invoice_of(
                ticket, Reference(kind, number, seq, self.uuid),
                chain.derived(self.uuid, "FCT"), self.company_id._escarcelle_identity(),
                f"U{self.env.uid}", invoice,
            )  # fmt: skip
        except EscarcelleError as error:
            raise UserError(str(error)) from error
        record = device._escarcelle_sign(self.config_id, document)
        return self._escarcelle_invoice_values(record, document)

    def _escarcelle_customer(self):
        """The order's customer as an invoice names it; UserError says what is missing."""
        partner = self.partner_id
        address = self.env["res.partner"].browse(partner.address_get(["invoice"])["invoice"]) or partner
        missing = [
            label
            for label, value in (
                (self.env._("name"), address.name or partner.name),
                (self.env._("street"), address.street),
                (self.env._("zip"), address.zip),
                (self.env._("city"), address.city),
            )
            if not (value or "").strip()
        ]
        if not partner or missing:
            raise UserError(
                self.env._(
                    "An invoice names its customer: choose one and complete %s on the contact.",
                    ", ".join(missing),
                )
            )
        try:
            vat = vat_number.clean(partner.vat or "")
        except EscarcelleError as error:
            raise UserError(str(error)) from error
        country = address.with_context(lang="fr_FR").country_id.name or "France"
        street = ", ".join(filter(None, [address.street, address.street2]))
        name = address.name or partner.name
        return Customer(name, street, address.zip, address.city, self._escarcelle_customer_code(), vat, country)

    def _escarcelle_customer_code(self):
        """Hook: the code of the order's customer in signed documents."""
        return self._escarcelle_ticket_extra().get("customer") or f"C{self.partner_id.id}"

    def _escarcelle_terms_days(self):
        """Days a customer with an account has to pay."""
        term = self.partner_id.property_payment_term_id
        return max(term.line_ids.mapped("nb_days"), default=0)

    def _escarcelle_corrected(self, ticket):
        """The invoice a credit note corrects, None for an invoice."""
        if ticket.operation != CANCELLATION:
            return None
        sale = self.lines.refunded_orderline_id.order_id.account_move.sudo().filtered("escarcelle_origin")[:1]
        self.env.cr.execute(
            "SELECT till_number, seq, origin::text FROM fiscal.record WHERE kind = 'FCT' AND origin = %s::uuid",
            [sale.escarcelle_origin or None],
        )
        found = self.env.cr.fetchone()
        if not found:
            raise UserError(
                self.env._(
                    "The sale given back was not invoiced: a credit note has nothing to correct. Validate the refund"
                    " without an invoice."
                )
            )
        return Reference("FCT", *found)
