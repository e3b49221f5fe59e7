"""The server's till API as the till calls it (``docs/formats.md`` §7)."""

from collections.abc import Mapping

import requests

from .config import ServerConfig
from .enrolment import Identity, session


class SyncError(Exception):
    """The server answered, but not with acks; the message is French."""


class Server:
    """The server's till API over requests: TLS verified, corporate proxy.

    ``push`` and ``fetch`` have a session each: they are called from two threads.
    """

    def __init__(self, config: ServerConfig, identity: Identity):
        self._config = config
        self._base = f"{(config.url or identity.server_url).rstrip('/')}/escarcelle/till/v1"
        self._pushing = _session(config, identity)
        self._fetching = _session(config, identity)

    def push(self, body: bytes) -> dict:
        """Send a batch; SyncError or requests' exceptions when it did not arrive."""
        response = self._pushing.post(
            f"{self._base}/entries",
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=self._config.timeout_seconds,
            allow_redirects=False,
        )
        if response.status_code != 200:
            raise SyncError(_told(response))
        try:
            answer = response.json()
        except ValueError as error:
            raise SyncError("Réponse illisible du serveur.") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("acks"), list):
            raise SyncError("Réponse incomplète du serveur.")
        return answer

    def fetch(self, params: Mapping[str, str]) -> tuple[int, bytes]:
        """``GET snapshot``, for ``Snapshot.refresh``."""
        response = self._fetching.get(
            f"{self._base}/snapshot",
            params=params,
            timeout=self._config.timeout_seconds,
            allow_redirects=False,
        )
        return response.status_code, response.content

    def close(self) -> None:
        """Drop the connections."""
        self._pushing.close()
        self._fetching.close()


def _session(config: ServerConfig, identity: Identity) -> requests.Session:
    opened = session(config)
    opened.headers["Authorization"] = f"Bearer {identity.api_key}"
    return opened


def _told(response: requests.Response) -> str:
    """The server's own phrase, or its status."""
    try:
        message = response.json()["error"]["message"]
        if isinstance(message, str):
            return message[:300]
    except (ValueError, KeyError, TypeError):
        pass
    return f"Le serveur a répondu {response.status_code}."
