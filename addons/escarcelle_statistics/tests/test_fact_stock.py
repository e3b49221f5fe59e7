"""What deliveries, gifts and losses tell, and what undoing them tells."""

from odoo import Command
from odoo.addons.escarcelle_statistics.hooks import HISTORY
from odoo.tests import tagged

from .common import DonationCase, Told

AMOUNTS = ("kind", "quantity", "weight", "reference", "cost")


@tagged("post_install", "-at_install")
class TestFactStock(DonationCase, Told):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["escarcelle.fact.feed"]._escarcelle_catch_up(100_000)
        cls.jar = cls._product("Bocal", "BOC", weight=0.25, list_price=2.0)

    def receive(self, quantity, back=False):
        supplier = self.env.ref("stock.stock_location_suppliers")
        here, there = (
            (self.warehouse.lot_stock_id, supplier)
            if back
            else (supplier, self.warehouse.lot_stock_id)
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.jar.id, "product_uom_qty": quantity, "product_uom": self.jar.uom_id.id,
                "location_id": here.id, "location_dest_id": there.id, "company_id": self.company.id,
                "picking_type_id": (self.warehouse.out_type_id if back else self.warehouse.in_type_id).id,
            }
        )  # fmt: skip
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()

    def test_what_is_bought_and_sent_back(self):
        self.receive(12)
        self.receive(2, back=True)
        self.tell()
        found = self.facts("goods", ("kind", "quantity", "weight", "reference", "day"))
        today = self.company._escarcelle_today()
        self.assertEqual(
            found, [("received", -2.0, -0.5, -4.0, today), ("received", 12.0, 3.0, 24.0, today)]
        )

    def test_a_gift_and_its_contrary(self):
        gift = self.gift(
            self.line(),
            self.line(self.yoghurt, quantity=4, refused=True, refusal="date", expiry="2026-12-30"),
        )
        self.tell()
        self.assertEqual(self.facts("goods", AMOUNTS), [("donated", 10.0, 10.0, 12.0, 7.0)])
        facts = (
            self.env["escarcelle.fact.goods"].sudo().search([("company_id", "=", self.company.id)])
        )
        self.assertEqual((facts.donor_kind, facts.source_id), ("company", self.source))
        # Its donor says later that it is worth more: what undoing takes back is all of it.
        gift.line_ids[0].unit_value = 0.9
        self.tell()
        self.assertEqual(sum(one[-1] for one in self.facts("goods", AMOUNTS)), 9.0)
        gift.action_undo()
        self.tell()
        self.assertEqual(
            self.facts("goods", AMOUNTS),
            [
                ("donated", -10.0, -10.0, -12.0, -9.0),
                ("donated", 0.0, 0.0, 0.0, 2.0),
                ("donated", 10.0, 10.0, 12.0, 7.0),
            ],
        )
        self.assertNotIn("Port", str(facts.read()))

    def test_money_that_is_given_and_its_contrary(self):
        gift = self.money(amount=50.0)
        self.tell()
        told = ("kind", "donor_kind", "day", "quantity", "weight", "reference", "cost")
        ((kind, donor, day, *figures),) = self.facts("goods", told)
        self.assertEqual((kind, donor, day), ("money", gift.donor_kind, gift.date))
        self.assertEqual(figures, [0.0, 0.0, 0.0, 50.0])
        gift.action_undo()
        self.tell()
        self.assertEqual([one[-1] for one in self.facts("goods", told)], [-50.0, 50.0])
        self.assertEqual(sum(one[-1] for one in self.facts("goods", told)), 0)

    def test_a_loss_and_its_contrary(self):
        self.receive(12)
        reason = self.env.ref("escarcelle_supply.reason_date")
        loss = self.env["stock.scrap"].create(
            {
                "product_id": self.jar.id, "product_uom_id": self.jar.uom_id.id, "scrap_qty": 3,
                "company_id": self.company.id, "location_id": self.warehouse.lot_stock_id.id,
                "scrap_reason_tag_ids": [Command.set(reason.ids)],
            }
        )  # fmt: skip
        loss.do_scrap()
        self.tell()
        lost = ("kind", "quantity", "weight", "reference", "reason_id")
        self.assertEqual(self.facts("goods", lost, kind="lost"), [("lost", 3.0, 0.75, 6.0, reason)])
        loss.action_escarcelle_undo()
        self.tell()
        self.assertEqual(
            self.facts("goods", lost, kind="lost"),
            [("lost", -3.0, -0.75, -6.0, reason), ("lost", 3.0, 0.75, 6.0, reason)],
        )

    def test_what_a_count_does_not_find_is_lost(self):
        milk = self._product("Lait", "LAI", tracking="lot", weight=1.0, list_price=1.0)
        first, second = self.env["stock.lot"].create(
            [{"name": name, "product_id": milk.id, "company_id": self.company.id} for name in ("A", "B")]
        )
        first.escarcelle_funding_source_id = self.source
        shelf = self.warehouse.lot_stock_id
        for product, quantity, lot in ((self.jar, 12, None), (milk, 6, first), (milk, 4, second)):
            self.env["stock.quant"]._update_available_quantity(product, shelf, quantity, lot_id=lot)
        before = [(self.jar, 12, False), (milk, 6, first), (milk, 4, second)]

        def count(*found):
            made = self.env["escarcelle.count"].create({"company_id": self.company.id, "location_id": shelf.id})
            made.escarcelle_add(
                [
                    {"product": product.id, "lot": lot and lot.id, "quantity": quantity, "uuid": f"{made.id:08d}-{n}"}
                    for n, (product, quantity, lot) in enumerate(found)
                ]
            )
            made.action_review()
            made.action_apply()
            self.tell()

        lost = ("quantity", "weight", "reference", "reason_id", "source_id")
        count(*before)
        # A surplus is no gain, and what one lot lacks and the other has is no loss.
        count((self.jar, 13, False), (milk, 4, first), (milk, 6, second))
        self.assertEqual(self.facts("goods", lost, kind="lost"), [])
        # Ten jars of thirteen; three of the first lot are gone, one too many of the second.
        count((self.jar, 10, False), (milk, 1, first), (milk, 7, second))
        missing = self.env.ref("escarcelle_supply.reason_missing")
        nobody = self.source.browse()
        self.assertEqual(
            sorted(self.facts("goods", lost, kind="lost"), key=lambda one: one[0]),
            [(2.0, 2.0, 2.0, missing, self.source), (3.0, 0.75, 6.0, missing, nobody)],
        )
        for statement in HISTORY:
            self.env.cr.execute(statement)
        self.tell()
        self.assertEqual(len(self.facts("goods", lost, kind="lost")), 2)

    def test_what_was_there_before_the_addon_is_counted_once(self):
        self.receive(12)
        self.gift()
        self.money(amount=20.0)
        self.tell()
        before = self.facts("goods", AMOUNTS)
        for statement in HISTORY[:4]:
            self.env.cr.execute(statement)
        self.tell()
        self.assertEqual(self.facts("goods", AMOUNTS), before)
        # Without the memory of what was told, the history tells the same.
        self.env.cr.execute("DELETE FROM escarcelle_fact_event")
        for statement in HISTORY[:4]:
            self.env.cr.execute(statement)
        self.env.cr.execute(
            "DELETE FROM escarcelle_fact_event WHERE NOT (model = 'stock.move' AND res_id IN"
            " (SELECT id FROM stock_move WHERE company_id = %(shop)s)) AND NOT (model = 'escarcelle.donation'"
            " AND res_id IN (SELECT id FROM escarcelle_donation WHERE company_id = %(shop)s))",
            {"shop": self.company.id},
        )
        self.tell()
        self.assertEqual(sorted(self.facts("goods", AMOUNTS)), sorted([*before, *before]))
