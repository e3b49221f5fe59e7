"""Settings of goods and supply that travel: what is chosen of the catalogue, prices, dates, storage."""

from odoo import models

from .portable import WrongValue


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _escarcelle_portable(self):
        label = self.env._("Goods of the catalogue and prices")
        return {
            "section": "catalogue", "label": label, "sequence": 20,
            "key": ("escarcelle_catalogue_good_id",),
            "fields": ("list_price", "escarcelle_unpriced", "available_in_pos"),
            "domain": [("escarcelle_catalogue_good_id", "!=", False)],
            "guard": self._escarcelle_guard_price,
        }  # fmt: skip

    def _escarcelle_guard_price(self, _record, row):
        if (row.get("list_price") or 0) < 0:
            raise WrongValue(self.env._("A price is not negative."))

    def _escarcelle_unpack(self, values):
        """Goods of the catalogue are activated, all at once, then priced."""
        goods = self.env["escarcelle.catalogue.good"].browse(
            [one["escarcelle_catalogue_good_id"] for one in values]
        )
        goods._escarcelle_activate()
        made = self.browse([good.template_id.id for good in goods])
        said = {one.pop("escarcelle_catalogue_good_id"): one for one in map(dict, values)}
        for pairs, same in made.grouped(
            lambda template: tuple(sorted(said[template.escarcelle_catalogue_good_id.id].items()))
        ).items():
            same.write(dict(pairs))
        return made


class SupplyPolicy(models.Model):
    _inherit = "escarcelle.supply.policy"

    def _escarcelle_portable(self):
        label = self.env._("Supply rules")
        return {
            "section": "supply_rules", "label": label, "sequence": 70,
            "fields": (
                "dlc_alert_days", "ddm_alert_days", "ddm_days", "markdown_percent", "digest", "sales_days",
                "safety_days", "reading_hour", "lots_at_till",
            ),
        }  # fmt: skip


class Storage(models.Model):
    _inherit = "escarcelle.storage"

    def _escarcelle_portable(self):
        label = self.env._("Storage classes")
        return {
            "section": "storage", "label": label, "sequence": 71, "key": ("name",),
            "fields": (
                "sequence", "checked", "temperature_min", "temperature_max", "receipt_min", "receipt_max",
            ),
        }  # fmt: skip


class LossReason(models.Model):
    _inherit = "stock.scrap.reason.tag"

    def _escarcelle_portable(self):
        label = self.env._("Reasons of losses")
        return {
            "section": "loss_reasons", "label": label, "sequence": 73, "key": ("name",),
            "fields": ("sequence", "color"),
        }  # fmt: skip


class RefusalReason(models.Model):
    _inherit = "escarcelle.refusal.reason"

    def _escarcelle_portable(self):
        label = self.env._("Reasons to refuse")
        return {
            "section": "refusal_reasons", "label": label, "sequence": 72, "key": ("name",),
            "fields": (),
        }  # fmt: skip
