from datetime import datetime, timezone
from unittest.mock import patch

from odoo.tests import tagged

from .common import CatalogueCase

NEW_YEAR = datetime(2027, 1, 1, 11, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestVatChange(CatalogueCase):
    """The law lowers sweets to 6 % on 1 January 2027 (invented)."""

    def law(self, rate=6, start="2027-01-01", **values):
        return self.rates.create(
            {"category_id": self.category("CONFISERIE").id, "territory": "METROPOLE", "rate": rate,
             "date_start": start, "source": "Loi de finances (essai)", **values}
        )  # fmt: skip

    def coming(self):
        return self.changes.search([("company_id", "=", self.company.id)])

    def cron(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.changes._cron_apply()

    def test_prepared_and_shown(self):
        sweets = self.activated("CHO-014", "CHO-015")
        self.assertFalse(self.coming())
        self.law()
        change = self.coming()
        self.assertEqual((change.rate_before, change.rate_after, change.state), (20, 6, "coming"))
        self.assertEqual((str(change.date), change.good_count), ("2027-01-01", 2))
        self.assertEqual(change.source, "Loi de finances (essai)")
        self.assertTrue(
            self.env["account.tax"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("amount", "=", 6),
                    ("type_tax_use", "=", "sale"),
                ]
            ),
            "the tax is ready beforehand",
        )
        self.cron()
        self.assertEqual(
            [self.rates_of(good) for good in sweets], [[20], [20]], "not before its day"
        )
        self.assertEqual(change.state, "coming")

    def test_applied_on_its_day_once(self):
        sweets = self.activated("CHO-014", "CHO-015")
        pasta = self.activated("PAT-001")
        self.law()
        self.now(NEW_YEAR)
        self.cron()
        change = self.coming()
        self.assertEqual([self.rates_of(good) for good in sweets], [[6], [6]])
        self.assertEqual(self.rates_of(pasta), [5.5])
        self.assertEqual((change.state, change.changed_count, change.kept_count), ("applied", 2, 0))
        sweets[0].taxes_id = (
            sweets[0].taxes_id.filtered(lambda t: t.company_id != self.company) | self.tax20
        )
        self.cron()
        self.assertEqual(self.rates_of(sweets[0]), [20], "a choice made afterwards stays")

    def test_a_good_whose_tax_the_shop_chose_is_left_and_counted(self):
        sweets = self.activated("CHO-014", "CHO-015")
        own = self._tax("2,1 % essai", 2.1)
        sweets[1].taxes_id = own
        self.law()
        self.now(NEW_YEAR)
        self.cron()
        self.assertEqual([self.rates_of(good) for good in sweets], [[6], [2.1]])
        self.assertEqual((self.coming().changed_count, self.coming().kept_count), (1, 1))

    def test_sales_made_before_keep_their_vat(self):
        sweets = self.activated("CHO-014").product_variant_id
        sweets.list_price = 1.2
        session = self._open(self.config)
        order = self._sell(session, [(sweets, 1)])
        taxes = order.lines.tax_ids
        self.assertEqual(taxes.mapped("amount"), [20])
        before = self._records("TCK").mapped("signature")
        self.assertTrue(before)
        self.law()
        self.now(NEW_YEAR)
        self.cron()
        self.assertEqual(self.rates_of(sweets), [6])
        self.assertEqual(order.lines.tax_ids, taxes)
        self.assertAlmostEqual(order.amount_tax, 0.2)
        self.assertEqual(self._records("TCK").mapped("signature"), before)
        self.assertEqual(taxes.amount, 20, "a new rate is a new tax, never the old one changed")

    def test_a_law_withdrawn_is_no_longer_announced(self):
        line = self.law()
        line.rate = 7
        self.assertEqual(self.coming().rate_after, 7)
        line.unlink()
        self.assertFalse(self.coming())

    def test_a_rate_that_ends_comes_back(self):
        self.activated("CHO-014")
        self.law(date_end="2027-06-30")
        self.assertEqual(
            sorted((str(c.date), c.rate_before, c.rate_after) for c in self.coming()),
            [("2027-01-01", 20, 6), ("2027-07-01", 6, 20)],
        )

    def test_a_server_that_was_off_applies_what_it_missed(self):
        sweets = self.activated("CHO-014")
        self.changes._escarcelle_prepare()
        self.law(date_end="2027-06-30")
        self.law(rate=8, start="2027-07-01")
        self.now(datetime(2027, 9, 1, 11, 0, tzinfo=timezone.utc))
        self.cron()
        self.assertEqual(self.rates_of(sweets), [8])
        self.assertEqual(set(self.coming().mapped("state")), {"applied"})

    def test_a_catalogue_updated_late(self):
        """The program learns of the law after its first day."""
        sweets = self.activated("CHO-014")
        self.changes._escarcelle_prepare()
        self.now(NEW_YEAR)
        self.law(start="2026-12-15")
        self.cron()
        self.assertEqual(self.rates_of(sweets), [6])

    def test_another_territory_is_not_concerned(self):
        self.law(territory="CORSE")
        self.assertFalse(self.coming())
        self.company.escarcelle_territory = "CORSE"
        self.changes._escarcelle_prepare()
        self.assertEqual(self.coming().rate_after, 6)
        self.company.escarcelle_territory = "METROPOLE"
        self.changes._escarcelle_prepare()
        self.assertFalse(self.coming())

    def test_the_set_up_of_taxes_follows_the_shop_s_own_rate(self):
        """The core's table does not know the new law yet: running the set-up again must not undo it."""
        sweets = self.activated("CHO-014")
        self.law(start="2026-11-01")
        self.set_up("METROPOLE")
        self.assertEqual(self.rates_of(sweets), [6])
        self.assertEqual(self.rates_of(self.activated("CHO-015")), [6])
