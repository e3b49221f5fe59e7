from datetime import timedelta

import psycopg2
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from escarcelle_core.verify.run import verify_connection

from ..models.ir_module_module import STOCK
from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestStockDefects(FiscalCase):
    """The ten defects of ``l10n_fr_pos_cert``: each is impossible here. The first two and the eighth,
    which need a database superuser to try, are in ``tests/db/test_stock_defects.py``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._open(cls.config)

    def _verify(self):
        self.env.flush_all()
        return verify_connection(self.env.cr.dbname, self.env.cr._cnx)

    def _sound(self):
        outcome = self._verify()
        self.assertEqual(outcome.verdict, "sound", [d.as_text() for d in outcome.defects])

    def test_defect_03_false_positives(self):
        """Stock: a renamed field, merged contacts or taxes break old chains. Here what was signed is
        kept as it was and needs nothing of Odoo."""
        order = self._sell(self.session, [(self.rice, 1), (self.soap, 1)])
        self.rice.write({"name": "Riz rond", "list_price": 9})
        self.tax.write({"name": "Autre taxe"})
        self.tax20.active = False
        self.company.partner_id.street = "9 rue Neuve"
        order.partner_id = self.env["res.partner"].create({"name": "Fusionné"})
        self._sell(self.session, [(self.rice, 1)])
        self._sound()

    def test_defect_04_closing_keeps_a_number_in_place_of_a_hash(self):
        """Stock: last_order_hash holds a sequence number. Here a closing is signed and linked to the one before."""
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
        for day in range(3):
            with self._at(now + timedelta(days=day)):
                self._sell(self.session, [(self.rice, 1)])
        closings = self._records("GTJ", till=901)
        self.assertEqual(len(closings), 2)
        self.assertEqual(closings[1].previous, closings[0].signature)
        self.assertTrue(closings[1].payload.endswith(closings[0].signature))
        self.assertEqual(closings[0].previous, "")
        self._sound()

    def test_defect_05_late_order_counted_twice(self):
        """Stock: an order that arrives late is counted by two closings. Here the sum of the closings is
        the sum of the tickets, whenever they arrived."""
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
        late = self._order(self.session, [(self.rice, 4)], date_order=now.replace(tzinfo=None, microsecond=0))
        for day in range(1, 4):
            with self._at(now + timedelta(days=day)):
                self._sell(self.session, [(self.rice, day)])
                if day == 2:
                    self.env["pos.order"].sync_from_ui([late])
                    self.env["pos.order"].sync_from_ui([late])
        with self._at(now + timedelta(days=5)):
            self._sell(self.session, [(self.rice, 1)])
        tickets = self._records("TCK", till=901)[:-1]  # the last one opened a day that is not closed
        self.assertEqual(len(tickets), 4)
        self.assertAlmostEqual(sum(self._records("GTJ", till=901).mapped("amount")), sum(tickets.mapped("amount")))
        self._sound()

    def test_defect_06_closings_without_split_calendar_or_chain(self):
        """Stock: one net total a company, every N days since installation, unsigned; a failing cron
        leaves a hole. Here: per device, per rate, real and absolute, calendar days and months, no hole."""
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
        order = self._sell(self.session, [(self.rice, 2), (self.soap, 1)])
        self._sell(self.session, [(self.rice, -1, {"refunded_orderline_id": order.lines[0].id})])
        with self._at(now + timedelta(days=45)):  # the cron did not run
            self._sell(self.session, [(self.rice, 1)])
        days, months = self._records("GTJ", till=901), self._records("GTM", till=901)
        self.assertEqual(len(days), 45)
        self.assertIn(len(months), (1, 2))
        self.assertEqual(days[0].payload.split(",")[:4], ["2000:120|0550:250", "370", "370", "870"])
        self.assertEqual(months[0].payload.split(",")[5], f"{days[0].business_day:%Y%m}")
        self._sound()

    def test_defect_07_one_sequence_a_company(self):
        """Stock: two tills that pay together cannot both have the company's sequence. Here each device
        has its own chain and its own lock."""
        other = self._config("Tablette 2")
        session = self._open(other)
        self._sell(self.session, [(self.rice, 1)])
        self._sell(session, [(self.rice, 1)])
        numbers = self._records("TCK").mapped("number")
        self.assertEqual(numbers, ["901-1", "902-1"])
        self.env.cr.execute("SELECT count(DISTINCT till) FROM fiscal.till_clock WHERE till IN"
                            " (SELECT uid FROM fiscal.till WHERE number IN (901, 902))")  # fmt: skip
        self.assertEqual(self.env.cr.fetchone()[0], 2)
        self._sound()

    def test_defect_09_guards_of_python_only(self):
        """Stock: lines and payments may be written until done, prints are counted by the browser, SQL is
        free. Here what is signed does not move, and the database refuses."""
        order = self._sell(self.session, [(self.rice, 1)])
        before = self._records("TCK").xml
        self.env.cr.execute("UPDATE pos_order_line SET price_unit = 0 WHERE order_id = %s", [order.id])
        self.env.cr.execute("UPDATE pos_order SET nb_print = 9 WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.assertEqual(self._records("TCK").xml, before)
        for statement in (
            "UPDATE fiscal.record SET payload = ''", "DELETE FROM fiscal.record", "TRUNCATE fiscal.record",
            "INSERT INTO fiscal.record SELECT * FROM fiscal.record",
            "ALTER TABLE fiscal.record DISABLE TRIGGER ALL",
        ):  # fmt: skip
            with self.subTest(statement), mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                with self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(statement)
        self._sound()

    def test_defect_10_module_that_installs_itself(self):
        """Stock: it comes with the French localisation. Here it stays out, and says why."""
        stock = self.env["ir.module.module"].search([("name", "=", STOCK)])
        self.assertEqual(stock.state, "uninstalled")
        with self.assertRaisesRegex(UserError, STOCK):
            stock.button_install()
