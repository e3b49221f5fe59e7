from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

#: Last day of a kind that is not in use any more.
LONG_AGO = "2000-01-01"


class EscarcelleVoucherKind(models.Model):
    """Money of an organisation at the till: its vouchers, or the part of a ticket that it pays.

    Invariants: a means of payment of its own, since that is what signed tickets and closings name; a voucher
    gives no change and never comes back as money (the till sees to it); a third party pays a percentage.
    """

    _name = "escarcelle.voucher.kind"
    _description = "Kind of voucher"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="Stands on the ticket: “CAP voucher”, “Purchase order CCAS”.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    issuer_id = fields.Many2one(
        "res.partner", "Who pays", required=True, index=True, domain=[("is_company", "=", True)],
        help="The organisation that pays for what was taken.",
    )  # fmt: skip
    nature = fields.Selection(
        [("voucher", "Vouchers"), ("share", "Part of the ticket")],
        "What is brought",
        required=True,
        default="voucher",
    )
    payment_method_id = fields.Many2one(
        "pos.payment.method", "Button at the till", check_company=True, index=True, ondelete="restrict",
        domain=[("escarcelle_code", "=", "BON")],
    )  # fmt: skip
    numbered = fields.Boolean("Each has a number", default=True)
    value = fields.Monetary("Face value", help="0: the value is written on each voucher, the cashier types it.")
    share = fields.Float("Part paid (%)", digits=(5, 2))
    date_from = fields.Date("Accepted from")
    date_to = fields.Date("Until")
    excluded_category_ids = fields.Many2many("product.category", string="Pays for none of")
    settled_by = fields.Selection(
        [("slip", "Remittance slip"), ("invoice", "Monthly invoice")], "Asked back by", required=True, default="slip"
    )
    chorus_service = fields.Char("Service code", help="“Code de service” of Chorus Pro.")
    chorus_engagement = fields.Char("Commitment number", help="“Engagement juridique” of Chorus Pro.")
    chorus_contract = fields.Char("Contract number", help="“Numéro de marché” of Chorus Pro.")
    has_chorus = fields.Boolean(compute="_compute_has_chorus")
    voucher_count = fields.Integer("Waiting", compute="_compute_waiting")
    waiting_amount = fields.Monetary("To ask back", compute="_compute_waiting")

    _method_uniq = models.UniqueIndex(
        "(payment_method_id) WHERE active", "This means of payment is already that of another kind of voucher."
    )
    _value_positive = models.Constraint("CHECK (value >= 0)", "A face value is not negative.")
    _share_bounded = models.Constraint(
        "CHECK (nature <> 'share' OR (share > 0 AND share <= 100))", "A part is between 0 and 100 %."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)", "The dates are the wrong way round."
    )

    def _compute_has_chorus(self):
        self.has_chorus = "purchase_order_reference" in self.env["account.move"]._fields

    def _compute_waiting(self):
        rows = self.env["escarcelle.voucher"]._read_group(
            [("kind_id", "in", self.ids), ("state", "=", "received")], ["kind_id"], ["__count", "amount:sum"]
        )
        found = {kind: (count, amount) for kind, count, amount in rows}
        for kind in self:
            kind.voucher_count, kind.waiting_amount = found.get(kind, (0, 0.0))

    @api.onchange("nature")
    def _onchange_nature(self):
        if self.nature == "share":
            self.update({"numbered": False, "value": 0.0, "settled_by": "invoice"})

    @api.constrains("payment_method_id")
    def _check_method(self):
        for kind in self:
            if kind.payment_method_id and kind.payment_method_id._escarcelle_mode() != "BON":
                raise ValidationError(
                    self.env._(
                        "“%s” is no means of payment for vouchers: on its form, choose “Voucher” as means of"
                        " payment on tickets.",
                        kind.payment_method_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_unknown_to_the_tills(self):
        # Without its kind, the means of payment would be taken like any other: no number, no date, no limit.
        known = self.filtered("payment_method_id")
        if known:
            raise UserError(
                self.env._("The tills know “%s”: archive it, they will refuse it from then on.", known[0].name)
            )

    def action_make_method(self):
        """Make the means of payment of these kinds, and put it on every point of sale of the shop."""
        self.check_access("write")
        for kind in self.filtered(lambda kind: not kind.payment_method_id):
            kind.payment_method_id = kind.sudo()._escarcelle_new_method()

    def _escarcelle_new_method(self):
        company = self.company_id
        journals = self.env["account.journal"].with_company(company)
        journal = journals.search(
            [("company_id", "=", company.id), ("type", "=", "bank"), ("code", "=", "BONS")], limit=1
        )
        if not company.chart_template:
            raise UserError(self.env._("Choose the chart of accounts of the shop first (Accounting, Configuration)."))
        if not journal:
            journal = journals.create(
                {
                    "name": self.env._("Vouchers to collect"),
                    "type": "bank",
                    "code": "BONS",
                    "company_id": company.id,
                }
            )
        method = self.env["pos.payment.method"].create(
            {
                "name": self.name,
                "journal_id": journal.id,
                "company_id": company.id,
                "escarcelle_code": "BON",
                "outstanding_account_id": journal.default_account_id.id,
            }
        )
        configs = self.env["pos.config"].search([("company_id", "=", company.id)])
        # A day is always open on a till: a means of payment more changes nothing to what was sold.
        configs.with_context(bypass_payment_method_ids_forbidden_change=True).write(
            {"payment_method_ids": [Command.link(method.id)]}
        )
        return method

    def action_vouchers(self):
        """What was taken of these kinds."""
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.voucher_action")
        return {**action, "domain": [("kind_id", "in", self.ids)]}

    def _escarcelle_till_rows(self):
        """The kinds as a till receives them (docs/formats.md §7)."""
        categories = self.env["product.category"].sudo()
        return [
            {
                "id": kind.id,
                "name": kind.name,
                "method_id": kind.payment_method_id.id,
                "numbered": kind.numbered,
                "value": round(kind.value * 100) or None,
                "share": f"{kind.share:.2f}" if kind.nature == "share" else None,
                "from": kind.date_from.isoformat() if kind.date_from else None,
                # The means of payment stays on the tills: what is archived is out of date for ever.
                "to": LONG_AGO if not kind.active else kind.date_to.isoformat() if kind.date_to else None,
                "excluded_category_ids": categories.search(
                    [("id", "child_of", kind.excluded_category_ids.ids)], order="id"
                ).ids
                if kind.excluded_category_ids
                else [],
            }
            for kind in self
        ]


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_watched_models(self):
        # EXTENDS 'escarcelle_pos': the settings carry the vouchers
        return [*super()._escarcelle_watched_models(), "escarcelle.voucher.kind"]

    def _escarcelle_settings(self):
        # EXTENDS 'escarcelle_pos'
        kinds = (
            self.env["escarcelle.voucher.kind"]
            .sudo()
            .with_context(active_test=False)
            .search([("payment_method_id", "in", self.config_id.payment_method_ids.ids)], order="active, id")
        )
        # One a means of payment: the one in use, or the last that was.
        kinds = self.env["escarcelle.voucher.kind"].concat(
            *(same[-1:] for same in kinds.grouped("payment_method_id").values())
        ).sorted("id")
        return {**super()._escarcelle_settings(), "vouchers": kinds._escarcelle_till_rows()}

    def _escarcelle_ingested(self, entry, order):
        # EXTENDS 'escarcelle_pos': each voucher of a ticket is to be asked back from who pays it
        super()._escarcelle_ingested(entry, order)
        ticket = next((record for record in entry["records"] if record["kind"] == "TCK"), None)
        if ticket and entry.get("order"):
            day = fields.Date.to_date(ticket["business_day"])
            self.env["escarcelle.voucher"]._escarcelle_receive(order, entry["order"], day)
