from odoo import models


class EscarcelleTill(models.Model):
    """Goods given back more than once: two tills away from the network, each with a manager's word.

    A till never gives back more than it sold, but it does not know what others gave back. The signed ticket
    stands; what is too much is stored and shown.
    """

    _inherit = "escarcelle.till"

    def _escarcelle_store(self, jobs):
        # EXTENDS 'escarcelle_pos': what is found here is stored with the entries
        self._escarcelle_note_over_refunds([job for job in jobs if job.order])
        super()._escarcelle_store(jobs)

    def _escarcelle_note_over_refunds(self, jobs):
        returned = {line: job for job in jobs for line in job.order.lines if line.refunded_orderline_id}
        if not returned:
            return
        origins = self.env["pos.order.line"].union(*(line.refunded_orderline_id for line in returned))
        given_back = dict(
            self.env["pos.order.line"]._read_group(
                [("refunded_orderline_id", "in", origins.ids)], ["refunded_orderline_id"], ["qty:sum"]
            )
        )
        for line, job in returned.items():
            origin = line.refunded_orderline_id
            total = -given_back.get(origin, 0)
            if total > origin.qty + 0.0005:
                job.differences.append(
                    {
                        "kind": "refund",
                        "what": self.env._(
                            "%(product)s: %(total)s given back of %(sold)s sold on ticket %(ticket)s",
                            product=line.full_product_name, total=total, sold=origin.qty,
                            ticket=origin.order_id.pos_reference,
                        ),
                        "reference": origin.uuid,
                        "line_uuid": line.uuid,
                        "ticket": round(line.price_subtotal_incl * 100),
                    }
                )  # fmt: skip
