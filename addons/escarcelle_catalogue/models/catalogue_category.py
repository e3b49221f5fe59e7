from odoo import api, fields, models


class EscarcelleCatalogueCategory(models.Model):
    """A shelf of the generic catalogue; the shop's own categories made from it may be renamed freely."""

    _name = "escarcelle.catalogue.category"
    _description = "Category of the Generic Catalogue"
    _order = "sequence, id"

    name = fields.Char(required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    good_ids = fields.One2many("escarcelle.catalogue.good", "category_id", "Goods of the category")
    good_count = fields.Integer("Goods of the catalogue", compute="_compute_counts")
    used_count = fields.Integer("Goods in use", compute="_compute_counts")
    product_category_id = fields.Many2one(
        "product.category",
        "Category of the shop",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    pos_category_id = fields.Many2one(
        "pos.category",
        "Category at the till",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _code_uniq = models.Constraint(
        "unique(code)", "Two categories of the catalogue have this code."
    )

    @api.depends("good_ids.state")
    def _compute_counts(self):
        counts = {}
        for category, state, count in self.env["escarcelle.catalogue.good"]._read_group(
            [("category_id", "in", self.ids)], ["category_id", "state"], ["__count"]
        ):
            total, used = counts.get(category, (0, 0))
            counts[category] = (total + count, used + count * (state == "used"))
        for category in self:
            category.good_count, category.used_count = counts.get(category, (0, 0))

    @api.depends("name", "good_count", "used_count")
    @api.depends_context("escarcelle_show_counts", "lang")
    def _compute_display_name(self):
        if not self.env.context.get("escarcelle_show_counts"):
            return super()._compute_display_name()
        for category in self:
            category.display_name = self.env._(
                "%(name)s (%(used)s of %(total)s in use)",
                name=category.name,
                used=category.used_count,
                total=category.good_count,
            )
        return None

    def _escarcelle_make_shop_categories(self):
        """The product and till categories of these shelves: found by name, else made. Superuser."""
        for field, model in (
            ("product_category_id", "product.category"),
            ("pos_category_id", "pos.category"),
        ):
            missing = self.filtered(lambda shelf, field=field: not shelf[field])
            if not missing:
                continue
            by_name = {
                record.name: record
                for record in self.env[model].search([("name", "in", missing.mapped("name"))])
            }
            new = missing.filtered(lambda shelf, known=by_name: shelf.name not in known)
            made = self.env[model].create([_shop_values(model, shelf) for shelf in new])
            by_name.update(zip(new.mapped("name"), made, strict=True))
            for shelf in missing:
                shelf[field] = by_name[shelf.name]


def _shop_values(model, shelf):
    return {
        "name": shelf.name,
        **({"sequence": shelf.sequence} if model == "pos.category" else {}),
    }
