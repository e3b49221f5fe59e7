"""Becoming a till: draw a name, make a key, show a pairing code, keep what the server answers.

The private key is made here and never leaves; it rests sealed in the vault. A pairing code is used
once: when the answer is lost on the way, ask for another code, the key stays the same.
"""

import json
import platform
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

import requests

from escarcelle_core.chain import Desk
from escarcelle_core.documents import Company, Device
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.periods import PeriodRules
from escarcelle_core.signing import EcdsaSigner, Verifier

from . import __version__, catalog
from .config import ServerConfig
from .errors import StartError
from .vault import Vault

SOFTWARE = "Escarcelle"
_IDENTITY = "identity"
#: Name of the sealed key in the vault.
KEY = "signing-key"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this till is. ``company`` and ``period`` are the server's words at enrolment."""

    till: str
    number: int
    api_key: str
    config_id: int
    company: dict
    instance: str
    period: dict
    server_certificate: str
    server_url: str
    certificate: str

    def desk(self, signer: EcdsaSigner, company: Company | None, rules: PeriodRules | None) -> Desk:
        """What the core signs with; the snapshot's company and rules win over the enrolment's."""
        return Desk(
            Device(self.till, self.number, SOFTWARE, __version__),
            company or catalog.company(self.company),
            rules or catalog.rules(self.period),
            signer,
        )


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The private key as the vault seals it."""

    till: str
    key_pem: str
    certificate: str


def load_identity(vault: Vault) -> Identity | None:
    """The identity, None before enrolment."""
    data = vault.read(_IDENTITY)
    try:
        return Identity(**json.loads(data)) if data else None
    except (TypeError, ValueError) as error:
        raise StartError(
            "L'enrôlement de cette caisse est d'une version que ce programme ne connaît pas : "
            "mettez le programme à jour."
        ) from error


def save_identity(vault: Vault, identity: Identity) -> None:
    """Replace the identity, durably."""
    vault.write(_IDENTITY, json.dumps(asdict(identity)).encode())


def load_signer(vault: Vault) -> EcdsaSigner:
    """The till's key; StartError when it is gone."""
    key = _read_key(vault)
    if key is None:
        raise StartError(
            "La clé de signature de la caisse a disparu. Restaurez le dossier de la caisse depuis "
            "la sauvegarde, ou enrôlez-la comme une nouvelle caisse."
        )
    try:
        return EcdsaSigner.from_pem(key.key_pem.encode(), key.certificate)
    except EscarcelleError as error:
        raise StartError(str(error)) from error


def _read_key(vault: Vault) -> StoredKey | None:
    data = vault.read(KEY)
    return StoredKey(**json.loads(data)) if data else None


def enroll(vault: Vault, server: ServerConfig, code: str, at: datetime) -> Identity:
    """Pair with the server; StartError says what to do when it refuses or cannot be reached."""
    if load_identity(vault) is not None:
        raise StartError(
            "Cette caisse est déjà enrôlée. Pour en faire une autre caisse, donnez-lui un autre "
            "dossier (--state-dir)."
        )
    key = _read_key(vault)
    if key is None:
        till = secrets.token_hex(4)
        signer = EcdsaSigner.generate(till, SOFTWARE, at)
        key = StoredKey(till, signer.key_pem().decode("ascii"), signer.certificate_pem)
        vault.write(KEY, json.dumps(asdict(key)).encode())
    answer = _ask(
        server,
        {
            "code": code,
            "till": key.till,
            "certificate": key.certificate,
            "hostname": platform.node()[:190] or "caisse",
            "software": f"{SOFTWARE} {__version__}",
        },
    )
    identity = _identity(answer, key, server)
    save_identity(vault, identity)
    return identity


def _ask(server: ServerConfig, body: dict) -> dict:
    try:
        with session(server) as opened:
            response = opened.post(
                f"{server.url.rstrip('/')}/escarcelle/till/v1/enroll",
                json=body,
                timeout=server.timeout_seconds,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise StartError(
            f"Le serveur {server.url} ne répond pas ({reason(error)}). Vérifiez l'adresse et la "
            "connexion, puis recommencez avec le même code."
        ) from error
    try:
        answer = response.json()
    except ValueError:
        answer = {}
    if response.status_code != 200 or not isinstance(answer, dict):
        told = answer.get("error", {}) if isinstance(answer, dict) else {}
        message = told.get("message") if isinstance(told, dict) else None
        raise StartError(
            message or f"Le serveur a refusé l'enrôlement (réponse {response.status_code}). "
            "Demandez un nouveau code dans la gestion, puis recommencez."
        )
    return answer


def _identity(answer: dict, key: StoredKey, server: ServerConfig) -> Identity:
    try:
        identity = Identity(
            till=str(answer["till"]),
            number=int(answer["number"]),
            api_key=str(answer["api_key"]),
            config_id=int(answer["config_id"]),
            company=dict(answer["company"]),
            instance=str(answer["instance"]),
            period=dict(answer["period"]),
            server_certificate=str(answer["server_certificate"] or ""),
            server_url=server.url,
            certificate=key.certificate,
        )
        if identity.till != key.till or not 1 <= identity.number <= 999:
            raise ValueError("till")
        catalog.company(identity.company)
        catalog.rules(identity.period)
        if identity.server_certificate:
            Verifier(identity.server_certificate)
    except (KeyError, TypeError, ValueError, EscarcelleError) as error:
        raise StartError(
            "La réponse du serveur est incompréhensible : sa version ne convient pas à cette "
            "caisse. Mettez les deux à jour, puis demandez un nouveau code."
        ) from error
    return identity


def session(server: ServerConfig) -> requests.Session:
    """A session to the server: TLS verified, and only the configured proxy."""
    opened = requests.Session()
    # What the user's environment says must not divert the sales.
    opened.trust_env = False
    opened.headers["User-Agent"] = "escarcelle-till"
    opened.proxies = server.proxies
    opened.verify = server.verify
    return opened


def reason(error: BaseException) -> str:
    """Why a request failed, in a few French words and without any address or password."""
    if isinstance(error, requests.exceptions.SSLError):
        return "certificat du serveur refusé"
    if isinstance(error, requests.exceptions.ProxyError):
        return "le proxy refuse la connexion"
    if isinstance(error, requests.exceptions.Timeout):
        return "pas de réponse à temps"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "connexion impossible"
    return "erreur de réseau"
