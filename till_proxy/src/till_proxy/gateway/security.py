"""Who may talk to the till: this computer's own browser, on a page this program served.

Loopback is not enough: any web page the browser shows can send requests to 127.0.0.1, and a
hostile name can be made to resolve to it. Hence exact ``Host`` and ``Origin``, and a cookie drawn
at each start that a foreign page can neither read nor send (``SameSite=Strict``).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

COOKIE = "escarcelle_till"
MAX_BODY = 8 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Read without a cookie: what a cold browser needs first, and nothing that names anyone.
OPEN_PREFIXES = ("/pos/ui/", "/ui/", "/hw_proxy/hello")
OPEN_PATHS = frozenset({"/", "/favicon.ico", "/pos", "/pos/service-worker.js", "/till/v1/status"})

HEADERS = {
    # What names someone is not kept by the browser; files say otherwise for themselves.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # connect-src 'self' is the browser's own guarantee that it never talks to the Odoo server.
    "Content-Security-Policy": (
        "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'"
    ),
}


class Door:
    """The session secret of this start, and the middleware that asks for it."""

    def __init__(self, port: Callable[[], int]):
        self._port = port
        self.secret = secrets.token_urlsafe(32)

    def hosts(self) -> frozenset[str]:
        """The ``Host`` values the till answers to."""
        port = self._port()
        names = ("127.0.0.1", "localhost", "[::1]")
        return frozenset(f"{name}:{port}" for name in names)

    def admit(self, response: web.StreamResponse) -> None:
        """Give the browser that loads a page the cookie of this start."""
        response.set_cookie(
            COOKIE, self.secret, httponly=True, samesite="Strict", path="/", max_age=None
        )

    def refuse(self, request: web.Request) -> tuple[int, str] | None:
        """Return (status, French reason), None when the request may go on."""
        host = request.headers.get("Host", "").lower()
        if host not in self.hosts():
            return 421, "Adresse inconnue : ouvrez la caisse par l'adresse qu'elle affiche."
        origin = request.headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return 403, "Demande venue d'une autre page : refusée."
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site not in ("none", "same-origin") and not _is_a_link(request):
            return 403, "Demande venue d'un autre site : refusée."
        if request.method not in ("GET", "HEAD") and origin is None and _is_browser(request):
            return 403, "Demande sans origine : refusée."
        if self._open(request):
            return None
        given = request.cookies.get(COOKIE, "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            return 401, "La caisse a redémarré : rechargez l'écran (touche F5)."
        return None

    def _open(self, request: web.Request) -> bool:
        if request.method not in ("GET", "HEAD"):
            return False
        path = request.path
        return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


def _is_a_link(request: web.Request) -> bool:
    """Somebody followed a link (from the back office) to one of our pages: a new page, in a tab of
    its own, of which the other site sees nothing."""
    names = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    page = request.path in ("/", "/pos") or request.path.startswith("/pos/ui/")
    return request.method == "GET" and names == ("navigate", "document") and page


def _is_browser(request: web.Request) -> bool:
    return "Sec-Fetch-Mode" in request.headers


def middleware(door: Door) -> Callable:
    """The aiohttp middleware that applies ``door`` and sets the headers of every answer."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        reason = door.refuse(request)
        if reason is not None:
            status, message = reason
            code = "session_expired" if status == 401 else "forbidden"
            body = {"error": {"code": code, "message": message, "details": {}}}
            response: web.StreamResponse = web.json_response(body, status=status)
        else:
            response = await handler(request)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guard
