from odoo.tests import tagged

from ..tools import needles
from .common import SocialCase


@tagged("post_install", "-at_install")
class TestNeedles(SocialCase):
    """What names a household in free text, and what does not."""

    def test_whole_names_everywhere_single_ones_at_home(self):
        found = needles.of(
            [("Zoé", "N'Guyen-Roux")], ["zoe@example.com", *needles.numbers("06 12 34 56 78")]
        )
        text = (
            "ZOÉ  N'GUYEN-ROUX, zoe@example.com, 0612345678, 06.12.34.56.78, Zoé, N&#x27;Guyen-Roux"
        )
        self.assertEqual(found.replaced(text, "F1"), "F1, F1, F1, F1, F1, F1")
        self.assertEqual(needles.of([("Al", "Bo")], []).words, ())
        self.assertEqual(found.replaced("Zoétrope", "F1"), "Zoétrope")
        self.assertEqual(needles.of([], []).replaced("x", "F1"), "x")
