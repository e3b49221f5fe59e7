from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from psycopg2.errors import UniqueViolation

from escarcelle_core import barcodes
from escarcelle_core.barcodes import AttachError


class EscarcelleBarcodeAttachment(models.Model):
    """A barcode attached to a good at a till, as it arrived: applied, or waiting for somebody to decide.

    Invariants: one row an entry of a till, whatever is sent again; the first till to arrive wins, another
    good under the same code is a conflict that only a person settles; what a till did stays readable.
    """

    _name = "escarcelle.barcode.attachment"
    _description = "Barcode attached at a till"
    _order = "made_at desc, id desc"
    _rec_name = "barcode"
    _check_company_auto = True

    till_id = fields.Many2one("escarcelle.till", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="till_id.company_id", store=True, index=True)
    origin = fields.Char(required=True, readonly=True)
    made_at = fields.Datetime("Attached on", required=True, readonly=True)
    cashier = fields.Char("Cashier code", readonly=True)
    barcode = fields.Char(required=True, readonly=True, index=True)
    product_id = fields.Many2one("product.product", "Good", readonly=True, index=True, ondelete="set null")
    count = fields.Integer("Units", readonly=True, aggregator=None)
    state = fields.Selection(
        [
            ("done", "Attached"),
            ("conflict", "To decide"),
            ("refused", "Not usable"),
            ("settled", "Decided"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    message = fields.Char("What to know", readonly=True)
    owner_id = fields.Many2one("product.product", "Good of this code today", compute="_compute_owner_id")

    _origin_uniq = models.UniqueIndex("(till_id, origin)")

    def _compute_owner_id(self):
        for company, rows in self.grouped("company_id").items():
            owners = self.env["product.uom"]._escarcelle_owners(rows.mapped("barcode"), company)
            for row in rows:
                row.owner_id = owners.get(row.barcode, False)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What a till did is kept: decide what the barcode stands for instead."))

    # -- what a till sent --------------------------------------------------------------------------

    @api.model
    def _escarcelle_receive(self, till, job):
        """Apply the attachment of an entry, or say why not. Once an entry."""
        event = job.entry["event"]
        known = self.search([("till_id", "=", till.id), ("origin", "=", job.uuid)], limit=1)
        if known:
            return known
        product = self._escarcelle_product(till, event)
        values = {
            "till_id": till.id,
            "origin": job.uuid,
            "made_at": job.made_at,
            "cashier": str(event.get("cashier") or "")[:32],
            "barcode": str(event.get("barcode") or "")[: barcodes.LONGEST] or "?",
            "product_id": product.id,
            "count": event["count"] if type(event.get("count")) is int and abs(event["count"]) < 2**31 else 0,
        }
        return self.create({**values, **self._escarcelle_outcome(till, event, product)})

    def _escarcelle_product(self, till, event):
        wanted = event.get("product_id")
        if type(wanted) is not int or not 0 < wanted < 2**31:
            return self.env["product.product"]
        Product = self.env["product.product"].with_context(active_test=False)
        return Product.search([*Product._check_company_domain(till.company_id), ("id", "=", wanted)])

    def _escarcelle_outcome(self, till, event, product):
        """State and message of an attachment, which is applied when nothing stands against it."""
        try:
            code, count = barcodes.attachable(event.get("barcode")), barcodes.units(event.get("count"))
        except AttachError as error:
            return {"state": "refused", "message": str(error)}
        if not product:
            return {"state": "refused", "message": self.env._("The good no longer exists.")}
        owner = self.env["product.uom"]._escarcelle_owner(code, till.company_id)
        if owner == product:
            return {"state": "done", "message": self.env._("It was known already.")}
        if owner:
            return {
                "state": "conflict",
                "message": self.env._("This code is already that of “%s”.", owner.display_name),
            }
        self._escarcelle_attach(product, code, count, till.company_id, "till")
        return {"state": "done"}

    @api.model
    def _escarcelle_attach(self, product, code, count, company, source):
        """Make ``code`` a barcode of ``product``; another transaction doing the same: this one is replayed."""
        try:
            with self.env.cr.savepoint():
                return self.env["product.uom"].create(
                    {
                        "product_id": product.id,
                        "barcode": code,
                        "escarcelle_count": count,
                        "company_id": company.id,
                        "escarcelle_source": source,
                    }
                )
        except UniqueViolation as error:
            raise ConcurrencyError("barcode attached at the same instant") from error

    # -- what a person decides ---------------------------------------------------------------------

    def action_keep(self):
        """The good that has the code keeps it."""
        self._escarcelle_may_decide()
        self.sudo().write({"state": "settled", "message": self.env._("Left as it was.")})

    def action_move(self):
        """The code goes to the good that was chosen at the till."""
        self._escarcelle_may_decide()
        for row in self:
            product, owner = row.product_id, row.owner_id
            if not product:
                raise UserError(self.env._("The good no longer exists: nothing can be attached to it."))
            if owner.barcode == row.barcode:
                owner.barcode = False
            self.env["product.uom"].search(
                [("barcode", "=", row.barcode), ("company_id", "in", (False, row.company_id.id))]
            ).unlink()
            row._escarcelle_attach(product, row.barcode, row.count, row.company_id, "till")
            row.sudo().write(
                {"state": "settled", "message": self.env._("Taken from “%s”.", owner.display_name or "")}
            )

    def _escarcelle_may_decide(self):
        self.check_access("read")
        self.env["product.uom"].check_access("write")
        if any(row.state != "conflict" for row in self):
            raise UserError(self.env._("This barcode was decided already: reload the list."))


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_barcode(self, job):
        """A barcode attached at this till."""
        self.env["escarcelle.barcode.attachment"]._escarcelle_receive(self, job)
        job.build = "built"
