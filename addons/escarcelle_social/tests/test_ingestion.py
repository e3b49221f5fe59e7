from datetime import datetime, timezone

from odoo.fields import Command
from odoo.tests import tagged

from .common import SocialTillCase


@tagged("post_install", "-at_install")
class TestIngestion(SocialTillCase):
    """From a signed ticket of a till to the household's budget."""

    def row_of(self, cents):
        return self.row(550, f"{cents / 100:.4f}", "1")

    def sell(self, cents, device=None, **options):
        options.setdefault("household", self.home.code)
        return (device or self.device).sell([self.row_of(cents)], **options)

    def test_a_sale_becomes_an_order_and_a_movement(self):
        entry = self.sell(1250, pricelist=self.tariff.id)
        self.assertEqual(self.ingest(self.till, entry)[0]["order"], "built")
        order = self.order(entry)
        self.assertEqual(
            (order.partner_id, order.pricelist_id), (self.home.partner_id, self.tariff)
        )
        self.assertEqual(self.home.balance_cents, 4000 - 1250)
        movement = self.home.movement_ids.filtered(lambda m: m.type == "purchase")
        self.assertEqual((movement.order_id, movement.origin), (order, entry["uuid"]))
        self.assertEqual(self.home.order_count, 1)

    def test_a_replay_counts_once(self):
        entry = self.sell(1250)
        for _time in range(3):
            self.ingest(self.till, entry)
        self.assertEqual(self.home.balance_cents, 4000 - 1250)

    def test_an_exempt_tariff_pays_its_price_without_vat(self):
        entry = self.device.sell(
            [{**self.row_of(790), "rate": 0}],
            household=self.home.code,
            sector="EXO_B",
            pricelist=self.tariff.id,
            position=self.exempt.id,
        )
        self.ingest(self.till, entry)
        order = self.order(entry)
        self.assertEqual((order.amount_total, order.amount_tax), (7.9, 0.0))
        self.assertEqual(order.lines.tax_ids_after_fiscal_position, self.no_tax)
        self.assertEqual(self.home.balance_cents, 4000 - 790)

    def test_two_tills_overspend(self):
        other, device = self._till("Caisse B")
        self.ingest(self.till, self.sell(3000))
        self.ingest(other, self.sell(3000, device))
        self.assertEqual(self.home.balance_cents, -2000)
        self.assertEqual(len(self.home.movement_ids), 3)

    def test_a_refund_gives_back(self):
        sale = self.sell(1250)
        rows = [self.row_of(1250)]
        refund = self.device.refund({**sale, "rows": rows}, household=self.home.code)
        self.ingest(self.till, sale, refund)
        self.assertEqual(self.home.balance_cents, 4000)
        self.assertEqual(
            sorted(self.home.movement_ids.mapped("type")), ["allocation", "purchase", "return"]
        )

    def test_a_till_that_was_away_when_the_month_turned(self):
        other, away = self._till("Caisse B", at=datetime(2026, 10, 30, 11, 0, tzinfo=timezone.utc))
        late = self.sell(600, away)
        self.company._escarcelle_allocate("2026-10")
        self.ingest(self.till, self.sell(1000))
        self.assertEqual(self.home.balance_cents, 3000, "October was taken back, November opened")
        self.ingest(other, late)
        self.assertEqual(self.home.balance_cents, 3000)
        self.assertEqual(
            self.home.movement_ids.filtered(
                lambda m: m.origin == late["uuid"] and m.type == "purchase"
            ).period,
            "2026-10",
        )

    def test_training_and_unknown_codes(self):
        self.ingest(self.till, self.sell(500, training=True), self.sell(500, household="F99999"))
        self.assertEqual(self.home.ledger_seq, 0)
        differences = self.env["escarcelle.difference"].search([])
        self.assertIn("customer", differences.mapped("kind"))

    def test_a_household_that_left_keeps_its_sale(self):
        entry = self.sell(500)
        self.home.action_archive()
        self.ingest(self.till, entry)
        self.assertEqual(self.order(entry).partner_id, self.home.partner_id)
        self.assertEqual(self.home.balance_cents, -500, "owed, for nothing was allocated any more")

    def test_the_signed_record_holds_no_name(self):
        entry = self.sell(500)
        self.ingest(self.till, entry)
        self.assertIn(self.home.code, str(entry["records"]))
        self.assertNotIn("Benalouf", str(entry))
        self.env.cr.execute(
            "SELECT string_agg(xml, '') FROM fiscal.record WHERE till = %s", [self.till.uid8]
        )
        self.assertNotIn("Amina", self.env.cr.fetchone()[0])

    def test_snapshot_holds_households_and_no_name(self):
        self.home.card_ids = [Command.create({})]
        parts = self.till._escarcelle_snapshot_parts()
        self.assertIn(self.home.card_id.number, parts["households.json"].decode())
        for name, content in parts.items():
            if not name.startswith("asset"):
                self.assertNotIn(b"Benalouf", content, name)
