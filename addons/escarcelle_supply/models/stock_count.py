from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, float_is_zero

DIGITS = 3
#: A hand-typed quantity beyond this is a barcode scanned into the wrong box.
MOST = 100000


class EscarcelleCount(models.Model):
    """An inventory in progress: what was counted waits here, and is applied after a look at the differences.

    Each scan is an entry of its own with a number drawn by the telephone: sent twice it counts once, and
    several people count at the same time. What was sold since the count of a good is not lost: only the
    difference found at its first entry is applied.
    """

    _name = "escarcelle.count"
    _description = "Stock Count"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self._escarcelle_default_name())
    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    location_id = fields.Many2one(
        "stock.location", "Where", required=True, check_company=True, default=lambda self: self._escarcelle_shelf(),
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
    )  # fmt: skip
    category_ids = fields.Many2many("product.category", string="Only these categories")
    state = fields.Selection(
        [("draft", "Counting"), ("review", "To be looked at"), ("done", "Applied"), ("cancel", "Given up")],
        default="draft", required=True, readonly=True, copy=False, tracking=True,
    )  # fmt: skip
    line_ids = fields.One2many("escarcelle.count.line", "count_id", "Goods", copy=False)
    entry_ids = fields.One2many("escarcelle.count.entry", "count_id", "Entries", copy=False)
    missing_too = fields.Boolean(
        "What was not counted is gone", help="Goods of the categories, in stock and not scanned, are set to zero."
    )
    applied_on = fields.Datetime(readonly=True, copy=False)
    difference_count = fields.Integer("Differences", compute="_compute_difference_count")

    @api.depends("line_ids.difference")
    def _compute_difference_count(self):
        for count in self:
            count.difference_count = len(
                count.line_ids.filtered(lambda line: not float_is_zero(line.difference, precision_digits=DIGITS))
            )

    def _escarcelle_default_name(self):
        return self.env._("Count of %s", self.env.company._escarcelle_today().strftime("%d/%m/%Y"))

    def _escarcelle_shelf(self):
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        return warehouse.lot_stock_id

    # -- counting ----------------------------------------------------------------------------------

    def action_scan(self):
        """Open the screen of the telephone."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "escarcelle_supply.stock_count",
            "name": self.name,
            "params": {"count_id": self.id},
            "context": {**self.env.context, "active_id": self.id},
        }

    def escarcelle_find(self, code):
        """The good of a barcode or reference, how many one scan counts, and its lots; False when unknown."""
        self.ensure_one()
        self.check_access("read")
        code = code.strip() if isinstance(code, str) else ""
        if not code or len(code) > 64:
            return False
        product, count = self._escarcelle_product_of(code)
        if not product:
            return False
        line = self.line_ids.filtered(lambda found: found.product_id == product)
        held = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", self.location_id.id),
             ("lot_id", "!=", False), ("quantity", ">", 0)]
        ).lot_id.sorted(lambda lot: (not lot.removal_date, lot.removal_date or lot.create_date))  # fmt: skip
        # What the books say is gone may be found on the shelf.
        lots = held | self.env["stock.lot"].search(
            [("product_id", "=", product.id), ("company_id", "in", (False, self.company_id.id))],
            order="id desc", limit=30,
        )  # fmt: skip
        return {
            "product": product.id,
            "name": product.display_name,
            "unit": product.uom_id.name,
            "pack": count,
            "tracked": product.tracking != "none",
            "lots": [
                {"id": lot.id, "name": lot.name, "date": lot.escarcelle_date and lot.escarcelle_date.isoformat()}
                for lot in lots
            ],
            "counted": sum(line.mapped("counted")),
        }

    def _escarcelle_product_of(self, code):
        """``(good, units)`` of a barcode, that of a pack counting as what it holds, or of a reference."""
        goods = self.env["product.product"]
        shop = [("company_id", "in", (False, self.company_id.id)), ("is_storable", "=", True)]
        product = goods.search([("barcode", "=", code), *shop], limit=1)
        if product:
            return product, 1.0
        pack = self.env["product.uom"].search(
            [("barcode", "=", code), ("product_id.is_storable", "=", True)], limit=1
        )
        if pack:
            return pack.product_id, pack.uom_id._compute_quantity(1, pack.product_id.uom_id, round=False)
        return goods.search([("default_code", "=", code), *shop], limit=1), 1.0

    def escarcelle_add(self, entries):
        """Keep entries ``[{"product", "lot", "quantity", "uuid"}]``; what was kept before counts once.

        Returns what is counted of each good since. A negative entry takes a mistake back, never below zero.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("This count is closed: make another one."))
        if not isinstance(entries, list) or not 0 < len(entries) <= 200:
            raise UserError(self.env._("Send between 1 and 200 entries at a time."))
        keys = [entry.get("uuid") for entry in entries if isinstance(entry, dict)]
        if len(keys) != len(entries) or not all(isinstance(key, str) and 8 <= len(key) <= 64 for key in keys):
            raise UserError(self.env._("An entry could not be read: scan it again."))
        known = set(self.env["escarcelle.count.entry"].sudo().search([("uuid", "in", keys)]).mapped("uuid"))
        touched = self.env["escarcelle.count.line"]
        for entry in entries:
            if entry["uuid"] not in known:
                known.add(entry["uuid"])
                touched |= self._escarcelle_enter(entry)
        return [{"product": line.product_id.id, "lot": line.lot_id.id, "counted": line.counted} for line in touched]

    def _escarcelle_enter(self, entry):
        product, lot, quantity = entry.get("product"), entry.get("lot") or False, entry.get("quantity")
        good = self.env["product.product"].browse(product).exists() if type(product) is int else None
        number = isinstance(quantity, int | float) and not isinstance(quantity, bool)
        if not good or not good.is_storable or not number or not -MOST <= quantity <= MOST:
            raise UserError(self.env._("An entry could not be read: scan it again."))
        lots = self.env["stock.lot"].browse(lot).exists() if type(lot) is int else self.env["stock.lot"]
        if lot and lots.product_id != good:
            raise UserError(self.env._("This lot is not one of %s.", good.display_name))
        if good.tracking != "none" and not lots:
            # Counted without its lot it would be added to the lots the books still hold.
            raise UserError(self.env._("Choose the lot of %s.", good.display_name))
        line = self.line_ids.filtered(lambda found: found.product_id == good and found.lot_id == lots)
        if not line:
            line = self.env["escarcelle.count.line"].create(
                {
                    "count_id": self.id,
                    "product_id": good.id,
                    "lot_id": lots.id,
                    "expected": self._escarcelle_held(good, lots),
                }
            )
        counted = line.counted + quantity
        if float_compare(counted, 0, precision_digits=DIGITS) < 0:
            raise UserError(
                self.env._("Less than nothing of %s cannot be counted.", good.display_name)
            )
        self.env["escarcelle.count.entry"].create(
            {"count_id": self.id, "line_id": line.id, "quantity": quantity, "uuid": entry["uuid"]}
        )
        return line

    def _escarcelle_held(self, product, lot):
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id), ("lot_id", "=", lot.id or False),
                ("location_id", "=", self.location_id.id), ("company_id", "=", self.company_id.id),
            ]
        )  # fmt: skip
        return sum(quants.mapped("quantity"))

    # -- applying ----------------------------------------------------------------------------------

    def action_review(self):
        """Stop counting and look at the differences."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("This count is closed: make another one."))
        if self.missing_too:
            self._escarcelle_add_missing()
        if not self.line_ids:
            raise UserError(self.env._("Nothing is counted yet."))
        self.state = "review"
        return True

    def action_continue(self):
        self.filtered(lambda count: count.state == "review").state = "draft"
        return True

    def action_cancel(self):
        if self.filtered(lambda count: count.state == "done"):
            raise UserError(self.env._("A count that is applied stays: make another one."))
        self.state = "cancel"
        return True

    def action_apply(self):
        """Bring the stock to what was counted, with its signed document. A second click finds it done."""
        for count in self:
            if count.state != "review":
                raise UserError(self.env._("Look at the differences first; what is applied is not applied twice."))
            count.write({"state": "done", "applied_on": fields.Datetime.now()})
            wrong = count.line_ids.filtered(
                lambda line: not float_is_zero(line.difference, precision_digits=DIGITS)
            )
            wrong._escarcelle_apply()
        return True

    def _escarcelle_add_missing(self):
        known = {(line.product_id, line.lot_id) for line in self.line_ids}
        domain = [
            ("location_id", "=", self.location_id.id),
            ("company_id", "=", self.company_id.id),
            ("quantity", ">", 0),
        ]
        if self.category_ids:
            domain.append(("product_id.categ_id", "child_of", self.category_ids.ids))
        held = self.env["stock.quant"]._read_group(domain, ["product_id", "lot_id"], ["quantity:sum"])
        self.env["escarcelle.count.line"].create(
            [
                {"count_id": self.id, "product_id": product.id, "lot_id": lot.id, "expected": quantity}
                for product, lot, quantity in held
                if (product, lot) not in known
            ]
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered(lambda count: count.state == "done"):
            raise UserError(self.env._("A count that is applied stays: make another one."))


class EscarcelleCountLine(models.Model):
    """A good, or a lot of it: what the stock said when it was first counted, what was found."""

    _name = "escarcelle.count.line"
    _description = "Good of a Count"
    _order = "product_id, lot_id, id"

    count_id = fields.Many2one("escarcelle.count", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="count_id.company_id", store=True)
    state = fields.Selection(related="count_id.state")
    product_id = fields.Many2one("product.product", "Good", required=True, readonly=True)
    lot_id = fields.Many2one("stock.lot", "Lot", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    entry_ids = fields.One2many("escarcelle.count.entry", "line_id")
    expected = fields.Float("In the books", digits=(16, DIGITS), readonly=True)
    counted = fields.Float(digits=(16, DIGITS), compute="_compute_counted", store=True)
    difference = fields.Float(digits=(16, DIGITS), compute="_compute_counted", store=True)
    value = fields.Float("Worth", digits=(16, 2), compute="_compute_value")

    _good_once = models.UniqueIndex("(count_id, product_id, coalesce(lot_id, 0))", "This good is on the count already.")

    @api.depends("entry_ids.quantity", "expected")
    def _compute_counted(self):
        for line in self:
            line.counted = round(sum(line.entry_ids.mapped("quantity")), DIGITS)
            line.difference = round(line.counted - line.expected, DIGITS)

    @api.depends("difference")
    def _compute_value(self):
        for line in self:
            line.value = line.difference * line.product_id.lst_price

    def _escarcelle_apply(self):
        """Apply the differences to what the stock says now: a sale made since the count stays sold."""
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        every = self.env["stock.quant"]
        for line in self:
            count = line.count_id
            held = count._escarcelle_held(line.product_id, line.lot_id)
            quant = quants.search(
                [
                    ("product_id", "=", line.product_id.id), ("lot_id", "=", line.lot_id.id or False),
                    ("location_id", "=", count.location_id.id), ("package_id", "=", False),
                    ("owner_id", "=", False),
                ], limit=1,
            )  # fmt: skip
            values = {"inventory_quantity": held + line.difference}
            if quant:
                quant.write(values)
            else:
                quant = quants.create(
                    {
                        "product_id": line.product_id.id,
                        "lot_id": line.lot_id.id,
                        "location_id": count.location_id.id,
                        **values,
                    }
                )
            every |= quant
        if every:
            every._apply_inventory()


class EscarcelleCountEntry(models.Model):
    """One scan, or a quantity typed."""

    _name = "escarcelle.count.entry"
    _description = "Entry of a Count"
    _order = "id desc"

    count_id = fields.Many2one("escarcelle.count", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="count_id.company_id", store=True)
    line_id = fields.Many2one("escarcelle.count.line", required=True, ondelete="cascade", index=True)
    quantity = fields.Float(digits=(16, DIGITS), required=True)
    uuid = fields.Char(required=True)
    user_id = fields.Many2one("res.users", "By", default=lambda self: self.env.user, readonly=True)

    _uuid_once = models.UniqueIndex("(uuid)", "This entry is kept already.")
