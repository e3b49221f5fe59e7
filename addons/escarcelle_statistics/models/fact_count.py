"""What an inventory tells: what is missing is lost, whoever took it."""

from datetime import timezone

from odoo import api, models


class EscarcelleCount(models.Model):
    _inherit = "escarcelle.count"

    def action_apply(self):
        # EXTENDS 'escarcelle_supply': what is missing is noted; it is counted later
        result = super().action_apply()
        for company, counts in self.grouped("company_id").items():
            self.env["escarcelle.fact.event"]._escarcelle_note(
                "escarcelle.count", counts.ids, day=company._escarcelle_today()
            )
        return result

    @api.model
    def _escarcelle_facts(self, _event, events):
        """Goods a count did not find. What one lot lacks and another has too much of is a mistake of lots, no loss;
        what is found beyond the books is none either: it is what was never noted as received."""
        days = {one.res_id: one.day for one in events}
        lines = self.browse(days).exists().filtered(lambda count: count.state == "done").line_ids
        known = lines.product_id._escarcelle_fact_goods()
        reason = self.env.ref("escarcelle_supply.reason_missing", raise_if_not_found=False)
        goods = []
        for (count, product), found in lines.grouped(
            lambda line: (line.count_id, line.product_id)
        ).items():
            short = found.filtered(lambda line: line.difference < 0)
            missing, net = (
                -sum(short.mapped("difference")),
                -sum(found.mapped("difference")),
            )
            if net <= 0:
                continue
            good = known[product.id]
            for line in short:
                quantity = round(-line.difference * net / missing, 3)
                goods.append(
                    {
                        "kind": "lost", "day": days[count.id] or count._escarcelle_fact_day(),
                        "company_id": count.company_id.id, "product_tmpl_id": good["product_tmpl_id"],
                        "categ_id": good["categ_id"], "reason_id": reason.id if reason else None,
                        "source_id": line.lot_id.escarcelle_funding_source_id.id or good["source_id"],
                        "quantity": quantity, "weight": quantity * float(good["kilograms"]),
                        "reference": round(quantity * float(good["price"]), 2),
                        "cost": round(quantity * product.with_company(count.company_id).standard_price, 2),
                    }
                )  # fmt: skip
        return {"goods": goods}

    def _escarcelle_fact_day(self):
        self.ensure_one()
        at = self.applied_on or self.write_date
        return self.company_id._escarcelle_rules().business_day(at.replace(tzinfo=timezone.utc))
