import random

from num2words import num2words
from odoo.tests import BaseCase, tagged

from ..tools.letters import MAX_CENTS, euros_in_letters


@tagged("post_install", "-at_install")
class TestLetters(BaseCase):
    def test_as_a_receipt_writes_them(self):
        for cents, said in (
            (0, "zéro euro"),
            (1, "un centime"),
            (100, "un euro"),
            (101, "un euro et un centime"),
            (8000, "quatre-vingts euros"),
            (8100, "quatre-vingt-un euros"),
            (20000, "deux cents euros"),
            (20100, "deux cent un euros"),
            (123456, "mille deux cent trente-quatre euros et cinquante-six centimes"),
            (8_000_000, "quatre-vingt mille euros"),
            (100_000_000, "un million d'euros"),
            (200_000_000, "deux millions d'euros"),
            (100_010_000, "un million cent euros"),
        ):
            with self.subTest(cents):
                self.assertEqual(euros_in_letters(cents), said)

    def test_any_amount_says_its_euros_and_its_cents(self):
        drawn = random.Random(20261121)
        for _ in range(500):
            cents = drawn.randrange(MAX_CENTS)
            said = euros_in_letters(cents)
            euros, rest = divmod(cents, 100)
            with self.subTest(cents):
                self.assertEqual(said.count("euro") + (euros == 0 and rest > 0), 1)
                self.assertTrue(said.startswith(num2words(euros, lang="fr")))
                self.assertEqual("centime" in said, rest > 0)

    def test_what_no_form_has_room_for(self):
        for cents in (-1, MAX_CENTS + 1):
            with self.assertRaises(ValueError):
                euros_in_letters(cents)
