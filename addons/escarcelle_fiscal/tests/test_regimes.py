from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from escarcelle_core import jet, vat

from .common import FiscalCase

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=timezone.utc)


class RegimeCase(FiscalCase):
    """A tablet sells one day in a shop of some regime; every paper and every book must say the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rice.escarcelle_vat_category = "ALIMENTAIRE"
        cls.soap.escarcelle_vat_category = "NORMAL"
        cls.meal = cls._product("Plat du jour", 6.9, cls._tax("10 %", 10))
        cls.meal.escarcelle_vat_category = "A_EMPORTER"

    def _regime(self, territory, regime):
        wizard = self.env["escarcelle.fiscal.regime.wizard"].create(
            {"company_id": self.company.id, "territory": territory, "regime": regime}
        )
        with self._at(NOON):
            wizard.action_set_up()
        self.env.flush_all()
        return wizard

    def _position(self, sector):
        return self.env["account.fiscal.position"].search(
            [("company_id", "=", self.company.id), ("escarcelle_sector", "=", sector)]
        )

    def _sell_in(self, session, lines, position=None, refund=None, payments=None):
        """Sell (product, quantity) as the browser of that regime computes it; ``position`` None = the default."""
        position = session.config_id.default_fiscal_position_id if position is None else position
        done, total, untaxed = [], 0, 0
        for product, quantity in lines:
            taxes = position.map_tax(product.taxes_id) if position else product.taxes_id
            amounts = taxes.compute_all(product.lst_price, self.company.currency_id, quantity)
            total += amounts["total_included"]
            untaxed += amounts["total_excluded"]
            values = {
                "price_subtotal": amounts["total_excluded"],
                "price_subtotal_incl": amounts["total_included"],
            }
            if refund:
                origin = refund.lines.filtered(lambda line, wanted=product: line.product_id == wanted)
                values["refunded_orderline_id"] = origin[:1].id
            done.append((product, quantity, values))
        cash = session.config_id.payment_method_ids.filtered("is_cash_count")
        return self._sell(
            session, done, fiscal_position_id=position.id if position else False, is_refund=bool(refund),
            amount_total=round(total, 2), amount_tax=round(total - untaxed, 2), amount_paid=round(total, 2),
            payments=payments or [(cash, round(total, 2))],
        )  # fmt: skip

    def _invoice(self, session, lines, vat_number=False):
        """Sell and invoice to a firm (with a VAT number) or to a person."""
        buyer = self.env["res.partner"].create(
            {"name": "Traiteur Dupont", "street": "3 rue du Four", "zip": "67100", "city": "Strasbourg",
             "country_id": self.env.ref("base.fr").id, "vat": vat_number, "is_company": bool(vat_number)}
        )  # fmt: skip
        data = {**self._order(session, lines), "to_invoice": True, "partner_id": buyer.id}
        self.env["pos.order"].with_context(generate_pdf=False).sync_from_ui([data])
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])

    def _day(self, sell):
        """Sell within one business day, close the session, close the day; (session, closing)."""
        with self._at(NOON):
            session = self._open(self.config)
            sell(session)
            session.post_closing_cash_details(session.cash_register_balance_end)
            session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        with self._at(NOON + timedelta(days=1)), patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.env["escarcelle.fiscal.device"]._escarcelle_close_elapsed()
        self.env.invalidate_all()
        closing = self.env["escarcelle.fiscal.closing"].search(
            [("kind", "=", "GTJ"), ("till_id.config_id", "=", self.config.id)]
        )
        return session, closing

    def _same_everywhere(self, session, closing, expected):
        """``expected``: {(sector, rate): (cents VAT included, cents of VAT)} in Z, sales journal and entry."""
        journal = self.env["escarcelle.fiscal.sales.journal"].search(
            [("till_id.config_id", "=", self.config.id), ("part", "=", "vat")]
        )
        self.assertEqual(
            {(line.sector, round(line.rate * 100)): (_cents(line.amount), _cents(line.tax)) for line in journal},
            expected,
        )
        self.assertEqual(_cents(closing.amount), sum(amount for amount, _tax in expected.values()))
        self.assertEqual(_cents(closing.tax), sum(tax for _amount, tax in expected.values()))
        booked = {}
        move = session.move_id
        self.assertEqual(move.state, "posted")
        for line in move.line_ids:
            if line.tax_line_id:
                sector, rate = "TAXABLE", round(line.tax_line_id.amount * 100)
                base, tax = 0, -_cents(line.balance)
            elif line.account_id.account_type == "income":
                sector = self._sector_of(line.account_id)
                rate = round(sum(line.tax_ids.mapped("amount")) * 100)
                base, tax = -_cents(line.balance), 0
            else:
                continue
            known = booked.get((sector, rate), (0, 0))
            booked[sector, rate] = (known[0] + base + tax, known[1] + tax)
        self.assertEqual({key: value for key, value in booked.items() if value != (0, 0)}, expected)

    def _sector_of(self, account):
        positions = self.env["account.fiscal.position"].search([("company_id", "=", self.company.id)])
        found = positions.account_ids.filtered(lambda mapped: mapped.account_dest_id == account).position_id
        return found.escarcelle_sector if found else "TAXABLE"


def _cents(amount):
    return round(amount * 100)


@tagged("post_install", "-at_install")
class TestRegimes(RegimeCase):
    """Each kind of shop of the design: mention, Z, sales journal and accounts to the cent."""

    def test_taxed_shop_mixes_rates_and_negative_totals(self):
        self._regime("METROPOLE", "TAXABLE")
        zero = self.env["account.tax"].create(
            {"name": "0 % test", "amount": 0, "type_tax_use": "sale", "price_include_override": "tax_included"}
        )
        stamp_ = self._product("Timbre", 1.39, zero)

        def sell(session):
            sale = self._sell_in(session, [(self.rice, 3), (self.soap, 2), (self.meal, 1), (stamp_, 4)])
            self._sell_in(session, [(self.rice, -2), (self.soap, -2), (stamp_, -4)], refund=sale)
            # A day may end below zero for a rate.
            other = self._sell_in(session, [(self.soap, 5)], payments=[(self.card, 6)])
            self._sell_in(session, [(self.soap, -5)], refund=other)
            refund = self._sell_in(session, [(self.meal, -1)], refund=sale)
            self.assertEqual(refund.escarcelle_shown, "Ticket (ANN) 901-5")

        session, closing = self._day(sell)
        self._same_everywhere(session, closing, {("TAXABLE", 550): (250, 39 - 26)})

    def test_a_day_below_zero_says_so_everywhere(self):
        self._regime("METROPOLE", "TAXABLE")
        with self._at(NOON - timedelta(days=1)):
            session = self._open(self.config)
            sale = self._sell_in(session, [(self.rice, 3), (self.meal, 1)])
            session.post_closing_cash_details(session.cash_register_balance_end)
            session.close_session_from_ui()

        def sell(session):
            self._sell_in(session, [(self.rice, -3), (self.meal, -1)], refund=sale)
            self._sell_in(session, [(self.soap, 1)])

        session, closings = self._day(sell)
        closing = closings.filtered(lambda c: c.period == "20261121")
        lines = self.env["escarcelle.fiscal.sales.journal"].search(
            [("till_id.config_id", "=", self.config.id), ("part", "=", "vat"), ("business_day", "=", "2026-11-21")]
        )
        self.assertEqual(_cents(closing.amount), 120 - 750 - 690)
        self.assertEqual(
            {(round(line.rate * 100), _cents(line.amount), _cents(line.tax)) for line in lines},
            {(550, -750, -39), (1000, -690, -63), (2000, 120, 20)},
        )
        income = session.move_id.line_ids.filtered(lambda line: line.account_id.account_type == "income")
        tax = session.move_id.line_ids.filtered("tax_line_id")
        self.assertEqual(-_cents(sum((income | tax).mapped("balance"))), _cents(closing.amount))

    def test_mixed_shop_splits_by_tariff_group(self):
        self._regime("METROPOLE", "MIXED")
        self.assertFalse(self.config.default_fiscal_position_id)
        exempt = self._position("EXO_B")
        self.assertTrue(exempt and self._position("EXO_A"))
        self.assertIn(exempt, self.config.fiscal_position_ids)
        orders = []

        def sell(session):
            orders.append(self._sell_in(session, [(self.rice, 2), (self.soap, 1)]))
            orders.append(self._sell_in(session, [(self.rice, 2), (self.soap, 1)], position=exempt))
            orders.append(self._sell_in(session, [(self.rice, -1)], position=exempt, refund=orders[1]))

        session, closing = self._day(sell)
        self.assertNotIn("261", orders[0].escarcelle_mention)
        for order in orders[1:]:
            self.assertIn(vat.MENTIONS["EXO_B"], order.escarcelle_mention)
        self._same_everywhere(
            session, closing,
            {("TAXABLE", 550): (500, 26), ("TAXABLE", 2000): (120, 20), ("EXO_B", 0): (620 - 250, 0)},
        )  # fmt: skip

    def _whole_shop(self, territory, regime, sector):
        self._regime(territory, regime)
        self.assertEqual(self.config.default_fiscal_position_id.escarcelle_sector, sector)
        orders = []

        def sell(session):
            orders.append(self._sell_in(session, [(self.rice, 2), (self.soap, 1), (self.meal, 1)]))
            orders.append(self._sell_in(session, [(self.meal, -1)], refund=orders[0]))

        session, closing = self._day(sell)
        for order in orders:
            self.assertIn(vat.MENTIONS[sector], order.escarcelle_mention)
            self.assertEqual(order.amount_tax, 0)
        self._same_everywhere(session, closing, {(sector, 0): (620, 0)})

    def test_exempt_shop_members(self):
        self._whole_shop("METROPOLE", "EXO_A", "EXO_A")

    def test_exempt_shop_social_prices(self):
        self._whole_shop("METROPOLE", "EXO_B", "EXO_B")

    def test_franchise(self):
        self._whole_shop("METROPOLE", "FRANCHISE", "FRANCHISE")

    def test_guyane_has_no_vat(self):
        self._whole_shop("GUYANE", "TAXABLE", "DOM_NONE")

    def test_mayotte_has_no_vat(self):
        self._whole_shop("MAYOTTE", "TAXABLE", "DOM_NONE")

    def test_franchise_in_a_dom(self):
        self._whole_shop("DOM", "FRANCHISE", "FRANCHISE")

    def test_overseas_department(self):
        self._regime("DOM", "TAXABLE")

        def sell(session):
            order = self._sell_in(session, [(self.rice, 4), (self.soap, 3), (self.meal, 1)])
            self._sell_in(session, [(self.rice, -1)], refund=order)
            self.assertNotIn("294", order.escarcelle_mention)

        session, closing = self._day(sell)
        # 4 × 2.50 and a meal at 2.1 %, rounded line by line; one pack taken back
        food = (1000 + 690 - 250, 21 + 14 - 5)
        self._same_everywhere(session, closing, {("TAXABLE", 210): food, ("TAXABLE", 850): (360, 28)})

    def test_corsica_has_rates_of_its_own(self):
        lamb = self._product("Agneau vivant", 90, self.tax)
        lamb.escarcelle_vat_category = "ANIMAL_VIVANT"
        oil = self._product("Pétrole lampant", 12, self.tax20)
        oil.escarcelle_vat_category = "CARBURANT"
        self._regime("CORSE", "TAXABLE")
        self.assertEqual(
            [good.taxes_id.amount for good in (self.rice, self.soap, self.meal, lamb, oil)], [2.1, 20, 10, 0.9, 13]
        )

        def sell(session):
            self._sell_in(session, [(self.rice, 2), (self.soap, 1), (self.meal, 1), (lamb, 1), (oil, 1)])

        session, closing = self._day(sell)
        self._same_everywhere(
            session, closing,
            {("TAXABLE", 210): (500, 10), ("TAXABLE", 2000): (120, 20), ("TAXABLE", 1000): (690, 63),
             ("TAXABLE", 90): (9000, 80), ("TAXABLE", 1300): (1200, 138)},
        )  # fmt: skip
        boxes = set(self.rice.taxes_id.repartition_line_ids.tag_ids.mapped("name"))
        self.assertEqual(boxes, {"A1", "T4_base", "T4_taxe"})
        self.assertEqual(
            lamb.taxes_id.invoice_repartition_line_ids.account_id.mapped("code"), ["445710"], "own VAT account"
        )

    def test_tablet_loaded_before_the_change_is_refused_then_right(self):
        self._regime("METROPOLE", "EXO_B")
        with self._at(NOON):
            session = self._open(self.config)
            none = self.env["account.fiscal.position"]
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._sell_in(session, [(self.rice, 1)], position=none)
            self.assertFalse(self._records("TCK"))
            self.assertTrue(self._sell_in(session, [(self.rice, 1)]).escarcelle_number)

    def test_regime_of_a_day_stays_in_that_day(self):
        """The regime changes between two tickets of one day: each keeps its own sector."""
        self._regime("METROPOLE", "TAXABLE")

        def sell(session):
            self._sell_in(session, [(self.rice, 2)])
            self._regime("METROPOLE", "FRANCHISE")
            self._sell_in(session, [(self.rice, 2)])

        session, closing = self._day(sell)
        self._same_everywhere(session, closing, {("TAXABLE", 550): (500, 26), ("FRANCHISE", 0): (500, 0)})


@tagged("post_install", "-at_install")
class TestRegimeSetUp(RegimeCase):
    """The set-up itself: what it makes, what it leaves, who may."""

    def test_change_is_an_event_with_both_values_named(self):
        outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        outbox.search([]).unlink()
        self._regime("DOM", "FRANCHISE")
        said = [("code", "=", jet.SETTING_CHANGED), ("description", "=like", f"{self.company.name} %")]
        noted = outbox.search(said)
        self.assertEqual(len(noted.filtered(lambda event: "Franchise" in event.description)), 1)
        before = outbox.search_count([])
        self._regime("DOM", "FRANCHISE")
        self.assertEqual(outbox.search_count([]), before, "nothing changed, nothing is said")

    def test_again_makes_nothing_new(self):
        self._regime("CORSE", "MIXED")
        counts = self._counts()
        self._regime("CORSE", "MIXED")
        self.assertEqual(self._counts(), counts)

    def _counts(self):
        models = ("account.tax", "account.fiscal.position", "account.account", "account.fiscal.position.account")
        return [self.env[model].with_context(active_test=False).search_count([]) for model in models]

    def test_a_position_a_person_made_is_kept(self):
        own = self.env["account.fiscal.position"].create(
            {"name": "Aidés", "company_id": self.company.id, "escarcelle_sector": "EXO_B",
             "escarcelle_mention": "Exonéré, agrément du 3 mars"}
        )  # fmt: skip
        self._regime("METROPOLE", "MIXED")
        self.assertEqual(self._position("EXO_B"), own)
        self.assertEqual(own.escarcelle_mention, "Exonéré, agrément du 3 mars")
        self.assertEqual(own.map_tax(self.rice.taxes_id), own.tax_ids)

    def test_goods_follow_the_territory_even_without_a_category(self):
        bread = self._product("Pain", 1.1, self.tax)
        odd = self._product("Divers", 1, self.tax | self.tax20)
        wizard = self._regime("DOM", "TAXABLE")
        self.assertEqual(bread.escarcelle_vat_category, "ALIMENTAIRE")
        self.assertEqual(bread.taxes_id.amount, 2.1)
        self.assertEqual(odd.taxes_id, self.tax | self.tax20)
        self.assertIn(odd.product_tmpl_id, wizard.unknown_ids)
        self._regime("METROPOLE", "TAXABLE")
        self.assertEqual(bread.taxes_id.amount, 5.5)
        self.assertEqual(self.rice.taxes_id.amount, 5.5)

    def test_category_chosen_later_gives_the_tax(self):
        self._regime("DOM", "TAXABLE")
        book = self.env["product.template"].create({"name": "Livre", "escarcelle_vat_category": "LIVRE"})
        self.assertEqual(book.taxes_id.mapped("amount"), [2.1])
        book.escarcelle_vat_category = "NORMAL"
        self.assertEqual(book.taxes_id.mapped("amount"), [8.5])

    def test_only_a_fiscal_manager_changes_it(self):
        wizard = self.env["escarcelle.fiscal.regime.wizard"].create(
            {"company_id": self.company.id, "territory": "DOM", "regime": "FRANCHISE"}
        )
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        for groups in ("escarcelle_fiscal.group_auditor", "account.group_account_manager"):
            user = new_test_user(self.env, groups.replace(".", "_"), groups=groups, **companies)
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_set_up()
        manager = new_test_user(self.env, "resp_tva", groups="escarcelle_fiscal.group_manager", **companies)
        with self._at(NOON):
            own = self.env["escarcelle.fiscal.regime.wizard"].with_user(manager).create({"regime": "FRANCHISE"})
            own.action_set_up()
        self.assertEqual(self.company.escarcelle_regime, "FRANCHISE")

    def test_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Autre", "country_id": self.env.ref("base.fr").id})
        wizard = self.env["escarcelle.fiscal.regime.wizard"].create(
            {"company_id": other.id, "territory": "DOM", "regime": "FRANCHISE"}
        )
        with self.assertRaises(AccessError):
            wizard.with_context(allowed_company_ids=self.company.ids).action_set_up()

    def test_without_a_chart_of_accounts_says_what_to_do(self):
        other = self.env["res.company"].create({"name": "Sans plan", "country_id": self.env.ref("base.fr").id})
        with self.assertRaisesRegex(UserError, "Sans plan"):
            self.env["escarcelle.fiscal.vat.setup"]._escarcelle_set_up(other)
