from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from escarcelle_core import ean13

from .common import SocialCase


@tagged("post_install", "-at_install")
class TestCard(SocialCase):
    def test_a_card_is_a_valid_number_that_tells_nothing(self):
        household = self.household()
        household.action_issue_card()
        card = household.card_id
        self.assertTrue(ean13.is_card(card.number))
        self.assertEqual(household.partner_id.barcode, card.number)
        household.action_issue_card()
        self.assertEqual(household.card_id, card, "one active card is enough")

    def test_a_lost_card_is_replaced_and_refused(self):
        household = self.household()
        household.action_issue_card()
        lost = household.card_id
        lost.action_report_lost()
        self.assertEqual((lost.state, lost.ended_on), ("lost", fields.Date.context_today(lost)))
        self.assertNotEqual(household.card_id, lost)
        self.assertEqual(household.partner_id.barcode, household.card_id.number)
        with self.assertRaises(ValidationError):
            lost.state = "active"

    def test_a_worn_card_is_replaced(self):
        household = self.household()
        household.action_issue_card()
        worn = household.card_id
        worn.action_replace()
        worn.action_replace()
        self.assertEqual(sorted(household.card_ids.mapped("state")), ["active", "replaced"])

    def test_a_number_is_given_once_and_kept(self):
        one, other = self.household(), self.household()
        one.action_issue_card()
        card = one.card_id
        with self.refused("number_uniq"):
            self.env["escarcelle.card"].create({"household_id": other.id, "number": card.number})
        for values in ({"number": ean13.card(1)}, {"household_id": other.id}):
            with self.assertRaises(ValidationError):
                card.write(values)

    def test_only_numbers_of_the_card_range(self):
        household = self.household()
        for number in ("3017620422003", "2000000000001", "200", "042123456789", ""):
            with self.subTest(number), self.assertRaises(ValidationError):
                self.env["escarcelle.card"].create({"household_id": household.id, "number": number})

    def test_the_nomenclature_knows_a_card_from_a_product(self):
        nomenclature = self.env.ref("barcodes.default_barcode_nomenclature")
        card, product = ean13.card(123_456_789), ean13.complete("952100010100")
        self.assertEqual(nomenclature.parse_barcode(card)["type"], "client")
        self.assertEqual(nomenclature.parse_barcode(card)["code"], card)
        self.assertEqual(nomenclature.parse_barcode(product)["type"], "product")
