from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import FiscalCase

MODELS = (
    "escarcelle.fiscal.record", "escarcelle.fiscal.closing", "escarcelle.fiscal.jet",
    "escarcelle.fiscal.till", "escarcelle.fiscal.certificate", "escarcelle.fiscal.quarantine",
    "escarcelle.fiscal.sales.journal",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestSecurity(FiscalCase):
    """Who reads the journal; nobody writes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._open(cls.config)
        companies = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        pos = "base.group_user,point_of_sale.group_pos_user"
        cls.cashier = new_test_user(cls.env, "caissier", groups=pos, **companies)
        cls.auditor = new_test_user(cls.env, "controle", groups="escarcelle_fiscal.group_auditor", **companies)
        cls.manager = new_test_user(cls.env, "resp", groups="escarcelle_fiscal.group_manager", **companies)

    def test_cashier_sells_and_reads_no_journal(self):
        data = self._order(self.session, [(self.rice, 1)])
        order = self.env["pos.order"].with_user(self.cashier)
        answer = order.sync_from_ui([{**data, "user_id": self.cashier.id}])
        self.assertEqual(answer["pos.order"][0]["escarcelle_number"], "901-1")
        for model in MODELS:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.cashier).search_read([], limit=1)
        with self.assertRaises(AccessError):
            self.env["escarcelle.fiscal.outbox"].with_user(self.cashier).search_read([], limit=1)

    def test_auditor_reads_everything_and_changes_nothing(self):
        self._sell(self.session, [(self.rice, 1)])
        self.env.invalidate_all()
        for model in MODELS:
            records = self.env[model].with_user(self.auditor).search([])
            records.read()
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), (model, operation))
        self.assertTrue(self.env["escarcelle.fiscal.record"].with_user(self.auditor).search([("kind", "=", "TCK")]))

    def test_not_even_the_superuser_writes_a_record(self):
        self._sell(self.session, [(self.rice, 1)])
        record = self.env["escarcelle.fiscal.record"].search([("kind", "=", "TCK")])
        for statement in (
            "UPDATE fiscal.record SET payload = payload",
            "DELETE FROM fiscal.record",
            "TRUNCATE fiscal.record",
            "INSERT INTO fiscal.head SELECT * FROM fiscal.head",
        ):
            with self.assertRaisesRegex(Exception, "permission denied"), self.env.cr.savepoint():
                self.env.cr.execute(statement)
        self.assertFalse(record.with_user(self.manager).has_access("write"))

    def test_other_company_sees_nothing(self):
        self._sell(self.session, [(self.rice, 1)])
        self.env.invalidate_all()
        other = self.env["res.company"].create({"name": "Autre"})
        stranger = new_test_user(
            self.env, "autre", groups="escarcelle_fiscal.group_auditor",
            company_id=other.id, company_ids=[(6, 0, other.ids)],
        )  # fmt: skip
        Record = self.env["escarcelle.fiscal.record"].with_user(stranger)
        self.assertFalse(Record.search([("kind", "=", "TCK")]))
        self.assertTrue(self.env["escarcelle.fiscal.record"].with_user(self.auditor).search([("kind", "=", "TCK")]))

    def test_browser_cannot_write_what_is_shown_of_the_signature(self):
        forged = {"escarcelle_number": "1-1", "escarcelle_mention": "faux", "escarcelle_excerpt": "AAAA"}
        fields = self.env["pos.order"]._fields
        for name in (*forged, "escarcelle_shown"):
            self.assertFalse(fields[name].store, name)
        order = self._sell(self.session, [(self.rice, 1)], **forged)
        self.env.invalidate_all()
        self.assertEqual(order.escarcelle_number, "901-1")
