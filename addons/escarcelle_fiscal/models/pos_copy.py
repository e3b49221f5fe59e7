import base64

from markupsafe import Markup
from odoo import models
from odoo.exceptions import UserError

from escarcelle_core import chain, jet
from escarcelle_core.documents import Duplicate, JetEvent, Reference
from escarcelle_core.printing import paper, preview
from escarcelle_core.printing.context import DuplicateMark
from escarcelle_core.record import Record

CODES = {"paper": (jet.DUPLICATE_PRINTED,), "email": (jet.DUPLICATE_PRINTED, jet.RECEIPT_MAILED)}


class PosOrder(models.Model):
    """Copies of a tablet's tickets: each print asked for after the sale and each e-mail is signed.

    A copy has a rank, a date, a number and a signature of its own (nf525 §1.4, ticket mentions).
    """

    _inherit = "pos.order"

    def escarcelle_copy(self, printed=True):
        """Sign a copy on paper; ``{"rank", "mention"}``. ``printed``: the original was on paper."""
        self.check_access("read")
        mark = DuplicateMark.of(self._escarcelle_copy("paper", printed)[1])
        lines = [f"DUPLICATA n° {mark.number} — rang {mark.rank}", f"Édité le {mark.date}"]
        return {"rank": mark.rank, "mention": "\n".join([*lines, f"Signature du duplicata {mark.excerpt}"])}

    def _escarcelle_copy(self, channel, printed):
        """(the ticket's Record, the copy's). Raises UserError for what no tablet has signed."""
        self.ensure_one()
        original = self._escarcelle_record()
        if original is None or self.config_id.escarcelle_signer != "server":
            raise UserError(self.env._("This order has no signed ticket here: its copy is made at its till."))
        last = self._escarcelle_last_rank()
        rank = last + 1 if last else 2 if printed else 1
        target = Reference(original.kind, original.till_number, original.seq, original.origin)
        copy = Duplicate(target, rank, f"U{self.env.uid}", channel)

        def make(state, desk, at):
            request = chain.derived(original.origin, "copie", str(rank))
            issue = chain.issue_duplicate(state, desk, copy, at, request)
            for code in CODES[channel]:
                said = JetEvent(code, f"Ticket {original.number} copie {rank} {channel}", copy.operator)
                issue = issue.then(chain.issue_event(issue.state, desk, said, at))
            return issue

        records = self.env["escarcelle.fiscal.device"].sudo()._escarcelle_issue(self.config_id, make)
        return original, next(record for record in records if record.kind == "DUP")

    def _escarcelle_record(self):
        """The signed ticket of this order, None when there is none."""
        self.env.cr.execute("SELECT till FROM fiscal.record WHERE origin = %s AND kind = 'TCK' LIMIT 1", [self.uuid])
        row = self.env.cr.fetchone()
        if not row:
            return None
        found = self.env["escarcelle.fiscal.journal"]._escarcelle_records(row[0], self.uuid)
        return next((Record.from_json(data) for data in found if data["kind"] == "TCK"), None)

    def _escarcelle_last_rank(self):
        """Rank of the last copy of this order's ticket, 0 when there is none."""
        self.env.cr.execute(
            "SELECT coalesce(max(split_part(d.payload, ',', 3)::integer), 0) FROM fiscal.record d"
            " JOIN fiscal.record r ON r.till = d.till AND r.kind = 'TCK' AND r.origin = %s"
            " WHERE d.kind = 'DUP' AND split_part(d.payload, ',', 2) = 'TCK'"
            " AND split_part(d.payload, ',', 6) = r.till_number || '-' || r.seq",
            [self.uuid],
        )
        return self.env.cr.fetchone()[0]

    def action_send_receipt(self, email, ticket_image, basic_image):
        # EXTENDS 'point_of_sale': each sending is a signed copy, and the mail carries it
        if self.config_id.escarcelle_signer == "server" and self._escarcelle_record():
            original, copy = self._escarcelle_copy("email", bool(self.nb_print))
            self._escarcelle_attach(original, copy)
            done = super().action_send_receipt(email, ticket_image, basic_image)
            self.email = False  # it is in the mail: nothing else needs it
            return done
        return super().action_send_receipt(email, ticket_image, basic_image)

    def _escarcelle_attach(self, original, copy):
        """The copy's own text, which the mail takes with it."""
        page = Markup('<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>{}</title>{}</html>').format(
            f"Ticket {original.number}", Markup(preview.html(paper.commands(original, duplicate=copy)))
        )
        pdf = self.env["ir.actions.report"].sudo()._escarcelle_pdf(page)
        return self.env["ir.attachment"].create(
            {
                "name": f"duplicata-{original.number}-{copy.seq}.{'pdf' if pdf else 'html'}",
                "datas": base64.b64encode(pdf or str(page).encode()),
                "res_model": "pos.order",
                "res_id": self.id,
                "mimetype": "application/pdf" if pdf else "text/html",
            }
        )

    def _get_mail_attachments(self, name, ticket, basic_ticket):
        # EXTENDS 'point_of_sale': the copy just signed is the last of this order's
        attachments = super()._get_mail_attachments(name, ticket, basic_ticket)
        domain = [("res_model", "=", "pos.order"), ("res_id", "=", self.id), ("name", "=like", "duplicata-%")]
        copy = self.env["ir.attachment"].search(domain, order="id desc", limit=1)
        return [*attachments, *((4, one.id) for one in copy)]
