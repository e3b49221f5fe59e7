"""From a signed ticket to the facts: once, on its day, without a name."""

from datetime import date, datetime, timezone
from unittest.mock import patch

from odoo.addons.escarcelle_statistics.hooks import HISTORY
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import SocialTillCase, Told

DAY = date(2026, 11, 21)
SOLD = ("quantity", "weight", "paid", "reference", "savings")


@tagged("post_install", "-at_install")
class TestFactSale(SocialTillCase, Told):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["escarcelle.fact.feed"]._escarcelle_catch_up(100_000)
        cls.good = cls.products[550]
        cls.good.write({"list_price": 2.5, "weight": 0.4})
        child = {"relation": "child", "birth_year": 2020}
        holder = {"relation": "holder", "birth_year": 1990}
        cls.home.write({"zip": "20 090", "member_ids": [(0, 0, holder), (0, 0, child)]})

    def sell(self, quantity="2", price="1.0000", device=None, **options):
        options.setdefault("household", self.home.code)
        options.setdefault("pricelist", self.tariff.id)
        return (device or self.device).sell([self.row(550, price, quantity)], **options)

    def test_a_ticket_tells_its_goods_and_its_household(self):
        self.ingest(self.till, self.sell(), self.sell("1"))
        self.assertEqual(self.facts("goods", SOLD), [], "nothing is counted on the way of a ticket")
        self.tell()
        self.assertEqual(
            self.facts(
                "goods", (*SOLD, "day", "kind", "district", "department", "shape", "public")
            ),
            [
                (1.0, 0.4, 1.0, 2.5, 1.5, DAY, "sold", "20090", "2A", "lone_parent", "household"),
                (2.0, 0.8, 2.0, 5.0, 3.0, DAY, "sold", "20090", "2A", "lone_parent", "household"),
            ],
        )
        goods = (
            self.env["escarcelle.fact.goods"].sudo().search([("company_id", "=", self.company.id)])
        )
        self.assertEqual((goods.tariff_id, goods.categ_id), (self.tariff, self.good.categ_id))
        self.assertEqual(
            self.facts("visit", ("visits", "tickets", "paid", "size")),
            [(0, 1, 1.0, 2), (1, 1, 2.0, 2)],
        )
        ages = {
            one.code: people for one, people in self.facts("person", ("age_class_id", "persons"))
        }
        self.assertEqual(sum(ages.values()), 2)
        self.assertEqual(len(ages), 2)

    def test_a_replay_counts_once(self):
        entry = self.sell()
        for _time in range(2):
            self.ingest(self.till, entry)
            self.tell()
        order = self.order(entry)
        self.till._escarcelle_ingested(entry, order)
        self.tell()
        self.assertEqual(len(self.facts("goods", SOLD)), 1)

    def test_what_is_given_back_is_negative_on_its_day(self):
        sale = self.sell("1")
        rows = [self.row(550, "1.0000", "1")]
        refund = self.device.refund({**sale, "rows": rows}, household=self.home.code)
        self.ingest(self.till, sale, refund)
        self.tell()
        self.assertEqual(
            self.facts("goods", SOLD), [(-1.0, -0.4, -1.0, -2.5, -1.5), (1.0, 0.4, 1.0, 2.5, 1.5)]
        )
        self.assertEqual(
            self.facts("visit", ("visits", "tickets", "paid")), [(0, 0, -1.0), (1, 1, 1.0)]
        )

    def test_a_late_ticket_counts_on_its_own_day(self):
        other, away = self._till("Caisse B", at=datetime(2026, 10, 30, 23, 30, tzinfo=timezone.utc))
        late = self.sell(device=away)
        self.ingest(self.till, self.sell())
        self.tell()
        self.ingest(other, late)
        self.tell()
        days = self.facts("visit", ("day", "visits"))
        self.assertEqual([visits for _day, visits in days], [1, 1])
        self.assertEqual(days[0][0], date.fromisoformat(late["records"][-1]["business_day"]))
        self.assertEqual(
            {day for day, *_rest in self.facts("person", ("day",))},
            {date(2026, 10, 1), date(2026, 11, 1)},
        )

    def test_training_is_not_counted_and_strangers_have_no_key(self):
        self.ingest(self.till, self.sell(training=True), self.sell(household=""))
        self.tell()
        self.assertEqual(
            self.facts("visit", ("public", "key", "size", "tickets")), [("other", False, 0, 1)]
        )

    def test_one_query_on_the_way_of_a_ticket(self):
        entries = [self.sell() for _time in range(3)]
        self.ingest(self.till, *entries)

        def queries(entry):
            order = self.order(entry)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.till._escarcelle_ingested(entry, order)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(entries[0])
        whole = queries(entries[1])
        with patch.object(
            type(self.env["escarcelle.fact.event"]),
            "_escarcelle_note",
            lambda *_args, **_values: None,
        ):
            without = queries(entries[2])
        self.assertEqual(whole - without, 1)

    def test_sales_from_before_the_addon(self):
        self.ingest(self.till, self.sell(), self.sell("1"))
        self.tell()
        before = self.facts("goods", (*SOLD, "day"))
        self.env.cr.execute("DELETE FROM escarcelle_fact_event")
        self.env.cr.execute(HISTORY[0])
        self.env.cr.execute(
            "DELETE FROM escarcelle_fact_event WHERE res_id NOT IN (SELECT id FROM pos_order WHERE company_id = %s)",
            [self.company.id],
        )
        self.tell()
        self.assertEqual(self.facts("goods", (*SOLD, "day")), sorted([*before, *before]))
        self.assertEqual(
            sum(visits for (visits,) in self.facts("visit", ("visits",))), 1, "the day was counted"
        )

    def test_postgresql_keeps_facts_as_they_are(self):
        self.ingest(self.till, self.sell())
        self.tell()
        for table in ("goods", "visit", "person", "registration"):
            for statement in (
                f"UPDATE escarcelle_fact_{table} SET day = '2000-01-01'",
                f"DELETE FROM escarcelle_fact_{table}",
                f"TRUNCATE escarcelle_fact_{table}",
            ):
                if table == "registration" and not statement.startswith("TRUNCATE"):
                    self._registration()
                with (
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(CheckViolation),
                    self.env.cr.savepoint(flush=False),
                ):
                    self.env.cr.execute(statement)

    def _registration(self):
        row = {"day": DAY, "company_id": self.company.id, "kind": "entry", "count": 1}
        self.env["escarcelle.fact.feed"]._escarcelle_write("registration", [row])

    def test_facts_name_nobody_and_forget_with_the_file(self):
        entry = self.sell()
        self.home.card_ids = [(0, 0, {})]
        self.ingest(self.till, entry)
        self.tell()
        self.env.cr.execute(
            "SELECT key FROM escarcelle_fact_key WHERE household_id = %s", [self.home.id]
        )
        (key,) = self.env.cr.fetchone()
        tables = (
            "goods",
            "visit",
            "person",
            "registration",
            "goods_month",
            "goods_day",
            "goods_home",
            "visit_month",
        )
        said, columns = "", set()
        for table in tables:
            self.env.cr.execute(f"SELECT to_jsonb(fact)::text FROM escarcelle_fact_{table} fact")
            said += "".join(row[0] for row in self.env.cr.fetchall())
            self.env.cr.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
                [f"escarcelle_fact_{table}"],
            )
            columns |= {row[0] for row in self.env.cr.fetchall()}
        self.assertIn(key, said)
        for secret in (
            "Amina",
            "Benalouf",
            self.home.code,
            self.home.card_id.number,
            entry["uuid"],
        ):
            self.assertNotIn(secret, said)
        self.assertFalse(
            columns
            & {"create_uid", "create_date", "write_date", "household_id", "partner_id", "order_id"}
        )
        place = self.env["escarcelle.household"]._escarcelle_personal_columns()[
            "escarcelle.fact.key"
        ]
        self.assertTrue(place["unlink"])
        self.env["escarcelle.fact.key"].sudo().search([(place["link"], "=", self.home.id)]).unlink()
        self.env.cr.execute("SELECT count(*) FROM escarcelle_fact_key WHERE key = %s", [key])
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        self.assertEqual(len(self.facts("visit", ("visits",))), 1, "what was counted stays")

    def test_the_key_is_drawn_not_computed(self):
        reader = self.env["escarcelle.fact.home.reader"]
        first = reader._escarcelle_keys(self.home)
        self.assertEqual(reader._escarcelle_keys(self.home), first)
        self.env["escarcelle.fact.key"].sudo().search(
            [("household_id", "=", self.home.id)]
        ).unlink()
        self.assertNotEqual(reader._escarcelle_keys(self.home), first)
