from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleTillEntry(models.Model):
    """What a till sent: one transaction of the till, one row, written by ingestion only.

    Invariants: an entry is stored once (same uuid and content: the first answer again; same uuid and
    other content: quarantine); what is fiscally sound is never refused, at worst it waits here for repair.
    The signed records themselves are in the fiscal journal; only what Odoo needs to build the order is
    kept here.
    """

    _name = "escarcelle.till.entry"
    _description = "Till entry"
    _order = "till_id, n desc, id desc"
    _rec_name = "uuid"

    till_id = fields.Many2one("escarcelle.till", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="till_id.company_id", store=True, index=True)
    n = fields.Integer("No.", required=True, readonly=True, aggregator=None)
    uuid = fields.Char("Origin", required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)
    type = fields.Selection(
        [
            ("ticket", "Ticket"),
            ("duplicate", "Duplicate"),
            ("closing", "Closing"),
            ("cash_move", "Cash in or out"),
            ("cash_count", "Cash count"),
            ("jet", "Technical event"),
            ("training", "Training"),
            ("invoice", "Invoice"),
            ("note", "Note before payment"),
            ("proof", "Proof of payment"),
            ("settlement", "Settlement of an account"),
            ("barcode", "Barcode attached"),
        ],
        required=True,
        readonly=True,
    )
    business_day = fields.Date(readonly=True, index=True)
    made_at = fields.Datetime("Made on", required=True, readonly=True)
    received_at = fields.Datetime("Received on", required=True, readonly=True, default=lambda self: self.env.cr.now())
    state = fields.Selection(
        [("stored", "Stored"), ("quarantined", "Quarantined")], required=True, readonly=True
    )
    build = fields.Selection(
        [("none", "Nothing to build"), ("built", "Built"), ("repair", "To repair")],
        string="In Odoo", required=True, readonly=True, index=True,
    )  # fmt: skip
    error = fields.Text(readonly=True)
    number = fields.Char("Ticket", readonly=True, index="btree_not_null")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    payload = fields.Json(readonly=True)
    order_id = fields.Many2one("pos.order", readonly=True, index="btree_not_null", ondelete="restrict")
    move_id = fields.Many2one(
        "account.move", "Entry", readonly=True, index="btree_not_null", ondelete="restrict",
        help="The invoice, or the booked settlement.",
    )  # fmt: skip
    session_id = fields.Many2one("pos.session", readonly=True, index="btree_not_null", ondelete="restrict")
    difference_ids = fields.One2many("escarcelle.difference", "entry_id", readonly=True)

    _uuid_uniq = models.UniqueIndex("(till_id, uuid) WHERE state = 'stored'")
    _digest_uniq = models.UniqueIndex("(till_id, digest)")
    _to_repair = models.Index("(till_id, business_day) WHERE build = 'repair'")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What a till sent is kept: it cannot be deleted."))

    def action_retry(self):
        """Build again what could not be built when it arrived."""
        self.check_access("read")
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise UserError(self.env._("Only a manager of the point of sale may retry an entry."))
        waiting = self.sudo().filtered(lambda entry: entry.build == "repair").sorted(lambda e: (e.till_id.id, e.n))
        for till, entries in waiting.grouped("till_id").items():
            till._escarcelle_in_company()._escarcelle_repair(entries)
        return True

    def action_open_move(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "pos.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }
