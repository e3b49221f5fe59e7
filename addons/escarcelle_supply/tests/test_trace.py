import json
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import TODAY, TillCase


@tagged("post_install", "-at_install")
class TestTrace(TillCase):
    """Two households, two lots of one good, a till that signs for real."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: TODAY))
        cls.till, cls.device = cls._till()
        cls.good = cls.products[550]
        cls.good.write({"tracking": "lot", "use_expiration_date": True, "escarcelle_date_kind": "dlc"})
        cls.stock = cls.till.config_id.picking_type_id.default_location_src_id
        cls.early, cls.late = cls._lot("PREMIER", 3, 2), cls._lot("SECOND", 9, 10)
        cls.tariff = cls.env["product.pricelist"].create({"name": "Tarif C"})
        cls.one, cls.two = (cls._household(name) for name in ("Amina", "Bernard"))
        cls.keeper = new_test_user(
            cls.env, "trace_keeper", groups="escarcelle_social.group_stock",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    @classmethod
    def _lot(cls, name, days, quantity):
        lot = cls.env["stock.lot"].create(
            {"name": name, "product_id": cls.good.id, "company_id": cls.company.id,
             "escarcelle_date": TODAY + timedelta(days=days)}
        )  # fmt: skip
        picking_type = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1).in_type_id
        line = {
            "product_id": cls.good.id, "lot_id": lot.id, "quantity": quantity, "product_uom_id": cls.good.uom_id.id,
            "location_id": cls.env.ref("stock.stock_location_suppliers").id, "location_dest_id": cls.stock.id,
        }  # fmt: skip
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": line["location_id"],
                "location_dest_id": cls.stock.id,
                "move_ids": [
                    Command.create(
                        {"product_id": cls.good.id, "product_uom_qty": quantity, "location_id": line["location_id"],
                         "location_dest_id": cls.stock.id, "picked": True, "move_line_ids": [Command.create(line)]}
                    )
                ],
            }
        )  # fmt: skip
        picking._action_done()
        picking.move_ids.move_line_ids.date = datetime(2026, 11, 19, 9)
        return lot

    @classmethod
    def _household(cls, name):
        return cls.env["escarcelle.household"].create(
            {"first_name": name, "last_name": "Essai", "pricelist_id": cls.tariff.id, "company_id": cls.company.id}
        )

    def _sold(self):
        """One takes two, then Two takes one, then somebody without a card takes one; the day is closed."""
        entries = [
            self.device.sell([self.row(550, "1.0000", "2")], household=self.one.code),
            self.device.sell([self.row(550, "1.0000", "1"), self.row(2000)], household=self.two.code),
            self.device.sell([self.row(550, "1.0000", "1")]),
        ]
        self.ingest(self.till, *entries, self.device.close())
        self.close_due(self.till)
        return [self.order(entry) for entry in entries]

    def _trace(self, **values):
        trace = self.env["escarcelle.trace"].with_user(self.keeper).create(
            {"company_id": self.company.id, **values}
        )  # fmt: skip
        trace.action_search()
        return trace

    def test_the_first_to_expire_leaves_first(self):
        self._sold()
        held = {lot: lot.product_qty for lot in self.early | self.late}
        self.assertEqual(held, {self.early: 0, self.late: 8})

    def test_what_is_past_is_not_taken_as_sold(self):
        blocked = self._lot_past()
        self._sold()
        self.assertEqual((blocked.product_qty, self.late.product_qty), (5, 8))

    def _lot_past(self):
        lot = self.env["stock.lot"].create(
            {"name": "VIEUX", "product_id": self.good.id, "company_id": self.company.id,
             "escarcelle_date": TODAY - timedelta(days=9)}
        )  # fmt: skip
        self.env["stock.quant"]._update_available_quantity(self.good, self.stock, 5, lot_id=lot)
        return lot

    def test_from_a_lot_to_tickets_and_cards(self):
        first, second, third = self._sold()
        trace = self._trace(lot_ids=[Command.set(self.early.ids)])
        lines = trace.sudo().line_ids
        self.assertEqual(set(lines.order_id), {first, second, third})
        self.assertEqual(set(lines.mapped("certainty")), {"likely"})
        codes = {line.order_id: line.household_code for line in lines}
        self.assertEqual(codes, {first: self.one.code, second: self.two.code, third: False})
        self.assertTrue(trace.guessed)
        # Who keeps the stock sees codes, never names.
        seen = trace.line_ids.read(["household_code", "quantity", "ticket"])
        self.assertEqual(len(seen), 3)
        with self.assertRaises(AccessError):
            trace.line_ids.read(["household_id"])
        self.assertNotIn("household_id", trace.line_ids.fields_get())

    def test_from_whom_a_lot_came_and_where_else_it_went(self):
        self._sold()
        donor = self.env["res.partner"].create({"name": "Laiterie du Nord"})
        entry = self.env["stock.move.line"].search(
            [("lot_id", "=", self.late.id), ("location_id.usage", "=", "supplier")]
        )
        entry.picking_id = entry.move_id.picking_id
        entry.picking_id.partner_id = donor
        loss = self.env["stock.scrap"].create(
            {
                "product_id": self.good.id, "lot_id": self.late.id, "scrap_qty": 1, "location_id": self.stock.id,
                "company_id": self.company.id,
                "scrap_reason_tag_ids": [Command.set(self.env.ref("escarcelle_supply.reason_damaged").ids)],
            }
        )  # fmt: skip
        loss.do_scrap()
        path = self._trace(lot_ids=[Command.set(self.late.ids)]).path_ids
        self.assertEqual(
            [(line.quantity, line.location_dest_id.usage == "internal", line.picking_partner_id) for line in path],
            [(10, True, donor), (1, False, donor.browse())],
        )
        # What tills sold stands among the tickets; for a card only where its lots came from is asked.
        path = self._trace(way="card", code=self.one.code).path_ids
        self.assertEqual((path.lot_id, len(path)), (self.early | self.late, 2))

    def test_a_till_is_told_the_last_day_of_what_is_in_stock(self):
        parts = self.till.sudo()._escarcelle_snapshot_parts()
        days = json.loads(parts["dates.json"])
        self.assertEqual(days[str(self.good.id)], (TODAY + timedelta(days=9)).isoformat())
        self.assertNotIn(str(self.products[2000].id), days)
        (self.early | self.late).action_escarcelle_withdraw()
        self.assertNotIn(str(self.good.id), json.loads(self.till.sudo()._escarcelle_dates()))

    def test_a_lot_that_was_not_there_is_no_candidate(self):
        self._sold()
        later = self._lot("APRES", 30, 5)
        later.quant_ids.sudo()
        self.env["stock.move.line"].search([("lot_id", "=", later.id)]).date = datetime(2026, 11, 25, 9)
        self.assertFalse(self._trace(lot_ids=[Command.set(later.ids)]).line_ids)

    def test_what_came_back_is_not_there_any_more(self):
        rows = [self.row(550, "1.0000", "2")]
        sale = {**self.device.sell(rows, household=self.one.code), "rows": rows}
        back = self.device.refund(sale)
        sale.pop("rows")
        self.ingest(self.till, sale, back)
        self.assertFalse(self._trace(lot_ids=[Command.set(self.early.ids)]).line_ids)

    def test_a_lot_read_at_the_till_is_sure(self):
        first, second, _third = self._sold()
        line = first.lines
        self.env["pos.pack.operation.lot"].create({"pos_order_line_id": line.id, "lot_name": "SECOND"})
        lines = self._trace(lot_ids=[Command.set(self.early.ids)]).sudo().line_ids
        self.assertNotIn(first, lines.order_id)
        lines = self._trace(lot_ids=[Command.set(self.late.ids)]).sudo().line_ids
        told = lines.filtered(lambda found: found.order_id == first)
        self.assertEqual(told.certainty, "told")
        self.assertIn(second, lines.order_id)

    def test_from_a_card_to_lots(self):
        first, _second, _third = self._sold()
        self.one.action_issue_card()
        card = self.one.card_ids[:1]
        for code in (self.one.code, self.one.code.lower(), f" {self.one.code} ", card.number):
            lines = self._trace(way="card", code=code).sudo().line_ids
            self.assertEqual(set(lines.lot_id), {self.early, self.late}, code)
            self.assertEqual(lines.order_id, first)

    def test_hostile_codes(self):
        for code in ("", "   ", "F%", "_____", "%", "'; DROP TABLE stock_lot; --", "F99999", "9" * 500):
            with self.subTest(code), self.assertRaises(UserError):
                self._trace(way="card", code=code)

    def test_another_shop_is_not_searched(self):
        self._sold()
        other = self.env["res.company"].create({"name": "Autre"})
        trace = self.env["escarcelle.trace"]._escarcelle_sales_of(self.early, other)
        self.assertEqual(trace, [])

    def test_bags_are_followed(self):
        bag = self.env["product.product"].create(
            {"name": "Sachet", "is_storable": True, "tracking": "lot", "use_expiration_date": True}
        )
        repacking = self.env["escarcelle.repacking"].create(
            {
                "company_id": self.company.id, "location_id": self.stock.id,
                "product_id": self.good.id, "lot_id": self.late.id, "quantity": 2,
                "line_ids": [Command.create({"product_id": bag.id, "bags": 4, "unit_weight": 0.5})],
            }
        )  # fmt: skip
        repacking.action_done()
        found = self.env["escarcelle.trace"]._escarcelle_with_bags(self.late)
        self.assertEqual(found.product_id, self.good | bag)

    # -- recalls -----------------------------------------------------------------------------------

    def _recall(self):
        trace = self._trace(lot_ids=[Command.set(self.early.ids)])
        return self.env["escarcelle.recall"].browse(trace.action_recall()["res_id"])

    def test_a_recall_lists_the_households(self):
        self._sold()
        recall = self._recall()
        self.assertEqual((recall.state, recall.household_count, recall.anonymous_count), ("open", 2, 1))
        line = recall.line_ids.filtered(lambda found: found.household_id == self.one)
        self.assertEqual((line.household_code, line.quantity, line.certainty), (self.one.code, 2, "likely"))
        line.with_user(self.keeper).action_warned()
        first = line.warned_on
        line.with_user(self.keeper).action_warned()
        self.assertEqual((line.warned_on, line.warned_by_id), (first, self.keeper))
        # Looking again keeps what was noted.
        recall.with_user(self.keeper).action_find()
        self.assertEqual((recall.household_count, recall.to_warn_count), (2, 1))
        with self.assertRaises(UserError):
            recall.unlink()

    def test_a_recall_names_nobody_to_the_stock_manager(self):
        self._sold()
        recall = self._recall().with_user(self.keeper)
        with self.assertRaises(AccessError):
            recall.line_ids.read(["phone"])
        for report in ("escarcelle_supply.recall_notice",):
            html = self.env["ir.actions.report"]._render_qweb_html(report, recall.ids)[0].decode()
            self.assertIn("PREMIER", html)
            self.assertNotIn("Amina", html)
        html = self.env["ir.actions.report"]._render_qweb_html("escarcelle_supply.recall_list", recall.ids)[0]
        self.assertIn("Amina", html.decode())

    def test_withdrawn_once(self):
        recall = self._recall()
        recall.lot_ids = self.late
        recall.with_user(self.keeper).action_withdraw()
        self.assertEqual((self.late.product_qty, recall.on_hand), (0, 0))
        losses = self.env["stock.scrap"].search([("lot_id", "=", self.late.id)])
        self.assertEqual(losses.escarcelle_reason_id, self.env.ref("escarcelle_supply.reason_recall"))
        with self.assertRaises(UserError):
            recall.action_withdraw()

    def test_goods_without_lots_are_recalled_too(self):
        first, second, third = self._sold()
        self.env["stock.quant"]._update_available_quantity(self.products[2000], self.stock, 4)
        recall = self.env["escarcelle.recall"].with_user(self.keeper).create({"company_id": self.company.id})
        with self.assertRaises(UserError):
            recall.action_find()
        recall.good_ids = self.products[2000]
        recall.action_find()
        line = recall.line_ids
        self.assertEqual((line.household_code, line.quantity, line.certainty), (self.two.code, 1, "possible"))
        # A good recalled whatever its lot is not counted by its lots as well.
        recall.write({"good_ids": [Command.link(self.good.id)], "lot_ids": [Command.set(self.early.ids)]})
        recall.action_find()
        found = {line.household_code: line.quantity for line in recall.line_ids}
        self.assertEqual((found, recall.anonymous_count), ({self.one.code: 2, self.two.code: 2}, 1))
        html = self.env["ir.actions.report"]._render_qweb_html("escarcelle_supply.recall_notice", recall.ids)[0]
        self.assertIn(self.products[2000].name, html.decode())
        held = recall.on_hand
        recall.action_withdraw()
        recall.invalidate_recordset(["on_hand"])
        self.assertGreater(held, 4)
        self.assertEqual((recall.on_hand, self.late.product_qty), (0, 0))
        # Sold before the day it is asked from, it is not.
        later = self.env["escarcelle.recall"].create(
            {"company_id": self.company.id, "good_ids": [Command.set(self.good.ids)],
             "sold_from": max(order.date_order for order in first | second | third).date() + timedelta(days=2)}
        )  # fmt: skip
        later.action_find()
        self.assertFalse(later.line_ids)

    def test_the_date_of_the_recall_is_the_shops(self):
        self.assertEqual(self._recall().date, date(2026, 11, 21))
