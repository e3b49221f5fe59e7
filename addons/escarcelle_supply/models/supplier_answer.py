import base64
import re
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_date, formatLang

from ..tools.shown import number

#: A supplier may deliver more than asked (a whole box), not a hundred times more.
MOST_TIMES = 10
#: Nobody promises food further away.
FURTHEST = timedelta(days=366)
LONGEST = 1000
KINDS = ("confirmed", "changed", "refused")


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    escarcelle_answer_ids = fields.One2many("escarcelle.supplier.answer", "order_id", "Answers", copy=False)
    escarcelle_answer = fields.Selection(
        [("waiting", "Awaited"), ("confirmed", "Confirmed"), ("changed", "Changes proposed"), ("refused", "Refused")],
        "Supplier's answer", default="waiting", copy=False, readonly=True, tracking=True,
    )  # fmt: skip
    escarcelle_below_minimum = fields.Char(compute="_compute_escarcelle_below_minimum")

    @api.depends("partner_id.escarcelle_order_minimum", "amount_untaxed", "state", "order_line")
    def _compute_escarcelle_below_minimum(self):
        for order in self:
            least = order.partner_id.escarcelle_order_minimum
            short = least - order.amount_untaxed
            order.escarcelle_below_minimum = (
                self.env._(
                    "%(short)s below the least order of this supplier (%(least)s).",
                    short=formatLang(self.env, short, currency_obj=order.currency_id),
                    least=formatLang(self.env, least, currency_obj=order.currency_id),
                )
                if order.state in ("draft", "sent") and least and short > 0 and order.order_line
                else False
            )  # fmt: skip

    def _escarcelle_answerable(self):
        """Whether a supplier may still answer: sent or ordered, and nothing delivered yet."""
        self.ensure_one()
        return self.state in ("sent", "purchase") and not any(self.order_line.mapped("qty_received"))

    def _escarcelle_take_answer(self, said):
        """Keep what the supplier's page sent (untrusted text); UserError saying what is wrong."""
        self.ensure_one()
        order = self.sudo()
        if not order._escarcelle_answerable():
            raise UserError(self.env._("This order cannot be answered any more. Call the shop."))
        kind = said.get("kind")
        if kind not in KINDS:
            raise UserError(self.env._("Confirm, change or refuse."))
        remark = str(said.get("remark") or "").strip()[:LONGEST]
        if kind == "refused" and not remark:
            raise UserError(self.env._("Say why the order is refused."))
        changes = order._escarcelle_read_changes(said) if kind == "changed" else []
        if kind == "changed" and not changes:
            kind = "confirmed"
        previous = order.escarcelle_answer_ids.filtered(lambda answer: answer.state == "waiting")
        previous.state = "replaced"
        answer = self.env["escarcelle.supplier.answer"].sudo().create(
            {
                "order_id": order.id,
                "kind": kind,
                "remark": remark,
                "state": "waiting" if kind == "changed" else "accepted",
                "line_ids": [fields.Command.create(values) for values in changes],
            }
        )  # fmt: skip
        # Two answers at once conflict on the order, and the second is read again after the first.
        order.write({"escarcelle_answer": kind, "acknowledged": kind != "refused"})
        answer._escarcelle_tell()
        return answer

    def _escarcelle_read_changes(self, said):
        """Lines whose quantity or date the supplier changed; UserError on anything that is not one."""
        today = self.company_id._escarcelle_today()
        lines = {line.id: line for line in self.order_line.filtered(lambda line: not line.display_type)}
        changes = {}
        for name, text in said.items():
            match = re.fullmatch(r"(quantity|date)_(\d{1,9})", name)
            if not match:
                continue
            what, line = match[1], lines.get(int(match[2]))
            if not line:
                raise UserError(self.env._("A line is not of this order: open the link of the mail again."))
            value = str(text).strip()
            if what == "quantity":
                quantity = self._escarcelle_quantity(line, value)
                if float_compare(quantity, line.product_qty, precision_digits=3):
                    changes.setdefault(line, {})["quantity"] = quantity
            elif value:
                day = self._escarcelle_day(value, today)
                if day != line._escarcelle_day():
                    changes.setdefault(line, {})["date"] = day
        return [
            {
                "order_line_id": line.id,
                "quantity_before": line.product_qty,
                "quantity": found.get("quantity", line.product_qty),
                "date": found.get("date") or line._escarcelle_day(),
            }
            for line, found in changes.items()
        ]

    def _escarcelle_quantity(self, line, text):
        if not re.fullmatch(r"\d{1,6}([.,]\d{1,3})?", text):
            raise UserError(self.env._("« %s » is not a quantity.", text[:20]))
        quantity = float(text.replace(",", "."))
        if quantity > line.product_qty * MOST_TIMES:
            raise UserError(self.env._("%(quantity)s is far more than was ordered.", quantity=text))
        return quantity

    def _escarcelle_day(self, text, today):
        try:
            day = fields.Date.to_date(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
        except ValueError:
            day = None
        if not day or not today <= day <= today + FURTHEST:
            raise UserError(self.env._("« %s » is not a day to come.", text[:20]))
        return day

    # -- sent by mail ------------------------------------------------------------------------------

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        # EXTENDS 'mail': a volunteer without an address who wrote in the discussion would keep the order from leaving
        found = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        suppliers = {order.id: order.partner_id.id for order in self}
        return {
            key: [one for one in people if one["email"] or one["partner_id"] == suppliers[key]]
            for key, people in found.items()
        }

    def _escarcelle_ubl(self):
        """``(file name, bytes)`` of this order as UBL, for the supplier's software."""
        self.ensure_one()
        builder = self.env["purchase.edi.xml.ubl_bis3"]
        return builder._export_invoice_filename(self), builder._export_order(self)


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _escarcelle_day(self):
        """The day this line is awaited, at the shop."""
        self.ensure_one()
        zone = self.company_id._escarcelle_zone().zone
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), self.date_planned).date()


class EscarcelleSupplierAnswer(models.Model):
    """What a supplier answered on its page. The shop decides what becomes of the order."""

    _name = "escarcelle.supplier.answer"
    _description = "Answer of a Supplier"
    _order = "id desc"

    order_id = fields.Many2one("purchase.order", "Order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    kind = fields.Selection(
        [("confirmed", "Confirmed"), ("changed", "Changes proposed"), ("refused", "Refused")], required=True,
        readonly=True,
    )  # fmt: skip
    remark = fields.Text(readonly=True)
    state = fields.Selection(
        [("waiting", "To be looked at"), ("accepted", "Taken"), ("declined", "Not taken"), ("replaced", "Replaced")],
        required=True, readonly=True,
    )  # fmt: skip
    line_ids = fields.One2many("escarcelle.supplier.answer.line", "answer_id", readonly=True)
    changes = fields.Char(compute="_compute_changes")

    @api.depends("line_ids.quantity", "line_ids.date")
    @api.depends_context("lang")
    def _compute_changes(self):
        for answer in self:
            answer.changes = " · ".join(answer.line_ids.mapped(lambda line: line._escarcelle_told()))

    def _escarcelle_tell(self):
        """A note on the order, and something to do for its buyer when it is not plainly confirmed."""
        self.ensure_one()
        order = self.order_id
        # The supplier's page speaks the supplier's language, the note is read at the shop.
        self = self.with_context(lang=order.user_id.lang or order.company_id.partner_id.lang)
        texts = {
            "confirmed": self.env._("The supplier confirmed the order."),
            "changed": self.env._("The supplier proposes changes."),
            "refused": self.env._("The supplier refused the order."),
        }
        details = [self.remark] if self.remark else []
        details += [line._escarcelle_told() for line in self.line_ids]
        text = "\n".join([texts[self.kind], *details])
        order.message_post(body=text, author_id=order.partner_id.id)
        if self.kind != "confirmed":
            buyer = order.user_id or order.company_id._escarcelle_stock_users()[:1]
            order.activity_schedule(
                "escarcelle_supply.activity_supplier", summary=texts[self.kind], user_id=buyer.id or self.env.uid
            )

    def action_accept(self):
        """Take the changes over into the order. A second click finds them taken."""
        for answer in self:
            if answer.state != "waiting":
                raise UserError(self.env._("This answer has been dealt with."))
            if answer.order_id.state not in ("sent", "purchase"):
                raise UserError(self.env._("This order is closed: it does not change any more."))
            answer.sudo().state = "accepted"
            for line in answer.line_ids:
                line.order_line_id.write(
                    {"product_qty": line.quantity, "date_planned": datetime.combine(line.date, time(10))}
                )
            answer._escarcelle_done()
        return True

    def action_decline(self):
        """Leave the order as it is: the supplier is told by the people of the shop."""
        for answer in self:
            if answer.state != "waiting":
                raise UserError(self.env._("This answer has been dealt with."))
            answer.sudo().state = "declined"
            answer._escarcelle_done()
        return True

    def _escarcelle_done(self):
        kind = self.env.ref("escarcelle_supply.activity_supplier")
        self.order_id.activity_ids.filtered(lambda a: a.activity_type_id == kind).action_feedback()


class EscarcelleSupplierAnswerLine(models.Model):
    """A line the supplier would deliver otherwise."""

    _name = "escarcelle.supplier.answer.line"
    _description = "Change Proposed by a Supplier"

    answer_id = fields.Many2one("escarcelle.supplier.answer", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="answer_id.company_id", store=True)
    order_line_id = fields.Many2one("purchase.order.line", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="order_line_id.product_id")
    quantity_before = fields.Float("Ordered", digits=(16, 3))
    quantity = fields.Float("Proposed", digits=(16, 3))
    date = fields.Date("Delivered on")

    _quantity_positive = models.Constraint("CHECK (quantity >= 0)", "A quantity is not negative.")

    def _escarcelle_told(self):
        """What would change, in one phrase."""
        self.ensure_one()
        return self.env._(
            "%(good)s: %(before)s → %(after)s, on %(day)s",
            good=self.product_id.display_name, before=number(self.env, self.quantity_before),
            after=number(self.env, self.quantity), day=format_date(self.env, self.date),
        )  # fmt: skip


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template_attachments(self, res_ids, render_fields, render_results=None):
        # EXTENDS 'mail': an order leaves as PDF and as UBL
        render_results = super()._generate_template_attachments(res_ids, render_fields, render_results)
        if self.model == "purchase.order" and self.report_template_ids and "report_template_ids" in render_fields:
            for order in self.env["purchase.order"].browse(res_ids):
                name, content = order._escarcelle_ubl()
                render_results[order.id].setdefault("attachments", []).append((name, base64.b64encode(content)))
        return render_results

