from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestVatSector(AccountTestInvoicingCommon):
    """A sector takes the VAT off, never the price: the household pays its tariff to the cent."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("point_of_sale.group_pos_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxed = cls.env["account.tax"].create(
            {
                "name": "20 % TTC",
                "amount": 20,
                "price_include_override": "tax_included",
                "type_tax_use": "sale",
            }
        )
        cls.position = cls.env["account.fiscal.position"].create(
            {"name": "Exonéré", "escarcelle_sector": "EXO_B"}
        )
        cls.exempt = cls.taxed.copy(
            {
                "name": "0 % TTC",
                "amount": 0,
                "original_tax_ids": [fields.Command.set(cls.taxed.ids)],
                "fiscal_position_ids": [fields.Command.set(cls.position.ids)],
            }
        )
        cls.tariff = cls.env["product.pricelist"].create(
            {
                "name": "Tarif C",
                "escarcelle_fiscal_position_id": cls.position.id,
                "item_ids": [
                    fields.Command.create({"compute_price": "percentage", "percent_price": 50})
                ],
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Couches", "list_price": 7.9, "taxes_id": [fields.Command.set(cls.taxed.ids)]}
        )

    def test_mention_follows_the_sector(self):
        self.assertIn("261, 7-1° b", self.position.escarcelle_mention)
        self.position.escarcelle_sector = "FRANCHISE"
        self.assertIn("293 B", self.position.escarcelle_mention)
        self.position.escarcelle_sector = "TAXABLE"
        self.assertFalse(self.position.escarcelle_mention)

    def test_core_maps_the_included_tax_to_none(self):
        self.assertEqual(self.position.map_tax(self.taxed), self.exempt)

    def test_price_is_kept_by_a_sector(self):
        price = self.product._get_tax_included_unit_price_from_price(
            7.9, self.taxed, fiscal_position=self.position
        )
        self.assertEqual(price, 7.9)

    def test_without_a_sector_core_takes_the_tax_off(self):
        self.position.escarcelle_sector = False
        price = self.product._get_tax_included_unit_price_from_price(
            7.9, self.taxed, fiscal_position=self.position
        )
        self.assertAlmostEqual(price, 7.9 / 1.2)

    def test_an_invoice_keeps_the_price(self):
        self.partner_a.property_account_position_id = self.position
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.partner_a
            with form.invoice_line_ids.new() as line:
                line.product_id = self.product
        invoice = form.record
        self.assertEqual(invoice.fiscal_position_id, self.position)
        self.assertEqual((invoice.amount_total, invoice.amount_tax), (7.9, 0.0))

    def test_an_order_line_keeps_the_tariff_price(self):
        config = self.env["pos.config"].create({"name": "Caisse"})
        session = self.env["pos.session"].create({"config_id": config.id, "user_id": self.env.uid})
        order = self.env["pos.order"].create(
            {
                "session_id": session.id,
                "company_id": self.env.company.id,
                "pricelist_id": self.tariff.id,
                "fiscal_position_id": self.position.id,
                "amount_total": 0,
                "amount_tax": 0,
                "amount_paid": 0,
                "amount_return": 0,
                "lines": [
                    fields.Command.create(
                        {
                            "product_id": self.product.id,
                            "qty": 3,
                            "price_subtotal": 0,
                            "price_subtotal_incl": 0,
                        }
                    )
                ],
            }
        )
        line = order.lines
        line._onchange_product_id()
        self.assertEqual(line.price_unit, 3.95)
        self.assertEqual(
            line._compute_amount_line_all(), {"price_subtotal": 11.85, "price_subtotal_incl": 11.85}
        )
