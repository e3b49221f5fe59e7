import re

from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleVoucher(models.Model):
    """A voucher, or a third party's part, as a ticket took it: to be asked back from who pays.

    Invariants: one row a payment of a signed ticket, whatever is sent again; what was given back is a row of
    its own, negative; two tills may have taken one number: both sales stand, both rows are marked. No name of
    a household is kept here: the issuer knows its own numbers.
    """

    _name = "escarcelle.voucher"
    _description = "Voucher taken"
    _order = "day desc, id desc"
    _rec_name = "number"
    _check_company_auto = True

    kind_id = fields.Many2one(
        "escarcelle.voucher.kind", "Kind of voucher", required=True, readonly=True, index=True, ondelete="restrict"
    )
    issuer_id = fields.Many2one(related="kind_id.issuer_id", store=True, index=True)
    company_id = fields.Many2one(related="kind_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Char(readonly=True, index=True)
    amount = fields.Monetary(readonly=True, help="What it paid on the ticket; negative when it was given back.")
    value = fields.Monetary("Value written", readonly=True)
    day = fields.Date(readonly=True, required=True, index=True)
    origin = fields.Char(readonly=True, required=True, help="Identifier of the payment on the signed ticket.")
    order_id = fields.Many2one("pos.order", "Ticket", readonly=True, index=True, ondelete="restrict")
    ticket = fields.Char(related="order_id.pos_reference", string="Ticket no.")
    duplicate = fields.Boolean("Number taken twice", readonly=True, index=True)
    seen = fields.Boolean("Looked at", help="Somebody decided what to do with a number taken twice.")
    given_back = fields.Boolean("Given back to the household", readonly=True)
    state = fields.Selection(
        [
            ("received", "Received"),
            ("remitted", "Remitted"),
            ("invoiced", "Invoiced"),
            ("paid", "Paid"),
            ("cancelled", "Returned"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        help="Follows its slip or its invoice; « received » waits to be asked back.",
    )
    remittance_id = fields.Many2one(
        "escarcelle.voucher.remittance", "Slip", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one("account.move", "Invoice", readonly=True, index="btree_not_null", ondelete="set null")

    _origin_uniq = models.UniqueIndex("(origin)")

    @api.depends("given_back", "remittance_id.state", "move_id.state", "move_id.payment_state")
    def _compute_state(self):
        for row in self:
            slip, move = row.remittance_id, row.move_id
            if row.given_back:
                row.state = "cancelled"
            elif slip.state in ("remitted", "paid"):
                row.state = slip.state
            elif not move or move.state == "cancel" or move.payment_state == "reversed":
                row.state = "received"  # an invoice that was taken back lets its tickets go
            else:
                row.state = "paid" if move.payment_state in ("paid", "in_payment") else "invoiced"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What a signed ticket took is kept: it cannot be deleted."))

    def write(self, vals):
        if not self.env.su and vals.keys() - {"seen"}:
            raise UserError(self.env._("A voucher only moves with its slip or its invoice."))
        return super().write(vals)

    @api.model
    def _escarcelle_receive(self, order, sent, day):
        """Keep the vouchers of ``order``; ``sent`` is the order as the till sent it. Once a payment."""
        company = order.company_id
        kinds = {
            kind.payment_method_id.id: kind
            for kind in self.env["escarcelle.voucher.kind"]
            .with_context(active_test=False)
            .search([("company_id", "=", company.id), ("payment_method_id", "!=", False)], order="active, id desc")
        }
        told = {
            row.get("uuid"): row.get("voucher")
            for row in sent.get("payments") or ()
            if isinstance(row, dict) and isinstance(row.get("uuid"), str)
        }
        payments = order.payment_ids.filtered(lambda p: p.payment_method_id.id in kinds and p.amount)
        known = set(self.search([("origin", "in", payments.mapped("uuid"))]).mapped("origin"))
        rows = []
        for payment in payments.filtered(lambda p: p.uuid not in known):
            said = told.get(payment.uuid)
            said = said if isinstance(said, dict) else {}
            value = said.get("value")
            rows.append(
                {
                    "kind_id": kinds[payment.payment_method_id.id].id,
                    "number": _number(said.get("number")),
                    "amount": payment.amount,
                    "value": value / 100 if type(value) is int and 0 < value < 10**9 else 0.0,
                    "day": day,
                    "origin": payment.uuid,
                    "order_id": order.id,
                }
            )
        self.create(rows)._escarcelle_compare()

    def _escarcelle_compare(self):
        """Mark numbers taken twice, and cancel a voucher with its giving back."""
        numbered = self.filtered("number")
        if not numbered:
            return
        self.flush_model()
        same = self.search(
            [
                ("kind_id", "in", numbered.kind_id.ids),
                ("number", "in", numbered.mapped("number")),
                ("state", "!=", "cancelled"),
            ]
        )
        for _key, rows in same.grouped(lambda row: (row.kind_id, row.number)).items():
            back = rows.filtered(lambda row: row.amount < 0 and row.state == "received")
            for row in back:
                taken = rows.filtered(
                    lambda r, a=row.amount: r.amount == -a and r.state == "received" and not r.remittance_id
                )[-1:]
                if taken and not row.remittance_id:
                    (row | taken).write({"given_back": True, "duplicate": False})
                    rows -= row | taken
            taken = rows.filtered(lambda row: row.amount > 0)
            twice = len(taken) > 1
            taken.filtered(lambda row, t=twice: row.duplicate != t).write({"duplicate": twice})


def _number(value):
    """A number as the till keeps it: no spaces, capitals."""
    return re.sub(r"\s+", "", value).upper()[:40] if isinstance(value, str) else ""
