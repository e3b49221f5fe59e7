import hashlib
import json

from odoo import api, fields, models
from odoo.fields import Command

from ..tools import shipped

#: What is written on a good of the shop, and remembered to know what the shop changed since.
FOLLOWED = (
    "name", "category", "vat_category", "unit", "weight", "storage", "date_kind", "allergens", "barcode",
    "to_weigh",
)  # fmt: skip


class EscarcelleCatalogueGood(models.Model):
    """A good of the generic catalogue, as shipped. The shop's good made from it is a product that points here.

    Read from the data file at each installation and update of the addon; the code is the key and never changes
    hands. A good that leaves the file is archived: the shop keeps its product. Common to all shops, without price.
    """

    _name = "escarcelle.catalogue.good"
    _description = "Good of the Generic Catalogue"
    _order = "category_id, code"

    name = fields.Char(required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one(
        "escarcelle.catalogue.category",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    vat_category_id = fields.Many2one(
        "escarcelle.vat.category",
        "VAT category",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    rate_today = fields.Float("VAT (%)", related="vat_category_id.rate_today")
    unit = fields.Selection(
        [("piece", "Piece"), ("kg", "Kilogram"), ("litre", "Litre")], required=True, readonly=True
    )
    weight = fields.Integer("Net weight (g)", readonly=True, aggregator=False)
    to_weigh = fields.Boolean("Weighed at the till", readonly=True)
    storage = fields.Selection(
        lambda self: (
            self.env["product.template"]
            ._fields["escarcelle_storage_kind"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    date_kind = fields.Selection(
        lambda self: (
            self.env["product.template"]
            ._fields["escarcelle_date_kind"]
            ._description_selection(self.env)
        ),
        "Kind of date",
        readonly=True,
    )
    allergen_ids = fields.Many2many("escarcelle.allergen", string="Allergens", readonly=True)
    barcode = fields.Char("Usual barcode", readonly=True)
    digest = fields.Char(readonly=True, help="Changes when what is shipped changes.")
    template_ids = fields.One2many(
        "product.template", "escarcelle_catalogue_good_id", readonly=True
    )
    template_id = fields.Many2one(
        "product.template", "Good of the shop", compute="_compute_template_id"
    )
    state = fields.Selection(
        [("free", "Not used"), ("used", "Used"), ("archived", "Archived")],
        compute="_compute_state",
        compute_sudo=True,
        store=True,
        index=True,
    )
    has_update = fields.Boolean(
        "Catalogue has news",
        compute="_compute_has_update",
        search="_search_has_update",
        compute_sudo=True,
    )

    _code_uniq = models.Constraint("unique(code)", "Two goods of the catalogue have this code.")

    @api.depends("template_ids", "template_ids.active")
    def _compute_state(self):
        by_good = self._escarcelle_templates()
        for good in self:
            template = by_good.get(good.id)
            good.state = "free" if not template else "used" if template.active else "archived"

    @api.depends("template_ids")
    def _compute_template_id(self):
        by_good = self._escarcelle_templates()
        for good in self:
            good.template_id = by_good.get(good._origin.id)

    @api.depends("digest", "template_ids.escarcelle_catalogue_digest")
    def _compute_has_update(self):
        by_good = self._escarcelle_templates()
        for good in self:
            template = by_good.get(good.id)
            good.has_update = bool(
                template and template.active and template.escarcelle_catalogue_digest != good.digest
            )

    def _search_has_update(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.sudo().search([("state", "=", "used")]).filtered("has_update")
        return [("id", "in" if True in value else "not in", found.ids)]

    def _escarcelle_templates(self):
        """Good id → its product, archived ones too."""
        templates = (
            self.env["product.template"]
            .with_context(active_test=False)
            .search([("escarcelle_catalogue_good_id", "in", self.ids)])
        )
        return {template.escarcelle_catalogue_good_id.id: template for template in templates}

    def _escarcelle_values(self):
        """What is shipped, by name of FOLLOWED: what JSON can hold."""
        self.ensure_one()
        return {
            "name": self.name,
            "category": self.category_id.code,
            "vat_category": self.vat_category_id.code,
            "unit": self.unit,
            "weight": self.weight,
            "storage": self.storage or False,
            "date_kind": self.date_kind or False,
            "allergens": sorted(self.allergen_ids.mapped("code")),
            "barcode": self.barcode or False,
            "to_weigh": self.to_weigh,
        }

    # -- what is shipped -------------------------------------------------------------------------

    @api.model
    def _escarcelle_load(self):
        """Categories, VAT categories, rates and goods become those of the files; the shop's goods are not touched."""
        self = self.sudo().with_context(escarcelle_loading=True, lang=None)
        self._load_vat()
        shelves = self._sync(
            "escarcelle.catalogue.category",
            {c.code: {"name": c.name, "sequence": c.sequence} for c in shipped.categories()},
        )
        vat_categories = self._by_code("escarcelle.vat.category")
        allergens = self._by_code("escarcelle.allergen")
        goods = {}
        for good in shipped.goods():
            goods[good.code] = {
                "name": good.name,
                "category_id": shelves[good.category].id,
                "vat_category_id": vat_categories[good.vat_category].id,
                "unit": good.unit,
                "weight": good.weight,
                "to_weigh": good.to_weigh,
                "storage": good.storage,
                "date_kind": good.date_kind,
                "allergen_ids": [Command.set([allergens[code].id for code in good.allergens])],
                "barcode": good.barcode or False,
                "digest": digest(good),
            }
        self._sync("escarcelle.catalogue.good", goods, key="digest")
        self.env["escarcelle.vat.change"]._escarcelle_prepare()

    def _load_vat(self):
        categories = self._sync(
            "escarcelle.vat.category",
            {
                c.code: {
                    "name": c.name, "tax_class": c.tax_class, "examples": c.examples, "sequence": rank * 10,
                }
                for rank, c in enumerate(shipped.vat_categories(), 1)
            },
        )  # fmt: skip
        rates = self.env["escarcelle.vat.rate"]
        wanted = {
            (categories[r.category].id, r.territory, r.start): {
                "rate": float(r.rate), "date_end": r.end or False, "source": r.source,
            }
            for r in shipped.vat_rates()
        }  # fmt: skip
        known = {
            (r.category_id.id, r.territory, r.date_start): r
            for r in rates.search([("shipped", "=", True)])
        }
        rates.browse([r.id for key, r in known.items() if key not in wanted]).unlink()
        # Ends are moved before new lines start: two lines never hold on a day.
        for key, line in known.items():
            values = wanted.get(key)
            if values and any(line[name] != value for name, value in values.items()):
                line.write(values)
        rates.create(
            [
                {
                    "category_id": key[0],
                    "territory": key[1],
                    "date_start": key[2],
                    "shipped": True,
                    **values,
                }
                for key, values in wanted.items()
                if key not in known
            ]
        )

    def _by_code(self, model):
        records = self.env[model]
        if "active" in records._fields:
            records = records.with_context(active_test=False)
        return {record.code: record for record in records.search([])}

    def _sync(self, model, wanted, key=None):
        """Create, change and archive the records of ``model`` so that they are those of ``wanted``, by code.

        With ``key``, only records whose value of that field differs are written.
        """
        known = self._by_code(model)
        for code, values in wanted.items():
            record = known.get(code)
            if not record:
                continue
            names = [key] if key else list(values)
            if not record.active or any(record[name] != values[name] for name in names):
                record.write({**values, "active": True})
        self.env[model].browse(
            [r.id for c, r in known.items() if c not in wanted and r.active]
        ).active = False
        new = [code for code in wanted if code not in known]
        made = self.env[model].create([{"code": code, **wanted[code]} for code in new])
        return {**known, **dict(zip(new, made, strict=True))}

    # -- screens ---------------------------------------------------------------------------------

    def action_activate(self):
        """Open the wizard on these goods, to sell them."""
        return self.env["escarcelle.catalogue.wizard"]._escarcelle_open("activate", self)

    def action_deactivate(self):
        """Open the wizard on these goods, not to sell them any more."""
        return self.env["escarcelle.catalogue.wizard"]._escarcelle_open("deactivate", self)

    def action_update(self):
        """See what the catalogue would change on these goods (all of them when none is chosen)."""
        return self.env["escarcelle.catalogue.difference"]._escarcelle_open(self)

    def action_product(self):
        """The shop's own good."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.template",
            "res_id": self.template_id.id,
            "view_mode": "form",
        }


def digest(good):
    """A short sum of what is shipped of a good."""
    values = [getattr(good, name) for name in FOLLOWED]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:16]
