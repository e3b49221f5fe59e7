import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from escarcelle_core import jet, ticket_events
from escarcelle_core.documents import DOCUMENT_LABELS, JetEvent

from ..tools import frozen, mention, order_ticket
from ..tools.school import School
from .fiscal_purge import LEAST

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: An order that took longer to arrive was sold while the server could not be reached.
DEGRADED_AFTER = timedelta(minutes=2)
_SALES = ("TCK", "FCT")
#: What a signed ticket says of its order.
FROZEN = {
    "amount_total", "amount_tax", "amount_paid", "amount_return", "company_id", "date_order",
    "fiscal_position_id", "lines", "payment_ids", "pos_reference", "session_id", "user_id", "uuid",
}  # fmt: skip


class PosOrder(models.Model):
    """Orders and the signed tickets they stand for. Nothing fiscal is stored here: browsers write
    every stored field of an order; what is shown is read from the journal."""

    _inherit = "pos.order"

    escarcelle_number = fields.Char("Ticket", compute="_compute_escarcelle_ticket")
    escarcelle_shown = fields.Char("Signed document", compute="_compute_escarcelle_ticket")
    escarcelle_excerpt = fields.Char("Signature excerpt", compute="_compute_escarcelle_ticket")
    escarcelle_mention = fields.Text("Fiscal mention", compute="_compute_escarcelle_mention")

    @api.depends("uuid", "state")
    def _compute_escarcelle_ticket(self):
        signed = self._escarcelle_signed()
        for order in self:
            number = shown = excerpt = False
            if order.uuid in signed:
                till, seq, doc_type, operation, signature = signed[order.uuid]
                number = f"{till}-{seq}"
                shown = f"{DOCUMENT_LABELS[doc_type]} ({operation}) {number}"
                excerpt = "".join(signature[i] for i in (2, 6, 12, 18))
            order.escarcelle_number = number
            order.escarcelle_shown = shown
            order.escarcelle_excerpt = excerpt

    @api.depends("escarcelle_shown", "state")
    def _compute_escarcelle_mention(self):
        documents = self._escarcelle_query("r.xml")
        for order in self:
            said = False
            if order.uuid in documents:
                (xml,) = documents[order.uuid]
                said = "\n".join(mention.lines(xml, order.escarcelle_shown, order.escarcelle_excerpt))
            elif order.state in ("paid", "done") and order.config_id.escarcelle_signer == "school":
                said = "ÉCOLE — SIMULATION\nSans valeur, non enregistré"
            order.escarcelle_mention = said

    def _escarcelle_signed(self):
        """uuid → (till number, seq, type, operation, signature) of the signed orders."""
        return self._escarcelle_query("r.till_number, r.seq, r.doc_type, r.operation, r.signature")

    def _escarcelle_query(self, columns):
        """uuid → those columns of its ticket's record ``r``; a till and a tablet never share an order."""
        uuids = [order.uuid for order in self if order.uuid and _UUID.fullmatch(order.uuid)]
        if not uuids:
            return {}
        self.env.cr.execute(
            f"SELECT r.origin::text, {columns} FROM fiscal.record r"
            " WHERE r.origin = ANY(%s::uuid[]) AND r.kind = ANY(%s) ORDER BY r.id",
            [uuids, list(_SALES)],
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def write(self, vals):
        # EXTENDS 'point_of_sale'
        frozen.changes(self, vals, FROZEN)._escarcelle_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _escarcelle_unlink_unsigned(self):
        self._escarcelle_refuse_change()
        for order in self.filtered(lambda o: o.lines and o.config_id.escarcelle_signer == "server"):
            # A sale that was entered and never paid leaves a trace.
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.SALE_ABANDONED,
                f"{order.config_id.name} {len(order.lines)} lignes {order.amount_total:.2f}",
            )

    def _escarcelle_refuse_change(self):
        """Corrections are by + and − (BOI-TVA-DECLA-30-10-30 §100): a signed sale is never edited."""
        signed = self._escarcelle_signed()
        for order in self:
            if order.uuid in signed:
                self.env["escarcelle.fiscal.outbox"]._escarcelle_refused(
                    f"Modification refusée du ticket {order.escarcelle_number}"
                )
                raise UserError(
                    self.env._(
                        "Ticket %s is signed: it is not changed any more. Make a refund, then a new sale.",
                        order.escarcelle_number,
                    )
                )
        if purged := self._escarcelle_purged():
            self.env["escarcelle.fiscal.outbox"]._escarcelle_refused(
                f"Modification refusée d'une vente purgée {purged[:1].pos_reference}"
            )
            raise UserError(
                self.env._("Sale %s is signed, in an archive: it is not changed any more.", purged[:1].pos_reference)
            )

    def _escarcelle_purged(self):
        """Those of a fiscal year whose signed documents are in an archive only."""
        # Nothing is asked of the database for the sales of the day.
        old = fields.Datetime.subtract(fields.Datetime.now(), years=LEAST)
        orders = self.filtered(lambda o: o.date_order and o.date_order < old and o.state != "draft")
        if not orders:
            return orders
        self.env.cr.execute("SELECT max(last_day) FROM fiscal.purge")
        (last,) = self.env.cr.fetchone()
        return orders.filtered(lambda o: last and o.date_order.date() <= last)

    def _complete_values_from_session(self, session, values):
        # EXTENDS 'point_of_sale': a tablet loaded before the shop left VAT must not sell with VAT
        values = super()._complete_values_from_session(session, values)
        config = session.config_id
        default = config.default_fiscal_position_id
        outside = default.escarcelle_sector and default.escarcelle_sector != "TAXABLE"
        if outside and not values.get("fiscal_position_id") and config.escarcelle_signer == "server":
            values["fiscal_position_id"] = default.id
        return values

    def action_pos_order_paid(self):
        # EXTENDS 'point_of_sale'
        result = super().action_pos_order_paid()
        self._escarcelle_sign()
        return result

    def _escarcelle_sign(self):
        """Sign this order's ticket, unless a till has: the journal knows the order then."""
        self.ensure_one()
        signer = self.config_id.escarcelle_signer
        if signer in ("none", "school") or self.uuid in self._escarcelle_signed():
            return
        if self._escarcelle_purged():
            raise UserError(self.env._("This sale is of a fiscal year that was purged: it cannot be signed again."))
        if signer == "till":
            raise UserError(
                self.env._(
                    "%s sells with its till program: make this sale there, not in the browser.",
                    self.config_id.display_name,
                )
            )
        self._escarcelle_check_returns()
        ticket = self._escarcelle_ticket()
        if self.config_id.escarcelle_training:
            raise School(self.env, ticket)
        device = self.env["escarcelle.fiscal.device"].sudo()
        now = device._escarcelle_now().replace(tzinfo=None)
        # The browser says which papers were provisional; one that forgets is seen by its delay.
        provisional = self.env.context.get("escarcelle_provisional") or ()
        degraded = self.uuid in provisional or now - self.date_order > DEGRADED_AFTER
        before = self._escarcelle_mode_events(degraded)
        if degraded:
            ticket = order_ticket.degraded(ticket)

        def after(record):
            return ticket_events.of_ticket(ticket, record.number)

        device._escarcelle_sign(self.config_id, ticket, (before, after), late=degraded)
        self.invalidate_recordset(
            ["escarcelle_number", "escarcelle_shown", "escarcelle_excerpt", "escarcelle_mention"]
        )

    def _escarcelle_check_returns(self):
        """Nothing is given back twice: UserError, and a line of the event journal."""
        for line in self.lines.filtered("refunded_orderline_id"):
            origin = line.refunded_orderline_id
            # This order's own lines are among those that give back already.
            if origin.refunded_qty > origin.qty + 0.0005:
                self.env["escarcelle.fiscal.outbox"]._escarcelle_refused(
                    f"Retour refusé : {origin.full_product_name} déjà rendu sur {origin.order_id.pos_reference}"
                )
                raise UserError(
                    self.env._(
                        "“%(product)s” was given back already: %(sold)s sold, %(back)s would be given back.",
                        product=origin.full_product_name, sold=origin.qty, back=origin.refunded_qty,
                    )
                )  # fmt: skip

    def _escarcelle_mode_events(self, degraded):
        """JET 70 with the first ticket sold while the server was away, 120 with the first after."""
        device = self.env["escarcelle.fiscal.device"].sudo()
        row = device._escarcelle_row(self.config_id)
        last = row and device._escarcelle_last_event(row[0], (jet.DEGRADED_START, jet.DEGRADED_END))
        if degraded and last != jet.DEGRADED_START:
            return [JetEvent(jet.DEGRADED_START, f"depuis {self.date_order:%Y-%m-%d %H:%M:%S} UTC")]
        if not degraded and last == jet.DEGRADED_START:
            return [JetEvent(jet.DEGRADED_END, "liaison rétablie")]
        return []

    def _escarcelle_ticket(self):
        """This order as a Ticket of the core, every amount recomputed from its lines.

        Raises UserError, in French for the cashier, when an amount of the order is another one.
        """
        self.ensure_one()
        return order_ticket.build(self, **self._escarcelle_ticket_extra())

    def _escarcelle_ticket_extra(self):
        """Values of ``escarcelle_core.documents.Ticket`` other addons add: customer, tariff, overrides."""
        return {"cashier": f"U{self.user_id.id or self.env.uid}"}

    def action_view_escarcelle_record(self):
        """#VOIR_XML#: the signed record of this order."""
        self.ensure_one()
        record = self.env["escarcelle.fiscal.record"].search(
            [("origin", "=", self.uuid), ("kind", "in", _SALES)], limit=1
        )
        if not record:
            raise UserError(self.env._("This order has no signed ticket."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.fiscal.record",
            "res_id": record.id,
            "view_mode": "form",
        }
