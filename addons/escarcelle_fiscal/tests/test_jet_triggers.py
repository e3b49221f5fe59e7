import json
import os
import re
import sys
import types
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import odoo.service.server
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from escarcelle_core import jet

from ..models import fiscal_release, fiscal_run
from . import jet_driver
from .jet_driver import TriggerCase, drives
from .test_archive import DAYS, MORNING

DOC = Path(__file__).parents[3] / "docs" / "jet.md"


@tagged("post_install", "-at_install")
class TestJetTriggers(TriggerCase):
    """Each trigger of the server, driven; docs/jet.md lists them."""

    # -- the program -----------------------------------------------------------------------------

    @contextmanager
    def _server(self):
        """This process is a server that has just started; yields what it would call when it stops."""
        on_stop = []
        server = types.SimpleNamespace(pid=os.getpid(), on_stop=on_stop.append)
        fiscal_run._told.discard(self.env.cr.dbname)
        with (
            patch.object(odoo.service.server, "server", server),
            patch.dict(fiscal_run.config.options, {"stop_after_init": False}),
        ):
            yield on_stop

    @drives(jet.START, jet.STOP)
    def test_server_starts_and_stops(self):
        runs = self.env["escarcelle.fiscal.run"].sudo()
        with self._server() as on_stop, self.enter_registry_test_mode():
            runs._escarcelle_loaded()
            runs._escarcelle_loaded()  # another process of the same server
            self.assertEqual(self._said(jet.START).count("Démarrage du serveur"), 1)
            self.assertEqual(len(on_stop), 1)
            on_stop[0]()
            on_stop[0]()
        self.assertEqual(self._said(jet.STOP).count("Arrêt du serveur"), 1)

    def test_a_start_after_a_crash_says_so(self):
        self._clear()
        runs = self.env["escarcelle.fiscal.run"].sudo()
        runs._escarcelle_start("hote/1/1.00")
        runs._escarcelle_start("hote/2/2.00")
        first, second = [text for code, _n, text, _w in self._events() if code == "80"]
        self.assertNotIn("pas été enregistré", first)
        self.assertIn("pas été enregistré", second)

    @drives(jet.MAINTENANCE)
    def test_administration_console(self):
        with patch.dict(sys.modules, {"odoo.cli.shell": types.ModuleType("shell")}):
            self.env["escarcelle.fiscal.run"].sudo()._escarcelle_loaded()
        self.assertIn("odoo shell", self._said(jet.MAINTENANCE))

    @drives(jet.MAINTENANCE)
    def test_modules_installed_updated_removed(self):
        runs, parameters = self.env["escarcelle.fiscal.run"].sudo(), self.env["ir.config_parameter"].sudo()
        with patch.object(self.env.registry, "updated_modules", []):
            runs._escarcelle_note_modules()
        known = json.loads(parameters.get_param(fiscal_run.MODULES))
        web = known.pop("web")
        parameters.set_param(fiscal_run.MODULES, json.dumps({**known, "gone": "1.0", "base": "0.9"}))
        with patch.object(self.env.registry, "updated_modules", []):
            runs._escarcelle_note_modules()
            runs._escarcelle_note_modules()
        said = self._said(jet.MAINTENANCE)
        self.assertEqual(said, f"Modules +web; -gone; base 0.9→{known['base']}", web)

    @drives(jet.NEW_VERSION)
    def test_new_fiscal_version_and_its_acceptance(self):
        releases = self.env["escarcelle.fiscal.release"]
        self.env["escarcelle.fiscal.release"]._escarcelle_look()
        with patch.object(fiscal_release, "FISCAL_VERSION", "F9.9"):
            release = releases._escarcelle_look()
        self.assertEqual(release.state, "waiting")
        release.action_accept()
        self.assertIn(f"version fiscale F9.9 empreinte {release.sha256}", self._said(jet.NEW_VERSION))
        self.assertIn(f"acceptée par U{self.env.uid}", self._said(jet.NEW_VERSION))

    @drives(jet.INITIALISATION, jet.TILL_ADDED)
    def test_first_sale_of_a_tablet(self):
        self._sell(self._open(self.config), [(self.rice, 1)])

    @drives(jet.GUARD_LEVEL)
    def test_level_of_the_guard(self):
        guard = self.env["escarcelle.fiscal.guard"].sudo()
        self.env["ir.config_parameter"].sudo().set_param("escarcelle_fiscal.guard", "1 role")
        guard._escarcelle_check()
        self.assertTrue(self._said(jet.GUARD_LEVEL).startswith("niveau"))

    # -- sales of a tablet -----------------------------------------------------------------------

    @drives(jet.START, jet.CASH_COUNT, jet.STOP)
    def test_session_of_a_tablet(self):
        session = self._open(self.config)
        session.state = "closing_control"
        session.write({"state": "closed"})

    @drives(jet.CLOSE_DAY_MONTH, jet.CLOSE_YEAR)
    def test_periods_of_a_tablet(self):
        session = self._open(self.config)
        with self._at(MORNING):
            self._sell(session, [(self.rice, 1)])
        with self._at(MORNING + timedelta(days=60)):
            self._sell(session, [(self.rice, 1)])

    @drives(jet.DEGRADED_START, jet.DEGRADED_END)
    def test_sold_while_the_server_was_away(self):
        session = self._open(self.config)
        data = self._order(session, [(self.rice, 1)])
        self.env["pos.order"].with_context(escarcelle_provisional=[data["uuid"]]).sync_from_ui([data])
        self._sell(session, [(self.rice, 1)])

    @drives(jet.NON_SALE_AMOUNT)
    def test_cash_in_and_out_on_a_tablet(self):
        session = self._open(self.config)
        session.try_cash_in_out("out", 20, "achat de timbres", False, {"translatedType": "sortie"})
        self.assertIn("-20.00 achat de timbres", self._said(jet.NON_SALE_AMOUNT))

    @drives(jet.REFUND)
    def test_refund_on_a_tablet(self):
        session = self._open(self.config)
        sale = self._sell(session, [(self.rice, 2)])
        self._sell(session, [(self.rice, -1, {"refunded_orderline_id": sale.lines.id})])

    @drives(jet.SALE_ABANDONED)
    def test_abandoned_sale_on_a_tablet(self):
        session = self._open(self.config)
        data = self._order(session, [(self.rice, 1)], state="draft")
        data["payment_ids"] = []
        self.env["pos.order"].sync_from_ui([data])
        self.env["pos.order"].search([("uuid", "=", data["uuid"])]).unlink()

    @drives(jet.OPERATION_REFUSED)
    def test_signed_sale_is_changed(self):
        order = self._sell(self._open(self.config), [(self.rice, 1)])
        for attempt in (
            lambda: order.write({"amount_total": 1}),
            lambda: order.lines.write({"price_unit": 1}),
            lambda: order.payment_ids.write({"amount": 1}),
        ):
            self._refused(attempt)
        self.assertIn("ticket 901-1", self._said(jet.OPERATION_REFUSED))

    @drives(jet.OPERATION_REFUSED)
    def test_signed_sale_is_removed(self):
        order = self._sell(self._open(self.config), [(self.rice, 1)])
        self._refused(order.lines.unlink)

    @drives(jet.OPERATION_REFUSED)
    def test_stock_module_is_asked_for(self):
        self._refused(self.env["ir.module.module"].search([("name", "=", "l10n_fr_pos_cert")]).button_install)

    @drives(jet.OPERATION_REFUSED)
    def test_journal_is_uninstalled(self):
        self._sell(self._open(self.config), [(self.rice, 1)])
        self._refused(self.env["ir.module.module"].search([("name", "=", "escarcelle_fiscal")]).button_uninstall)

    def _refused(self, attempt):
        with self.enter_registry_test_mode():
            refused = True
            # Not assertRaises: its savepoint would take the line away with the rest.
            with suppress(UserError):
                attempt()
                refused = False
        self.assertTrue(refused)

    # -- what arrives from tills -----------------------------------------------------------------

    @drives(jet.SEQUENCE_BREAK)
    def test_till_signs_a_number_twice(self):
        before = self.till.state
        self._send(self.till.ticket())
        self.till.state = before
        entry = self.till.ticket()
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(entry)
        self.assertEqual(answer["status"], "quarantined")

    @drives(jet.INTEGRITY_DEFECT, jet.TILL_REMOVED)
    def test_revoked_till_goes_on_signing(self):
        self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_revoke_till(self.till.uid8, "volée")
        entry = self.till.ticket()
        answer = self.env["escarcelle.fiscal.journal"].sudo()._escarcelle_verify_and_append(entry)
        self.assertEqual(answer["status"], "quarantined")
        self.assertIn("volée", self._said(jet.TILL_REMOVED))

    # -- archives, exports, exchanges ------------------------------------------------------------

    @drives(jet.ARCHIVE_INTERMEDIATE)
    def test_month_is_archived(self):
        self._send(self.till.ticket())
        self._archive(DAYS[3], "M", MORNING.date())

    @drives(jet.ARCHIVE_YEAR)
    def test_year_is_archived(self):
        self._send(self.till.ticket())
        self._archive(DAYS[3], "A", MORNING.date())

    @drives(jet.DATA_EXPORT)
    def test_list_is_exported(self):
        order = self._sell(self._open(self.config), [(self.rice, 1)])
        order.export_data(["name", "amount_total"])
        self.env.flush_all()
        self.env["escarcelle.fiscal.jet"].search([], limit=2).export_data(["code"])
        self.env["res.country"].search([], limit=1).export_data(["name"])
        self.assertEqual(self._said(jet.DATA_EXPORT).count("Export de"), 2)

    @drives(jet.ACCOUNTANT_EXCHANGE)
    def test_anchor_is_mailed_to_the_accountant(self):
        self.company.escarcelle_accountant_email = "compta@exemple.fr"
        self._send(self.till.ticket())
        self.env["escarcelle.fiscal.anchor"].sudo()._escarcelle_anchor()
        sendings = self.env["escarcelle.fiscal.anchor.sending"].sudo()
        sendings.search([("company_id", "=", self.company.id)]).mail_id.write({"state": "sent"})
        with self.enter_registry_test_mode():
            self.env.ref("escarcelle_fiscal.cron_anchor_mail").sudo().method_direct_trigger()

    # -- settings and rights ---------------------------------------------------------------------

    @drives(jet.TAXPAYER_CHANGED, jet.ISSUER_CHANGED, jet.SETTING_CHANGED)
    def test_company(self):
        self.company.write(
            {"company_registry": "82345678900022", "street": "9 rue Neuve", "ape": "4711B",
             "escarcelle_closing_hour": 4, "fiscalyear_last_month": "10", "escarcelle_timezone": "Indian/Reunion"}
        )  # fmt: skip
        self.assertIn("82345678900022", self._said(jet.TAXPAYER_CHANGED))
        self.assertIn("4711B", self._said(jet.ISSUER_CHANGED))

    @drives(jet.SETTING_CHANGED)
    def test_rate_of_a_tax(self):
        self.tax.amount = 10
        self.assertIn("10.0", self._said(jet.SETTING_CHANGED))

    @drives(jet.SETTING_CHANGED)
    def test_tax_added_and_removed(self):
        self._tax("2,1 %", 2.1).unlink()
        self.assertEqual(self._said(jet.SETTING_CHANGED).count("2,1 %".replace(",", ";")), 2)

    @drives(jet.SETTING_CHANGED)
    def test_taxes_of_goods_in_one_line(self):
        (self.rice | self.soap).product_tmpl_id.taxes_id = [Command.set(self.tax20.ids)]
        self.assertIn("TVA de 1 articles; taux 20.0 : RIZ", self._said(jet.SETTING_CHANGED))

    @drives(jet.SETTING_CHANGED)
    def test_regime_of_a_tariff(self):
        position = self.env["account.fiscal.position"].create({"name": "Exonéré"})
        position.escarcelle_sector = "EXO_A"
        self.assertIn("Exonéré", self._said(jet.SETTING_CHANGED))

    @drives(jet.SETTING_CHANGED)
    def test_means_of_payment(self):
        self.card.escarcelle_code = "BON"

    @drives(jet.RIGHTS_CHANGED)
    def test_rights_through_the_user(self):
        new_test_user(self.env, "neuf", groups="base.group_user,point_of_sale.group_pos_manager")
        self.assertIn("+point of sale.group pos manager", self._said(jet.RIGHTS_CHANGED))

    @drives(jet.RIGHTS_CHANGED)
    def test_rights_through_the_group(self):
        user = new_test_user(self.env, "neuf", groups="base.group_user")
        self._clear()
        group = self.env.ref("escarcelle_fiscal.group_manager")
        group.user_ids = [Command.link(user.id)]
        self.assertIn(f"U{user.id} +escarcelle fiscal.group auditor +escarcelle fiscal.group manager",
                      self._said(jet.RIGHTS_CHANGED))  # fmt: skip
        self._clear()
        group.user_ids = [Command.unlink(user.id)]
        self.assertIn(f"U{user.id} -escarcelle fiscal.group", self._said(jet.RIGHTS_CHANGED))

    @drives(jet.RIGHTS_CHANGED)
    def test_access_lines_and_rules(self):
        access = self.env["ir.model.access"].create(
            {"name": "trou", "model_id": self.env["ir.model"]._get_id("pos.order"), "perm_write": True}
        )
        access.perm_unlink = True
        rule = self.env.ref("escarcelle_fiscal.rule_jet_company")
        rule.active = False
        access.unlink()
        said = self._said(jet.RIGHTS_CHANGED)
        for what in ("ajout : pos.order tous", "changement : pos.order", "retrait : pos.order", "désactivée"):
            self.assertIn(what, said)

    def test_access_of_other_models_is_not_told(self):
        self._clear()
        self.env["ir.model.access"].create(
            {"name": "x", "model_id": self.env["ir.model"]._get_id("res.country"), "perm_read": True}
        )
        self.assertEqual(self._said(jet.RIGHTS_CHANGED), "")

    # -- people ----------------------------------------------------------------------------------

    def _auditor(self):
        return new_test_user(
            self.env, "agent", groups="escarcelle_fiscal.group_auditor",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip

    @drives(jet.TAX_AUDIT)
    def test_auditor_reads(self):
        auditor = self._auditor()
        for _time in range(2):
            self.env["escarcelle.fiscal.jet"].with_user(auditor).search_read([], ["code"], limit=1)
        self.env["escarcelle.fiscal.closing"].with_user(auditor).formatted_read_group([], ["kind"], ["__count"])
        self.assertEqual(self._said(jet.TAX_AUDIT).count(f"U{auditor.id} consulte"), 2)

    def test_those_whose_work_it_is_are_no_visitors(self):
        manager = new_test_user(self.env, "chef", groups="escarcelle_fiscal.group_manager")
        self._clear()
        self.env["escarcelle.fiscal.jet"].with_user(manager).search_read([], ["code"], limit=1)
        self.assertEqual(self._said(jet.TAX_AUDIT), "")

    # -- the table -------------------------------------------------------------------------------

    def test_every_server_trigger_of_the_table_is_driven(self):
        rows = re.findall(r"^\| (\d+) \|.*\|([^|]*)\|$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual({int(code) for code, _where in rows}, set(jet.LABELS))
        server = {int(code) for code, where in rows if "serveur" in where}
        tablet = {int(code) for code, where in rows if "tablette" in where}
        self.assertEqual(server - jet_driver.DRIVEN, set(), "listed in docs/jet.md and driven by no test")
        self.assertEqual(jet_driver.DRIVEN - server - tablet, set(), "driven here and not listed in docs/jet.md")
