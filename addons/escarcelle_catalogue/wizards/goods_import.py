import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import mute_logger

from ..models.catalogue_activation import GRAMS
from ..tools import readers, sheets
from .goods_import_plan import FIELDS, Plan


class EscarcelleGoodsImport(models.TransientModel):
    """Import of the shop's own goods from a spreadsheet: read, shown line by line, then written whole or not at all.

    A good is recognised by its reference, else by its barcode (its own or one attached to it): it is updated,
    never doubled, and an empty cell changes nothing. As long as one line cannot be imported, nothing is.
    """

    _name = "escarcelle.goods.import"
    _description = "Import of Goods"

    state = fields.Selection(
        [("file", "File"), ("seen", "Check"), ("done", "Done")], default="file", required=True
    )
    file = fields.Binary("Spreadsheet", attachment=False)
    filename = fields.Char()
    line_ids = fields.One2many("escarcelle.goods.import.line", "wizard_id", readonly=True)
    error_count = fields.Integer("Lines to correct", readonly=True)
    create_count = fields.Integer("New goods", readonly=True)
    update_count = fields.Integer("Goods changed", readonly=True)
    same_count = fields.Integer("Goods unchanged", readonly=True)
    ignored = fields.Char("Columns not used", readonly=True)

    def action_read(self):
        """Show what each line would do."""
        self.ensure_one()
        self.env["escarcelle.catalogue.good"]._escarcelle_check_keeper()
        plans, ignored = self._escarcelle_plans()
        states = [plan["state"] for plan in plans]
        self.write(
            {
                "state": "seen",
                "ignored": ", ".join(ignored)[:200],
                "error_count": states.count("error"),
                "create_count": states.count("create"),
                "update_count": states.count("update"),
                "same_count": states.count("same"),
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                name: plan[name]
                                for name in ("rank", "state", "code", "name", "message")
                            }
                        )
                        # What is to correct comes first.
                        for plan in sorted(plans, key=lambda plan: plan["state"] != "error")
                    ),
                ],
            }
        )
        return self._escarcelle_screen()

    def action_back(self):
        """Choose another file."""
        self.write(
            {"state": "file", "file": False, "filename": False, "line_ids": [Command.clear()]}
        )
        return self._escarcelle_screen()

    def action_import(self):
        """Write every line, or none."""
        self.ensure_one()
        keeper = self.env["escarcelle.catalogue.good"]
        keeper._escarcelle_check_keeper()
        # The file again, and not the lines shown: goods may have changed since, and lines come from a browser.
        plans, _ignored = self._escarcelle_plans()
        if any(plan["state"] == "error" for plan in plans):
            self.action_read()
            raise UserError(
                self.env._("Some lines cannot be imported: correct the file and choose it again.")
            )
        goods = self.env["product.template"].sudo().with_context(keeper._escarcelle_quiet())
        self._escarcelle_write(goods, plans)
        self.state = "done"
        return self._escarcelle_screen()

    def _escarcelle_screen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import goods"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # -- reading ---------------------------------------------------------------------------------

    def _escarcelle_plans(self):
        """``([{"rank", "state", "code", "name", "message", "good", "values"}], columns not used)``."""
        try:
            content = base64.b64decode(self.file or b"", validate=True)
            table = readers.table(content, self.filename or "")
        except (readers.TableError, binascii.Error) as error:
            raise UserError(self._escarcelle_reason(getattr(error, "reason", "format"))) from error
        rows, unknown, twice, columns = sheets.read(table)
        if twice:
            raise UserError(
                self.env._("These columns are there twice: %s. Keep one of each.", ", ".join(twice))
            )
        if not columns & {"code", "barcode", "name"}:
            raise UserError(
                self.env._(
                    "The first line does not name any column we know. Start from the model file: it has the"
                    " right headings."
                )
            )
        if not rows:
            raise UserError(self.env._("The file has headings and no good below them."))
        return Plan(self.env, rows).plans(), unknown

    def _escarcelle_reason(self, reason):
        reasons = {
            "empty": self.env._("The file is empty. Choose a spreadsheet (Excel or CSV)."),
            "size": self.env._("The file is larger than 5 MB: split it."),
            "rows": self.env._("The file has more than %s lines: split it.", readers.MAX_ROWS),
            "columns": self.env._("The file has too many columns: start from the model file."),
            "cell": self.env._("A cell holds far too much text: start from the model file."),
            "format": self.env._(
                "This is not a spreadsheet we can read: save it as Excel (.xlsx) or CSV."
            ),
        }
        return reasons[reason]

    # -- writing ---------------------------------------------------------------------------------

    @api.model
    def _escarcelle_write(self, goods, plans):
        shelves = self._escarcelle_shelves(
            {p["values"]["category"] for p in plans if "category" in p["values"]}
        )
        allergens = {a.code: a.id for a in self.env["escarcelle.allergen"].search([])}
        units = self.env["escarcelle.catalogue.good"]._escarcelle_units()
        new = []
        for plan in plans:
            values = _product_values(goods, plan["values"], shelves, allergens, units)
            if plan["state"] == "create":
                priced = bool(values.get("list_price"))
                new.append(
                    {
                        "type": "consu",
                        "is_storable": True,
                        "list_price": 0.0,
                        "available_in_pos": priced,
                        "escarcelle_unpriced": not priced,
                        **values,
                    }
                )
            elif plan["state"] == "update":
                goods.browse(plan["good"]).write(values)
        with mute_logger("odoo.sql_db"):
            goods.env["product.product"].create(new)

    def _escarcelle_shelves(self, names):
        """Name → (product category id, till category id), made when missing."""
        found = {}
        for rank, model in enumerate(("product.category", "pos.category")):
            records = self.env[model].sudo()
            known = {
                sheets.plain(record.name): record.id
                for record in records.search([], order="id desc")
            }
            missing = {
                sheets.plain(name): name for name in names if sheets.plain(name) not in known
            }
            made = records.create([{"name": name} for name in missing.values()])
            known.update(zip(missing, made.ids, strict=True))
            for name in names:
                found.setdefault(name, [0, 0])[rank] = known[sheets.plain(name)]
        return found


def _product_values(goods, values, shelves, allergens, units):
    """Values of a product for what a line says."""
    made = {}
    for name, value in values.items():
        if name == "category":
            made["categ_id"], shelf = shelves[value]
            made["pos_categ_ids"] = [Command.set([shelf])]
        elif name == "unit":
            made["uom_id"] = units[value].id
        elif name == "weight":
            made["weight"] = float(value) / GRAMS
        elif name == "price":
            made["list_price"] = float(value)
        elif name == "storage":
            made.update(goods._escarcelle_storage_values(value))
        elif name == "allergens":
            made["escarcelle_allergen_ids"] = [Command.set([allergens[code] for code in value])]
        else:
            made[FIELDS[name]] = value
    return made
