import json

from odoo import api, models
from odoo.exceptions import UserError

from escarcelle_core import jet
from escarcelle_core.errors import EscarcelleError, SignatureError
from escarcelle_core.record import Record
from escarcelle_core.signing import Verifier
from escarcelle_core.verification import verify_document, verify_signature

from ..tools import standing, wire
from .fiscal_quarantine import REASONS


class Refused(Exception):
    """A record that cannot be stored; ``status`` is rejected or quarantined."""

    def __init__(self, status, reason, detail):
        super().__init__(detail)
        self.status = status
        self.reason = reason


class EscarcelleFiscalJournal(models.AbstractModel):
    """The only way into the fiscal journal from Python.

    What a device sends is verified whole (signature, document, chain, totals) before it is stored.
    What is validly signed and does not chain is quarantined, never refused; what is not validly
    signed is rejected and stays where it is.
    """

    _name = "escarcelle.fiscal.journal"
    _description = "Fiscal journal"

    # -- reading ---------------------------------------------------------------------------------

    @api.model
    def _escarcelle_heads(self, uid8):
        """``{"TCK": {"seq", "signature"}, …}``: the last record of each chain of a device."""
        self.env.cr.execute("SELECT kind, seq, signature FROM fiscal.head WHERE till = %s", [uid8])
        return {kind: {"seq": seq, "signature": sig} for kind, seq, sig in self.env.cr.fetchall()}

    @api.model
    def _escarcelle_records(self, uid8, origin):
        """The records of one order or event of a device, on the wire form of docs/formats.md §2."""
        self.env.cr.execute(f"{wire.SELECT} WHERE origin = %s AND till = %s ORDER BY id", [origin, uid8])
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _escarcelle_standing(self, uid8):
        """Lock a device until the end of the transaction and return where it stands (TillState).

        Raises UserError for an unknown device.
        """
        self.env.cr.execute("SELECT fiscal.lock(till) FROM fiscal.till_clock WHERE till = %s", [uid8])
        row = self.env.cr.fetchone()
        if not row:
            raise UserError(self.env._("Unknown device %s: enrol it again.", uid8))
        return standing.state(row[0])

    # -- writing ---------------------------------------------------------------------------------

    @api.model
    def _escarcelle_verify_and_append(self, entry):
        """Verify one entry of a till (docs/formats.md §6) and store its records.

        Returns ``{"status", "reason", "detail", "records"}``: status is ``stored``, ``known``,
        ``quarantined`` or ``rejected``; detail is a French sentence; records what append answered.
        All records of the entry are stored, or none. Idempotent.
        """
        self.env["escarcelle.fiscal.instance"]._escarcelle_open()
        uid8 = entry.get("till") if isinstance(entry, dict) else None
        try:
            records = _read(entry)
            if not records:
                return {"status": "stored", "reason": "", "detail": "", "records": []}
            verifiers, revoked = self._escarcelle_verifiers(uid8)
            for record in records:
                _signature(record, verifiers)
            answer = self._escarcelle_chain(uid8, records, revoked)
        except Refused as refused:
            self._escarcelle_refuse(uid8, entry, refused)
            return {
                "status": refused.status,
                "reason": refused.reason,
                "detail": str(refused),
                "records": [],
            }
        fresh = any(item["status"] == "stored" for item in answer)
        return {"status": "stored" if fresh else "known", "reason": "", "detail": "", "records": answer}

    def _escarcelle_chain(self, uid8, records, revoked):
        """Check ``records`` against what is stored and append them; Refused when they do not follow."""
        known = self._escarcelle_known(uid8, records)
        state = self._escarcelle_standing(uid8)
        for record in records:
            stored = known.get((record.kind, record.origin))
            if stored:
                if stored != (record.seq, record.signature, record.digest):
                    raise Refused(
                        "quarantined", "conflict",
                        f"{record.number} : même origine qu'un document déjà enregistré, autre contenu.",
                    )  # fmt: skip
                continue
            if record.key_id in revoked:
                raise Refused(
                    "quarantined", "revoked_key", f"{record.number} : signé par une clé révoquée."
                )
            state = self._escarcelle_next(uid8, state, record)
        return self._escarcelle_append(uid8, records)

    def _escarcelle_next(self, uid8, state, record):
        head = state.seq(record.kind)
        if record.seq > head + 1 and not self._escarcelle_follows_quarantine(uid8, record):
            raise Refused(
                "rejected", "gap",
                f"{record.kind} {record.number} : le serveur attend d'abord le numéro {head + 1}.",
            )  # fmt: skip
        if record.seq != head + 1:
            raise Refused("quarantined", "sequence", f"{record.kind} {record.number} : numéro déjà pris.")
        if record.previous != state.signature(record.kind):
            raise Refused(
                "quarantined", "fork", f"{record.kind} {record.number} : ne suit pas le document précédent."
            )
        try:
            return state.after(record, verify_document(state, record))
        except EscarcelleError as error:
            raise Refused("quarantined", "unsound", f"{record.kind} {record.number} : {error}") from error

    def _escarcelle_follows_quarantine(self, uid8, record):
        self.env.cr.execute(
            "SELECT EXISTS (SELECT FROM fiscal.quarantine WHERE till = %s AND kind = %s AND seq = %s"
            " AND signature = %s)",
            [uid8, record.kind, record.seq - 1, record.previous],
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _escarcelle_append(self, uid8, records, late=None):
        """Store records (Record) that were verified or issued here; what ``fiscal.append`` answers."""
        # One JSON text is one parameter: a batch costs one round trip whatever its length.
        self.env.cr.execute(
            "SELECT fiscal.append(%s, %s::jsonb, %s)",
            [uid8, json.dumps([record.as_json() for record in records]), late],
        )
        return self.env.cr.fetchone()[0]

    def _escarcelle_known(self, uid8, records):
        self.env.cr.execute(
            "SELECT kind, origin::text, seq, signature, digest FROM fiscal.record"
            " WHERE till = %s AND origin = ANY(%s::uuid[])",
            [uid8, [record.origin for record in records]],
        )
        return {(kind, origin): (seq, sig, dig) for kind, origin, seq, sig, dig in self.env.cr.fetchall()}

    def _escarcelle_verifiers(self, uid8):
        """Verifiers by key id, and the ids of revoked keys. Refused for an unknown device."""
        self.env.cr.execute(
            "SELECT c.key_id, c.pem, r.id IS NOT NULL FROM fiscal.certificate c"
            " LEFT JOIN fiscal.certificate_revocation r USING (till, key_id) WHERE c.till = %s",
            [uid8],
        )
        rows = self.env.cr.fetchall()
        if not rows:
            raise Refused("rejected", "unknown_till", f"La caisse {uid8} n'est pas connue du journal.")
        return {key: _verifier(pem) for key, pem, _r in rows}, {key for key, _p, r in rows if r}

    def _escarcelle_refuse(self, uid8, entry, refused):
        """Keep what must be kept, and say it in the server's event journal."""
        outbox = self.env["escarcelle.fiscal.outbox"]
        if refused.status == "rejected":
            if refused.reason == "signature":
                outbox._escarcelle_note(jet.INTEGRITY_DEFECT, f"caisse {uid8} {refused}")
            return
        records = _read(entry)
        known = self._escarcelle_known(uid8, records)
        unstored = [r for r in records if known.get((r.kind, r.origin)) != (r.seq, r.signature, r.digest)]
        self.env.cr.execute(
            "SELECT fiscal.quarantine(%s, %s::jsonb, %s, %s, %s)",
            [uid8, json.dumps([record.as_json() for record in unstored]), str(entry.get("uuid", ""))[:36],
             refused.reason, str(refused)],
        )  # fmt: skip
        if self.env.cr.fetchone()[0]:
            broken = refused.reason in ("sequence", "fork")
            code = jet.SEQUENCE_BREAK if broken else jet.INTEGRITY_DEFECT
            outbox._escarcelle_note(code, f"caisse {uid8} {dict(REASONS)[refused.reason]} {refused}")


def _read(entry):
    """Records of an entry; Refused when one is unreadable or from another device."""
    try:
        records = [Record.from_json(data) for data in entry["records"]]
    except (EscarcelleError, KeyError, TypeError) as error:
        detail = str(error) if isinstance(error, EscarcelleError) else "Entrée illisible."
        raise Refused("rejected", "unreadable", detail) from error
    if any("\x00" in record.local for record in records):
        raise Refused("rejected", "unreadable", "Entrée illisible.")
    if any(record.till != entry["till"] for record in records):
        raise Refused("rejected", "foreign_till", "Un enregistrement vient d'une autre caisse.")
    return records


def _signature(record, verifiers):
    try:
        verify_signature(record, verifiers)
    except SignatureError as error:
        raise Refused("rejected", "signature", f"{record.kind} {record.number} : {error}") from error


_verifiers = {}


def _verifier(pem):
    """Verifier of a certificate; reading one costs as much as verifying several signatures."""
    verifier = _verifiers.get(pem)
    if verifier is None:
        if len(_verifiers) > 1000:
            _verifiers.clear()
        verifier = _verifiers[pem] = Verifier(pem)
    return verifier
