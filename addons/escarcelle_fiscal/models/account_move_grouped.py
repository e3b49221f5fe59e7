from odoo import models

from ..tools import piece_values


class AccountMove(models.Model):
    """An invoice over several orders gives a document that lists them (RGF)."""

    _inherit = "account.move"

    def _post(self, soft=True):
        # EXTENDS 'account'
        drafts = self.filtered(lambda move: move.state == "draft" and move.is_sale_document())
        posted = super()._post(soft)
        drafts.filtered(lambda move: move.state == "posted")._escarcelle_issue_grouped()
        return posted

    def _escarcelle_issue_grouped(self):
        documents = []
        for move, orders in self._escarcelle_grouped().items():
            sign = -1 if move.move_type == "out_refund" else 1
            company = move.company_id
            documents.append(
                (
                    "RGF",
                    {
                        "company": company,
                        "reference": move.name,
                        "date": piece_values.instant(self.env.cr.now()),
                        "party": piece_values.party(move.partner_id, named=True),
                        "lines": _balanced(orders, piece_values.cents(sign * move.amount_total)),
                        "origins": [order["origin"] for order in orders],
                        "total": piece_values.cents(sign * move.amount_total),
                        "untaxed": piece_values.cents(sign * move.amount_untaxed),
                        "comment": f"Facture du {move.invoice_date:%d/%m/%Y}" if move.invoice_date else "",
                    },
                    # Set back to draft and posted again, it is another invoice of the same number.
                    (move, f"posted {self.env.cr.now().isoformat()}"),
                )
            )
        if documents:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_issue_all(documents)

    def _escarcelle_grouped(self):
        """``{invoice: [{"origin", "label", "amount" in euros}, …]}`` of those over several orders."""
        grouped = {}
        for move in self:
            orders = move.sudo().pos_order_ids
            if len(orders) > 1:
                grouped[move] = [
                    {
                        "origin": {"reference": order.name, "document": "TCK", "uid": order.uuid},
                        "label": f"{order.name} du {order.date_order:%d/%m/%Y}",
                        "amount": order.amount_total,
                    }
                    for order in orders.sorted("id")
                ]
        return grouped


def _balanced(orders, total):
    """A line an order, and what the invoice says besides them, so that the lines give its total."""
    lines = [
        {
            "code": order["origin"]["reference"],
            "label": order["label"][: piece_values.LONGEST],
            "quantity": "1.000",
            "unit": "U",
            "unit_price": f"{order['amount']:.4f}",
            "amount": piece_values.cents(order["amount"]),
        }
        for order in orders
    ]
    rest = total - sum(line["amount"] for line in lines)
    if rest:
        lines.append(
            {
                "code": "",
                "label": "Autres lignes de la facture",
                "quantity": "1.000",
                "unit": "U",
                "unit_price": f"{rest / 100:.4f}",
                "amount": rest,
            }
        )
    return lines
