from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import TODAY, SupplyCase


@tagged("post_install", "-at_install")
class TestDates(SupplyCase):
    """DLC and DDM: what a lot carries, what is refused, what is warned of."""

    def test_a_lot_carries_the_day_printed(self):
        lot = self._lot(self.milk, 3)
        self.assertEqual(lot.escarcelle_date, TODAY + timedelta(days=3))
        # The same day at every shop of France, from Guadeloupe (UTC-4) to Mayotte (UTC+3).
        self.assertEqual(lot.expiration_date.hour, 12)
        untold = self.env["stock.lot"].create({"name": "X", "product_id": self.milk.id})
        self.assertFalse(untold.expiration_date)

    def test_states(self):
        rules = self.env["escarcelle.supply.policy"]._escarcelle_for(self.company)
        rules.write({"dlc_alert_days": 3, "ddm_alert_days": 30, "ddm_days": 10})
        expected = {
            (self.milk, 4): "fine", (self.milk, 3): "soon", (self.milk, 0): "soon", (self.milk, -1): "blocked",
            (self.rice_bag, 31): "fine", (self.rice_bag, 30): "soon", (self.rice_bag, -1): "past",
            (self.rice_bag, -10): "past", (self.rice_bag, -11): "blocked",
        }  # fmt: skip
        lots = {key: self._lot(*key) for key in expected}
        self.assertEqual({key: lot.escarcelle_state for key, lot in lots.items()}, expected)
        ids = [lot.id for lot in lots.values()]
        for state in ("fine", "soon", "past", "blocked"):
            found = self.env["stock.lot"].search([("escarcelle_state", "=", state), ("id", "in", ids)])
            self.assertEqual(
                set(found), {lot for key, lot in lots.items() if expected[key] == state}, state
            )

    def test_the_limit_of_a_category_comes_before_the_shops(self):
        above = self.env["product.category"].create({"name": "Épicerie"})
        categ = self.env["product.category"].create({"name": "Pâtes", "parent_id": above.id})
        self.rice_bag.categ_id = categ
        lot = self._lot(self.rice_bag, -60)
        self.assertEqual(lot.escarcelle_state, "blocked")
        above.write({"escarcelle_ddm_own": True, "escarcelle_ddm_days": 90})
        lot.invalidate_recordset()
        self.assertEqual(lot.escarcelle_state, "past")
        self.assertIn(lot, self.env["stock.lot"].search([("escarcelle_state", "=", "past")]))
        self.assertEqual(lot.removal_date.date(), TODAY + timedelta(days=30))
        categ.write({"escarcelle_ddm_own": True, "escarcelle_ddm_days": 0})
        lot.invalidate_recordset()
        self.assertEqual(lot.escarcelle_state, "blocked")

    def test_first_expired_first_out(self):
        late, early = self._lot(self.milk, 9, 5), self._lot(self.milk, 2, 5)
        blocked = self._lot(self.milk, -2, 5)
        picking = self._transfer(self.warehouse.out_type_id, self.stock, self.customer, 7, self.milk)
        picking.action_assign()
        self.assertEqual(
            {line.lot_id: line.quantity for line in picking.move_line_ids}, {early: 5, late: 2}
        )
        self.assertNotIn(blocked, picking.move_line_ids.lot_id)

    def _sent(self, lot, there=None, here=None, kind=None):
        picking = self._transfer(
            kind or self.warehouse.out_type_id, here or self.stock, there or self.customer, 2, lot.product_id
        )
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.move_line_ids = [
            Command.create(
                {"product_id": lot.product_id.id, "lot_id": lot.id, "quantity": 2, "picking_id": picking.id,
                 "location_id": picking.location_id.id, "location_dest_id": picking.location_dest_id.id}
            )
        ]  # fmt: skip
        picking.move_ids.picked = True
        return picking

    def test_past_its_date_nothing_leaves(self):
        lot = self._lot(self.milk, -1, 5)
        other = self.env["stock.warehouse"].create({"name": "Annexe", "code": "ANX", "company_id": self.company.id})
        transit = self.env["stock.location"].search(
            [("usage", "=", "transit"), ("company_id", "=", self.company.id)], limit=1
        ) or self.env["stock.location"].create({"name": "Transit", "usage": "transit", "company_id": self.company.id})
        for there, kind in (
            (self.customer, self.warehouse.out_type_id),
            (other.lot_stock_id, self.warehouse.int_type_id),
            (transit, self.warehouse.int_type_id),
        ):
            for method in ("button_validate", "_action_done"):
                with self.subTest(there=there.name, method=method), self.refused(UserError, "L-1"):
                    getattr(self._sent(lot, there, kind=kind), method)()
        # No context key is a way round.
        with self.refused(UserError, "L-1"):
            self._sent(lot).with_context(skip_expired=True, skip_backorder=True).button_validate()

    def test_past_its_date_nothing_comes_in(self):
        lot = self._lot(self.milk, -1)
        with self.refused(UserError, "L-1"):
            self._sent(lot, self.stock, self.supplier, self.warehouse.in_type_id).button_validate()
        picking = self._transfer(self.warehouse.in_type_id, self.supplier, self.stock, 2, self.milk)
        picking.move_ids.move_line_ids.unlink()
        line = {"product_id": self.milk.id, "lot_name": "NEUF", "quantity": 2, "picking_id": picking.id,
                "location_id": self.supplier.id, "location_dest_id": self.stock.id}  # fmt: skip
        picking.move_ids.move_line_ids = [
            Command.create({**line, "expiration_date": TODAY - timedelta(days=1)})
        ]
        picking.move_ids.picked = True
        with self.refused(UserError, "NEUF"):
            picking.button_validate()
        picking.move_line_ids.expiration_date = TODAY + timedelta(days=5)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.move_line_ids.lot_id.escarcelle_date, TODAY + timedelta(days=5))

    def test_the_last_day_still_leaves(self):
        for product, days in ((self.milk, 0), (self.rice_bag, -30)):
            picking = self._sent(self._lot(product, days, 5))
            picking.button_validate()
            self.assertEqual(picking.state, "done")
        self.on(TODAY + timedelta(days=1))
        with self.refused(UserError):
            self._sent(self._lot(self.milk, 0, 5, name="hier")).button_validate()

    def test_it_is_not_repacked_either(self):
        lot = self._lot(self.milk, -1, 5)
        repacking = self.env["escarcelle.repacking"].create(
            {
                "product_id": self.milk.id, "lot_id": lot.id, "quantity": 1,
                "line_ids": [Command.create({"product_id": self.rice.id, "bags": 1, "unit_weight": 1})],
            }
        )  # fmt: skip
        with self.refused(UserError, "L-1"):
            repacking.action_done()

    def test_what_a_seller_of_goods_is_told(self):
        """The latest day of what is in stock: none as long as a lot without a date is there, or nothing is."""
        self.assertNotIn(self.milk.id, self._last_days())
        blocked = self._lot(self.milk, -1, 5)
        self.assertEqual(self._last_days()[self.milk.id], TODAY - timedelta(days=1))
        self._lot(self.milk, 4, 0, name="parti")
        good = self._lot(self.milk, 2, 5)
        self._lot(self.rice_bag, -3, 5)
        self.assertEqual(
            {good: days for good, days in self._last_days().items() if good in (self.milk | self.rice_bag).ids},
            {self.milk.id: TODAY + timedelta(days=2), self.rice_bag.id: TODAY + timedelta(days=27)},
        )
        elsewhere = self.env["stock.warehouse"].create(
            {"name": "Annexe", "code": "ANX", "company_id": self.company.id}
        )
        self.assertEqual(self.env["product.product"]._escarcelle_last_days(elsewhere), {})
        undated = self.env["stock.lot"].create({"name": "?", "product_id": self.milk.id, "company_id": self.company.id})
        self._held(self.milk, 1, lot_id=undated)
        self.assertNotIn(self.milk.id, self._last_days())
        (blocked | good | undated).action_escarcelle_withdraw()
        self.assertNotIn(self.milk.id, self._last_days())

    def _last_days(self):
        return self.env["product.product"]._escarcelle_last_days(self.warehouse)

    def test_a_loss_and_a_return_go_through(self):
        lot = self._lot(self.milk, -1, 5)
        picking = self._sent(lot, self.supplier)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        lot.with_user(self.keeper).action_escarcelle_withdraw()
        self.assertEqual(self._on_hand(self.milk), 0)

    def test_withdrawn_once_and_undone_once(self):
        lot = self._lot(self.rice_bag, -40, 5)
        lot.with_user(self.keeper).action_escarcelle_withdraw()
        self.assertEqual(lot.action_escarcelle_withdraw()["params"]["type"], "warning")
        loss = self.env["stock.scrap"].search([("lot_id", "=", lot.id)])
        self.assertEqual(
            (len(loss), loss.escarcelle_weight, loss.escarcelle_value, self._on_hand(self.rice_bag)), (1, 5, 10, 0)
        )
        self.assertEqual(loss.escarcelle_reason_id, self.env.ref("escarcelle_supply.reason_date"))
        with self.refused(UserError):
            loss.do_scrap()
        loss.with_user(self.keeper).action_escarcelle_undo()
        self.assertEqual(self._on_hand(self.rice_bag, lot), 5)
        with self.refused(UserError):
            loss.action_escarcelle_undo()
        self._drain()
        quantities = [
            str(line.quantity) for piece in self._pieces("IVD") for line in piece._escarcelle_document().lines
        ]
        self.assertEqual(quantities, ["5.000", "-5.000"])

    def test_a_loss_has_a_reason(self):
        lot = self._lot(self.milk, 3, 5)
        loss = self.env["stock.scrap"].create(
            {"product_id": self.milk.id, "lot_id": lot.id, "scrap_qty": 1, "location_id": self.stock.id}
        )
        with self.refused(UserError, "reason"):
            loss.action_validate()
        loss.escarcelle_reason_id = self.env.ref("escarcelle_supply.reason_damaged")
        loss.with_user(self.keeper).action_validate()
        self.assertEqual((loss.state, self._on_hand(self.milk)), ("done", 4))
        self.assertEqual(self._issued("SST")[1].lines[0].lot, "L+3")

    def test_alerts_go_to_those_who_keep_the_stock(self):
        self._lot(self.milk, 1, 5)
        self._lot(self.milk, -1, 5)
        self._lot(self.rice_bag, 200, 5)
        self._lot(self.milk, 2, 0, name="vide")
        with self.mock_mail() as sent:
            self.env["stock.lot"]._escarcelle_cron_dates()
        mine = [mail for mail in sent if "keeper@example.com" in mail["email_to"]]
        self.assertEqual(len(mine), 1)
        self.assertIn("L+1", mine[0]["body_html"])
        self.assertIn("L-1", mine[0]["body_html"])
        self.assertNotIn("L+200", mine[0]["body_html"])
        self.assertNotIn("vide", mine[0]["body_html"])

    def test_the_mail_speaks_the_language_of_who_reads_it(self):
        self._lot(self.milk, 1, 2.5)
        self._lot(self.milk, 2, 5)
        for lang in ("fr_FR", "en_US"):
            self.env["res.lang"]._activate_lang(lang)
        self.keeper.lang = "fr_FR"
        other = self._user("other", "escarcelle_social.group_stock")
        other.lang = "en_US"
        with self.mock_mail() as sent:
            self.env["stock.lot"].with_context(lang=None)._escarcelle_cron_dates()
        mails = {mail["email_to"].partition("<")[2]: mail["body_html"] for mail in sent}
        self.assertIn("2.5", mails["other@example.com>"])
        self.assertIn("2,5", mails["keeper@example.com>"])

    def mock_mail(self):
        return sent_mails(self)


def sent_mails(case):
    """The values of the mails created inside; none leaves."""
    from contextlib import contextmanager
    from unittest.mock import patch

    Mail = type(case.env["mail.mail"])
    create, found = Mail.create, []

    @contextmanager
    def watched():
        def keep(self, vals_list):
            found.extend([vals_list] if isinstance(vals_list, dict) else vals_list)
            return create(self, vals_list)

        with patch.object(Mail, "create", keep), patch.object(Mail, "send", lambda *_args, **_kw: True):
            yield found

    return watched()


@tagged("post_install", "-at_install")
class TestMarkdown(SupplyCase):
    """Cheaper until the last day, in every tariff, and back in one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public, cls.social, cls.free = cls.env["product.pricelist"].create(
            [
                {"name": "Public", "company_id": cls.company.id},
                {
                    "name": "Tarif C", "company_id": cls.company.id, "escarcelle_rounding": "0.05",
                    "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 80})],
                },
                {
                    "name": "Gratuit", "company_id": cls.company.id,
                    "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 100})],
                },
            ]
        )  # fmt: skip

    def _prices(self, day=None):
        tariffs = (self.public, self.social, self.free)
        return [tariff._get_product_price(self.milk, 1, date=day or TODAY) for tariff in tariffs]

    def test_every_tariff_until_the_last_day(self):
        lot = self._lot(self.milk, 2, 5)
        before = self._prices()
        self.assertEqual(before, [1.2, 0.25, 0])
        lot.with_user(self.keeper).action_escarcelle_markdown()
        # Half of 0.25 is 0.125: the tariff counts by five cents.
        self.assertEqual(self._prices(), [0.6, 0.15, 0])
        self.assertEqual(self._prices(TODAY + timedelta(days=2)), [0.6, 0.15, 0])
        self.assertEqual(self._prices(TODAY + timedelta(days=3)), before)
        self.assertEqual(self.milk.lst_price, 1.2)

    def test_undone(self):
        lot = self._lot(self.milk, 2, 5)
        before = self._prices()
        lot.action_escarcelle_markdown()
        markdown = self.env["escarcelle.markdown"].search([("product_id", "=", self.milk.id)])
        markdown.with_user(self.keeper).action_undo()
        self.assertEqual(self._prices(), before)
        with self.refused(UserError):
            markdown.action_undo()
        lot.action_escarcelle_markdown()
        self.assertEqual(self._prices()[0], 0.6)

    def test_twice_is_once(self):
        lot = self._lot(self.milk, 2, 5)
        lot.action_escarcelle_markdown()
        with self.refused(UniqueViolation):
            lot.action_escarcelle_markdown()
        self.assertEqual(self._prices()[0], 0.6)

    def test_over_by_itself(self):
        lot = self._lot(self.milk, 2, 5)
        lot.action_escarcelle_markdown()
        self.on(TODAY + timedelta(days=3))
        self._lot(self.milk, 5, 5).action_escarcelle_markdown()
        states = self.env["escarcelle.markdown"].search([("product_id", "=", self.milk.id)]).mapped("state")
        self.assertEqual(sorted(states), ["active", "over"])

    def test_over_when_the_lot_is_gone(self):
        lot, twin = self._lot(self.milk, 2, 5), self._lot(self.milk, 2, 1, name="jumeau")
        fresh = self._lot(self.milk, 20, 7, name="frais")
        before = self._prices()
        lot.action_escarcelle_markdown()
        markdown = self.env["escarcelle.markdown"].search([("product_id", "=", self.milk.id)])
        # A till sells goods, not lots: the screen says what else is cheaper.
        self.assertIn("frais", markdown.also)
        self.assertNotIn(lot.name, markdown.also)
        lot.action_escarcelle_withdraw()
        self.env["stock.lot"]._escarcelle_cron_dates()
        self.assertEqual(markdown.state, "active", "its twin is there")
        twin.action_escarcelle_withdraw()
        self.env["stock.lot"]._escarcelle_cron_dates()
        self.assertEqual((markdown.state, self._prices()), ("over", before))
        self.assertEqual(fresh.product_qty, 7)

    def test_what_makes_no_sense(self):
        with self.refused(UserError, "past its date"):
            self._lot(self.milk, -1, 5).action_escarcelle_markdown()
        values = {"product_id": self.milk.id, "date_from": date(2026, 11, 21), "date_to": date(2026, 11, 25)}
        for percent in (0, -5, 101):
            with self.refused(CheckViolation):
                self.env["escarcelle.markdown"].create({**values, "percent": percent})
        with self.refused(CheckViolation):
            self.env["escarcelle.markdown"].create({**values, "percent": 5, "date_to": date(2026, 11, 20)})
        self.milk.list_price = 0
        with self.refused(UserError, "nothing to mark down"):
            self.env["escarcelle.markdown"].create({**values, "percent": 50})
        self.milk.list_price = 1
        markdown = self.env["escarcelle.markdown"].create({**values, "percent": 50})
        with self.refused(UserError):
            markdown.percent = 90
        with self.refused(UserError):
            markdown.unlink()
