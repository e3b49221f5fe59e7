import json
from datetime import date

from odoo import fields
from odoo.tests import tagged

from .common import TODAY, SocialCase


@tagged("post_install", "-at_install")
class TestTill(SocialCase):
    """What the social grocery adds to a till: households sent, tickets counted."""

    def setUp(self):
        super().setUp()
        self.config = self.pos_config()
        self.till = self.env["escarcelle.till"].create(
            {"name": "Caisse 1", "config_id": self.config.id, "company_id": self.company.id}
        )

    def rows(self):
        return {row["code"]: row for row in json.loads(self.till._escarcelle_households())}

    def entry(self, household, uuid="ticket-1", day=TODAY, kind="TCK"):
        """An entry as a till sends it (docs/formats.md §6), cut down to what the hook reads."""
        return {
            "uuid": uuid,
            "records": [{"kind": kind, "origin": uuid, "business_day": day.isoformat()}],
            "order": {"uuid": uuid, "household": household.code, "total": 1250},
        }

    def order(self, household, total=1250, lines=()):
        """Stands for the ``pos.order`` of the entry."""
        return self.env["pos.order"].new(
            {
                "partner_id": household.partner_id.id,
                "company_id": self.company.id,
                "amount_total": total / 100,
                "lines": [
                    fields.Command.create({"product_id": p.id, "qty": qty}) for p, qty in lines
                ],
            }
        )

    def test_a_household_as_the_till_receives_it(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Exonéré", "company_id": self.company.id, "escarcelle_sector": "EXO_B"}
        )
        self.social.escarcelle_fiscal_position_id = position
        home = self.household(("2026-11-01", "2026-12-15"), size=2, street="1 rue Haute")
        home.action_issue_card()
        home.card_id.action_report_lost()
        self.company._escarcelle_allocate("2026-11")
        self.policy.write({"rollover": "capped", "rollover_cap": 12.5})
        self.assertEqual(
            self.rows()[home.code],
            {
                "code": home.code,
                "partner_id": home.partner_id.id,
                "cards": [home.card_id.number],
                "ended_cards": {(home.card_ids - home.card_id).number: "lost"},
                "display": "Amina B.",
                "pricelist_id": self.social.id,
                "fiscal_position_id": position.id,
                "entitlements": [{"from": "2026-11-01", "to": "2026-12-15"}],
                "suspended": False,
                "size": 2,
                "due": 0,
                "budget": {
                    "balance": 5555,
                    "ledger_seq": 1,
                    "allocations": [
                        {
                            "period": "2026-12",
                            "on": "2026-12-01",
                            "amount": 5555,
                            "rollover": "capped",
                            "cap": 1250,
                        }
                    ],
                    "allowance": 5555,
                },
            },
        )
        self.assertEqual(home.partner_id.property_account_position_id, position)

    def test_no_name_leaves_the_server(self):
        self.household(street="1 rue Haute", phone="01 99 00 00 00", note="Urgent")
        content = self.till._escarcelle_households().decode()
        for hidden in ("Benalouf", "rue Haute", "01 99 00", "Urgent"):
            self.assertNotIn(hidden, content)

    def test_who_is_sent(self):
        suspended, archived, without = (
            self.household(suspended=True),
            self.household(active=False),
            self.household(None),
        )
        free = self.household(has_budget=False)
        rows = self.rows()
        self.assertIsNone(rows[free.code]["budget"])
        self.assertTrue(rows[suspended.code]["suspended"])
        self.assertNotIn(archived.code, rows)
        self.assertEqual(rows[without.code]["entitlements"], [])
        self.assertEqual(rows[without.code]["budget"]["allocations"], [])

    def test_equal_content_gives_equal_bytes(self):
        self.household()
        self.assertEqual(self.till._escarcelle_households(), self.till._escarcelle_households())

    def test_cost_does_not_grow_with_households(self):
        self.household()
        self.env.invalidate_all()
        self.till._escarcelle_households()
        counts = []
        for _round in range(2):
            for _ in range(10):
                self.household().action_issue_card()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.till._escarcelle_households()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_settings_and_tariffs(self):
        self.policy.write({"over_budget": "tolerance", "tolerance": 5})
        self.assertEqual(
            self.till._escarcelle_settings()["social"],
            {"over_budget": "tolerance", "tolerance": 500, "basis": "paid", "period": "month"},
        )
        tariff = self.till._escarcelle_tariff(self.social)
        self.assertEqual((tariff["rounding"], tariff["minimum"]), ("0.05", "0.0500"))
        self.assertIn("escarcelle.budget.policy", self.till._escarcelle_watched_models())

    def test_partner_of_a_code(self):
        home, gone = self.household(), self.household(active=False)
        self.assertEqual(self.till._escarcelle_partner(home.code), home.partner_id)
        self.assertEqual(self.till._escarcelle_partner(gone.code), gone.partner_id)
        self.assertFalse(self.till._escarcelle_partner("F99999"))

    def test_a_ticket_is_counted_once(self):
        home = self.household()
        for _time in range(2):
            self.till._escarcelle_ingested(self.entry(home), self.order(home))
        self.assertEqual(home.balance_cents, 4000 - 1250)
        self.till._escarcelle_ingested(self.entry(home, "refund"), self.order(home, -250))
        self.assertEqual(home.balance_cents, 3000)
        self.assertEqual(home.movement_ids.mapped("type"), ["return", "purchase", "allocation"])

    def test_a_late_ticket_counts_in_its_business_day(self):
        home = self.household()
        self.till._escarcelle_ingested(
            self.entry(home, "october", date(2026, 10, 30)), self.order(home, 700)
        )
        movement = home.movement_ids.filtered(lambda m: m.type == "purchase")
        self.assertEqual((movement.day, movement.period), (date(2026, 10, 30), "2026-10"))

    def test_what_counts_for_nothing(self):
        home = self.household()
        free = self.household(has_budget=False)
        self.till._escarcelle_ingested(self.entry(free), self.order(free))
        self.assertEqual((free.ledger_seq, free.tier_id.id), (0, False))
        stranger = self.env["pos.order"].new({"company_id": self.company.id})
        self.till._escarcelle_ingested(self.entry(home, kind="ECO"), self.order(home))
        self.till._escarcelle_ingested(self.entry(home), stranger)
        self.till._escarcelle_ingested({**self.entry(home), "order": None}, self.order(home))
        self.assertEqual(home.ledger_seq, 0)

    def test_cards_of_an_archived_file_are_told_without_it(self):
        home = self.household()
        home.action_issue_card()
        home.card_id.action_report_lost()
        lost, active = home.card_ids - home.card_id, home.card_id
        home.active = False
        parts = self.till._escarcelle_snapshot_parts()
        self.assertEqual(json.loads(parts["cards.json"]), {lost.number: "lost", active.number: "closed"})
        self.assertNotIn(home.code, parts["cards.json"].decode())
        self.assertNotIn(home.code, self.rows())
        home.active = True
        self.assertEqual(self.till._escarcelle_snapshot_parts()["cards.json"], b"{}")

    def test_shelf_value(self):
        self.policy.basis = "shelf"
        home = self.household()
        rice, salt = self.env["product.product"].create(
            [{"name": "Riz", "list_price": 1.99}, {"name": "Sel", "list_price": 0.55}]
        )
        order = self.order(home, 42, ((rice, 2.0), (salt, 0.333)))
        self.till._escarcelle_ingested(self.entry(home), order)
        self.assertEqual(home.balance_cents, 4000 - 398 - 18)
