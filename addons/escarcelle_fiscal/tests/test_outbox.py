from odoo.tests import new_test_user, tagged

from escarcelle_core import jet

from .common import JournalCase


@tagged("post_install", "-at_install")
class TestOutbox(JournalCase):
    """The server's own event journal."""

    def setUp(self):
        super().setUp()
        self.outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        self.outbox.search([]).unlink()

    def _codes(self):
        self.env.invalidate_all()
        return self.env["escarcelle.fiscal.jet"].search([("till_id.number", "=", 0)], order="id").mapped("code")

    def test_nothing_is_signed_before_the_first_use(self):
        self.outbox._escarcelle_note(jet.MAINTENANCE, "essai")
        self.assertEqual(self.outbox._escarcelle_drain(), 0)
        self.assertEqual(len(self.outbox.search([])), 1)

    def test_initialisation_comes_first_then_what_waited(self):
        self.outbox._escarcelle_note(jet.MAINTENANCE, "essai, avec une virgule")
        self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_open()
        self.outbox._escarcelle_drain()
        self.assertEqual(self._codes(), ["260", "240"])
        self.assertFalse(self.outbox.search([]))
        event = self.env["escarcelle.fiscal.jet"].search([("code", "=", "240")])
        self.assertEqual(event.description, "essai; avec une virgule")
        self.assertEqual(event.operator, f"U{self.env.uid}")

    def test_change_of_rights_is_an_event_without_a_name(self):
        user = new_test_user(self.env, "nouveau", groups="base.group_user,point_of_sale.group_pos_user")
        noted = self.outbox.search([("code", "=", jet.RIGHTS_CHANGED)])
        self.assertIn("point_of_sale.group_pos_user", noted.description)
        self.assertNotIn(user.name, noted.description)
        noted.unlink()
        user.group_ids -= self.env.ref("point_of_sale.group_pos_user")
        noted = self.outbox.search([("code", "=", jet.RIGHTS_CHANGED)])
        self.assertIn("-point_of_sale.group_pos_user", noted.description)

    def test_change_of_issuer_and_settings(self):
        self.company.street = "9 rue Neuve"
        self.company.escarcelle_closing_hour = 4
        self.company.company_registry = "82345678900022"
        codes = sorted(self.outbox.search([]).mapped("code"))
        self.assertEqual(codes, [jet.TAXPAYER_CHANGED, jet.SETTING_CHANGED, jet.ISSUER_CHANGED])

    def test_unchanged_value_is_no_event(self):
        self.company.street = self.company.street
        self.assertFalse(self.outbox.search([]))

    def test_event_that_must_survive_is_written_by_its_own_transaction(self):
        with self.enter_registry_test_mode():
            self.outbox._escarcelle_note(jet.OPERATION_REFUSED, "refus", survive=True)
        self.assertEqual(self.outbox.search([]).code, jet.OPERATION_REFUSED)
