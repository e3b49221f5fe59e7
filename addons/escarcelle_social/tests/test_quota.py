import json
import random
from datetime import date, datetime, timezone

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import TODAY, SocialTillCase


@tagged("post_install", "-at_install")
class TestQuota(SocialTillCase):
    """What households took, counted from the tickets whatever their order; what the tills are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk, cls.rice = cls.products[550], cls.products[2000]
        cls.quota = cls.env["escarcelle.quota"].create(
            {"name": "Lait", "limit": 3, "product_ids": [Command.set(cls.milk.ids)]}
        )

    def take(self, quantity="1", rate=550, device=None, **options):
        row = self.row(rate, "1.0000", quantity)
        entry = (device or self.device).sell([row], household=self.home.code, **options)
        return {**entry, "rows": [row]}

    def used(self, quota=None, day=TODAY):
        quota = quota or self.quota
        found = quota._escarcelle_used(day).get(self.home.id, {}).get(quota.id, {})
        return {first.isoformat(): float(value) for first, value in found.items()}

    def content(self):
        return json.loads(self.till.sudo()._escarcelle_snapshot_parts()["quotas.json"])

    def usage(self, **values):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["escarcelle.quota.usage"].search([("household_id", "=", self.home.id)])

    def test_what_the_till_receives(self):
        self.ingest(self.till, self.take("2"))
        content = self.content()
        self.assertEqual(
            content["quotas"],
            [
                {
                    "id": self.quota.id, "name": "Lait", "limit": "3.000", "measure": "quantity",
                    "scope": "household", "period": "month", "goods": {str(self.milk.id): "1.000"},
                    "from": None, "to": None,
                }
            ],
        )  # fmt: skip
        self.assertEqual(content["used"], {self.home.code: {str(self.quota.id): {"2026-11-01": "2.000"}}})

    def test_returns_give_back_in_the_period_of_the_sale(self):
        self.device.at = datetime(2026, 10, 30, 10, tzinfo=timezone.utc)
        sale = self.take("3")
        self.device.at = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
        self.ingest(self.till, sale, self.take("1"), self.device.refund(sale, {1: "2"}, household=self.home.code))
        self.assertEqual(self.used(), {"2026-11-01": 1.0})
        self.assertEqual(self.used(day=date(2026, 10, 31)), {"2026-10-01": 1.0, "2026-11-01": 1.0})

    def test_by_category_tag_and_weight(self):
        category = self.env["product.category"].create({"name": "Frais"})
        child = self.env["product.category"].create({"name": "Lait", "parent_id": category.id})
        tag = self.env["product.tag"].create({"name": "Bébé"})
        self.milk.write({"categ_id": child.id, "weight": 0.5})
        self.rice.product_tmpl_id.product_tag_ids = tag
        by_category, by_tag = self.env["escarcelle.quota"].create(
            [
                {"name": "Frais", "limit": 2, "measure": "weight", "applies_to": "category",
                 "category_ids": [Command.set(category.ids)]},
                {"name": "Bébé", "limit": 1, "applies_to": "tag", "tag_ids": [Command.set(tag.ids)], "period": "week"},
            ]
        )  # fmt: skip
        self.assertEqual(by_category._escarcelle_goods(), {self.milk.id: 0.5})
        self.assertEqual(by_tag._escarcelle_goods(), {self.rice.id: 1.0})
        self.ingest(self.till, self.take("3"), self.take("2", 2000))
        self.assertEqual(self.used(by_category), {"2026-11-01": 1.5})
        self.assertEqual(self.used(by_tag), {"2026-11-16": 2.0})

    def test_goods_sold_by_weight_count_what_they_weigh(self):
        self.milk.write({"uom_id": self.env.ref("uom.product_uom_kgm").id, "weight": 9})
        self.quota.measure = "weight"
        self.ingest(self.till, self.take("0.750"))
        self.assertEqual(self.used(), {"2026-11-01": 0.75})

    def test_a_good_without_a_weight_is_said(self):
        self.quota.measure = "weight"
        self.assertEqual((self.quota.good_count, self.quota.weightless_count), (1, 1))

    def test_any_order_of_arrival(self):
        """Two tills, sales and returns of two months: what is counted does not depend on who is heard first."""
        other, device = self._till("Caisse B")
        rng, expected = random.Random(9), 0
        batches = {self.till: [], other: []}
        for till, seller in ((self.till, self.device), (other, device)):
            for day in (3, 5, 19, 21):
                seller.at = datetime(2026, 11, day, 10, tzinfo=timezone.utc)
                quantity = rng.randint(1, 4)
                sale = self.take(str(quantity), device=seller)
                batches[till].append(sale)
                expected += quantity
                if rng.random() < 0.5:
                    batches[till].append(seller.refund(sale, {1: "1"}, household=self.home.code))
                    expected -= 1
        order = [self.till] * len(batches[self.till]) + [other] * len(batches[other])
        for _round in range(4):
            rng.shuffle(order)
            point, waiting = self.env.cr.savepoint(), {till: list(rows) for till, rows in batches.items()}
            for till in order:
                entry = waiting[till].pop(0)
                self.ingest(till, entry)
                if rng.random() < 0.3:
                    self.ingest(till, entry)  # heard twice
            self.assertEqual(self.used(), {"2026-11-01": float(expected)})
            point.rollback()
            self.env.invalidate_all()

    def test_who_went_beyond(self):
        other, device = self._till("Caisse B")
        self.ingest(self.till, self.take("2"))
        self.ingest(other, self.take("2", device=device))
        row = self.usage()
        self.assertEqual((row.used, row.allowed, row.over), (4.0, 3.0, 1.0))
        self.assertEqual((row.period_from, row.last_day), (date(2026, 11, 1), TODAY))
        self.assertEqual(self.quota.exceeded_count, 1)
        self.quota.scope = "person"
        self.home.write({"member_ids": [Command.create({"relation": "other"}), Command.create({"relation": "other"})]})
        self.assertEqual(self.usage().allowed, 3.0 * self.home.size)
        groups = self.env["escarcelle.quota.usage"]._read_group(
            [("household_id", "=", self.home.id)], ["quota_id"], ["over:sum", "__count"]
        )
        self.assertEqual(len(groups), 1)

    def test_an_agreement_can_be_looked_up(self):
        entry = self.take(
            "5", order_changes={"overrides": [{"kind": "quota", "manager": "M01", "reason": "Naissance"}]}
        )
        entry["event"]["flags"] = {"quota": {str(self.quota.id): "2.000"}}
        self.ingest(self.till, entry, entry)
        row = self.env["escarcelle.quota.override"].search([("household_id", "=", self.home.id)])
        self.assertEqual((row.quota_id, row.over, row.reason, row.manager), (self.quota, 2.0, "Naissance", "M01"))
        self.assertEqual((row.day, row.order_id), (TODAY, self.order(entry)))

    def test_hostile_flags_stop_nothing(self):
        for flags in (None, [], {"quota": "x"}, {"quota": {"-1": "1", "x": "1", "9" * 40: "1"}},
                      {"quota": {str(self.quota.id): "NaN"}}, {"quota": {str(self.quota.id): {"a": 1}}}):  # fmt: skip
            entry = self.take("5", order_changes={"overrides": [{"kind": "quota"}, "x", None]})
            entry["event"]["flags"] = flags
            self.assertEqual(self.ingest(self.till, entry)[0]["order"], "built")
            self.assertFalse(self.order(entry).env["escarcelle.difference"].search([("kind", "=", "hook")]))
        rows = self.env["escarcelle.quota.override"].search([("household_id", "=", self.home.id)])
        self.assertEqual((len(rows), set(rows.mapped("over"))), (6, {0.0}))

    def test_rules_that_make_no_sense(self):
        quotas = self.env["escarcelle.quota"]
        for values, error in (
            ({"product_ids": [Command.clear()]}, ValidationError),
            ({"applies_to": "category"}, ValidationError),
            ({"applies_to": "tag"}, ValidationError),
            ({"limit": -1}, CheckViolation),
            ({"date_from": "2026-12-01", "date_to": "2026-11-01"}, CheckViolation),
        ):
            with self.assertRaises(error), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                quotas.create({"name": "x", "limit": 1, "product_ids": [Command.set(self.milk.ids)], **values})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.quota.product_ids = False

    def test_cost_does_not_grow_with_tickets(self):
        self.ingest(self.till, self.take())
        counts = []
        for _round in range(2):
            self.ingest(self.till, *[self.take() for _ in range(5)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.till.sudo()._escarcelle_quotas()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_who_may(self):
        def user(group):
            return new_test_user(
                self.env, f"quota_{group}", groups=f"escarcelle_social.group_{group}", company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )  # fmt: skip

        people = {group: user(group) for group in ("manager", "stock", "referent", "cashier")}
        rights = {
            "escarcelle.quota": {"manager": "read write create unlink", "stock": "read"},
            "escarcelle.quota.usage": {"manager": "read"},
            "escarcelle.quota.override": {"manager": "read"},
        }
        for model, allowed in rights.items():
            for group, person in people.items():
                has = [
                    operation
                    for operation in ("read", "write", "create", "unlink")
                    if self.env[model].with_user(person).has_access(operation)
                ]
                self.assertEqual(" ".join(has), allowed.get(group, ""), f"{model} {group}")
        shop = self.env["res.company"].create({"name": "Autre"})
        foreign = self.quota.sudo().copy({"company_id": shop.id, "product_ids": [Command.set([])],
                                          "applies_to": "tag", "tag_ids": [Command.create({"name": "T"})]})  # fmt: skip
        self.assertNotIn(foreign, self.env["escarcelle.quota"].with_user(people["manager"]).search([]))

    def test_shops_are_apart(self):
        entry = self.take("5", order_changes={"overrides": [{"kind": "quota", "manager": "M01", "reason": "x"}]})
        self.ingest(self.till, entry)
        self.env.flush_all()
        shop = self.env["res.company"].create({"name": "Autre"})
        stranger = new_test_user(
            self.env, "quota_stranger", groups="escarcelle_social.group_manager", company_id=shop.id,
            company_ids=[Command.set(shop.ids)],
        )  # fmt: skip
        for model in ("escarcelle.quota.usage", "escarcelle.quota.override"):
            self.assertTrue(self.env[model].search([("household_id", "=", self.home.id)]), model)
            seen = self.env[model].with_user(stranger).with_context(allowed_company_ids=shop.ids)
            self.assertFalse(seen.search([]), model)
