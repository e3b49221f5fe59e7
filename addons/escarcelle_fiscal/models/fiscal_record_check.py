from odoo import fields, models

from escarcelle_core.errors import EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.signing import Verifier
from escarcelle_core.verification import verify_document, verify_signature

from ..tools import standing, wire

#: Where a device stood before a record: the last of each chain among the records that came earlier.
_BEFORE = """
    SELECT r.* FROM fiscal.head h
    CROSS JOIN LATERAL (
        SELECT p.kind, p.seq, p.signature, p.business_day, p.id AS record_id, p.totals, p.payload
        FROM fiscal.record p WHERE p.till = h.till AND p.kind = h.kind AND p.id < %s
        ORDER BY p.seq DESC LIMIT 1) r
    WHERE h.till = %s
"""


class EscarcelleFiscalRecord(models.Model):
    _inherit = "escarcelle.fiscal.record"

    def action_verify(self):
        """Verify this record on the spot, as the stand-alone verifier does, and show each check."""
        self.ensure_one()
        self.check_access("read")
        checks = self.sudo()._escarcelle_checks()
        wizard = self.env["escarcelle.fiscal.record.check"].create(
            {
                "name": self.display_name,
                "verdict": "sound" if all(sound for sound, _what, _detail in checks) else "defects",
                "line_ids": [
                    (0, 0, {"sequence": n, "sound": sound, "what": what, "detail": detail})
                    for n, (sound, what, detail) in enumerate(checks)
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verification"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _escarcelle_checks(self):
        """[(sound, what was checked, what was found)]; the core decides, nothing is trusted."""
        self.env.cr.execute(f"{wire.SELECT} WHERE id = %s", [self.id])
        data = self.env.cr.fetchone()[0]
        try:
            record = Record.from_json(data)
        except EscarcelleError as error:
            return [(False, self.env._("Stored values"), str(error))]
        return [
            self._escarcelle_check_signature(record),
            self._escarcelle_check_neighbour(record, -1),
            self._escarcelle_check_neighbour(record, 1),
            self._escarcelle_check_document(record),
        ]

    def _escarcelle_check_signature(self, record):
        what = self.env._("Signature, by the certificate of the device")
        self.env.cr.execute(
            "SELECT pem FROM fiscal.certificate WHERE till = %s AND key_id = %s", [record.till, record.key_id]
        )
        row = self.env.cr.fetchone()
        try:
            verifier = Verifier(row[0]) if row else None
            verify_signature(record, {record.key_id: verifier} if verifier else {})
        except EscarcelleError as error:
            return False, what, str(error)
        return True, what, f"ECDSA P-256, SHA-256 · {record.key_id[:16]}…"

    def _escarcelle_check_neighbour(self, record, step):
        """The record before is the one this one names; the one after names this one."""
        before = step < 0
        what = self.env._("Link to the record before") if before else self.env._("Link of the record after")
        self.env.cr.execute(
            "SELECT signature, previous FROM fiscal.record WHERE till = %s AND kind = %s AND seq = %s",
            [record.till, record.kind, record.seq + step],
        )
        row = self.env.cr.fetchone()
        if row is None:
            self.env.cr.execute(
                "SELECT seq FROM fiscal.head WHERE till = %s AND kind = %s", [record.till, record.kind]
            )
            head = self.env.cr.fetchone()
            last = head[0] if head else 0
            if before and (removed := self._escarcelle_removed(record)) and removed[0] == record.seq - 1:
                return removed[1] == record.previous, what, self.env._("Purged: the archive holds it.")
            if before:
                return record.seq == 1, what, self.env._("First record of its chain.")
            return record.seq == last, what, self.env._("Last record of its chain.")
        found, expected = (row[0], record.previous) if before else (row[1], record.signature)
        return found == expected, what, found

    def _escarcelle_removed(self, record):
        """(last number removed of its chain, signature) by the last purge of its device, None without."""
        self.env.cr.execute(
            "SELECT (chains -> %s ->> 'seq')::bigint, chains -> %s ->> 'signature' FROM fiscal.purge"
            " WHERE till = %s AND chains ? %s ORDER BY last_id DESC LIMIT 1",
            [record.kind, record.kind, record.till, record.kind],
        )
        return self.env.cr.fetchone()

    def _escarcelle_check_document(self, record):
        what = self.env._("Document, signed string, amounts and running totals, built again from the values")
        self.env.cr.execute(
            "SELECT EXISTS (SELECT FROM fiscal.purge WHERE till = %s AND last_id >= %s)", [record.till, self.id]
        )
        if self.env.cr.fetchone()[0]:
            # What it followed is no longer here: its totals cannot be computed again from the database alone.
            return True, what, self.env._("Detail around it was purged: verify the archive of the year.")
        self.env.cr.execute(_BEFORE, [self.id, record.till])
        rows = self.env.cr.dictfetchall()
        try:
            verify_document(standing.state(_standing(rows)), record)
        except EscarcelleError as error:
            return False, what, str(error)
        return True, what, record.digest


def _standing(rows):
    """What ``fiscal.lock`` would have answered when these were the last records of their chains."""
    if not rows:
        return {"heads": {}}
    payloads = {row["kind"]: row["payload"].split(",") for row in rows}
    return {
        "heads": {
            row["kind"]: {
                "seq": row["seq"], "signature": row["signature"], "record_id": row["record_id"],
                "business_day": row["business_day"].isoformat(),
            }
            for row in rows
        },
        "totals": max(rows, key=lambda row: row["record_id"])["totals"],
        "closing": payloads["GTJ"][5] if "GTJ" in payloads else None,
        "anchor": payloads["ANC"][0] if "ANC" in payloads else None,
    }  # fmt: skip


class EscarcelleFiscalRecordCheck(models.TransientModel):
    """What a verification on the spot found."""

    _name = "escarcelle.fiscal.record.check"
    _description = "Verification of a record"

    name = fields.Char("Document", readonly=True)
    verdict = fields.Selection([("sound", "Sound"), ("defects", "Defects")], readonly=True)
    line_ids = fields.One2many("escarcelle.fiscal.record.check.line", "check_id", "Checks", readonly=True)


class EscarcelleFiscalRecordCheckLine(models.TransientModel):
    _name = "escarcelle.fiscal.record.check.line"
    _description = "Check of a record"
    _order = "sequence, id"

    check_id = fields.Many2one("escarcelle.fiscal.record.check", required=True, ondelete="cascade")
    sequence = fields.Integer(readonly=True)
    sound = fields.Boolean(readonly=True)
    what = fields.Char("What is checked", readonly=True)
    detail = fields.Char("Found", readonly=True)
