"""What was erased must be erased again when a backup from before is restored: a list outside the database."""

import hashlib
import logging
import os
import re
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import config

_logger = logging.getLogger(__name__)
_TOKEN = re.compile(r"[0-9a-f]{64}")


class EscarcelleErasure(models.Model):
    _inherit = "escarcelle.erasure"

    @api.model
    def _escarcelle_list(self):
        """The file of tokens of this database, and of the copies restored from its backups."""
        identity = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        folder = Path(config["data_dir"]) / "escarcelle_erased"
        return folder / f"{hashlib.sha256(str(identity).encode()).hexdigest()[:32]}.list"

    def _escarcelle_token(self):
        """What stands for the erased one on the list: nothing can be read in it, and only a database that
        has that very row, made at that very moment, finds it again."""
        self.ensure_one()
        record = self.member_id if self.kind == "member" else self.household_id
        return self._escarcelle_tokens(record)[record.id]

    @api.model
    def _escarcelle_tokens(self, records):
        """``{id: token}`` of these rows."""
        identity = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return {
            record.id: hashlib.sha256(
                f"{identity}|{record._name}|{record.id}|{record.create_date.isoformat()}".encode()
            ).hexdigest()
            for record in records.sudo()
        }

    @api.model
    def _escarcelle_bury(self, *tokens):
        """Put these tokens on the list, on the disk before the transaction ends: an erasure that is not on
        it could come back. One that is on it and was rolled back after all is only done again."""
        path, known = self._escarcelle_list(), self._escarcelle_buried()
        fresh = [token for token in tokens if token not in known]
        if fresh:
            self.env.cr.precommit.add(lambda: _append(path, fresh))

    @api.model
    def _escarcelle_buried(self):
        """The tokens on the list."""
        try:
            return set(_TOKEN.findall(self._escarcelle_list().read_text("ascii")))
        except FileNotFoundError:
            return set()

    @api.model
    def _escarcelle_cron_replay(self):
        """Erase again what a restored backup brought back; put on the list what is missing there."""
        buried = self._escarcelle_buried()
        done = set(self.search([("state", "=", "erased"), ("token", "!=", False)]).mapped("token"))
        missing = sorted(done - buried)
        if missing:
            _append(self._escarcelle_list(), missing)
        back = self._escarcelle_come_back(buried - done)
        left = len(back)
        for line in back:
            left -= 1
            line._escarcelle_erase_alone()
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break
        if back:
            _logger.warning("%s erasures done again after a restoration", len(back))
            self.env["escarcelle.household"]._escarcelle_sweep_files()

    @api.model
    def _escarcelle_come_back(self, tokens):
        """Lines, due today, of the households and people whose tokens these are."""
        if not tokens:
            return self
        households = (
            self.env["escarcelle.household"]
            .with_context(active_test=False)
            .search([("erased_on", "=", False)])
        )
        members = (
            self.env["escarcelle.household.member"]
            .with_context(active_test=False)
            .search([("left_on", "!=", False)])
        )
        again = households.browse(
            [key for key, token in self._escarcelle_tokens(households).items() if token in tokens]
        )
        people = members.browse(
            [key for key, token in self._escarcelle_tokens(members).items() if token in tokens]
        )
        people = people.filtered(lambda member: member.household_id not in again)
        self.search(
            [
                ("state", "in", ("announced", "kept")),
                "|", ("household_id", "in", again.ids), ("member_id", "in", people.ids),
            ]
        ).unlink()  # fmt: skip
        common = {"cause": "restore", "erase_on": fields.Date.context_today(self)}
        return self.create(
            [{**common, "household_id": one.id, "kind": "household"} for one in again]
            + [
                {
                    **common,
                    "household_id": one.household_id.id,
                    "member_id": one.id,
                    "kind": "member",
                }
                for one in people
            ]
        )


def _append(path, tokens):
    """Add lines, on the disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as stream:
        stream.write("".join(f"{token}\n" for token in tokens).encode("ascii"))
        stream.flush()
        os.fsync(stream.fileno())
