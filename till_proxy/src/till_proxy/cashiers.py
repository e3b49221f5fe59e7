"""Who is at the till: PIN or badge checked here against slow salted hashes, never in the page.

Sessions live in memory: after a restart everyone identifies again. A manager's override is a token
bound to one purpose, good once and for five minutes; what it proves goes into the signed record.
"""

import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import Clock
from .errors import Refusal
from .lockout import BADGE, Lockouts

MANAGER = "manager"
SESSION_IDLE = timedelta(hours=12)
OVERRIDE_LIFE = timedelta(minutes=5)
_MAX_SESSIONS = 16
_MAX_OVERRIDES = 64
_UNKNOWN = "?"
_WRONG = "Code ou PIN incorrect. Vérifiez, puis recommencez."
_WRONG_BADGE = "Badge inconnu. Recommencez, ou identifiez-vous avec votre code et votre PIN."


@dataclass(frozen=True, slots=True)
class Secret:
    """A slow salted hash (scrypt) of a PIN or a badge."""

    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes

    @classmethod
    def from_json(cls, data: object) -> "Secret | None":
        """Read the snapshot's form; None when there is none or it is unusable."""
        try:
            if not isinstance(data, Mapping) or data["algorithm"] != "scrypt":
                return None
            secret = cls(
                int(data["n"]), int(data["r"]), int(data["p"]),
                binascii.unhexlify(data["salt"]), binascii.unhexlify(data["hash"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            return None
        sane = 1024 <= secret.n <= 2**20 and 1 <= secret.r <= 32 and 1 <= secret.p <= 16
        return secret if sane and len(secret.salt) >= 8 and len(secret.hash) >= 16 else None

    def derive(self, text: str) -> bytes:
        """The hash ``text`` would have."""
        return hashlib.scrypt(
            text.encode(), salt=self.salt, n=self.n, r=self.r, p=self.p,
            maxmem=256 * self.n * self.r, dklen=len(self.hash),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cashier:
    """A person allowed at the till. ``role`` is ``cashier`` or ``manager``."""

    code: str
    name: str
    role: str
    pin: Secret | None = None
    badge: Secret | None = None

    @property
    def public(self) -> dict:
        """What the page may know."""
        return {"code": self.code, "name": self.name, "role": self.role}


@dataclass(frozen=True, slots=True)
class Proof:
    """A manager's decision, proven to the till."""

    what: str
    manager: str
    reason: str
    until: datetime


#: Derived against when the code is unknown, so that the answer takes as long as for a known one.
_DUMMY = Secret(2**14, 8, 1, b"\0" * 16, b"\0" * 32)


class Cashiers:
    """Sessions and overrides of this run. Call from one thread at a time."""

    def __init__(self, clock: Clock, lockouts: Lockouts):
        self._clock = clock
        self._lockouts = lockouts
        self._sessions: dict[str, tuple[Cashier, datetime]] = {}
        self._overrides: dict[str, Proof] = {}

    def check(
        self, cashiers: Iterable[Cashier], *, code: str = "", pin: str = "", badge: str = ""
    ) -> Cashier:
        """The person, or Refusal; slow on purpose (tens of milliseconds): call it in a thread."""
        known = {cashier.code: cashier for cashier in cashiers}
        if badge:
            return self._check_badge(known.values(), badge)
        person = known.get(code)
        subject = person.code if person else _UNKNOWN
        if person is None:
            _DUMMY.derive(pin)
        self._lockouts.before_try(subject, self._clock.now())
        if person is None or person.pin is None or not _matches(person.pin, pin):
            raise Refusal("cashier_required", _WRONG, reason="wrong_pin")
        self._lockouts.succeeded(subject)
        return person

    def _check_badge(self, cashiers: Iterable[Cashier], badge: str) -> Cashier:
        self._lockouts.before_try(BADGE, self._clock.now())
        derived: dict[tuple, bytes] = {}
        found = None
        for person in cashiers:
            secret = person.badge
            if secret is None:
                continue
            key = (secret.n, secret.r, secret.p, secret.salt, len(secret.hash))
            if key not in derived:  # badges of one shop usually share a salt
                derived[key] = secret.derive(badge)
            if hmac.compare_digest(derived[key], secret.hash):
                found = person
        if found is None:
            raise Refusal("cashier_required", _WRONG_BADGE, reason="wrong_badge")
        self._lockouts.succeeded(BADGE)
        return found

    def open(self, person: Cashier) -> str:
        """Start a session; return its token."""
        token = secrets.token_urlsafe(32)
        while len(self._sessions) >= _MAX_SESSIONS:
            self._sessions.pop(min(self._sessions, key=lambda t: self._sessions[t][1]))
        self._sessions[token] = (person, self._clock.now())
        return token

    def close(self, token: str) -> Cashier | None:
        """End a session; the person whose it was."""
        session = self._sessions.pop(token, None)
        return session[0] if session else None

    def require(self, token: str) -> Cashier:
        """The person behind ``token``, or Refusal(cashier_required)."""
        session = self._sessions.get(token)
        now = self._clock.now()
        # An old session stays listed until ``expired`` finds it: its end is signed.
        if session is None or now - session[1] > SESSION_IDLE:
            raise Refusal(
                "cashier_required", "Identifiez-vous avec votre badge, ou votre code et votre PIN."
            )
        self._sessions[token] = (session[0], now)
        return session[0]

    def expired(self) -> list[Cashier]:
        """Forget the sessions that lasted too long without a call; whose they were."""
        limit = self._clock.now() - SESSION_IDLE
        old = [token for token, (_person, seen) in self._sessions.items() if seen < limit]
        return [self._sessions.pop(token)[0] for token in old]

    def present(self) -> list[Cashier]:
        """Everyone with an open session."""
        return [person for person, _ in self._sessions.values()]

    def grant(self, manager: Cashier, what: str, reason: str) -> str:
        """Remember a manager's decision; return its single-use token."""
        if manager.role != MANAGER:
            raise Refusal(
                "manager_required",
                "Cette opération demande l'accord d'un responsable : appelez-le pour qu'il tape "
                "son code et son PIN.",
            )
        now = self._clock.now()
        self._overrides = {t: p for t, p in self._overrides.items() if p.until >= now}
        if len(self._overrides) >= _MAX_OVERRIDES:
            raise Refusal("locked_out", "Trop de dérogations en attente : attendez cinq minutes.")
        token = secrets.token_urlsafe(32)
        self._overrides[token] = Proof(what, manager.code, reason, now + OVERRIDE_LIFE)
        return token

    def proof(self, token: str, what: str) -> Proof:
        """What ``token`` proves, without using it up; Refusal(override_invalid) when it does not."""
        proof = self._overrides.get(token)
        if proof is None or proof.what != what or self._clock.now() > proof.until:
            raise Refusal(
                "override_invalid",
                "L'accord du responsable n'est plus valable : demandez-le de nouveau.",
                kind=what,
            )
        return proof

    def use(self, token: str) -> None:
        """The decision has been signed into a record: it proves nothing any more."""
        self._overrides.pop(token, None)


def _matches(secret: Secret, text: str) -> bool:
    return hmac.compare_digest(secret.derive(text), secret.hash)
