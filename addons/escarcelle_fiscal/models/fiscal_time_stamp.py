import logging
import secrets

import requests
from odoo import api, models

from escarcelle_core import time_stamp
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.record import Record

from ..tools import archive_files, wire
from .res_config_archive import TSA

_logger = logging.getLogger(__name__)
SECONDS = 15
#: Asked for in one run; what is older than that many days is left: its time would say nothing any more.
BATCH, DAYS = 20, 30


class EscarcelleFiscalTimeStamp(models.AbstractModel):
    """Asks a third party to attest the date of anchors and seals, after they are signed and without
    holding anything: a server that does not answer delays nothing."""

    _name = "escarcelle.fiscal.time.stamp"
    _description = "RFC 3161 time stamps"

    @api.model
    def _escarcelle_ask_all(self):
        """Stamp what is not yet (cron), the newest first. Stops at the first failure: the next run goes on."""
        url = self.env["ir.config_parameter"].sudo().get_param(TSA)
        if not url or self.env["escarcelle.fiscal.instance"]._escarcelle_problem():
            return
        cron = self.env["ir.cron"]
        problem = ""
        for data in self._escarcelle_waiting():
            try:
                self._escarcelle_ask(url, Record.from_json(data))
            except (EscarcelleError, requests.RequestException) as error:
                problem = str(error) if isinstance(error, EscarcelleError) else type(error).__name__
                _logger.warning("time stamp: %s", problem)
                break
            if not cron._commit_progress(1):
                break
        parameters = self.env["ir.config_parameter"].sudo()
        if problem != (parameters.get_param(f"{TSA}_problem") or ""):
            parameters.set_param(f"{TSA}_problem", problem or False)

    def _escarcelle_waiting(self):
        """Seals and shop anchors without a token."""
        self.env.cr.execute(
            f"{wire.SELECT} r WHERE till = (SELECT till FROM fiscal.instance) AND at > now() - %s * interval '1 day'"
            " AND (kind = 'ARC' OR kind = 'ANC' AND strpos(xml, '<magasin>') > 0)"
            " AND NOT EXISTS (SELECT FROM fiscal.time_stamp s WHERE (s.till, s.kind, s.seq) = (r.till, r.kind, r.seq))"
            " ORDER BY id DESC LIMIT %s",
            [DAYS, BATCH],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _escarcelle_ask(self, url, record):
        digest, nonce = time_stamp.imprint(record), secrets.randbits(63)
        answer = self._escarcelle_post(url, time_stamp.request(digest, nonce))
        stamp = time_stamp.read_answer(answer, digest, nonce)
        self.env.cr.execute(
            "SELECT fiscal.keep_time_stamp(%s, %s, %s, %s, %s, %s)",
            [record.till, record.kind, record.seq, url[:200], stamp.token, stamp.at],
        )
        if record.kind == "ARC":
            self._escarcelle_put_beside(record, stamp.token)

    def _escarcelle_put_beside(self, record, token):
        """The token of a seal, next to the archive."""
        archive = self.env["escarcelle.fiscal.archive"].sudo().search([("number", "=", record.seq)], limit=1)
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        if archive and archive._escarcelle_path():
            try:
                archive_files.beside(folder, archive.name.replace(".7z", ".tsr"), token)
            except OSError as error:
                # It is in the journal in any case.
                _logger.warning("time stamp of %s: %s", archive.name, error.strerror)

    def _escarcelle_post(self, url, query):
        """The server's answer; never more than an answer can be, never from elsewhere."""
        with requests.post(
            url, data=query, headers={"Content-Type": "application/timestamp-query"}, timeout=SECONDS,
            allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            if answer.status_code != 200:
                raise time_stamp.TimeStampError(f"Le serveur d'horodatage répond {answer.status_code}.")
            return answer.raw.read(time_stamp.MAX_ANSWER + 1, decode_content=True)
