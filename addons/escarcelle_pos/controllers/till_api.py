import functools
import json
import logging

from odoo import SUPERUSER_ID, http
from odoo.exceptions import ConcurrencyError, UserError
from odoo.http import request
from psycopg2 import OperationalError
from werkzeug.exceptions import abort

_logger = logging.getLogger(__name__)

#: The body of a request is never read beyond this (docs/formats.md §7: a batch is at most 8 MB).
MAX_BODY = 8 * 1024 * 1024
LANGUAGE = "fr_FR"


class TillRefusal(Exception):
    """An answer other than 200: status, stable code, sentence in French that says what to do."""

    def __init__(self, status, code, message, **details):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def till_route(path, **options):
    """Route of the till API: no session, no CSRF token, refusals and faults as JSON (formats.md §7)."""

    def decorate(method):
        @functools.wraps(method)
        def answer(self, *args, **kwargs):
            # auth="none" leaves nobody in the environment that flushes: every write would fail there.
            request.update_env(user=SUPERUSER_ID, su=True, context={"lang": LANGUAGE})
            try:
                return method(self, *args, **kwargs)
            except TillRefusal as refusal:
                return refuse(refusal.status, refusal.code, refusal.message, refusal.details)
            except UserError as error:
                request.env.cr.rollback()
                return refuse(409, "refused", str(error))
            except (OperationalError, ConcurrencyError):
                raise  # replayed by Odoo with a fresh snapshot
            except Exception:
                _logger.exception("Till API: fault in %s", path)
                request.env.cr.rollback()
                return refuse(500, "server", "Le serveur n'a pas pu traiter l'envoi. La caisse réessaie seule.")

        return http.route(
            path, type="http", auth="none", csrf=False, save_session=False, readonly=False,
            max_content_length=_checked_length, **options,
        )(answer)  # fmt: skip

    return decorate


def refuse(status, code, message, details=None):
    """The refusal of docs/formats.md."""
    body = {"error": {"code": code, "message": message, "details": details or {}}}
    headers = [("WWW-Authenticate", "Bearer")] if status == 401 else None
    return request.make_json_response(body, headers=headers, status=status)


def _checked_length(_controller):
    """Refuse a body that is too long before anything of it is read, in JSON; else the limit."""
    length = request.httprequest.content_length
    if length is not None and length > MAX_BODY:
        message = "Envoi trop volumineux : 8 Mo au plus. Envoyez les enregistrements par lots plus petits."
        abort(refuse(413, "too_large", message))
    return MAX_BODY


class TillApi(http.Controller):
    """What the routes of the till API share; a controller of the API inherits it."""

    def _in_company(self, till):
        """``till`` in its company; the environment of a route is the superuser's, in French."""
        request.update_env(context={"lang": LANGUAGE, "allowed_company_ids": till.company_id.ids})
        return till.with_env(request.env)

    def _till(self):
        """The live till whose API key is in the Authorization header."""
        scheme, _space, key = request.httprequest.headers.get("Authorization", "").partition(" ")
        till = request.env["escarcelle.till"]._escarcelle_from_key(key.strip())
        if scheme.lower() != "bearer" or not till:
            raise TillRefusal(
                401, "bad_key", "Clé de caisse inconnue. Associez de nouveau cette caisse depuis le back-office."
            )
        if till.state != "live":
            raise TillRefusal(
                403, "revoked", "Cette caisse a été révoquée. Créez une nouvelle caisse dans le back-office."
            )
        till._escarcelle_touch()
        return self._in_company(till)

    def _body(self):
        """The JSON object of the request; never more than MAX_BODY bytes are read."""
        if request.httprequest.content_length is None:
            raise TillRefusal(411, "length_required", "L'envoi doit annoncer sa taille (Content-Length).")
        try:
            body = json.loads(request.httprequest.get_data())
        except (ValueError, RecursionError):
            raise TillRefusal(400, "bad_request", "Envoi illisible : ce n'est pas du JSON correct.") from None
        if not isinstance(body, dict):
            raise TillRefusal(400, "bad_request", "Envoi illisible : un objet JSON est attendu.")
        return body
