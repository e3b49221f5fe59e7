from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SupplyCase


@tagged("post_install", "-at_install")
class TestStockCount(SupplyCase):
    """Scanned by telephone, looked at, applied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rice.barcode = "3017620422003"
        cls.pack = cls.env["uom.uom"].create(
            {"name": "Pack de 6", "relative_factor": 6, "relative_uom_id": cls.env.ref("uom.product_uom_unit").id}
        )
        cls.rice.uom_ids = [Command.link(cls.pack.id)]
        cls.env["product.uom"].create(
            {"barcode": "3017620429999", "product_id": cls.rice.id, "uom_id": cls.pack.id}
        )
        cls._held(cls.rice, 10)
        cls.lot = cls._lot(cls.milk, 5, 4)
        cls.count = cls.env["escarcelle.count"].with_user(cls.keeper).create({})

    def _entry(self, quantity=1, key="scan-0001", product=None, lot=False):
        return {"product": (product or self.rice).id, "lot": lot, "quantity": quantity, "uuid": key}

    def _line(self, product=None):
        return self.count.line_ids.filtered(lambda line: line.product_id == (product or self.rice))

    def test_found_by_any_of_its_codes(self):
        for code, pack in (("3017620422003", 1), (" 3017620422003 ", 1), ("3017620429999", 6), ("RIZ", 1)):
            found = self.count.escarcelle_find(code)
            self.assertEqual((found["product"], found["pack"]), (self.rice.id, pack), code)
        self.assertEqual([lot["id"] for lot in self.count.escarcelle_find("LAIT")["lots"]], [self.lot.id])
        for code in ("", "   ", "0000000000000", "%", "_" * 13, "9" * 65, None, 5, ["RIZ"], {"a": 1}):
            self.assertFalse(self.count.escarcelle_find(code), code)

    def test_sent_again_it_counts_once(self):
        for _time in range(3):
            self.count.escarcelle_add([self._entry(7)])
        self.count.escarcelle_add([self._entry(2, "scan-0002"), self._entry(2, "scan-0002")])
        self.assertEqual((self._line().counted, self._line().expected, self._line().difference), (9, 10, -1))
        # A mistake is taken back, never below nothing.
        self.count.escarcelle_add([self._entry(-4, "scan-0003")])
        self.assertEqual(self._line().counted, 5)
        with self.refused(UserError):
            self.count.escarcelle_add([self._entry(-6, "scan-0004")])
        self.assertEqual(self._line().counted, 5)

    def test_applied_once_with_its_document(self):
        self.count.escarcelle_add([self._entry(8), self._entry(4, "scan-0002", self.milk, self.lot.id)])
        with self.refused(UserError):
            self.count.action_apply()
        self.count.action_review()
        self.assertEqual(self.count.difference_count, 1)
        # Nothing moves before it is applied.
        self.assertEqual(self._on_hand(self.rice), 10)
        self.count.action_apply()
        self.assertEqual((self._on_hand(self.rice), self._on_hand(self.milk)), (8, 4))
        with self.refused(UserError):
            self.count.action_apply()
        document = self._issued("IVT")[1]
        self.assertEqual([(line.code, str(line.quantity)) for line in document.lines], [("RIZ", "8.000")])
        with self.refused(UserError):
            self.count.escarcelle_add([self._entry(1, "scan-0009")])
        with self.refused(UserError):
            self.count.unlink()

    def test_what_is_sold_meanwhile_stays_sold(self):
        self.count.escarcelle_add([self._entry(12)])
        self._validate(self._transfer(self.warehouse.out_type_id, self.stock, self.customer, 3))
        self.count.action_review()
        self.count.action_apply()
        # Two more than the books said, three sold since.
        self.assertEqual(self._on_hand(self.rice), 9)

    def test_what_was_not_scanned(self):
        self.count.escarcelle_add([self._entry(10)])
        self.count.action_review()
        self.assertEqual(self.count.line_ids.product_id, self.rice)
        self.count.action_continue()
        self.count.missing_too = True
        self.count.category_ids = self.env["product.category"].create({"name": "Vide"})
        self.count.action_review()
        self.assertEqual(self.count.line_ids.product_id, self.rice)
        self.count.action_continue()
        self.count.category_ids = False
        self.count.action_review()
        self.count.action_apply()
        self.assertEqual((self._on_hand(self.rice), self._on_hand(self.milk, self.lot)), (10, 0))

    def test_new_goods_enter(self):
        new = self._product("Sucre", "SUC")
        self.count.escarcelle_add([self._entry(2.5, product=new)])
        self.count.action_review()
        self.count.action_apply()
        self.assertEqual(self._on_hand(new), 2.5)

    def test_hostile_entries(self):
        good = self._entry()
        service = self.env["product.product"].create({"name": "Atelier", "type": "service"})
        for said in (
            "rien", [], {}, None, [None], [good] * 201, [{**good, "uuid": ""}], [{**good, "uuid": "x" * 65}],
            [{**good, "uuid": 12345678}], [{**good, "product": 0}], [{**good, "product": "1"}],
            [{**good, "product": 10**9}], [{**good, "product": service.id}], [{**good, "product": True}],
            [{**good, "quantity": "1"}], [{**good, "quantity": None}], [{**good, "quantity": float("nan")}],
            [{**good, "quantity": float("inf")}], [{**good, "quantity": 1e9}], [{**good, "quantity": True}],
            [{**good, "lot": self.lot.id}], [{**good, "lot": 10**9}], [{**good, "lot": "x"}],
            [{**good, "product": self.milk.id}],
        ):  # fmt: skip
            with self.subTest(str(said)[:70]), self.refused(UserError):
                self.count.escarcelle_add(said)
        self.assertFalse(self.count.line_ids)

    def test_nothing_to_apply(self):
        with self.refused(UserError):
            self.count.action_review()
        self.count.action_cancel()
        with self.refused(UserError):
            self.count.escarcelle_add([self._entry()])
