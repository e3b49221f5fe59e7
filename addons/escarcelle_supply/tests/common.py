from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.escarcelle_fiscal.tests.piece_common import PieceCase
from odoo.addons.escarcelle_pos.tests.common import TillCase  # noqa: F401 - for the tests of this addon
from odoo.addons.escarcelle_social.tests.common import SocialTillCase  # noqa: F401 - likewise
from odoo.tests import new_test_user
from odoo.tools import mute_logger

TODAY = date(2026, 11, 21)


class SupplyCase(PieceCase):
    """A shop with stock, on 21 November 2026 whatever the machine says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.today = TODAY
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: cls.today))
        cls.milk = cls._dated("Lait frais", "LAIT", "dlc", list_price=1.2)
        cls.rice_bag = cls._dated("Riz 1 kg", "RIZ1", "ddm", list_price=2.0, weight=1.0)
        cls.keeper = cls._user("keeper", "escarcelle_social.group_stock")

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env, f"test_{login}", groups=groups, email=f"{login}@example.com",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    @classmethod
    def _dated(cls, name, code, kind, **values):
        return cls._product(
            name, code, tracking="lot", use_expiration_date=True, escarcelle_date_kind=kind, **values
        )

    @classmethod
    def _lot(cls, product, days, quantity=0, name=None, **values):
        """A lot whose date is ``days`` from today, ``quantity`` of it on the shelf."""
        lot = cls.env["stock.lot"].create(
            {
                "name": name or f"L{days:+d}",
                "product_id": product.id,
                "escarcelle_date": TODAY + timedelta(days=days),
                "company_id": cls.company.id,
                **values,
            }
        )
        if quantity:
            cls._held(product, quantity, lot_id=lot)
        return lot

    def _on_hand(self, product, lot=None):
        domain = [("product_id", "=", product.id), ("location_id", "child_of", self.stock.id)]
        if lot:
            domain.append(("lot_id", "=", lot.id))
        return round(sum(self.env["stock.quant"].search(domain).mapped("quantity")), 3)

    def on(self, day):
        """From here on the day is ``day``; the next test starts on TODAY again."""
        type(self).today = day
        self.addCleanup(setattr, type(self), "today", TODAY)
        self.env.invalidate_all()

    @contextmanager
    def refused(self, kind, text=""):
        with mute_logger("odoo.sql_db"), self.assertRaises(kind) as caught, self.env.cr.savepoint():
            yield
        self.assertIn(text, str(caught.exception))
