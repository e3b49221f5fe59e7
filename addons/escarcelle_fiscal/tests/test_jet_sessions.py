import json
import os

from odoo import SUPERUSER_ID, Command, http
from odoo.api import Environment
from odoo.tests import HttpCase, new_test_user, tagged

from escarcelle_core import jet

from .jet_driver import TriggerCase, drives


@tagged("post_install", "-at_install")
class TestJetSurvives(TriggerCase):
    def test_refused_operation_survives_the_rollback(self):
        """With real transactions: the one of the request is rolled back, the line stands."""
        said = f"Essai {os.urandom(6).hex()}"
        with self.registry.cursor() as cr:
            outbox = Environment(cr, SUPERUSER_ID, {})["escarcelle.fiscal.outbox"]
            outbox._escarcelle_refused(said)
            cr.rollback()
            outbox._escarcelle_refused(said)  # again, at once: one line is enough
            cr.rollback()
        with self.registry.cursor() as cr:
            lines = Environment(cr, SUPERUSER_ID, {})["escarcelle.fiscal.outbox"].search(
                [("description", "=", said)]
            )
            self.assertEqual(lines.mapped("code"), [jet.OPERATION_REFUSED])
            lines.unlink()


@tagged("post_install", "-at_install")
class TestJetOverHttp(TriggerCase, HttpCase):
    """What happens in a browser."""

    # A test's read-only cursor lets nobody else write; a real one is a connection of its own.
    _registry_readonly_enabled = False

    def _password(self, login, groups):
        return new_test_user(
            self.env, login, password=f"{login}-motdepasse", groups=groups,
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip

    def _log_on(self, login):
        return self.make_jsonrpc_request(
            "/web/session/authenticate",
            {"db": self.env.cr.dbname, "login": login, "password": f"{login}-motdepasse"},
        )

    @drives(jet.START, jet.STOP)
    def test_log_on_and_off(self):
        user = self._password("resp-fiscal", "escarcelle_fiscal.group_manager")
        self._clear()
        self._log_on("resp-fiscal")
        self.url_open("/web/session/logout", allow_redirects=False)
        self.assertIn(f"U{user.id}", self._said(jet.START))
        self.assertIn(f"U{user.id}", self._said(jet.STOP))

    def test_people_without_fiscal_rights_are_not_told(self):
        self._password("benevole", "base.group_user")
        self._clear()
        self._log_on("benevole")
        self.url_open("/web/session/logout", allow_redirects=False)
        self.assertFalse({"80", "40"} & self._signed())

    @drives(jet.TAX_AUDIT)
    def test_auditor_logs_on_and_opens_a_screen(self):
        auditor = self._password("agent-dgfip", "escarcelle_fiscal.group_auditor")
        self._clear()
        self._log_on("agent-dgfip")
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/escarcelle.fiscal.record/web_search_read",
            {"model": "escarcelle.fiscal.record", "method": "web_search_read", "args": [],
             "kwargs": {"domain": [], "specification": {"number": {}}, "limit": 2}},
        )  # fmt: skip
        said = self._said(jet.TAX_AUDIT)
        self.assertIn(f"U{auditor.id} ouvre une session", said)
        self.assertIn(f"U{auditor.id} consulte", said)

    @drives(jet.MAINTENANCE)
    def test_developer_mode(self):
        self._password("curieux", "base.group_user,base.group_system")
        self._clear()
        self._log_on("curieux")
        self.url_open("/web/login?debug=1", allow_redirects=False)
        self.assertIn("développeur", self._said(jet.MAINTENANCE))

    @drives(jet.DATA_EXPORT)
    def test_pivot_leaves_as_a_sheet(self):
        self._password("resp-export", "escarcelle_fiscal.group_manager,base.group_allow_export")
        self._clear()
        self.authenticate("resp-export", "resp-export-motdepasse")
        table = {
            "model": "escarcelle.fiscal.closing", "title": "Clôtures", "measure_count": 1, "origin_count": 1,
            "col_group_headers": [], "measure_headers": [], "rows": [{"title": "Total", "indent": 0, "values": []}],
        }  # fmt: skip
        form = {"data": json.dumps(table), "csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open("/web/pivot/export_xlsx", data=form)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Export de 1 lignes", self._said(jet.DATA_EXPORT))
