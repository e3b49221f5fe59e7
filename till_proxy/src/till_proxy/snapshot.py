"""The snapshot: what the server last said, whole, kept in the vault; and the job that renews it.

A snapshot is taken over only when every one of its parts is there and is what the manifest says.
Until then, and whatever happens to the server or the network, the previous one is served.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from .errors import Refusal
from .vault import Vault

NAME = "snapshot"
MAX_PARTS = 20_000
MAX_PART_BYTES = 64 * 1024 * 1024
_PAGE_PARTS = ("page", "assets.json", "load_data", "rpc.json")
#: What a page loaded a minute ago may still ask for. No part that says anything of a person.
_LINGERING = ("page", "asset/")
_MISSING = (
    "La caisse n'a pas encore reçu ses données du serveur : vérifiez la connexion internet, "
    "attendez une minute, puis rechargez l'écran."
)

#: ``fetch(params) -> (HTTP status, body)`` on ``/escarcelle/till/v1/snapshot``; raises OSError.
Fetch = Callable[[Mapping[str, str]], tuple[int, bytes]]


class SnapshotError(Exception):
    """The server's answer cannot be used; the snapshot in force stays."""


@dataclass(frozen=True)
class Manifest:
    """Names, digests and sizes of the parts of one snapshot."""

    version: str
    made_at: str
    parts: Mapping[str, str]  # name -> sha256
    fetched_at: str = ""

    @classmethod
    def parse(cls, body: bytes, fetched_at: str = "") -> Manifest:
        """Read the server's manifest; SnapshotError when it is not one."""
        try:
            data = json.loads(body)
            parts = {str(name): str(part["sha256"]) for name, part in data["parts"].items()}
            manifest = cls(str(data["version"]), str(data["made_at"]), parts, fetched_at)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SnapshotError(f"manifeste illisible ({type(error).__name__})") from error
        if len(parts) > MAX_PARTS or "page" not in parts:
            raise SnapshotError("manifeste incomplet ou démesuré")
        if any(len(sha) != 64 or set(sha) - set("0123456789abcdef") for sha in parts.values()):
            raise SnapshotError("manifeste avec une empreinte invalide")
        return manifest

    @property
    def page_version(self) -> str:
        """Digest of what a loaded page holds: while it is the same, reloading changes nothing."""
        names = sorted(n for n in self.parts if n.startswith(_PAGE_PARTS))
        text = "".join(f"{name}={self.parts[name]};" for name in names)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_bytes(self) -> bytes:
        """What is kept in the vault."""
        parts = {name: {"sha256": sha} for name, sha in self.parts.items()}
        return json.dumps(
            {
                "version": self.version,
                "made_at": self.made_at,
                "fetched_at": self.fetched_at,
                "parts": parts,
            }
        ).encode()


class Snapshot:
    """The snapshot in force. Reading is thread-safe; ``refresh`` runs one at a time."""

    def __init__(self, vault: Vault, *, on_change: Callable[[Manifest], None] | None = None):
        self._vault = vault
        self._on_change = on_change
        self._lock = threading.Lock()
        self._json: dict[str, tuple[str, object]] = {}
        self._bytes: dict[str, bytes] = {}
        self._manifest: Manifest | None = None
        kept = vault.read(NAME)
        if kept is not None:
            self._manifest = Manifest.parse(kept, json.loads(kept).get("fetched_at", ""))
            # A stop between taking over and forgetting leaves no older content behind.
            vault.drop_except(set(self._manifest.parts.values()))

    @property
    def manifest(self) -> Manifest | None:
        """The manifest in force, None before the first snapshot."""
        return self._manifest

    @property
    def ready(self) -> bool:
        """Whether there is anything to serve."""
        return self._manifest is not None

    def age(self, now: datetime) -> int | None:
        """Seconds since the server was last heard saying this is current; None before the first."""
        if self._manifest is None or not self._manifest.fetched_at:
            return None
        return max(0, int((now - _instant(self._manifest.fetched_at)).total_seconds()))

    def sha256(self, name: str) -> str | None:
        """Digest of a part, None when the snapshot has no such part."""
        return self._manifest.parts.get(name) if self._manifest else None

    def part(self, name: str) -> bytes:
        """The bytes of a part; Refusal(snapshot_missing) when there is none."""
        sha = self.sha256(name)
        if sha is None:
            raise Refusal("snapshot_missing", _MISSING, part=name)
        return self.blob(sha)

    def blob(self, sha: str) -> bytes:
        """Content by digest, of a part of the snapshot in force."""
        found = self._bytes.get(sha)
        if found is None:
            try:
                found = self._vault.get(sha)
            except KeyError:
                raise Refusal("snapshot_missing", _MISSING) from None
            self._bytes[sha] = found
        return found

    def json(self, name: str) -> object:
        """A JSON part, parsed once a content. The value is shared: never change it."""
        sha = self.sha256(name)
        kept = self._json.get(name)
        if kept is not None and kept[0] == sha:
            return kept[1]
        value = json.loads(self.part(name))
        self._json[name] = (sha, value)
        return value

    def refresh(self, fetch: Fetch, now: datetime) -> bool:
        """Take over the server's snapshot; return whether anything changed.

        Raises OSError (network) or SnapshotError (answer); the snapshot in force then stays.
        """
        with self._lock:
            manifest = Manifest.parse(_get(fetch, {}), now.strftime("%Y-%m-%dT%H:%M:%SZ"))
            current = self._manifest
            if current and current.version == manifest.version and not self._holes(current):
                self._keep(manifest)
                return False
            for name, sha in manifest.parts.items():
                if self._vault.has(sha):
                    continue
                content = _get(fetch, {"part": name, "sha256": sha})
                if hashlib.sha256(content).hexdigest() != sha:
                    raise SnapshotError(f"partie « {name} » altérée en chemin")
                self._vault.put(content)
            self._keep(manifest)
            self._forget(current, manifest)
        if self._on_change:
            self._on_change(manifest)
        return True

    def _holes(self, manifest: Manifest) -> bool:
        return not all(self._vault.has(sha) for sha in set(manifest.parts.values()))

    def _keep(self, manifest: Manifest) -> None:
        self._vault.write(NAME, manifest.as_bytes())
        self._manifest = manifest

    def _forget(self, previous: Manifest | None, current: Manifest) -> None:
        """Drop what this snapshot does not need, but the page before and its pictures. Who was erased
        on the server (a household, a customer, a cashier) is on this computer no longer."""
        live = set(current.parts.values())
        before = previous.parts if previous else {}
        lingering = {sha for name, sha in before.items() if name.startswith(_LINGERING)}
        self._vault.drop_except(live | lingering)
        self._bytes = {sha: content for sha, content in self._bytes.items() if sha in live}
        self._json = {name: kept for name, kept in self._json.items() if kept[0] in live}


def _get(fetch: Fetch, params: Mapping[str, str]) -> bytes:
    status, body = fetch(params)
    if status != 200:
        raise SnapshotError(f"le serveur a répondu {status}")
    if len(body) > MAX_PART_BYTES:
        raise SnapshotError("partie démesurée")
    return body


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
