from datetime import datetime, timezone
from itertools import count

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from .simulator import SimulatedTill

#: A Saturday noon in Paris; every test starts from there.
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=timezone.utc)
RATES = (2000, 1000, 550, 210)
_uid8 = count(0x10000000)


class TillCase(TransactionCase):
    """A French company with its chart, products at each rate, and paired tills that sign for real."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        france = cls.env.ref("base.fr")
        cls.company = cls.env["res.company"].create(
            {
                "name": "Épicerie du Test",
                "country_id": france.id,
                "street": "1 rue du Port",
                "zip": "35000",
                "city": "Rennes",
                "company_registry": "33417522100012",
                "vat": "FR23334175221",
                "ape": "4711B",
            }
        )
        cls.env.user.write({"company_ids": [Command.link(cls.company.id)]})
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.env["account.chart.template"].try_loading("fr", company=cls.company, install_demo=False)
        cls.company = cls.env["res.company"].browse(cls.company.id)
        cls.taxes = {rate: cls._sale_tax(rate) for rate in RATES}
        cls.products = {rate: cls._product(f"Produit {rate}", f"P{rate}", rate) for rate in RATES}
        cls.exempt = cls.env["account.fiscal.position"].create(
            {"name": "Exonéré", "company_id": cls.company.id}
        )
        cls.no_tax = cls._sale_tax(0)
        cls.no_tax.write(
            {
                "fiscal_position_ids": [Command.link(cls.exempt.id)],
                "original_tax_ids": [Command.set([tax.id for tax in cls.taxes.values()])],
            }
        )
        cls.manager = new_test_user(
            cls.env, "escarcelle_manager", groups="point_of_sale.group_pos_manager", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip
        cls.cashier_user = new_test_user(
            cls.env, "escarcelle_cashier", groups="point_of_sale.group_pos_user", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    def setUp(self):
        super().setUp()
        # What a test sells is rolled back in the database: its device starts anew too.
        for name, value in vars(type(self)).items():
            if isinstance(value, SimulatedTill):
                setattr(self, name, value.fork())

    @classmethod
    def _sale_tax(cls, rate):
        return cls.env["account.tax"].create(
            {
                "name": f"TVA {rate / 100} % TTC",
                "company_id": cls.company.id,
                "country_id": cls.company.country_id.id,
                "type_tax_use": "sale",
                "amount_type": "percent",
                "amount": rate / 100,
                "price_include_override": "tax_included",
                "tax_group_id": cls.env["account.tax.group"]
                .search([*cls.env["account.tax.group"]._check_company_domain(cls.company)], limit=1)
                .id,
                "invoice_repartition_line_ids": cls._repartition(),
                "refund_repartition_line_ids": cls._repartition(),
            }
        )

    @classmethod
    def _repartition(cls):
        account = cls.env["account.account"].search(
            [*cls.env["account.account"]._check_company_domain(cls.company), ("code", "=like", "44571%")], limit=1
        )
        return [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]

    @classmethod
    def _product(cls, name, code, rate):
        return cls.env["product.product"].create(
            {
                "name": name,
                "default_code": code,
                "is_storable": True,
                "available_in_pos": True,
                "list_price": 1.0,
                "standard_price": 0.5,
                "company_id": cls.company.id,
                "taxes_id": [Command.set(cls.taxes[rate].ids)] if rate in cls.taxes else [Command.clear()],
            }
        )

    @classmethod
    def _till(cls, name="Caisse", at=NOON):
        """A point of sale and its live till, paired through the model, with a simulated device."""
        number = cls.env["escarcelle.till"]._default_number()
        Journal = cls.env["account.journal"]
        cash = Journal.create({"name": f"Espèces {number}", "type": "cash", "code": f"ES{number}"})
        account = cls.env["account.account"].search(
            [*cls.env["account.account"]._check_company_domain(cls.company), ("account_type", "=", "expense")], limit=1
        )
        cash.write({"profit_account_id": account.id, "loss_account_id": account.id})
        bank = Journal.search([("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1)
        methods = cls.env["pos.payment.method"].create(
            [
                {"name": f"Espèces {number}", "journal_id": cash.id},
                {"name": f"Carte {number}", "journal_id": bank.id},
            ]
        )
        config = cls.env["pos.config"].create(
            {"name": f"{name} {number}", "payment_method_ids": [Command.set(methods.ids)]}
        )
        till = cls.env["escarcelle.till"].create(
            {"name": f"{name} {number}", "number": number, "config_id": config.id}
        )
        device = SimulatedTill(f"{next(_uid8):08x}", till.number, at)
        key, _journal = till.sudo()._escarcelle_enroll(device.uid8, device.signer.certificate_pem, "poste", "test 1")
        device.cash = (methods[0].id, "ESPECES", methods[0].name)
        device.card = (methods[1].id, "CARTE", methods[1].name)
        device.key = key
        return till, device

    def row(self, rate=550, price="2.5000", quantity="1", **more):
        return {"product": self.products[rate], "rate": rate, "price": price, "quantity": quantity, **more}

    def ingest(self, till, *entries):
        """Send entries; every one must be stored and built, or the test says so."""
        return till._escarcelle_ingest(list(entries))["acks"]

    def close_due(self, till):
        """What the cron does, without its commits; returns the sessions."""
        sessions = self.env["pos.session"].search([("escarcelle_till_id", "=", till.id)], order="id")
        for session in sessions.filtered("escarcelle_closed_at"):
            session._escarcelle_try_close()
        return sessions

    def reconciled(self, till):
        """The reconciliation rows of a till."""
        return till._escarcelle_reconciliation()

    def recomputed(self, order):
        """(total, VAT) in cents as Odoo's tax engine finds them from the lines."""
        engine, lines = self.env["account.tax"], order.lines._prepare_tax_base_line_values()
        engine._add_tax_details_in_base_lines(lines, order.company_id)
        engine._round_base_lines_tax_details(lines, order.company_id)
        found = engine._get_tax_totals_summary(lines, order.currency_id, order.company_id)
        sign = -1 if order.amount_total < 0 else 1
        return tuple(round(sign * found[key] * 100) for key in ("total_amount_currency", "tax_amount_currency"))

    def order(self, entry):
        return self.env["pos.order"].search([("uuid", "=", entry["uuid"])])
