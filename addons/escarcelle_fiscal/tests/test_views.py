from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from .common import FiscalCase

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestViews(FiscalCase):
    """Every screen answers with real records behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        session = cls._open(cls.config)
        case = cls("test_every_view_reads")
        with case._at(NOON):
            case._sell(session, [(cls.rice, 2), (cls.soap, 1)])
            case._sell(session, [(cls.rice, 1)], payments=[(cls.card, 2.5)])
        with case._at(NOON + timedelta(days=1)):
            case._sell(session, [(cls.soap, 1)])
        cls.env.invalidate_all()

    def test_every_view_reads(self):
        actions = self.env["ir.actions.act_window"].search([("res_model", "=like", "escarcelle.fiscal.%")])
        self.assertGreaterEqual(len(actions), 7)
        for action in actions:
            model = self.env[action.res_model]
            views = [(False, name) for name in action.view_mode.split(",")] + [(False, "search")]
            answer = model.get_views(views)
            names = set(answer["models"][action.res_model]["fields"])
            model.search([]).read(sorted(names & set(model._fields)))

    def test_grouping_and_sums(self):
        closings = self.env["escarcelle.fiscal.closing"]
        groups = closings.formatted_read_group(
            [("kind", "=", "GTJ"), ("till_id.number", "=", 901)],
            ["till_id", "business_day:month"],
            ["amount:sum", "tickets:sum"],
        )
        self.assertEqual([(g["amount:sum"], g["tickets:sum"]) for g in groups], [(8.7, 2)])

    def test_sales_journal_equals_the_closing(self):
        lines = self.env["escarcelle.fiscal.sales.journal"].search([("till_id.number", "=", 901)])
        vat = lines.filtered(lambda line: line.part == "vat")
        self.assertEqual({(v.rate, v.amount, v.tax) for v in vat}, {(5.5, 7.5, 0.39), (20.0, 1.2, 0.2)})
        paid = {(p.label, p.amount) for p in lines.filtered(lambda line: line.part == "payment")}
        self.assertEqual(paid, {("ESPECES", 6.2), ("CARTE", 2.5)})
        self.assertEqual(sum(vat.mapped("amount")), 8.7)

    def test_order_leads_to_its_document_and_back(self):
        order = self.env["pos.order"].search([("config_id", "=", self.config.id)], order="id", limit=1)
        action = order.action_view_escarcelle_record()
        record = self.env["escarcelle.fiscal.record"].browse(action["res_id"])
        self.assertEqual(record.action_view_order()["res_id"], order.id)
        self.assertIn("<ticket", record.xml_pretty)
        self.assertEqual(record.display_name, "Ticket (VTE) 901-1")
