from odoo import api, fields, models

from .catalogue_activation import GRAMS
from .catalogue_good import FOLLOWED

LABELS = [
    ("name", "Name"),
    ("category", "Category"),
    ("vat_category", "VAT category"),
    ("unit", "Unit"),
    ("weight", "Net weight (g)"),
    ("storage", "Kept at"),
    ("date_kind", "Kind of date"),
    ("allergens", "Allergens"),
    ("barcode", "Barcode"),
    ("to_weigh", "Weighed at the till"),
]


class EscarcelleCatalogueDifference(models.TransientModel):
    """What a new version of the catalogue would change on the shop's goods.

    A value still equal to what was shipped is updated; a value the shop changed is shown with the new one and
    kept unless it is ticked. What is refused is remembered: it is not asked again until the catalogue changes it.
    """

    _name = "escarcelle.catalogue.difference"
    _description = "News of the Generic Catalogue"

    good_ids = fields.Many2many("escarcelle.catalogue.good", readonly=True)
    line_ids = fields.One2many("escarcelle.catalogue.difference.line", "wizard_id")
    safe_count = fields.Integer("Values updated", compute="_compute_counts")
    own_count = fields.Integer("Values you changed", compute="_compute_counts")

    @api.depends("line_ids.own")
    def _compute_counts(self):
        for wizard in self:
            own = wizard.line_ids.filtered("own")
            wizard.own_count = len(own)
            wizard.safe_count = len(wizard.line_ids) - len(own)

    @api.model
    def _escarcelle_open(self, goods):
        goods._escarcelle_check_keeper()
        goods = goods or goods.search([("state", "=", "used")])
        goods = goods.filtered("has_update")
        lines = goods._escarcelle_news()
        wizard = self.create(
            {
                "good_ids": [fields.Command.set(goods.ids)],
                "line_ids": [fields.Command.create(v) for v in lines],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("News of the catalogue"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_apply(self):
        """Write what is ticked, remember what is not."""
        self.ensure_one()
        accepted = {}
        for line in self.line_ids.filtered("apply"):
            accepted.setdefault(line.good_id, set()).add(line.field)
        self.good_ids._escarcelle_update(accepted)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s goods follow the catalogue again.", len(self.good_ids)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class EscarcelleCatalogueDifferenceLine(models.TransientModel):
    """One value of one good: what the shop has, what the catalogue says now."""

    _name = "escarcelle.catalogue.difference.line"
    _description = "Difference with the Catalogue"
    _order = "own desc, id"

    wizard_id = fields.Many2one(
        "escarcelle.catalogue.difference", required=True, ondelete="cascade"
    )
    good_id = fields.Many2one(
        "escarcelle.catalogue.good", "Good of the catalogue", required=True, readonly=True
    )
    field = fields.Selection(LABELS, "What", required=True, readonly=True)
    before = fields.Char("In the shop", readonly=True)
    after = fields.Char("In the catalogue", readonly=True)
    own = fields.Boolean("Changed by the shop", readonly=True)
    apply = fields.Boolean("Take the catalogue's")


class EscarcelleCatalogueGood(models.Model):
    _inherit = "escarcelle.catalogue.good"

    def _escarcelle_news(self):
        """Values of difference lines for these goods."""
        lines = []
        templates = self.sudo()._escarcelle_templates()
        units = self._escarcelle_units()
        shelves = self.env["escarcelle.catalogue.category"].sudo().with_context(active_test=False)
        codes = {
            shelf.product_category_id.id: shelf.code
            for shelf in shelves.search([("product_category_id", "!=", False)], order="id desc")
        }
        for good in self:
            template = templates[good.id].with_context(good._escarcelle_quiet())
            shipped, now, new = (
                template.escarcelle_catalogue_shipped or {},
                template._escarcelle_followed(codes, units),
                good._escarcelle_values(),
            )
            for name in FOLLOWED:
                if new[name] == shipped.get(name) or new[name] == now[name]:
                    continue
                own = now[name] != shipped.get(name)
                lines.append(
                    {
                        "good_id": good.id,
                        "field": name,
                        "before": self._escarcelle_said(name, now[name]),
                        "after": self._escarcelle_said(name, new[name]),
                        "own": own,
                        "apply": not own,
                    }
                )
        return lines

    def _escarcelle_update(self, accepted):
        """Write the values of ``accepted`` ({good: names of FOLLOWED}); every value is remembered as shipped."""
        self._escarcelle_check_keeper()
        goods = self.sudo().with_context(self._escarcelle_quiet())
        accepted = {good.id: names for good, names in accepted.items()}
        units = goods._escarcelle_units()
        goods.filtered(
            lambda g: "category" in accepted.get(g.id, ())
        ).category_id._escarcelle_make_shop_categories()
        templates = goods._escarcelle_templates()
        for good in goods:
            values = good._escarcelle_product_values(units, accepted.get(good.id, set()))
            templates[good.id].with_context(goods.env.context).write(
                {**values, **good._escarcelle_mark()}
            )

    def _escarcelle_said(self, name, value):
        """A value as a person reads it."""
        if name in ("unit", "storage", "date_kind") and value:
            return dict(self._fields[name]._description_selection(self.env))[value]
        if name == "to_weigh":
            return self.env._("yes") if value else self.env._("no")
        if name == "allergens":
            found = self.env["escarcelle.allergen"].search([("code", "in", value)])
            return ", ".join(found.mapped("name")) or "–"
        model = {
            "category": "escarcelle.catalogue.category",
            "vat_category": "escarcelle.vat.category",
        }.get(name)
        if model and value:
            return (
                self.env[model].with_context(active_test=False).search([("code", "=", value)]).name
                or value
            )
        return str(value) if value not in (False, "") else "–"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _escarcelle_followed(self, codes, units):
        """What the shop's good says now of what the catalogue ships, in the same words.

        ``codes``: category id → code of the catalogue's; ``units``: word of the catalogue → unit of measure.
        """
        self.ensure_one()
        code = codes.get(self.categ_id.id)
        return {
            "name": self.name,
            "category": code or self.categ_id.display_name,
            "vat_category": self.escarcelle_vat_category_id.code,
            "unit": next(
                (name for name, uom in units.items() if uom == self.uom_id), self.uom_id.name
            ),
            "weight": round(self.weight * GRAMS),
            "storage": self.escarcelle_storage_kind or False,
            "date_kind": self.escarcelle_date_kind or False,
            "allergens": sorted(self.escarcelle_allergen_ids.mapped("code")),
            "barcode": self.barcode or False,
            "to_weigh": self.to_weight,
        }
