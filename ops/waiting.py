"""Waiting for something to answer over HTTP."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from ops.errors import OpsError
from ops.processes import Service


def answers(url: str, timeout: float = 5.0) -> bool:
    """Whether a GET answers with a success."""
    return _body(url, timeout) is not None


def object_at(url: str, timeout: float = 5.0) -> dict:
    """The JSON object a GET answers with, empty when there is none."""
    try:
        found = json.loads(_body(url, timeout) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _body(url: str, timeout: float) -> bytes | None:
    # No proxy is asked: these are our own loopback ports.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return answer.read() if 200 <= answer.status < 400 else None
    except (OSError, urllib.error.URLError, http.client.HTTPException):
        return None


def until(condition: Callable[[], bool], seconds: float, what: str, service: Service) -> None:
    """Wait for ``condition``.

    Raises:
        OpsError: the program ended meanwhile, or ``seconds`` went by.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        service.check()
        if time.monotonic() > deadline:
            raise OpsError(f"{what} : rien après {seconds:.0f} s", "lire le journal", service.log)
        time.sleep(0.1)
