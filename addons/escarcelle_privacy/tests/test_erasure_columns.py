"""Every column that may hold something of a household is said to be erased, or kept because of something."""

from odoo.tests import TransactionCase, tagged

from ..tools import erasure_columns

TYPED = {"char", "text", "html", "binary", "image", "json", "properties", "jsonb"}
PEOPLE = {"escarcelle.household", "escarcelle.household.member"}
#: Odoo's own models in which a household's contact, sales and invoices are: their columns are classified too.
ODOO = {"res.partner", "res.partner.bank", "pos.order", "pos.order.line", "pos.payment", "account.move",
        "account.move.line", "account.payment", "account.bank.statement.line"}  # fmt: skip


@tagged("post_install", "-at_install")
class TestErasureColumns(TransactionCase):
    def stored(self, model):
        return {
            name: field
            for name, field in self.env[model]._fields.items()
            if field.store and field.type in TYPED and not name.startswith("__") and name != "display_name"
        }

    def models(self):
        """Models whose rows refer to a household or to somebody in it, and the rows below them."""
        concrete = {
            name: self.env[name]
            for name in self.env.registry
            if not self.env[name]._abstract and self.env[name]._auto
        }

        def towards(targets):
            return {
                name
                for name, model in concrete.items()
                for field in model._fields.values()
                if field.type in ("many2one", "many2many") and field.store and field.comodel_name in targets
            }

        direct = towards(PEOPLE) | PEOPLE
        own = {name for name in direct if name.startswith("escarcelle.") and not concrete[name]._transient}
        below = {
            name
            for name, model in concrete.items()
            for field in model._fields.values()
            if field.type == "many2one" and field.store and field.required and field.comodel_name in own - PEOPLE
        }
        return (direct | below) & concrete.keys(), ODOO & concrete.keys()

    def test_every_typed_column_is_classified(self):
        places = self.env["escarcelle.household"]._escarcelle_places()
        ours, odoo = self.models()
        self.assertIn("escarcelle.eligibility.line", ours)
        missing = []
        for model in sorted(ours | odoo):
            if self.env[model]._transient:
                continue
            place = places.get(model)
            columns = self.stored(model)
            if place is None:
                missing += [f"{model}.{name}" for name in columns] or [f"{model}: rows that name a household"]
                continue
            if place.get("unlink"):
                continue
            known = {*place.get("erase", ()), *place.get("follow", ()), *place.get("scrub", ()), *place.get("keep", ())}
            missing += [f"{model}.{name}" for name in columns if name not in known]
        self.assertEqual(missing, [], "say in escarcelle_privacy/tools/erasure_columns.py what becomes of them")

    def test_every_reason_is_said(self):
        for model, place in self.env["escarcelle.household"]._escarcelle_places().items():
            with self.subTest(model):
                self.assertIn("link", place)
                self.assertTrue(all(isinstance(why, str) and why for why in place.get("keep", {}).values()))
                self.assertIsNotNone(self.env[model].search([(place["link"], "in", [0])]))

    def test_screens_left_open_are_emptied(self):
        """A transient of ours that names a household is one of those the eraser deletes."""
        ours, _odoo = self.models()
        open_screens = {name for name in ours if self.env[name]._transient and self.stored(name)}
        self.assertIn("escarcelle.budget.adjust", open_screens)
        kept = {name for name in open_screens if not self.env["escarcelle.household"]._escarcelle_is_screen(name)}
        self.assertEqual(kept, set())

    def test_odoo_models_are_those_we_think(self):
        """A name changed by an update of Odoo must not let a table pass unseen."""
        for model in (*erasure_columns.EVERYWHERE, "ir.logging", "bus.bus", "mail.message.schedule"):
            with self.subTest(model):
                self.assertIn(model, self.env)
        for model, columns in erasure_columns.EVERYWHERE.items():
            stored = [name for name in columns if self.env["escarcelle.household"]._escarcelle_stored(model, name)]
            self.assertTrue(stored, model)
