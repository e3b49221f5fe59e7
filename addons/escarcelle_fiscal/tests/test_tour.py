from odoo.tests import HttpCase, new_test_user, tagged

from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestTour(FiscalCase, HttpCase):
    """A tablet in a real browser: what its receipts say, with and without the server."""

    def test_receipt_of_a_tablet(self):
        groups = "base.group_user,point_of_sale.group_pos_user"
        companies = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        new_test_user(self.env, "tablette", groups=groups, lang="en_US", **companies)
        session = self._open(self.config)
        self.start_tour(f"/pos/ui/{self.config.id}", "escarcelle_fiscal_tablet", login="tablette")
        orders = session.order_ids.sorted("id")
        self.assertEqual(len(orders), 3)
        self.assertEqual(sorted(orders.mapped("escarcelle_number")), ["901-1", "901-2", "901-3"])
        self.assertEqual(sum(self._records("TCK").mapped("amount")), 15.0)
        for order in orders:
            self.assertIn("Signature", order.escarcelle_mention)
        late = self._records("TCK").filtered("late")
        self.assertEqual(len(late), 1)
        self.assertIn("MODE DÉGRADÉ", late.order_id.escarcelle_mention)
        codes = [record.payload.split(",")[1] for record in self._records("JET", 901)]
        self.assertEqual(codes[:2], ["260", "70"])

    def test_training_mode_of_a_tablet(self):
        """A manager begins it in the menu; its sale leaves a school ticket and no order."""
        groups = "base.group_user,point_of_sale.group_pos_manager"
        companies = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        new_test_user(self.env, "responsable_tablette", groups=groups, lang="en_US", **companies)
        session = self._open(self.config)
        self.start_tour(f"/pos/ui/{self.config.id}", "escarcelle_fiscal_school", login="responsable_tablette")
        self.assertEqual(self._records("ECO").mapped("seq"), [1])
        self.assertEqual(len(session.order_ids), 1)
        self.assertEqual(session.order_ids.escarcelle_number, "901-1")
        self.assertEqual(self._records("TCK").mapped("amount"), [5.0])
