from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import PIXEL, TODAY, DonationCase


@tagged("post_install", "-at_install")
class TestIntake(DonationCase):
    def test_goods_enter_the_stock_by_lot_at_no_value(self):
        self.pasta.categ_id.property_cost_method = "average"
        gift = self.gift(self.line(), self.line(lot_name="L2", quantity=5))
        self.assertEqual((gift.state, gift.weight, gift.value), ("done", 15, 10.5))
        self.assertEqual(self.held(self.pasta), 15)
        picking = gift.picking_ids
        self.assertEqual(
            (picking.state, picking.partner_id, picking.origin), ("done", self.market, gift.name)
        )
        self.assertEqual(picking.move_ids.mapped("value"), [0, 0])
        self.assertEqual(self.pasta.standard_price, 0)
        lots = gift.line_ids.lot_id
        self.assertEqual(lots.mapped("name"), ["L1", "L2"])
        self.assertEqual(set(lots.mapped("escarcelle_date")), {date(2027, 11, 30)})

    def test_a_gift_beside_goods_that_were_bought_adds_no_value(self):
        self.pasta.categ_id.property_cost_method = "average"
        self.pasta.standard_price = 2
        self._held(
            self.pasta,
            10,
            lot_id=self.env["stock.lot"].create({"name": "A", "product_id": self.pasta.id}),
        )
        gift = self.gift()
        self.assertEqual(gift.picking_ids.move_ids.value, 0)

    def test_confirming_twice_books_once(self):
        gift = self.gift()
        gift.action_confirm()
        gift.action_confirm()
        self.assertEqual((len(gift.picking_ids), self.held(self.pasta)), (1, 10))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            gift.picking_ids.copy({"escarcelle_donation_id": gift.id})
            self.env.flush_all()

    def test_undone_by_the_contrary(self):
        gift = self.gift(
            self.line(), self.line(self.bulk, lot_name=False, expiry=False, quantity=3.5)
        )
        self.assertEqual(self.held(self.bulk), 3.5)
        gift.action_undo()
        self.assertEqual(
            (gift.state, self.held(self.pasta), self.held(self.bulk)), ("undone", 0, 0)
        )
        self.assertEqual(len(gift.picking_ids), 2)
        with self.assertRaises(UserError):
            gift.action_undo()
        with self.assertRaises(UserError):
            gift.unlink()

    def test_what_was_given_out_is_not_undone(self):
        gift = self.gift()
        self._held(self.pasta, -1, lot_id=gift.line_ids.lot_id)
        with self.assertRaises(UserError):
            gift.action_undo()
        self.assertEqual((gift.state, self.held(self.pasta)), ("done", 9))

    def test_a_receipt_in_force_keeps_its_gift(self):
        gift = self.gift()
        self.receipt(gift)
        with self.assertRaises(UserError):
            gift.action_undo()

    # -- dates -----------------------------------------------------------------------------------

    def _fresh(self, days, **values):
        return self.line(
            self.yoghurt,
            expiry=TODAY + timedelta(days=days),
            temperature=3.0,
            temperature_taken=True,
            **values,
        )

    def test_a_short_use_by_date_is_told_and_must_be_stated(self):
        gift = self.gift(self._fresh(1), done=False)
        self.assertTrue(gift.short_dated)
        self.assertTrue(gift.warnings)
        with self.assertRaises(UserError):
            gift.action_confirm()
        gift.in_time = True
        gift.action_confirm()
        self.assertEqual(gift.state, "done")

    def test_two_days_are_enough(self):
        gift = self.gift(self._fresh(2), done=False)
        self.assertFalse(gift.short_dated or gift.warnings)
        gift.action_confirm()

    def test_an_agreement_in_force_covers_short_dates(self):
        agreement = self.env["escarcelle.donation.agreement"].create(
            {
                "name": "C-1", "donor_id": self.market.id, "company_id": self.company.id, "short_dated": True,
                "date_from": date(2026, 1, 1), "date_to": date(2026, 12, 31),
            }
        )  # fmt: skip
        shop = self.env["res.partner"].create(
            {"name": "Rayon frais", "parent_id": self.market.id, "escarcelle_donor": True}
        )
        for donor in (self.market, shop):
            gift = self.gift(self._fresh(0), donor=donor, done=False)
            self.assertEqual(
                (gift.agreement_id, gift.short_dated, bool(gift.warnings)),
                (agreement, False, False),
            )
        for values in ({"date_to": date(2026, 11, 20)}, {"date_to": False, "short_dated": False}):
            agreement.write(values)
            self.env.invalidate_all()
            self.assertTrue(gift.short_dated)
            with self.assertRaises(UserError):
                gift.action_confirm()
        agreement.write({"date_to": False, "short_dated": True})
        self.env.invalidate_all()
        gift.action_confirm()
        self.assertEqual(gift.state, "done")

    def test_past_its_use_by_date_nothing_goes_in_agreement_or_not(self):
        gift = self.gift(self._fresh(-1), done=False, in_time=True)
        with self.assertRaises(UserError):
            gift.action_confirm()
        gift.line_ids.write({"refused": True, "refusal": "date"})
        gift.action_confirm()
        self.assertEqual((gift.state, gift.weight, gift.refused_weight), ("done", 0, 5))
        self.assertFalse(gift.picking_ids)

    def test_past_best_before_goes_in_within_the_shop_s_days(self):
        rules = self.env["escarcelle.supply.policy"]._escarcelle_for(self.company)
        rules.ddm_days = 30
        self.assertEqual(self.gift(self.line(expiry=TODAY - timedelta(days=30))).state, "done")
        with self.assertRaises(UserError):
            self.gift(self.line(expiry=TODAY - timedelta(days=31), lot_name="L9"))

    def test_two_dates_of_one_lot_number_are_two_lots(self):
        first = self.gift()
        second = self.gift(self.line(expiry=date(2027, 12, 31)))
        third = self.gift(self.line(expiry=date(2027, 12, 31)))
        self.assertNotEqual(first.line_ids.lot_id, second.line_ids.lot_id)
        self.assertEqual(second.line_ids.lot_id.escarcelle_date, date(2027, 12, 31))
        self.assertEqual(third.line_ids.lot_id, second.line_ids.lot_id)

    # -- temperature, signatures, goods made on the fly ---------------------------------------------

    def test_temperature_is_asked_and_kept(self):
        gift = self.gift(self.line(self.yoghurt, expiry=TODAY + timedelta(days=9)), done=False)
        with self.assertRaises(UserError):
            gift.action_confirm()
        gift.line_ids.write({"temperature": 0.0, "temperature_taken": True})
        gift.action_confirm()
        check = gift.picking_ids.escarcelle_check_ids
        self.assertEqual(
            (check.storage_id, check.temperature, check.accepted), (self.fresh, 0.0, True)
        )

    def test_too_warm_is_refused(self):
        gift = self.gift(
            self.line(self.yoghurt, expiry=TODAY + timedelta(days=9), temperature=9.5), done=False
        )
        self.assertTrue(gift.line_ids.temperature_taken)
        with self.assertRaises(UserError):
            gift.action_confirm()
        gift.line_ids.refused = True
        with self.assertRaises(UserError):
            gift.action_confirm()
        gift.line_ids.refusal = "temperature"
        gift.action_confirm()

    def test_signatures_are_dated_and_may_be_required(self):
        self.policy.signatures_required = True
        gift = self.gift(done=False)
        with self.assertRaises(UserError):
            gift.action_confirm()
        gift.write({"giver_signature": PIXEL, "taker_signature": PIXEL})
        self.assertTrue(gift.giver_signed_at and gift.taker_signed_at)
        gift.giver_signature = False
        self.assertFalse(gift.giver_signed_at)
        gift.giver_signature = PIXEL
        gift.action_confirm()
        with self.assertRaises(UserError):
            gift.giver_signature = False

    def test_a_signature_is_a_small_picture(self):
        for wrong in ("x" * 500_000, "bm90IGEgcGljdHVyZQ==", "not base64 at all!"):
            with (
                self.subTest(wrong[:10]),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                self.gift(done=False).giver_signature = wrong
                self.env.flush_all()

    def test_a_good_seen_for_the_first_time_learns_its_date_and_storage(self):
        fields = {
            "default_is_storable": True,
            "default_tracking": "lot",
            "default_use_expiration_date": True,
        }
        new = self.env["product.product"].with_context(
            **fields,
            default_list_price=0,
            default_available_in_pos=False,
            default_escarcelle_funding_source_id=self.source.id,
        )
        product = new.browse(new.name_create("Salades")[0]).with_env(self.env)
        gift = self.gift(
            self.line(
                product, date_kind="dlc", expiry=TODAY + timedelta(days=5), lot_name=False, storage_id=self.fresh.id,
                temperature=4, temperature_taken=True,
            )
        )  # fmt: skip
        self.assertEqual(
            (product.escarcelle_date_kind, product.escarcelle_storage_id), ("dlc", self.fresh)
        )
        self.assertEqual(gift.line_ids.lot_id.name, f"{gift.name}-1")
        self.assertFalse(product.available_in_pos)

    def test_goods_of_a_payer_with_rules_come_in_as_a_good_of_their_own(self):
        union = self.env["escarcelle.funding.source"].create({"name": "FSE+", "code": "UEX", "kind": "eu"})
        for tracking in ("lot", "none"):
            good = self._product(f"Riz {tracking}", f"RI{tracking}", tracking=tracking)
            gift = self.gift(self.line(good, source_id=union.id), done=False)
            with self.assertRaisesRegex(UserError, "FSE"), self.env.cr.savepoint():
                gift.action_confirm()
            good.escarcelle_funding_source_id = union
            gift.action_confirm()
            self.assertEqual(gift.state, "done")

    # -- values and statistics ----------------------------------------------------------------------

    def test_the_donor_s_value_may_come_later_never_after_the_receipt(self):
        gift = self.gift(self.line(unit_value=0))
        self.assertEqual((gift.value, gift.reference_value), (0, 12))
        gift.write({"line_ids": [Command.update(gift.line_ids.id, {"value": 8})]})
        self.assertEqual((gift.value, gift.line_ids.unit_value), (8, 0.8))
        self.receipt(gift)
        with self.assertRaises(UserError):
            gift.line_ids.value = 9
        with self.assertRaises(UserError):
            gift.line_ids.quantity = 9

    def test_received_it_does_not_change(self):
        gift, other = self.gift(), self.gift(self.line(lot_name="L7"))
        for change in (
            lambda: gift.write({"donor_id": self.person.id}),
            lambda: gift.write({"date": date(2026, 1, 1)}),
            lambda: gift.write({"line_ids": [Command.clear()]}),
            lambda: gift.write({"line_ids": [self.line()]}),
            lambda: gift.write({"line_ids": [Command.update(other.line_ids.id, {"value": 1})]}),
            lambda: gift.line_ids.write({"quantity": 1}),
            lambda: gift.line_ids.write({"refused": True}),
            lambda: gift.line_ids.unlink(),
            lambda: gift.unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()

    @mute_logger("odoo.sql_db")
    def test_hostile_lines(self):
        for values in (
            {"quantity": 0}, {"quantity": -3}, {"quantity": 1e12}, {"unit_value": -1}, {"unit_value": 1e9},
            {"weight": -1},
        ):  # fmt: skip
            with self.subTest(values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.gift(self.line(**values), done=False)
                self.env.flush_all()

    def test_nothing_and_tomorrow_are_refused(self):
        with self.assertRaises(UserError):
            self.gift(done=False, line_ids=[]).action_confirm()
        with self.assertRaises(UserError):
            self.gift(date=TODAY + timedelta(days=1))

    def test_markup_in_a_name_is_text_on_paper(self):
        gift = self.gift(self.line(name="<script>alert(1)</script>"))
        page = (
            self.env["ir.actions.report"]
            ._render_qweb_html("escarcelle_donation.intake", gift.ids)[0]
            .decode()
        )
        self.assertNotIn("<script>alert", page)
        self.assertIn("&lt;script&gt;alert", page)
        self.assertIn("Bordereau de prise en charge", page)

    def test_a_household_is_no_donor(self):
        partner = self.env["res.partner"].create({"name": "F1"})
        self.env["escarcelle.household"].create(
            {"first_name": "A", "last_name": "B"}
        ).partner_id = partner
        with self.assertRaises(ValidationError):
            self.gift(donor=partner, done=False)

    def test_the_sale_of_a_gift_has_an_account_of_its_own(self):
        account = self.env["account.account"].create(
            {
                "name": "Ventes de dons",
                "code": "707399",
                "account_type": "income",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.policy.sales_account_id = account
        pasta = self.pasta.with_company(self.company)
        self.assertEqual(pasta._get_product_accounts()["income"], account)
        self.assertNotEqual(
            self.rice.with_company(self.company)._get_product_accounts()["income"], account
        )
        pasta.property_account_income_id = account.copy({"code": "707398"})
        self.assertEqual(pasta._get_product_accounts()["income"].code, "707398")
