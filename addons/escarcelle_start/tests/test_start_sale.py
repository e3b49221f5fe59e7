from datetime import datetime, timezone

from odoo.fields import Command
from odoo.tests import tagged

from .common import SimulatedTill, StartCase

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestFirstSale(StartCase):
    """From a company with nothing to a ticket signed by a till, ingested and built into an order."""

    def test_from_nothing_to_a_sale(self):
        self.identify(vat_number="FR58017263849")
        self.go("vat", regime="EXO_B")
        self.go("opening")
        self.go("tariffs")
        self.go("budget")
        self.start.step = "catalogue"
        shelves = self.env["escarcelle.catalogue.category"].search([("code", "in", ("PAT", "HUI"))])
        self.start.category_ids = [Command.set(shelves.ids)]
        run = self.start.action_next()
        wizard = self.env["escarcelle.catalogue.wizard"].browse(run["params"]["wizard_id"])
        while not wizard.action_step()["action"]:
            pass
        self.go("people", person_ids=[Command.create({"name": "Bilal", "pin": "2345"})])
        self.go("till")
        till = self.start.till_id
        code = self.start.action_pair()["context"]["default_code"]
        self.assertEqual(self.env["escarcelle.till"]._escarcelle_by_pairing_code(code), till)

        # The computer of the till: paired, it receives what it sells with.
        device = SimulatedTill("5ca1ab1e", till.number, NOON)
        till.sudo()._escarcelle_enroll(
            device.uid8, device.signer.certificate_pem, "comptoir", "test 1"
        )
        self.start.action_look()
        self.start.invalidate_recordset()
        self.assertEqual((self.start.till_state, self.start.till_computer), ("live", "comptoir"))
        parts = till.sudo()._escarcelle_snapshot_parts()
        self.assertTrue(any(b"Coquillettes 500 g" in part for part in parts.values()))
        self.assertIn(b"Bilal", parts["cashiers.json"])

        [cash] = till.config_id.payment_method_ids.filtered(
            lambda m: m.escarcelle_code == "ESPECES"
        )
        device.cash = (cash.id, "ESPECES", cash.name)
        pasta = self.env["product.product"].search([("default_code", "=", "PAT-001")])
        position = till.config_id.default_fiscal_position_id
        tariff = self.start._escarcelle_public_tariff()
        row = {"product": pasta, "rate": 0, "price": f"{pasta.list_price:.4f}", "quantity": "2"}
        entry = device.sell([row], sector="EXO_B", position=position.id, pricelist=tariff.id)
        acks = till.sudo()._escarcelle_ingest([entry])["acks"]
        self.assertEqual([ack["status"] for ack in acks], ["stored"])
        order = self.env["pos.order"].search([("uuid", "=", entry["uuid"])])
        self.assertEqual(order.company_id, self.company)
        self.assertEqual(round(order.amount_total * 100), round(pasta.list_price * 200))
        self.assertEqual(round(order.amount_tax, 2), 0.0)

    def test_next_nine_times_makes_a_shop(self):
        for step, _label in self.start._fields["step"].selection[:-1]:
            self.assertEqual(self.start.step, step)
            action = self.start.action_next()
            if step == "catalogue":
                wizard = self.env["escarcelle.catalogue.wizard"].browse(
                    action["params"]["wizard_id"]
                )
                wizard.todo_ids = wizard.todo_ids[:20]  # the rest is alike
                self.assertTrue(wizard.action_step()["action"])
        self.assertEqual(
            (self.start.step, self.start.progress, self.start.skipped), ("done", 100, "")
        )
        self.assertEqual(self.company.chart_template, "fr")
        self.assertEqual(self.company.currency_id.name, "EUR")
        self.assertEqual(self.start.tariff_count, 4)
        self.assertEqual(self.start.tier_count, 4)
        self.assertEqual(self.start.cashier_count, 1, "the manager may sell")
        self.assertEqual(self.start.till_id.config_id.payment_method_ids.mapped("escarcelle_code"),
                         ["ESPECES", "CARTE", "CHEQUE"])  # fmt: skip
        self.assertEqual(len(self.start.till_id.config_id.available_pricelist_ids), 4)
        self.assertTrue(self.start.missing, "the law's fields are still to be typed, and said so")
        self.assertFalse(self.env["escarcelle.start"]._escarcelle_is_wanted(self.company))
