"""What the law keeps of an erased household: apart, for few, with an end."""

from datetime import timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, format_date

#: Code de commerce L123-22: ten years from the end of the financial year.
YEARS = 10
#: How long a file stays open to who said why they read it.
OPEN_FOR = timedelta(minutes=15)
INVOICES = ("out_invoice", "out_refund", "out_receipt")


class EscarcelleRestrictedRecord(models.Model):
    """An invoice made out to an erased household, or its account that is not settled.

    Invariants: the names are in a row that nobody may read; whoever is in the group sees them for a quarter
    of an hour after saying why, and that is written down; the record goes by itself at its end.
    """

    _name = "escarcelle.restricted.record"
    _description = "Record of the Restricted Archive"
    _order = "end_on, id"

    name = fields.Char("Number", required=True, readonly=True, default="/")
    company_id = fields.Many2one("res.company", "Shop", required=True, readonly=True, index=True)
    household_id = fields.Many2one(
        "escarcelle.household",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
    )
    household_code = fields.Char("File", readonly=True)
    kind = fields.Selection(
        [("invoice", "Invoice"), ("account", "Unsettled account")], required=True, readonly=True
    )
    reference = fields.Char("Document", readonly=True)
    reason = fields.Char("Why it is kept", readonly=True)
    ground = fields.Char("Legal ground", required=True, readonly=True)
    moved_on = fields.Date(required=True, readonly=True)
    end_on = fields.Date("Deleted on", required=True, readonly=True, index=True)
    move_id = fields.Many2one(
        "account.move", "Entry", readonly=True, index="btree_not_null", ondelete="set null"
    )
    reading_ids = fields.One2many(
        "escarcelle.restricted.reading", "record_id", "Readings", readonly=True
    )
    reading_count = fields.Integer("Read", compute="_compute_reading_count")
    is_open = fields.Boolean(compute="_compute_content", compute_sudo=True)
    who = fields.Char("Name", compute="_compute_content", compute_sudo=True)
    address = fields.Text(compute="_compute_content", compute_sudo=True)
    details = fields.Text(compute="_compute_content", compute_sudo=True)
    document_ids = fields.Many2many(
        "ir.attachment", string="Papers", compute="_compute_content", compute_sudo=True
    )

    def _compute_reading_count(self):
        counts = dict(
            self.env["escarcelle.restricted.reading"]
            .sudo()
            ._read_group([("record_id", "in", self.ids)], ["record_id"], ["__count"])
        )
        for record in self:
            record.reading_count = counts.get(record, 0)

    @api.depends_context("uid")
    def _compute_content(self):
        """The names, for who said a moment ago why they read them; nothing for anybody else."""
        readings = self.env["escarcelle.restricted.reading"].sudo()
        user = self.env["res.users"].browse(self.env.uid)
        may = user.has_group("escarcelle_privacy.group_restricted")
        since = fields.Datetime.now() - OPEN_FOR
        mine = [("record_id", "in", self.ids), ("user_id", "=", self.env.uid), ("at", ">=", since)]
        opened = readings.search(mine).record_id if may else self.browse()
        contents = (
            self.env["escarcelle.restricted.content"]
            .sudo()
            .search([("record_id", "in", opened.ids)])
        )
        by_record = {content.record_id.id: content for content in contents}
        for record in self:
            content = by_record.get(record.id)
            record.is_open = bool(content)
            record.who = content.who if content else False
            record.address = content.address if content else False
            record.details = content.details if content else False
            record.document_ids = content._escarcelle_papers() if content else False

    def action_read(self):
        """Ask why, write it down, open."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Read a restricted record"),
            "res_model": "escarcelle.restricted.read",
            "view_mode": "form",
            "target": "new",
            "context": {"default_record_id": self.id},
        }

    def _escarcelle_open(self, reason):
        """Write down that this user reads these records, and why; they are open to them for a while."""
        self.check_access("read")
        if not self.env.user.has_group("escarcelle_privacy.group_restricted"):
            raise AccessError(self.env._("Only the people of the restricted archive read it."))
        if len((reason or "").strip()) < 5:
            raise UserError(self.env._("Say why you read it: an audit, a claim, a judge…"))
        self.env["escarcelle.restricted.reading"].sudo().create(
            [{"record_id": record.id, "record_name": record.name, "user_id": self.env.uid, "reason": reason.strip()}
             for record in self]
        )  # fmt: skip
        self.invalidate_recordset()

    @api.model
    def _escarcelle_cron_purge(self):
        """Delete what the law keeps no longer: the names, the papers, the record."""
        ended = self.env["escarcelle.restricted.record"].sudo()
        for company in self.env["res.company"].search([]):
            ended |= ended.search(
                [("company_id", "=", company.id), ("end_on", "<", company._escarcelle_today())]
            )
        if ended:
            contents = (
                self.env["escarcelle.restricted.content"]
                .sudo()
                .search([("record_id", "in", ended.ids)])
            )
            contents._escarcelle_papers().unlink()
            ended.unlink()
            self.env.cr.postcommit.add(self.env["escarcelle.household"]._escarcelle_sweep_files)
        return len(ended)


class EscarcelleRestrictedContent(models.Model):
    """Who a restricted record is about. No right on it is given to anybody: it is read through the record."""

    _name = "escarcelle.restricted.content"
    _description = "Content of the Restricted Archive"

    record_id = fields.Many2one(
        "escarcelle.restricted.record", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="record_id.company_id", store=True, index=True)
    who = fields.Char()
    address = fields.Text()
    details = fields.Text()

    def _escarcelle_papers(self):
        return (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )


class EscarcelleRestrictedReading(models.Model):
    """Who read a restricted record, when and why. Rows are only ever added; they outlive the record."""

    _name = "escarcelle.restricted.reading"
    _description = "Reading of the Restricted Archive"
    _order = "at desc, id desc"
    _rec_name = "record_name"

    record_id = fields.Many2one(
        "escarcelle.restricted.record", readonly=True, index=True, ondelete="set null"
    )
    record_name = fields.Char("Record no.", required=True, readonly=True)
    company_id = fields.Many2one("res.company", "Shop", readonly=True, index=True,
        compute="_compute_company_id", store=True, precompute=True)  # fmt: skip
    user_id = fields.Many2one(
        "res.users", "Read by", required=True, readonly=True, ondelete="restrict"
    )
    at = fields.Datetime("Read at", required=True, readonly=True, default=fields.Datetime.now)
    reason = fields.Char("Why", required=True, readonly=True)

    @api.depends("record_name")
    def _compute_company_id(self):
        for reading in self:
            reading.company_id = reading.record_id.company_id

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The trace of a reading stays."))

    def write(self, vals):
        if vals.keys() - {"record_id"}:
            raise UserError(self.env._("The trace of a reading stays as it is."))
        return super().write(vals)


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def _escarcelle_kept_by_law(self, moves):
        """Of these entries, the invoices; and those that make the household owe something, or be owed."""
        invoices = moves.filtered(
            lambda move: move.move_type in INVOICES and move.state == "posted"
        )
        partner = self.sudo().partner_id.with_company(self.company_id)
        open_lines = self.env["account.move.line"].sudo().search(
            [
                ("partner_id", "in", partner.ids), ("parent_state", "=", "posted"), ("reconciled", "=", False),
                ("account_id.account_type", "=", "asset_receivable"), ("company_id", "=", self.company_id.id),
            ]
        )  # fmt: skip
        owed = (
            open_lines
            if not self.company_id.currency_id.is_zero(sum(open_lines.mapped("amount_residual")))
            else open_lines.browse()
        )
        return invoices, owed

    def _escarcelle_restrict(self, rows):
        """Move what the law keeps of this household to the restricted archive; ``{"restricted": how many}``."""
        invoices, owed = self._escarcelle_kept_by_law(rows["account.move"])
        records = self.env["escarcelle.restricted.record"].sudo()
        for invoice in invoices:
            records |= self._escarcelle_restrict_one(
                "invoice", invoice.invoice_date or invoice.date, invoice.partner_id, invoice,
                invoice.name, self._escarcelle_invoice_details(invoice),
            )  # fmt: skip
        if owed:
            lines = [
                f"{format_date(self.env, line.date)}  {line.move_id.name}  "
                f"{format_amount(self.env, line.amount_residual, line.company_currency_id)}"
                for line in owed.sorted("date")
            ]
            records |= self._escarcelle_restrict_one(
                "account", max(owed.mapped("date")), self.sudo().partner_id, owed.move_id[:1],
                self.sudo().partner_id.ref or self.code, "\n".join(lines),
            )  # fmt: skip
        self._escarcelle_move_papers(rows["account.move"], records)
        return {"restricted": len(records)}

    def _escarcelle_invoice_details(self, invoice):
        currency = invoice.currency_id
        total = self.env._("Total %s", format_amount(self.env, invoice.amount_total, currency))
        parts = [
            f"{invoice.name}  {format_date(self.env, invoice.invoice_date or invoice.date)}",
            *(
                f"{line.name or ''}  {line.quantity:g} × {line.price_unit:.2f}  "
                f"{format_amount(self.env, line.price_total, currency)}"
                for line in invoice.invoice_line_ids.filtered(
                    lambda line: line.display_type == "product"
                )
            ),
            total,
        ]
        return "\n".join(parts)

    def _escarcelle_restrict_one(self, kind, day, partner, move, reference, details):
        company = self.company_id
        closing = company.compute_fiscalyear_dates(day)["date_to"]
        home = self.sudo()
        named = partner if partner != home.partner_id else home
        who = partner.name if partner != home.partner_id else f"{home.first_name} {home.last_name}"
        place = " ".join(filter(None, (named.zip, named.city)))
        record = (
            self.env["escarcelle.restricted.record"]
            .sudo()
            .create(
                {
                    "name": self.env["ir.sequence"]
                    .sudo()
                    .with_company(company)
                    .next_by_code("escarcelle.restricted.record")
                    or "/",
                    "company_id": company.id,
                    "household_id": self.id,
                    "household_code": self.code,
                    "kind": kind,
                    "reference": reference,
                    "reason": self.env._("Proof of the accounts")
                    if kind == "invoice"
                    else self.env._("A debt that can be claimed"),
                    "ground": "Code de commerce, art. L123-22",
                    "moved_on": company._escarcelle_today(),
                    "end_on": closing + relativedelta(years=YEARS),
                    "move_id": move.id,
                }
            )
        )
        self.env["escarcelle.restricted.content"].sudo().create(
            {
                "record_id": record.id,
                "who": who,
                "address": "\n".join(filter(None, (named.street, named.street2, place))) or False,
                "details": details,
            }
        )
        return record

    def _escarcelle_move_papers(self, moves, records):
        """The papers of an invoice follow it into the archive; those of another entry of the household go
        with the account, else with the first invoice."""
        files = self.env["ir.attachment"].sudo()
        contents = (
            self.env["escarcelle.restricted.content"]
            .sudo()
            .search([("record_id", "in", records.ids)])
        )
        by_move = {content.record_id.move_id.id: content for content in contents}
        papers = files.search(
            [("res_model", "=", "account.move"), ("res_id", "in", moves.ids), "|", ("res_field", "=", False),
             ("res_field", "!=", False)]
        )  # fmt: skip
        for number, paper in enumerate(papers, 1):
            content = by_move.get(paper.res_id) or contents[:1]
            if not content:
                continue
            # In SQL: with a restricted audit trail the ORM moves no paper of an entry, and this one is kept.
            name = f"{content.record_id.name}-{number}{Path(paper.name or '').suffix}"
            self.env.cr.execute(
                "UPDATE ir_attachment SET res_model = %s, res_id = %s, res_field = NULL, access_token = NULL,"
                " public = FALSE, name = %s, description = NULL, index_content = NULL WHERE id = %s",
                [
                    content._name,
                    content.id,
                    name,
                    paper.id,
                ],
            )
            self.env.cr.execute(
                "DELETE FROM message_attachment_rel WHERE attachment_id = %s", [paper.id]
            )
        self.env.invalidate_all()
