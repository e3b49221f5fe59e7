from odoo.tests import tagged

from .common import SocialTillCase

NAMES = ("Zephyrine", "Quatrepierre")


@tagged("post_install", "-at_install")
class TestErasureTill(SocialTillCase):
    """What tills are told of an erased household: nothing; and what they still send of it is taken in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.gone = cls.env["escarcelle.household"].create(
            {"first_name": NAMES[0], "last_name": NAMES[1], "company_id": cls.company.id, "pricelist_id": cls.tariff.id}
        )
        cls.gone.action_issue_card()

    def told(self):
        """All that a till's snapshot says of people."""
        parts = self.till._escarcelle_snapshot_parts()
        names = ("households.json", "customers.json", "quotas.json", "load_data/res.partner")
        return b"".join(parts[name] for name in names if name in parts).decode()

    def test_no_snapshot_tells_of_it(self):
        from escarcelle_core.documents import Customer

        sold = self.device.sell([self.row()], household=self.gone.code)
        named = Customer(" ".join(NAMES), "17 impasse", "35000", "Rennes")
        acks = self.ingest(self.till, sold, self.device.invoice(sold, buyer=named))
        self.assertEqual([ack["order"] for ack in acks], ["built", "built"])
        card = self.gone.card_id.number
        for word in (*NAMES, card, self.gone.code):
            self.assertIn(word, self.told())
        self.env["escarcelle.erasure"]._escarcelle_erase_now(self.gone)
        for word in (*NAMES, card):
            self.assertNotIn(word, self.told())
        self.assertIn(self.home.code, self.told(), "the others are still there")

    def test_a_late_ticket_finds_its_number(self):
        late = self.device.sell([self.row()], household=self.gone.code)
        self.env["escarcelle.erasure"]._escarcelle_erase_now(self.gone)
        [ack] = self.ingest(self.till, late)
        self.assertEqual((ack["status"], ack["order"]), ("stored", "built"))
        order = self.order(late)
        self.assertEqual((order.partner_id, order.partner_id.name), (self.gone.partner_id, self.gone.code))
        self.assertTrue(self.gone.erased_on)
