import tempfile
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.tests import TransactionCase

from escarcelle_core.chain import Desk, issue_event, issue_ticket
from escarcelle_core.documents import Device, JetEvent, Line, Payment, Ticket
from escarcelle_core.periods import PeriodRules
from escarcelle_core.signing import EcdsaSigner
from escarcelle_core.state import TillState

from ..models.fiscal_device import EscarcelleFiscalDevice
from .shop_case import ShopCase

IDENTITY = {
    "street": "3 rue des Halles",
    "zip": "21000",
    "city": "Dijon",
    "company_registry": "82345678900014",
    "ape": "8899B",
    "vat": "FR83404833048",
}


class FiscalFolder:
    """A database whose journal was never opened, with a fiscal folder of its own."""

    @classmethod
    def _own_folder(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        environ = patch.dict("os.environ", {"ESCARCELLE_FISCAL_DIR": folder.name})
        environ.start()
        cls.addClassCleanup(environ.stop)
        cls.folder = Path(folder.name) / cls.env.cr.dbname
        cls.env.cr.execute("SELECT EXISTS (SELECT FROM fiscal.instance)")
        assert not cls.env.cr.fetchone()[0], "These tests want a database whose journal was never opened."

    def _records(self, kind=None, till=None):
        """Records as ``escarcelle.fiscal.record``, oldest first."""
        domain = [("kind", "=", kind)] if kind else []
        if till is not None:
            domain += [("till_id.number", "=", till)]
        self.env.invalidate_all()
        return self.env["escarcelle.fiscal.record"].sudo().search(domain, order="id")

    def _at(self, instant):
        """Within the block the server's clock says ``instant`` (aware)."""
        return patch.object(EscarcelleFiscalDevice, "_escarcelle_now", lambda self: instant)


class JournalCase(FiscalFolder, TransactionCase):
    """The journal without sales: no chart of accounts is loaded, a point of sale has only its name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._own_folder()
        cls.company = cls.env.company
        france = cls.env.ref("base.fr").id
        cls.company.write({**IDENTITY, "country_id": france, "account_fiscal_country_id": france})
        cls.config = cls.env["pos.config"].create({"name": "Tablette", "company_id": cls.company.id})


class FiscalCase(FiscalFolder, ShopCase):
    """A French shop with a tablet sold on directly, and no till program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._own_folder()
        cls.company.write(IDENTITY)
        cls.env.user.group_ids |= cls.env.ref("point_of_sale.group_pos_manager") | cls.env.ref(
            "escarcelle_fiscal.group_manager"
        )
        cls.tax = cls._tax("5,5 %", 5.5)
        cls.tax20 = cls._tax("20 %", 20)
        cls.rice = cls._product("Riz long 1 kg", 2.5, cls.tax, "3017800238592")
        cls.soap = cls._product("Savon", 1.2, cls.tax20)
        cls.cash = cls._method("Espèces", "cash")
        cls.card = cls._method("Carte", "bank")
        cls.config = cls._config("Tablette")

    @classmethod
    def _tax(cls, name, amount):
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )

    @classmethod
    def _product(cls, name, price, tax, barcode=False):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "taxes_id": [Command.set(tax.ids)],
                "available_in_pos": True,
                "barcode": barcode,
                "default_code": name[:3].upper(),
            }
        )

    @classmethod
    def _method(cls, name, kind):
        journal = cls.company_data[f"default_journal_{kind}"].copy({"name": name})
        return cls.env["pos.payment.method"].create({"name": name, "journal_id": journal.id})

    @classmethod
    def _config(cls, name):
        cash = cls.cash
        if cash.config_ids:
            cash = cls._method(f"Espèces {name}", "cash")
        return cls.env["pos.config"].create(
            {"name": name, "payment_method_ids": [Command.set((cash + cls.card).ids)]}
        )

    @classmethod
    def _open(cls, config):
        config.open_ui()
        session = config.current_session_id
        session.set_opening_control(0, None)
        return session

    # -- orders as a browser sends them ----------------------------------------------------------

    def _order(self, session, lines, payments=None, **values):
        """Values of ``sync_from_ui``: lines are (product, quantity[, values])."""
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now().replace(tzinfo=None, microsecond=0)
        commands, total, untaxed = [], 0, 0
        for product, quantity, *more in lines:
            price = product.lst_price
            taxes = product.taxes_id
            amounts = taxes.compute_all(price, self.company.currency_id, quantity)
            total += amounts["total_included"]
            untaxed += amounts["total_excluded"]
            commands.append(
                Command.create(
                    {
                        "uuid": str(uuid.uuid4()),
                        "product_id": product.id,
                        "full_product_name": product.name,
                        "qty": quantity,
                        "price_unit": price,
                        "discount": 0,
                        "price_subtotal": amounts["total_excluded"],
                        "price_subtotal_incl": amounts["total_included"],
                        "tax_ids": [Command.set(taxes.ids)],
                        **(more[0] if more else {}),
                    }
                )
            )
        method = session.config_id.payment_method_ids.filtered("is_cash_count")
        payments = payments or [(method, total)]
        return {
            "uuid": str(uuid.uuid4()),
            "session_id": session.id,
            "user_id": self.env.uid,
            "state": "paid",
            "amount_total": total,
            "amount_tax": total - untaxed,
            "amount_paid": total,
            "amount_return": 0,
            "date_order": now,
            "lines": commands,
            "payment_ids": [
                Command.create(
                    {
                        "uuid": str(uuid.uuid4()),
                        "payment_method_id": payment_method.id,
                        "amount": amount,
                        "payment_date": now,
                    }
                )
                for payment_method, amount in payments
            ],
            **values,
        }

    def _sell(self, session, lines, **values):
        data = self._order(session, lines, **values)
        self.env["pos.order"].sync_from_ui([data])
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])


class TillProgram:
    """A till that signs its own tickets, as ``till_proxy`` does: core and a key, nothing of Odoo."""

    def __init__(self, company, number=1, at=None, rules=None):
        self.at = at or datetime(2026, 11, 21, 9, 0, tzinfo=timezone.utc)
        self.uid8 = uuid.uuid4().hex[:8]
        self.signer = EcdsaSigner.generate(self.uid8, "Épicerie", self.at)
        self.desk = Desk(
            Device(self.uid8, number, "Escarcelle caisse", "0.1.0"),
            company,
            rules or PeriodRules(),
            self.signer,
        )
        self.state = TillState()
        self.n = 0

    def ticket(self, amount=250, rate=550, day=None, training=False, **values):
        """An entry selling one line of ``amount`` cents."""
        self._tick(day)
        line = Line(
            str(uuid.uuid4()), 1, "RIZ", "Riz long", Decimal("1.000"), Decimal(amount) / 100, rate,
            amount, round(amount * rate / (10000 + rate)),
        )  # fmt: skip
        payment = Payment(str(uuid.uuid4()), "ESPECES", "Espèces", amount)
        ticket = Ticket(
            **{"uid": str(uuid.uuid4()), "company": self.desk.company, "lines": (line,),
               "payments": (payment,), "cashier": "C1", **values}
        )  # fmt: skip
        issue = issue_ticket(self.state, self.desk, ticket, self.at, training)
        return self._entry(issue, ticket.uid, "training" if training else "ticket")

    def event(self, code=260, text="caisse"):
        """An entry with one line of the event journal."""
        self._tick(None)
        return self._entry(
            issue_event(self.state, self.desk, JetEvent(code, text), self.at), str(uuid.uuid4()), "jet"
        )

    def _tick(self, day):
        self.at = day or self.at + timedelta(minutes=1)

    def _entry(self, issue, origin, kind):
        self.state = issue.state
        self.n += 1
        return {
            "n": self.n,
            "uuid": origin,
            "till": self.uid8,
            "made_at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "records": [record.as_json() for record in issue.records],
            "order": None,
            "event": {"type": kind},
        }
