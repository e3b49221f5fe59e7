import uuid
from datetime import timezone

from odoo import api, models
from odoo.exceptions import UserError

from escarcelle_core import jet
from escarcelle_core.chain import Desk, close_elapsed, issue_event, issue_ticket
from escarcelle_core.documents import Device, JetEvent
from escarcelle_core.errors import EscarcelleError


class EscarcelleFiscalDevice(models.AbstractModel):
    """Devices the server signs for: itself (number 0) and each point of sale without a till program.

    Each has its own chains, so two of them never wait for each other. Signing happens in the
    transaction of what is signed: no order without its signature, no signature without its order.
    """

    _name = "escarcelle.fiscal.device"
    _description = "Server-signed device"

    @api.model
    def _escarcelle_now(self):
        """The database's clock, aware: one clock for all servers, read after the device's lock."""
        self.env.cr.execute("SELECT clock_timestamp()")
        return self.env.cr.fetchone()[0].astimezone(timezone.utc)

    @api.model
    def _escarcelle_server_desk(self, files):
        """What the server signs its own events with."""
        company = self.env["res.company"].sudo().search([], order="id", limit=1)
        device = Device(files.till, 0, *self.env["escarcelle.fiscal.instance"]._escarcelle_software())
        return Desk(device, company._escarcelle_company(), company._escarcelle_rules(), files.signer)

    @api.model
    def _escarcelle_row(self, config):
        """(uid8, number, name, company, siret, software) of the device of ``config``, None if new."""
        self.env.cr.execute(
            "SELECT uid, number, name, company_id, siret, software FROM fiscal.till t"
            " WHERE config_id = %s AND signer = 'server'"
            " AND NOT EXISTS (SELECT FROM fiscal.retirement r WHERE r.till = t.uid)"
            " ORDER BY number DESC, version DESC LIMIT 1",
            [config.id],
        )
        return self.env.cr.fetchone()

    @api.model
    def _escarcelle_desk(self, config):
        """Desk of a point of sale; its device, or what changed of it, is registered on the way.

        Registering locks the list of devices, so it is done only when something changed: two points
        of sale never wait for each other to sign.
        """
        files = self.env["escarcelle.fiscal.instance"]._escarcelle_open()
        company = config.company_id
        identity, rules = company._escarcelle_identity(), company._escarcelle_rules()
        software, version = self.env["escarcelle.fiscal.instance"]._escarcelle_software()
        row = self._escarcelle_row(config)
        uid8, number = row[:2] if row else (uuid.uuid4().hex[:8], None)
        wanted = (config.name, company.id, identity.siret, f"{software} {version}")
        if not row or row[2:] != wanted or not self._escarcelle_has_key(uid8, files.signer.key_id):
            number = self.env["escarcelle.fiscal.journal"]._escarcelle_translated(
                lambda: self.env["escarcelle.fiscal.till"]._escarcelle_register(
                    uid8, number=number, name=config.name, signer="server", company=company,
                    config=config, siret=identity.siret, software=wanted[3],
                    pem=files.signer.certificate_pem,
                )
            )  # fmt: skip
        return Desk(Device(uid8, number, software, version), identity, rules, files.signer)

    def _escarcelle_has_key(self, uid8, key_id):
        self.env.cr.execute(
            "SELECT EXISTS (SELECT FROM fiscal.certificate WHERE till = %s AND key_id = %s)", [uid8, key_id]
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _escarcelle_sign(self, config, ticket, events=(), late=False):
        """Sign ``ticket`` on the device of ``config`` and store it with ``events`` (a list for before
        the ticket, a function of its record that gives those after it) and the closings that fell due.
        Returns the ticket's Record.

        Raises UserError, in French, when the ticket contradicts itself.
        """
        desk = self._escarcelle_desk(config)
        journal = self.env["escarcelle.fiscal.journal"]
        state = journal._escarcelle_standing(desk.device.uid)
        at = self._escarcelle_now()
        self._escarcelle_before_ticket(state, desk, at, late)
        before, after = events or ((), lambda record: ())
        records = []
        if not state.seq("JET"):
            text = f"{desk.device.software} {desk.device.software_version} caisse {desk.device.number}"
            before = (JetEvent(jet.INITIALISATION, text), *before)
        try:
            for event in before:
                issue = issue_event(state, desk, event, at)
                state, records = issue.state, [*records, *issue.records]
            issue = issue_ticket(state, desk, ticket, at)
        except EscarcelleError as error:
            raise UserError(str(error)) from error
        signed = issue.records[-1]
        state, records = issue.state, [*records, *issue.records]
        for event in after(signed):
            issue = issue_event(state, desk, event, at)
            state, records = issue.state, [*records, *issue.records]
        journal._escarcelle_append(desk.device.uid, records, late or None)
        return signed

    @api.model
    def _escarcelle_last_event(self, uid8, codes):
        """Code of the last of these events of a device, None when there is none."""
        self.env.cr.execute(
            "SELECT split_part(payload, ',', 2)::integer FROM fiscal.record"
            " WHERE till = %s AND kind = 'JET' AND split_part(payload, ',', 2) = ANY(%s)"
            " ORDER BY seq DESC LIMIT 1",
            [uid8, [str(code) for code in codes]],
        )
        row = self.env.cr.fetchone()
        return row[0] if row else None

    @api.model
    def _escarcelle_desks(self):
        """Desks of all the devices the server signs for, the server itself first."""
        files = self.env["escarcelle.fiscal.instance"]._escarcelle_open()
        yield self._escarcelle_server_desk(files)
        self.env.cr.execute(
            "SELECT DISTINCT config_id FROM fiscal.till t WHERE signer = 'server' AND number > 0"
            " AND NOT EXISTS (SELECT FROM fiscal.retirement r WHERE r.till = t.uid)"
        )
        configs = self.env["pos.config"].sudo().browse([row[0] for row in self.env.cr.fetchall()])
        for config in configs.exists():
            yield self._escarcelle_desk(config)

    @api.model
    def _escarcelle_close_elapsed(self):
        """Close the periods that are over on devices nobody sells on (cron)."""
        instance = self.env["escarcelle.fiscal.instance"]
        if instance._escarcelle_row() is None or instance._escarcelle_problem():
            return
        journal = self.env["escarcelle.fiscal.journal"]
        for desk in self._escarcelle_desks():
            state = journal._escarcelle_standing(desk.device.uid)
            issue = close_elapsed(state, desk, self._escarcelle_now())
            if issue.records:
                journal._escarcelle_append(desk.device.uid, issue.records)
            # One device a transaction: none waits for the closing of another.
            self.env["ir.cron"]._commit_progress(1)
