from datetime import date

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import PieceCase


@tagged("post_install", "-at_install")
class TestRepacking(PieceCase):
    """A sack of rice into bags of half a kilogram."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kilogram = cls.env.ref("uom.product_uom_kgm")
        cls.sack = cls._product("Riz en sac", "SAC", uom_id=cls.kilogram.id, tracking="lot")
        cls.bag = cls._product("Riz 500 g", "R500", tracking="lot")
        cls.lot = cls.env["stock.lot"].create({"name": "L-77", "product_id": cls.sack.id})
        cls._held(cls.sack, 25, lot_id=cls.lot)

    def _repacking(self, **values):
        return self.env["escarcelle.repacking"].create(
            {
                "product_id": self.sack.id,
                "lot_id": self.lot.id,
                "quantity": 10,
                "expiry": date(2027, 5, 31),
                "loss_reason": "Poussière",
                "line_ids": [Command.create({"product_id": self.bag.id, "bags": 19, "unit_weight": 0.5})],
                **values,
            }
        )

    def _stock(self, product):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.stock.id)]
        )
        return round(sum(quants.mapped("quantity")), 3)

    def test_stock_lot_date_and_loss_are_carried(self):
        repacking = self._repacking()
        self.assertEqual((repacking.packed, repacking.loss), (9.5, 0.5))
        repacking.action_done()
        self.assertEqual((self._stock(self.sack), self._stock(self.bag)), (15, 19))
        lot = self.env["stock.lot"].search([("product_id", "=", self.bag.id)])
        self.assertEqual(lot.name, "L-77")
        taken_record, taken = self._issued("TRS")
        made_record, made = self._issued("FAB")
        self.assertEqual(made_record.shown, f"Fabriqués (GES) {made_record.number}")
        self.assertEqual(
            [(line.code, str(line.quantity), line.lot, line.reason) for line in taken.lines],
            [("SAC", "9.500", "L-77", ""), ("SAC", "0.500", "L-77", "Perte : Poussière")],
        )
        (line,) = made.lines
        self.assertEqual((line.code, str(line.quantity), line.lot), ("R500", "19.000", "L-77"))
        self.assertEqual(line.expiry, date(2027, 5, 31))
        self.assertIn("0,500", line.reason)
        self.assertEqual({taken.reference, made.reference}, {repacking.name})
        self.assertEqual(made.origins[0].uid, taken_record.origin)
        self.assertEqual(taken.origins[0].uid, made_record.origin)
        self.assertEqual(repacking.escarcelle_piece_count, 2)

    def test_doing_it_twice_does_it_once(self):
        repacking = self._repacking()
        repacking.action_done()
        repacking.action_done()
        self.assertEqual(self._stock(self.bag), 19)
        self.assertEqual(sorted(self._waiting().mapped("doc_type")), ["FAB", "TRS"])

    def test_undone_by_a_contrary_operation(self):
        repacking = self._repacking()
        repacking.action_done()
        contrary = self.env["escarcelle.repacking"].browse(repacking.action_undo()["res_id"])
        self.assertEqual((self._stock(self.sack), self._stock(self.bag)), (25, 0))
        self.assertEqual((repacking.state, contrary.state), ("undone", "done"))
        self._drain()
        taken, made = self._pieces("TRS"), self._pieces("FAB")
        self.assertEqual(taken.mapped("reference"), [repacking.name, contrary.name])
        self.assertEqual(
            [str(line.quantity) for line in taken[1]._escarcelle_document().lines], ["-9.500", "-0.500"]
        )
        undone = made[1]._escarcelle_document()
        self.assertEqual(str(undone.lines[0].quantity), "-19.000")
        self.assertIn(made[0].origin, [o.uid for o in undone.origins])
        for wrong in (repacking, contrary):
            with self.assertRaises(UserError):
                wrong.action_undo()

    def test_bags_that_were_sold_cannot_be_undone(self):
        repacking = self._repacking()
        repacking.action_done()
        lot = self.env["stock.lot"].search([("product_id", "=", self.bag.id)])
        self._held(self.bag, -1, lot_id=lot)
        with self.assertRaises(UserError):
            repacking.action_undo()

    def test_what_is_refused_says_why_and_moves_nothing(self):
        line = {"product_id": self.bag.id, "bags": 1, "unit_weight": 0.5}
        for values in (
            {"line_ids": []},
            {"quantity": 9},
            {"loss_reason": "  "},
            {"lot_id": False},
            {"quantity": 26, "line_ids": [Command.create({**line, "bags": 52})]},
            {"lot_id": False, "expiry": False},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._repacking(**values).action_done()
        with self.assertRaises(ValidationError):
            self._repacking(line_ids=[Command.create({**line, "product_id": self.sack.id})])
        self.assertFalse(self._waiting())
        self.assertEqual(self._stock(self.sack), 25)

    @mute_logger("odoo.sql_db")
    def test_impossible_numbers_are_refused_by_the_database(self):
        line = {"product_id": self.bag.id, "bags": 1, "unit_weight": 0.5}
        for values in (
            {"quantity": 0}, {"quantity": -1},
            {"line_ids": [Command.create({**line, "bags": 0})]},
            {"line_ids": [Command.create({**line, "unit_weight": -0.5})]},
        ):  # fmt: skip
            with self.subTest(values=values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._repacking(**values)

    def test_done_it_neither_changes_nor_disappears(self):
        repacking = self._repacking()
        repacking.action_done()
        for change in (
            lambda: repacking.write({"quantity": 3}),
            lambda: repacking.line_ids.write({"bags": 3}),
            lambda: repacking.line_ids.unlink(),
            lambda: repacking.unlink(),
            lambda: repacking.line_ids.create(
                {"repacking_id": repacking.id, "product_id": self.bag.id, "bags": 1, "unit_weight": 1}
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()

    def test_exact_to_the_gram(self):
        """0.1 + 0.2 is 0.3 here, and five grams are not lost in a rounding."""
        repacking = self._repacking(
            quantity=3.375,
            loss_reason=False,
            line_ids=[
                Command.create({"product_id": self.bag.id, "bags": 10, "unit_weight": 0.1}),
                Command.create({"product_id": self.bag.id, "bags": 10, "unit_weight": 0.2}),
                Command.create({"product_id": self.bag.id, "bags": 3, "unit_weight": 0.125}),
            ],
        )
        repacking.action_done()
        self.assertEqual((repacking.loss, self._stock(self.sack), self._stock(self.bag)), (0, 21.625, 23))

    def test_who_may(self):
        keeper = new_test_user(
            self.env, "magasinier", groups="escarcelle_social.group_stock",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        repacking = self._repacking().with_user(keeper)
        repacking.action_done()
        self._drain()
        action = repacking.action_escarcelle_pieces()
        pieces = self.env["escarcelle.fiscal.piece"].with_user(keeper).search(action["domain"])
        self.assertEqual(set(pieces.mapped("doc_type")), {"TRS", "FAB"})
        for group in ("escarcelle_social.group_cashier", "escarcelle_social.group_referent"):
            user = new_test_user(self.env, group.rpartition("_")[2], groups=group)
            self.assertFalse(self.env["escarcelle.repacking"].with_user(user).has_access("read"))
