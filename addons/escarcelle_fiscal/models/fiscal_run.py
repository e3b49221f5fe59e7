import json
import os
import platform
import sys
import threading
from contextlib import suppress

import odoo.service.server
import psutil
from odoo import SUPERUSER_ID, api, fields, models
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.tools import config
from psycopg2.errors import SerializationFailure

from escarcelle_core import jet

#: Databases whose stop this process tells.
_told = set()
#: The modules of the last start and their versions.
MODULES = "escarcelle_fiscal.modules"


class EscarcelleFiscalRun(models.Model):
    """A run of the server program: its start is JET 80, its orderly stop JET 40. A start that finds the
    run before it without a stop says so."""

    _name = "escarcelle.fiscal.run"
    _description = "Run of the server"
    _order = "started_at desc, id desc"
    _rec_name = "token"
    _log_access = False

    token = fields.Char(required=True, readonly=True, help="Host, process and instant of its start.")
    host = fields.Char(required=True, readonly=True)
    started_at = fields.Datetime(required=True, readonly=True)
    stopped_at = fields.Datetime(readonly=True)

    _token_uniq = models.UniqueIndex("(token)")

    def _register_hook(self):
        super()._register_hook()
        # Several server processes load at the same instant: one of them tells, the others fail softly.
        with suppress(SerializationFailure), self.env.cr.savepoint():
            self._escarcelle_loaded()

    @api.model
    def _escarcelle_loaded(self):
        """The program has just loaded this database: say what the event journal wants to know of it."""
        if "odoo.cli.shell" in sys.modules:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.MAINTENANCE, f"Console d'administration (odoo shell) sur {platform.node()}"
            )
        self._escarcelle_note_modules()
        self.env["escarcelle.fiscal.release"]._escarcelle_look()
        token = None if "odoo.cli.shell" in sys.modules else server_token()
        if token:
            self._escarcelle_start(token)
            self._escarcelle_tell_stop(token)

    @api.model
    def _escarcelle_start(self, token):
        """Note the start of the run ``token`` (JET 80), once whatever the number of its processes."""
        host = platform.node()[:60]
        last = self.search([("host", "=", host)], limit=1)
        self.env.cr.execute(
            "INSERT INTO escarcelle_fiscal_run (token, host, started_at)"
            " VALUES (%s, %s, clock_timestamp() AT TIME ZONE 'UTC') ON CONFLICT DO NOTHING",
            [token, host],
        )
        if not self.env.cr.rowcount:
            return
        self.invalidate_model()
        crashed = last and not last.stopped_at
        self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
            jet.START,
            f"Démarrage du serveur {host} {self.env['escarcelle.fiscal.instance']._escarcelle_platform()}"
            + (" (l'arrêt précédent n'a pas été enregistré)" if crashed else ""),
        )

    @api.model
    def _escarcelle_stop(self, token):
        """Note the stop of the run ``token`` (JET 40), once."""
        run = self.search([("token", "=", token), ("stopped_at", "=", False)])
        if run:
            run.stopped_at = self.env.cr.now().replace(microsecond=0)
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(jet.STOP, f"Arrêt du serveur {run.host}")

    @api.model
    def _escarcelle_note_modules(self):
        """Note what was installed, removed or updated since the last start (JET 240), from wherever."""
        self.env.cr.execute(
            "SELECT name, latest_version FROM ir_module_module WHERE state IN ('installed', 'to upgrade')"
        )
        now = dict(self.env.cr.fetchall())
        parameters = self.env["ir.config_parameter"].sudo()
        known = parameters.get_param(MODULES)
        before = json.loads(known) if known else now
        said = [f"+{name}" for name in sorted(now.keys() - before.keys())]
        said += [f"-{name}" for name in sorted(before.keys() - now.keys())]
        said += [f"{n} {before[n]}→{now[n]}" for n in sorted(now.keys() & before.keys()) if before[n] != now[n]]
        again = sorted(set(self.env.registry.updated_modules) - (now.keys() - before.keys()))
        if again:
            said.append(f"mis à jour : {' '.join(again)}")
        if said and known:
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(jet.MAINTENANCE, f"Modules {', '.join(said)}")
        if now != before or not known:
            parameters.set_param(MODULES, json.dumps(now, sort_keys=True))

    def _escarcelle_tell_stop(self, token):
        server = odoo.service.server.server
        database = self.env.cr.dbname
        # Workers end when their master stops: the master tells, once.
        if server.pid == os.getpid() and database not in _told:
            _told.add(database)
            server.on_stop(lambda: stopped(database, token))


def server_token():
    """Names the run of the server this process belongs to, None when it serves nobody."""
    server = odoo.service.server.server
    if server is None or config["stop_after_init"]:
        return None
    with suppress(psutil.Error):
        started = psutil.Process(server.pid).create_time()
        return f"{platform.node()[:60]}/{server.pid}/{started:.2f}"
    return None


def stopped(database, token):
    """The server program ends: what it has to say of it is committed before it is gone."""
    threading.current_thread().dbname = database
    with Registry(database).cursor() as cr:
        Environment(cr, SUPERUSER_ID, {})["escarcelle.fiscal.run"]._escarcelle_stop(token)
