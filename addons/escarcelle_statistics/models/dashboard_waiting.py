from odoo import api, models

from ..tools.tile import Tile
from .dashboard import MANAGER


class EscarcelleDashboard(models.AbstractModel):
    """What waits for somebody: vouchers to ask back, receipts to issue, recalls that run."""

    _inherit = "escarcelle.dashboard"

    @api.model
    def _escarcelle_tiles_waiting(self, company):
        here = ("company_id", "=", company.id)
        recalls = Tile(
            "waiting.recalls", self.env._("Recalls running"), "escarcelle_supply.recall_action",
            "escarcelle.recall", [here, ("state", "in", ("draft", "open"))], "danger",
        )  # fmt: skip
        return [
            recalls,
            *(self._escarcelle_tiles_papers(here) if self.env.user.has_group(MANAGER) else ()),
        ]

    @api.model
    def _escarcelle_tiles_papers(self, here):
        voucher, receipt = "escarcelle_social.voucher_action", "escarcelle_donation.receipt_action"
        return [
            Tile("waiting.vouchers", self.env._("Vouchers to remit"), voucher, "escarcelle.voucher",
                 [here, ("state", "=", "received")], "warning"),
            Tile("waiting.remitted", self.env._("Vouchers remitted, not paid"), voucher, "escarcelle.voucher",
                 [here, ("state", "=", "remitted")]),
            Tile("waiting.twice", self.env._("Voucher numbers taken twice"), voucher, "escarcelle.voucher",
                 [here, ("duplicate", "=", True), ("seen", "=", False)], "danger"),
            Tile("waiting.gifts", self.env._("Gifts without their receipt"),
                 "escarcelle_donation.donation_action_all", "escarcelle.donation",
                 [here, ("state", "=", "done"), ("receipt_state", "=", "waiting")], "warning"),
            Tile("waiting.receipts", self.env._("Receipts to issue"), receipt, "escarcelle.donation.receipt",
                 [here, ("state", "=", "draft")], "warning"),
        ]  # fmt: skip
