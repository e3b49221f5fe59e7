from datetime import date
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.escarcelle_fiscal.tests.piece_common import PieceCase

TODAY = date(2026, 11, 21)
SIREN = "732829320"
#: A picture of one pixel, as the signature box sends it.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class DonationCase(PieceCase):
    """A shop with stock that may issue receipts, a supermarket and a person who give. 21 November 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "mail_create_nolog": True}
        )
        cls.today = TODAY
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: cls.today))
        cls.company = cls.company.with_env(cls.env)
        cls.company.write(
            {
                "street": "3 rue des Halles", "zip": "21000", "city": "Dijon",
                "country_id": cls.env.ref("base.fr").id, "company_registry": "33417522100012",
            }
        )  # fmt: skip
        cls.policy = cls.env["escarcelle.donation.policy"]._escarcelle_for(cls.company)
        cls.policy.write(
            {
                "purpose": "Aider les personnes en difficulté à se nourrir", "status": "general",
                "article_200": True, "article_238": True, "confirmed": True,
                "signatory": "Jeanne Martin", "signatory_quality": "présidente",
            }
        )  # fmt: skip
        cls.source = cls.env.ref("escarcelle_donation.source_donation")
        cls.market, cls.person = cls.env["res.partner"].create(
            [
                {
                    "name": "Supermarché du Port", "is_company": True, "escarcelle_donor": True,
                    "company_registry": SIREN + "00074", "escarcelle_legal_form": "SAS", "street": "1 quai Nord",
                    "zip": "21000", "city": "Dijon", "email": "dons@port.example",
                },
                {
                    "name": "Dupont Marie", "escarcelle_donor": True, "escarcelle_first_name": "Marie",
                    "street": "8 rue Haute", "zip": "21000", "city": "Dijon", "email": "marie@dupont.example",
                },
            ]
        )  # fmt: skip
        cls.fresh = cls.env["escarcelle.storage"].create(
            {
                "name": "Frais",
                "checked": True,
                "temperature_min": 0,
                "temperature_max": 4,
                "receipt_min": -1,
                "receipt_max": 6,
            }
        )
        cls.yoghurt = cls._gift_good(
            "Yaourts", "YAO", "dlc", escarcelle_storage_id=cls.fresh.id, weight=0.5
        )
        cls.pasta = cls._gift_good("Pâtes", "PAT", "ddm", weight=1, list_price=1.2)
        cls.bulk = cls.env.ref("escarcelle_donation.product_bulk")
        cls.donations = cls.env["escarcelle.donation"]
        cls.receipts = cls.env["escarcelle.donation.receipt"]

    @classmethod
    def _gift_good(cls, name, code, kind, **values):
        return cls._product(
            name, code, tracking="lot", use_expiration_date=True, escarcelle_date_kind=kind,
            escarcelle_funding_source_id=cls.source.id, **values,
        )  # fmt: skip

    def on(self, day):
        """From here on the day is ``day``; the next test starts on TODAY again."""
        type(self).today = day
        self.addCleanup(setattr, type(self), "today", TODAY)
        self.env.invalidate_all()

    def line(self, product=None, **values):
        """A line of pasta unless told otherwise: 10 kg at 0.70 €, dated a year ahead."""
        product = product or self.pasta
        return Command.create(
            {
                "product_id": product.id,
                "quantity": 10,
                "lot_name": "L1",
                "expiry": date(2027, 11, 30),
                "unit_value": 0.7,
                **values,
            }
        )

    def gift(self, *lines, donor=None, done=True, **values):
        donation = self.donations.create(
            {
                "donor_id": (donor or self.market).id, "company_id": self.company.id,
                "line_ids": list(lines or [self.line()]), **values,
            }
        )  # fmt: skip
        if done:
            donation.action_confirm()
        return donation

    def money(self, amount=100.0, donor=None, done=True, **values):
        donation = self.donations.create(
            {
                "kind": "money", "donor_id": (donor or self.person).id, "company_id": self.company.id,
                "amount": amount, "payment_kind": "cheque", **values,
            }
        )  # fmt: skip
        if done:
            donation.action_confirm()
        return donation

    def receipt(self, *gifts, issue=True, **values):
        donor = gifts[0].donor_id
        receipt = self.receipts.create(
            {
                "company_id": self.company.id, "donor_id": donor.id, "form": donor._escarcelle_receipt_form(),
                "donation_ids": [Command.set([gift.id for gift in gifts])], **values,
            }
        )  # fmt: skip
        if issue:
            receipt.action_issue()
        return receipt

    def held(self, product):
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", self.warehouse.view_location_id.id),
            ]
        )
        return round(sum(quants.mapped("quantity")), 3)
