import json
from hashlib import sha256

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import groupby

from ..tools import piece_values


class EscarcelleFiscalOrdered(models.AbstractModel):
    """Orders and quotations: their documents when their state changes, and the summary of several.

    The bridges to Odoo's purchases and sales say which state gives which document.
    """

    _name = "escarcelle.fiscal.ordered"
    _inherit = "escarcelle.fiscal.documented"
    _description = "Order with fiscal documents"

    #: Field of the order's lines that holds what is ordered, in the line's own unit.
    _escarcelle_ordered = "product_qty"

    def _escarcelle_outside(self, state):
        """Those that may reach ``state`` by a write; to be asked before it."""
        return self.filtered(lambda order: order.state != state)

    def _escarcelle_issue_reached(self, state, doc_type):
        """Issue ``doc_type`` for those that are in ``state`` now. One query, however many."""
        # Cancelled, changed and confirmed again, it is another order of the same number.
        event = f"{state} {self.env.cr.now().isoformat()}"
        documents = [
            (doc_type, order._escarcelle_values(), (order, event))
            for order in self
            if order.state == state and order._escarcelle_items()
        ]
        if documents:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_issue_all(documents)

    def _escarcelle_values(self):
        self.ensure_one()
        return {
            "company": self.company_id,
            "reference": self.name,
            "date": piece_values.instant(self.env.cr.now()),
            "party": piece_values.party(self.partner_id, named=True),
            "lines": [self._escarcelle_line(item, item) for item in self._escarcelle_items()],
            "origins": [{"reference": self.origin}] if self.origin else [],
            "total": self._escarcelle_cents(self.amount_total),
            "untaxed": self._escarcelle_cents(self.amount_untaxed),
        }

    def _escarcelle_items(self):
        return self.order_line.filtered(lambda item: not item.display_type)

    def _escarcelle_line(self, item, items):
        """One line for ``items``, which are of the same product and unit as ``item``."""
        quantity = sum(items.mapped(self._escarcelle_ordered))
        amount = sum(line.order_id._escarcelle_euros(line.price_total) for line in items)
        if item.product_id:
            line = piece_values.line(item.product_id, quantity, item.product_uom_id)
        else:
            line = {"code": "", "label": (item.name or "")[: piece_values.LONGEST], "unit": "U",
                    "quantity": f"{quantity:.3f}"}  # fmt: skip
        return piece_values.priced(line, amount)

    def _escarcelle_euros(self, amount):
        """An amount of the order in the company's currency: a document is in euros."""
        currency, company = self.currency_id, self.company_id
        if currency == company.currency_id:
            return amount
        return currency._convert(amount, company.currency_id, company, self.date_order or fields.Date.today())

    def _escarcelle_cents(self, amount):
        return piece_values.cents(self._escarcelle_euros(amount))

    # -- the summary of several orders ---------------------------------------------------------------

    def _escarcelle_issue_summary(self, confirmed):
        """RCD: what these orders ask for, product by product. ``confirmed``: the state they must be in.

        The same orders with the same content give the document they gave before. Returns its uuid.
        """
        orders = self.sorted("id")
        if not orders or orders.filtered(lambda order: order.state != confirmed):
            raise UserError(self.env._("Choose confirmed orders only: an order that may still change has no summary."))
        if len(orders.company_id) > 1:
            raise UserError(self.env._("Choose orders of one company."))
        items = orders.order_line.filtered(lambda item: not item.display_type)
        groups = groupby(items.sorted("id"), lambda item: (item.product_id, item.product_uom_id))
        lines = [orders._escarcelle_line(same[0], items.browse().union(*same)) for _key, same in groups]
        content = json.dumps([orders.ids, lines], sort_keys=True)
        event = f"summary {sha256(content.encode()).hexdigest()}"
        values = {
            "company": orders.company_id,
            "reference": orders[0].name if len(orders) == 1 else f"{orders[0].name} à {orders[-1].name}",
            "date": piece_values.instant(self.env.cr.now()),
            "lines": lines,
            "origins": [{"reference": order.name} for order in orders],
            "total": sum(line["amount"] for line in lines),
            "untaxed": sum(order._escarcelle_cents(order.amount_untaxed) for order in orders),
        }
        self.env["escarcelle.fiscal.outbox"]._escarcelle_issue("RCD", values, (orders[0], event))
        return self.env["escarcelle.fiscal.source"]._escarcelle_uid("RCD", orders[0], event)

    def _escarcelle_open_summary(self, uid):
        """Show the document, or say that it is being signed."""
        action = self.env["ir.actions.actions"]._for_xml_id("escarcelle_fiscal.fiscal_piece_action")
        action["domain"] = [("origin", "=", uid)]
        action["context"] = {}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Summary of orders"),
                "message": self.env._("The document is numbered and signed within a minute."),
                "next": action,
            },
        }
