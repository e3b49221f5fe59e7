"""What the lines of a table of goods would do to the goods of the shop."""

from ..models.catalogue_activation import GRAMS
from ..tools import sheets

#: What a column holds → the field of the product, where it is written as it is.
FIELDS = {
    "code": "default_code", "name": "name", "vat": "escarcelle_vat_category_id", "barcode": "barcode",
    "date_kind": "escarcelle_date_kind", "to_weigh": "to_weight",
}  # fmt: skip


class Plan:
    """One plan a line, made of a handful of queries whatever the number of lines."""

    def __init__(self, env, rows):
        self.env, self.rows = env, rows
        quiet = env["escarcelle.catalogue.good"]._escarcelle_quiet()
        goods = env["product.template"].sudo().with_context(quiet)
        codes = [row.values["code"] for row in rows if "code" in row.values]
        codes_of = [row.values["barcode"] for row in rows if "barcode" in row.values]
        mine = [("company_id", "in", (False, env.company.id))]
        self.by_code = {}
        for good in goods.search([("default_code", "in", codes), *mine], order="id desc"):
            self.by_code.setdefault(good.default_code, []).append(good)
        self.by_barcode = {
            product.barcode: product.product_tmpl_id.with_env(goods.env)
            for product in goods.env["product.product"].search([("barcode", "in", codes_of)])
        }
        attached = goods.env["product.uom"].search([("barcode", "in", codes_of)])
        self.attached = {pack.barcode for pack in attached}
        for pack in attached:
            self.by_barcode.setdefault(
                pack.barcode, pack.product_id.product_tmpl_id.with_env(goods.env)
            )
        self.vat = {}
        for category in env["escarcelle.vat.category"].search([]):
            self.vat[sheets.plain(category.name)] = self.vat[sheets.plain(category.code)] = (
                category.id
            )
        self.allergens = {}
        for allergen in env["escarcelle.allergen"].with_context(lang="fr_FR").search([]):
            for word in (allergen.name, allergen.code):
                self.allergens[sheets.plain(word)] = allergen.code
        self.units = env["escarcelle.catalogue.good"]._escarcelle_units()

    def plans(self):
        """One plan a row."""
        seen = {}
        return [self._plan(row, seen) for row in self.rows]

    def _plan(self, row, seen):
        messages = [self._fault(column, text) for column, text in row.faults]
        values = dict(row.values)
        self._look_up(values, messages)
        good = self._good(values, messages)
        for key in ("code", "barcode"):
            first = seen.setdefault((key, values[key]), row.number) if key in values else row.number
            if first != row.number:
                messages.append(
                    self.env._("the same reference or barcode is already on line %s", first)
                )
        if good:
            first = seen.setdefault(("good", good.id), row.number)
            if first != row.number:
                messages.append(self.env._("the same good is already on line %s", first))
        elif good is not None:
            self._complete(values, messages)
        changes = {n: v for n, v in values.items() if not good or not self._same(good, n, v)}
        if good and "unit" in changes:
            messages.append(
                self.env._("the unit of a good that exists is not changed by an import")
            )
        state = "error" if messages else "create" if not good else "update" if changes else "same"
        return {
            "rank": row.number,
            "state": state,
            "code": values.get("code") or (good.default_code if good else False),
            "name": values.get("name") or (good.name if good else False),
            "message": "; ".join(messages) or self._said(changes, good),
            "good": good.id if good else False,
            "values": changes,
        }

    def _good(self, values, messages):
        """The good of the shop a line is about; empty for a new one, None when that cannot be told."""
        goods = self.env["product.template"]
        same = self.by_code.get(values.get("code"), [])
        if len(same) > 1:
            messages.append(self.env._("several goods of the shop have this reference"))
            return None
        found = same[0] if same else goods
        by_barcode = self.by_barcode.get(values.get("barcode"), goods)
        if by_barcode and by_barcode.company_id and by_barcode.company_id != self.env.company:
            messages.append(self.env._("this barcode belongs to a good of another shop"))
            return None
        if found and by_barcode and found != by_barcode:
            messages.append(self.env._("this barcode belongs to another good: %s", by_barcode.name))
            return None
        return found or by_barcode

    def _look_up(self, values, messages):
        if "vat" in values:
            found = self.vat.get(sheets.plain(values["vat"]))
            if not found:
                messages.append(self.env._("unknown VAT category: %s", values["vat"]))
                values["vat"] = False
            else:
                values["vat"] = found
        if "allergens" in values:
            words = values["allergens"]
            codes = [self.allergens.get(sheets.plain(word)) for word in words]
            if None in codes:
                messages.append(self.env._("unknown allergen: %s", words[codes.index(None)]))
                values.pop("allergens")
            else:
                values["allergens"] = sorted(set(codes))

    def _complete(self, values, messages):
        """What a new good must say, and what is obvious."""
        if "name" not in values:
            messages.append(self.env._("a new good needs a name"))
        if "vat" not in values:
            messages.append(self.env._("a new good needs a VAT category"))
        values.setdefault("unit", "kg" if values.get("to_weigh") else "piece")
        if values.get("to_weigh") and values["unit"] != "kg":
            messages.append(self.env._("a weighed good is sold by the kilogram"))
        if values["unit"] == "kg":
            values.setdefault("weight", sheets.Decimal(1000))

    def _same(self, good, name, value):
        if name == "category":
            return sheets.plain(good.categ_id.name or "") == sheets.plain(value)
        if name == "vat":
            return good.escarcelle_vat_category_id.id == value
        if name == "unit":
            return good.uom_id == self.units[value]
        if name == "weight":
            return round(good.weight * GRAMS) == round(value)
        if name == "price":
            return round(good.list_price * 100) == round(value * 100)
        if name == "storage":
            return good.escarcelle_storage_kind == value
        if name == "allergens":
            return sorted(good.escarcelle_allergen_ids.mapped("code")) == value
        if name == "barcode":
            # A barcode attached to the good is one of its own: it does not replace the first.
            return good.barcode == value or value in self.attached
        return (good[FIELDS[name]] or False) == value

    def _said(self, changes, good):
        """What changes, for the preview."""
        if not good:
            return (
                self._heading(["name", *(["price"] if "price" in changes else [])])
                if changes
                else ""
            )
        return self._heading(list(changes))

    def _heading(self, names):
        labels = {
            "code": self.env._("reference"),
            "name": self.env._("name"),
            "category": self.env._("category"),
            "vat": self.env._("VAT category"),
            "unit": self.env._("unit"),
            "weight": self.env._("weight"),
            "price": self.env._("price"),
            "barcode": self.env._("barcode"),
            "storage": self.env._("storage"),
            "date_kind": self.env._("kind of date"),
            "allergens": self.env._("allergens"),
            "to_weigh": self.env._("weighed"),
        }
        return ", ".join(labels[name] for name in names)

    def _fault(self, column, text):
        return self.env._(
            "%(column)s: “%(text)s” is not understood",
            column=self._heading([column]),
            text=text[:40],
        )
