"""The settings file (TOML) as frozen values. Nothing is read at import; defaults suit a shop.

``config/till.toml`` in the repository documents each key.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlsplit, urlunsplit

from .errors import StartError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class TillConfig:
    """The program itself: where it keeps its state, where it listens (loopback only)."""

    state_dir: Path = Path("/var/lib/escarcelle-till")
    host: str = "127.0.0.1"
    port: int = 8868
    #: Below this free space no sale is signed; closings and events still are (MiB).
    reserve_mib: int = 64
    #: Acknowledged entries are kept at least this many days.
    keep_days: int = 45
    use_keyring: bool = True

    def __post_init__(self) -> None:
        if self.host not in _LOOPBACK:
            raise StartError(
                f"[till] host = « {self.host} » : la caisse n'écoute que cet ordinateur. "
                "Mettez 127.0.0.1."
            )
        if not 0 <= self.port <= 65535:
            raise StartError("[till] port : mettez un nombre entre 1 et 65535 (8868 d'ordinaire).")
        if self.keep_days < 30:
            raise StartError("[till] keep_days : 30 jours au moins.")
        if not 1 <= self.reserve_mib <= 100_000:
            raise StartError("[till] reserve_mib : mettez un nombre de mébioctets, 64 d'ordinaire.")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """The Odoo server and the way to it, including a corporate proxy with user and password."""

    url: str = ""
    ca_file: str = ""
    proxy: str = ""
    proxy_user: str = ""
    proxy_password: str = field(default="", repr=False)
    retry_seconds: float = 10.0
    timeout_seconds: float = 30.0
    snapshot_seconds: float = 60.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.url and (parts.scheme not in ("https", "http") or not parts.hostname):
            raise StartError("[server] url : mettez l'adresse du serveur, https://….")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise StartError(
                "[server] url : l'adresse du serveur doit commencer par https:// ; les ventes et "
                "les budgets ne voyagent pas en clair."
            )
        if not 0.2 <= self.retry_seconds <= 3600 or not 1 <= self.timeout_seconds <= 600:
            raise StartError("[server] retry_seconds ou timeout_seconds hors limites.")

    @property
    def proxies(self) -> dict[str, str]:
        """The ``proxies`` argument of requests; empty when there is no proxy."""
        if not self.proxy:
            return {}
        parts = urlsplit(self.proxy if "//" in self.proxy else f"http://{self.proxy}")
        netloc = parts.hostname or ""
        if parts.port:
            netloc += f":{parts.port}"
        if self.proxy_user:
            secret = f"{quote(self.proxy_user, safe='')}:{quote(self.proxy_password, safe='')}"
            netloc = f"{secret}@{netloc}"
        address = urlunsplit((parts.scheme, netloc, "", "", ""))
        return {"http": address, "https": address}

    @property
    def verify(self) -> str | bool:
        """The ``verify`` argument of requests: never False."""
        return self.ca_file or True


@dataclass(frozen=True, slots=True)
class PrintingConfig:
    """What is printed without being asked for, and the printer's model (``profiles.toml`` of the
    core); ``columns`` 0 means those of the model."""

    print_z: bool = True
    profile: str = "generique-80"
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the program is told from outside. ``devices`` is for ``till_proxy.devices``."""

    till: TillConfig = TillConfig()
    server: ServerConfig = ServerConfig()
    printing: PrintingConfig = PrintingConfig()
    devices: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def with_options(
        self, *, state_dir: Path | None, port: int | None, url: str | None
    ) -> "Config":
        """Replace what was given on the command line; None means not given."""
        till, server = self.till, self.server
        if state_dir is not None:
            till = replace(till, state_dir=state_dir)
        if port is not None:
            till = replace(till, port=port)
        if url is not None:
            server = replace(server, url=url)
        return replace(self, till=till, server=server)


def load(path: Path | None) -> Config:
    """Read the file, or the defaults when ``path`` is None; StartError says what is wrong."""
    if path is None:
        return Config()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StartError(f"Réglages illisibles : {path} ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StartError(f"Réglages mal écrits dans {path} : {error}.") from error
    known = {"till": TillConfig, "server": ServerConfig, "printing": PrintingConfig}
    unknown = set(data) - set(known) - {"devices"}
    if unknown:
        raise StartError(f"{path} : section inconnue [{sorted(unknown)[0]}].")
    sections = {name: _section(name, kind, data.get(name, {})) for name, kind in known.items()}
    devices = data.get("devices", {})
    if not isinstance(devices, dict):
        raise StartError(f"{path} : [devices] doit être une section.")
    return Config(**sections, devices=MappingProxyType(devices))


def _section(name: str, kind: type, values: object) -> object:
    """Build one dataclass, refusing unknown keys and wrong types by name."""
    if not isinstance(values, dict):
        raise StartError(f"[{name}] doit être une section.")
    types = {item.name: type(item.default) for item in fields(kind)}
    arguments = {}
    for key, value in values.items():
        if key not in types:
            raise StartError(f"[{name}] {key} : réglage inconnu.")
        wanted = types[key]
        if wanted is float and type(value) is int or issubclass(wanted, Path) and type(value) is str:
            value = wanted(value)
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise StartError(f"[{name}] {key} : « {value} » n'est pas du bon type.")
        arguments[key] = value
    if "state_dir" in arguments:
        arguments["state_dir"] = arguments["state_dir"].expanduser()
    return kind(**arguments)
