"""What gifts tell: weight and value of goods by donor kind and source, amounts of money. No donor's name."""

from odoo import api, models


class EscarcelleDonation(models.Model):
    _inherit = "escarcelle.donation"

    def action_confirm(self):
        drafts = self.filtered(lambda gift: gift.state == "draft")
        result = super().action_confirm()
        drafts._escarcelle_note_gifts("done")
        return result

    def action_undo(self):
        result = super().action_undo()
        self._escarcelle_note_gifts("undone")
        return result

    def _escarcelle_note_gifts(self, event):
        """Note these gifts: a gift on its day, one that is undone today."""
        for gift in self.filtered(lambda gift: gift.state == event):
            day = gift.date if event == "done" else gift.company_id._escarcelle_today()
            self.env["escarcelle.fact.event"]._escarcelle_note(
                "escarcelle.donation", gift.ids, event, day
            )

    @api.model
    def _escarcelle_facts(self, event, events):
        """Goods given, those refused apart, and money; a gift that was undone counts the other way; a value told
        later."""
        if event == "value":
            return {"goods": self._escarcelle_value_facts(events)}
        days = {one.res_id: one.day for one in events}
        gifts = self.browse(days).exists()
        sign = -1 if event == "undone" else 1
        money = [
            {
                "kind": "money", "day": days[gift.id] or gift.date, "company_id": gift.company_id.id,
                "donor_kind": gift.donor_kind, "cost": sign * gift.value,
            }
            for gift in gifts
            if gift.kind == "money"
        ]  # fmt: skip
        return {
            "goods": money
            + [
                {
                    **line._escarcelle_fact(days[gift.id] or gift.date),
                    "quantity": sign * line.quantity,
                    "weight": sign * line.weight,
                    "reference": sign * line.reference_value,
                    "cost": sign * line.value,
                }
                for gift in gifts
                for line in gift.line_ids
                if not line.refused
            ]
        }

    @api.model
    def _escarcelle_value_facts(self, events):
        """What a donor said later that goods are worth, more or less than what was counted."""
        lines = self.env["escarcelle.donation.line"].browse(
            [event.data["line"] for event in events]
        )
        kept = set(lines.exists().ids)
        return [
            {**line._escarcelle_fact(event.day), "cost": event.data["cost"]}
            for event, line in zip(events, lines, strict=True)
            if line.id in kept
        ]


class EscarcelleDonationLine(models.Model):
    _inherit = "escarcelle.donation.line"

    def write(self, vals):
        if not {"unit_value", "value"} & vals.keys():
            return super().write(vals)
        counted = self._escarcelle_counted()
        before = {line: line.value for line in counted}
        result = super().write(vals)
        for line in counted:
            more = line.currency_id.round(line.value - before[line])
            if more:
                self.env["escarcelle.fact.event"]._escarcelle_note(
                    "escarcelle.donation", line.donation_id.ids, "value", line.date,
                    {"line": line.id, "cost": more},
                )  # fmt: skip
        return result

    def _escarcelle_counted(self):
        """Those of these lines that the facts know already; the others are told as they are then."""
        told = (
            self.env["escarcelle.fact.event"]
            .sudo()
            .search(
                [
                    ("model", "=", "escarcelle.donation"), ("res_id", "in", self.donation_id.ids),
                    ("event", "=", "done"), ("told", "=", True),
                ]
            )
        )  # fmt: skip
        known = set(told.mapped("res_id"))
        return self.filtered(
            lambda line: line.donation_id.id in known and line.state == "done" and not line.refused
        )

    def _escarcelle_fact(self, day):
        """What a fact says of this line besides its figures."""
        self.ensure_one()
        return {
            "kind": "donated",
            "day": day,
            "company_id": self.company_id.id,
            "product_tmpl_id": self.product_id.product_tmpl_id.id,
            "categ_id": self.product_id.categ_id.id,
            "source_id": self.source_id.id,
            "donor_kind": self.donation_id.donor_kind,
        }
