from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.addons.escarcelle_fiscal.tests.piece_common import PieceCase  # noqa: F401 - for the tests of this addon
from odoo.addons.escarcelle_pos.tests.common import TillCase
from odoo.tests import TransactionCase
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

TODAY = date(2026, 11, 21)


class SocialCase(TransactionCase):
    """A shop with three budget tiers and two tariffs; households are made by the tests.

    The day is 21 November 2026, whatever the machine says.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "mail_create_nolog": True}
        )
        cls.today = TODAY
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: cls.today))
        cls.company = cls.env["res.company"].create({"name": "Épicerie d'essai"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.tiers = cls.env["escarcelle.budget.tier"].create(
            [
                {"name": "1", "min_size": 1, "max_size": 1, "amount": 40.0},
                {"name": "2", "min_size": 2, "max_size": 2, "amount": 55.55},
                {"name": "3+", "min_size": 3, "max_size": 0, "amount": 75.0},
            ]
        )
        cls.policy = cls.env["escarcelle.budget.policy"]._escarcelle_for(cls.company)
        cls.public, cls.social = cls.env["product.pricelist"].create(
            [
                {"name": "Tarif public"},
                {
                    "name": "Tarif C",
                    "escarcelle_rounding": "0.05",
                    "escarcelle_minimum_price": 0.05,
                    "item_ids": [
                        fields.Command.create(
                            {"compute_price": "percentage", "percent_price": 90.0}
                        )
                    ],
                },
            ]
        )
        cls.ledger = cls.env["escarcelle.budget.ledger"]
        cls.households = cls.env["escarcelle.household"]

    def household(self, entitled=("2026-01-01", "2026-12-31"), size=1, **values):
        """A household of ``size`` people, entitled between these dates (None: not at all)."""
        return self.households.create(
            {
                "first_name": "Amina",
                "last_name": "Benalouf",
                "pricelist_id": self.social.id,
                "member_ids": [
                    fields.Command.create({"relation": "other", "birth_year": 1990})
                    for _ in range(size)
                ],
                "entitlement_ids": entitled
                and [
                    fields.Command.create(
                        {"date_from": entitled[0], "date_to": entitled[1], "decision": "granted"}
                    )
                ],
                **values,
            }
        )

    def on(self, day):
        """From here on the day is ``day``; the next test starts on TODAY again."""
        type(self).today = day
        self.addCleanup(setattr, type(self), "today", TODAY)
        self.env.invalidate_all()

    def pos_config(self, **values):
        """A point of sale of the shop, which has no chart of accounts."""
        return self.env["pos.config"].create(
            {"name": "Caisse", "payment_method_ids": [fields.Command.clear()], **values}
        )

    @contextmanager
    def refused_by_postgresql(self):
        """The statement inside must be refused by a trigger or a constraint."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(flush=False),
        ):
            yield

    @contextmanager
    def refused(self, text):
        """What is inside must fail, with ``text`` in the error."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception) as caught,
            self.env.cr.savepoint(),
        ):
            yield
        self.assertIn(text, str(caught.exception))


class SocialTillCase(TillCase):
    """A till that signs for real, and one household that follows a budget of 40 €."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(fields.Date, "context_today", lambda *_args: TODAY))
        cls.till, cls.device = cls._till()
        cls.exempt.escarcelle_sector = "EXO_B"
        cls.env["escarcelle.budget.tier"].create(
            {"name": "Tous", "min_size": 1, "max_size": 0, "amount": 40.0}
        )
        cls.tariff = cls.env["product.pricelist"].create(
            {"name": "Tarif C", "escarcelle_fiscal_position_id": cls.exempt.id}
        )
        cls.home = cls.env["escarcelle.household"].create(
            {
                "first_name": "Amina",
                "last_name": "Benalouf",
                "pricelist_id": cls.tariff.id,
                "entitlement_ids": [
                    fields.Command.create(
                        {"date_from": "2026-01-01", "date_to": "2026-12-31", "decision": "granted"}
                    )
                ],
            }
        )
