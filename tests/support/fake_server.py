"""A server for tests: the till API of ``docs/formats.md`` §7 over real HTTP, keeping its word.

It verifies every record with the core, as the real one does: what it stores is signed, chained and
in order, or the test fails.
"""

import hashlib
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import till_shop
from escarcelle_core import key_change
from escarcelle_core.errors import ChainError, EscarcelleError
from escarcelle_core.record import Record
from escarcelle_core.signing import Verifier
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from escarcelle_core.xml import event_xml
from escarcelle_core.xml.stamp import parse

COMPANY = till_shop.settings()["company"]
PERIOD = till_shop.settings()["period"]


class FakeServer:
    """``certificate`` (PEM with its key) makes it speak TLS. ``mode`` switches behaviour: ``ok``,
    ``down`` (connection cut), ``lost`` (stores, then cuts the connection), ``error`` (500),
    ``garbage``, ``hang`` (takes the request, never answers)."""

    def __init__(self, certificate: str = "") -> None:
        self.mode = "ok"
        self.parts = till_shop.parts()
        self.period = PERIOD
        self.codes = {"AAAA-BBBB": 3, "CCCC-DDDD": 4}
        self.keys: dict[str, str] = {}
        self.verifiers: dict[str, Verifier] = {}
        self.entries: dict[tuple[str, int], dict] = {}
        self.records: dict[str, list[Record]] = {}
        self.states: dict[str, TillState] = {}
        self.defects: list[str] = []
        self.reject: set[str] = set()
        self.commands: list = []
        self.requests = 0
        self.queues: list[int] = []
        self.acknowledged: list[int] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"house": self})
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._httpd.daemon_threads = True
        self.port = self._httpd.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._httpd.socket = context.wrap_socket(self._httpd.socket, server_side=True)
        threading.Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.released.set()
        self._httpd.shutdown()
        self._httpd.server_close()

    def tickets(self, till: str | None = None) -> list[Record]:
        """Every stored ticket, of one till or of all."""
        chosen = [till] if till else list(self.records)
        return [r for uid in chosen for r in self.records.get(uid, []) if r.kind == "TCK"]

    def sold(self, till: str | None = None) -> list[str]:
        """Order uuids, in order."""
        return [record.origin for record in self.tickets(till)]

    def periods(self, till: str, *kinds: str) -> list[str]:
        """What a till closed, in order; of ``kinds``, else days, months and years."""
        chosen = kinds or ("GTJ", "GTM", "GTA")
        return [r.payload.split(",")[5] for r in self.records[till] if r.kind in chosen]

    def forget_after(self, till: str, n: int) -> None:
        """The server is restored from a backup made after entry ``n``."""
        with self._lock:
            self.entries = {k: e for k, e in self.entries.items() if k[0] != till or k[1] <= n}
            self.records[till], self.states[till] = [], TillState()
            for _key, entry in sorted(self.entries.items()):
                if entry["till"] == till:
                    self._store(till, entry)

    def enroll(self, body: dict) -> tuple[int, dict]:
        """``POST enroll``."""
        number = self.codes.pop(body["code"], None)
        if number is None:
            return 403, {"error": {"code": "bad_code", "message": "Code inconnu.", "details": {}}}
        till, verifier = body["till"], Verifier(body["certificate"])
        self.verifiers[verifier.key_id] = verifier
        key = f"key-{till}"
        self.keys[key] = till
        self.states[till], self.records[till] = TillState(), []
        return 200, {
            "till": till, "number": number, "api_key": key, "config_id": 1, "company": COMPANY,
            "instance": "test", "period": self.period, "server_certificate": "",
        }  # fmt: skip

    def push(self, till: str, body: dict) -> tuple[int, dict]:
        """``POST entries``."""
        with self._lock:
            self.queues.append(body["queue"])
            self.acknowledged.append(body["acknowledged"])
            acks = [self._ack(till, entry) for entry in body["entries"]]
            heads = {
                kind: {"seq": head.seq, "signature": head.signature}
                for kind, head in self.states[till].heads.items()
            }
            commands, self.commands = self.commands, []
        return 200, {"acks": acks, "heads": heads, "commands": commands}

    def _ack(self, till: str, entry: dict) -> dict:
        base = {"uuid": entry["uuid"], "n": entry["n"], "order": "none"}
        if entry["uuid"] in self.reject:
            return {**base, "status": "rejected", "reason": "test"}
        if (till, entry["n"]) in self.entries:
            if self.entries[till, entry["n"]] != entry:
                self.defects.append(f"entry {entry['n']} came twice with another content")
            return {**base, "status": "known"}
        try:
            self._store(till, entry)
        except ChainError as error:
            if error.field == "numéro" and error.found > error.expected:
                # As the journal answers: what comes before must come first.
                return {**base, "status": "rejected", "reason": "gap"}
            self.defects.append(f"entry {entry['n']}: {error}")
            return {**base, "status": "quarantined"}
        except EscarcelleError as error:
            self.defects.append(f"entry {entry['n']}: {error}")
            return {**base, "status": "quarantined"}
        self.entries[till, entry["n"]] = entry
        return {**base, "status": "stored"}

    def _store(self, till: str, entry: dict) -> None:
        state = self.states[till]
        records = [Record.from_json(data) for data in entry["records"]]
        for record in records:
            state = verify_next(state, record, self.verifiers)
            if record.kind == "JET":
                self._hand_over(record)
        self.states[till] = state
        self.records[till].extend(records)

    def _hand_over(self, record: Record) -> None:
        certificate = key_change.read(event_xml.read(parse(record.xml)))
        if certificate:
            verifier = Verifier(certificate)
            self.verifiers[verifier.key_id] = verifier

    def snapshot(self, query: dict) -> tuple[int, bytes]:
        """``GET snapshot``."""
        if "part" in query:
            return 200, self.parts[query["part"][0]]
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in self.parts.items()}
        version = hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()
        parts = {n: {"sha256": sums[n], "size": len(self.parts[n])} for n in self.parts}
        manifest = {"version": version, "made_at": "2026-11-21T06:00:00Z", "parts": parts}
        return 200, json.dumps(manifest).encode()


class _Handler(BaseHTTPRequestHandler):
    house: FakeServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:  # noqa: N802 - the base class's name
        self._serve(lambda till, query: self.house.snapshot(query))

    def do_POST(self) -> None:  # noqa: N802 - the base class's name
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length))
        if self.path.endswith("/enroll"):
            self._answer(*self.house.enroll(body))
        else:
            self._serve(lambda till, query: self.house.push(till, body))

    def _serve(self, work) -> None:
        house = self.house
        house.requests += 1
        if house.mode == "down":
            self.close_connection = True
            return
        if house.mode == "hang":
            house.released.wait(60)
            return
        till = house.keys.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if till is None:
            self._answer(401, {"error": {"code": "bad_key", "message": "Clé inconnue."}})
        elif house.mode == "error":
            self._answer(500, {"error": {"code": "server", "message": "Panne du serveur."}})
        elif house.mode == "garbage":
            self._answer(200, b"<html>portail captif</html>")
        else:
            status, answer = work(till, parse_qs(urlsplit(self.path).query))
            if house.mode == "lost":
                self.close_connection = True
            else:
                self._answer(status, answer)

    def _answer(self, status: int, body: dict | bytes) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
