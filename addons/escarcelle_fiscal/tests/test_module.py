from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.ir_module_module import STOCK
from .common import JournalCase


@tagged("post_install", "-at_install")
class TestModule(JournalCase):
    """``l10n_fr_pos_cert`` is replaced; the journal is not uninstalled."""

    def setUp(self):
        super().setUp()
        self.stock = self.env["ir.module.module"].search([("name", "=", STOCK)])
        self.ours = self.env["ir.module.module"].search([("name", "=", "escarcelle_fiscal")])

    def test_stock_module_is_absent(self):
        self.assertEqual(self.stock.state, "uninstalled")
        self.assertNotIn(STOCK, self.env.registry._init_modules)

    def test_installing_it_is_refused_with_a_reason(self):
        with self.assertRaisesRegex(UserError, STOCK):
            self.stock.button_install()

    def test_it_does_not_come_along_with_another_module(self):
        # As when the localisation is installed again from the Apps screen.
        localisation = self.env["ir.module.module"].search([("name", "=", "l10n_fr_account")])
        localisation.state = "uninstalled"
        localisation.button_install()
        self.assertEqual(self.stock.state, "uninstalled")
        self.assertEqual(localisation.state, "to install")

    def test_uninstalling_the_journal_is_refused_while_it_holds_records(self):
        self.env["escarcelle.fiscal.instance"]._escarcelle_open()
        self.env["escarcelle.fiscal.outbox"]._escarcelle_drain()
        with self.assertRaisesRegex(UserError, "uninstalled"):
            self.ours.button_uninstall()
