from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import SocialCase


@tagged("post_install", "-at_install")
class TestHousehold(SocialCase):
    def test_codes_follow_each_other_in_each_shop(self):
        first, second = self.household(), self.household()
        self.assertRegex(first.code, r"^F\d{5}$")
        self.assertEqual(int(second.code[1:]), int(first.code[1:]) + 1)
        other = self.env["res.company"].create({"name": "Autre épicerie"})
        self.env.user.company_ids |= other
        elsewhere = self.households.with_context(
            allowed_company_ids=(self.company | other).ids
        ).create({"first_name": "Bruno", "last_name": "Carpentras", "company_id": other.id})
        self.assertEqual(elsewhere.code, "F00001")

    def test_the_contact_says_no_name(self):
        household = self.household(
            street="1 rue Haute", city="Rochefleurie", phone="01 99 00 00 00", email="a@b.example"
        )
        partner = household.partner_id
        self.assertEqual(household.short_name, "Amina B.")
        self.assertEqual(partner.name, f"{household.code} Amina B.")
        texts = " ".join(str(value) for value in partner.read()[0].values())
        for hidden in ("Benalouf", "rue Haute", "Rochefleurie", "01 99 00", "a@b.example"):
            self.assertNotIn(hidden, texts)
        self.assertFalse(partner.country_id, "a country would bring a fiscal position of its own")

    def test_the_contact_follows_the_file(self):
        household = self.household()
        household.write({"first_name": "Zoé", "pricelist_id": self.public.id})
        self.assertEqual(household.partner_id.name, f"{household.code} Zoé B.")
        self.assertEqual(household.partner_id.property_product_pricelist, self.public)
        household.action_archive()
        self.assertFalse(household.partner_id.active)

    def test_size_decides_the_tier(self):
        household = self.household(size=2)
        self.assertEqual((household.size, household.tier_id), (2, self.tiers[1]))
        household.member_ids = [fields.Command.create({"relation": "child", "birth_year": 2020})]
        self.assertEqual((household.size, household.tier_id), (3, self.tiers[2]))
        household.tier_id = self.tiers[0]
        household.phone = "01 99 00 00 00"
        self.assertEqual(household.tier_id, self.tiers[0], "chosen by hand, kept")

    def test_a_household_without_members_counts_one(self):
        self.assertEqual(self.household(size=0).size, 1)

    def test_children_and_age_classes(self):
        household = self.household(size=0)
        household.member_ids = [
            fields.Command.create({"relation": "other", "birth_year": year})
            for year in (2025, 2023, 2009, 2008, 1997, 1996, 1962, 1961)
        ]
        self.assertEqual(
            household.member_ids.mapped("age_class"),
            ["baby", "child", "child", "young", "young", "adult", "adult", "senior"],
        )
        self.assertEqual(household.child_count, 3)
        household.member_ids[:1].left_on = "2026-11-20"
        self.assertEqual((household.child_count, household.size), (2, 7), "who left is no child of it")

    def test_nobody_is_born_next_year(self):
        household = self.household()
        with self.assertRaises(ValidationError):
            household.member_ids.birth_year = 2027
        household.member_ids.birth_year = 2026

    def test_typed_by_hand(self):
        with Form(self.households) as form:
            form.first_name = "Amina"
            form.last_name = "Benalouf"
            form.first_name = "Aminata"
            with form.member_ids.edit(0) as holder:
                holder.birth_year = 1990
            with form.member_ids.new() as child:
                child.name = "Yanis"
        members = form.record.member_ids
        self.assertEqual(
            [(m.name, m.relation, m.birth_year) for m in members],
            [("Amina", "holder", 1990), ("Yanis", "child", 0)],
        )

    def test_one_holder(self):
        household = self.household(size=0)
        household.member_ids = [fields.Command.create({"relation": "holder", "birth_year": 1980})]
        with self.refused("one_holder"):
            household.member_ids = [
                fields.Command.create({"relation": "holder", "birth_year": 1981})
            ]

    def test_names_are_needed(self):
        for names in ({"first_name": " "}, {"last_name": "  "}):
            with self.assertRaises(ValidationError):
                self.household(**names)

    def test_no_copy(self):
        with self.assertRaises(ValidationError):
            self.household().copy()

    def test_found_by_code_name_phone_and_card(self):
        household = self.household(last_name="Zabalzar", phone="06 39 98 12 34")
        household.action_issue_card()
        for text in (household.code, "zabal", "39 98 12", household.card_id.number):
            with self.subTest(text):
                found = self.households.search(
                    [("display_name", "ilike", text), ("company_id", "=", self.company.id)]
                )
                self.assertEqual(found, household)

    def test_a_household_with_movements_is_not_deleted(self):
        household = self.household()
        household_without = self.household()
        partner = household_without.partner_id
        household_without.unlink()
        self.assertFalse(partner.exists())
        self.company._escarcelle_allocate("2026-11")
        with self.refused("escarcelle_budget_ledger"):
            household.unlink()

    def test_the_page_receives_code_and_first_name(self):
        household = self.household()
        household.action_issue_card()
        stranger = self.env["res.partner"].create({"name": "Mairie", "street": "1 place Haute"})
        rows = {
            row["id"]: row
            for row in self.env["res.partner"]._load_pos_data_read(
                household.partner_id | stranger, self.pos_config()
            )
        }
        row = rows[household.partner_id.id]
        self.assertEqual(row["name"], f"{household.code} Amina B.")
        self.assertEqual(row["barcode"], household.card_id.number)
        for name in ("street", "phone", "email", "vat", "pos_contact_address", "invoice_emails"):
            self.assertFalse(row[name], name)
        self.assertEqual(rows[stranger.id]["street"], "1 place Haute")
        self.assertEqual(
            (household.partner_id | stranger)._escarcelle_display(),
            {household.partner_id.id: "Amina B."},
        )
