import re

from odoo.http import request

from .till_api import TillApi, TillRefusal, till_route

_UID8 = re.compile(r"[0-9a-f]{8}")
_TEXTS = {"code": 40, "certificate": 8000, "hostname": 200, "software": 100}


class EnrollController(TillApi):
    """Pairing: a single-use code against a revocable API key (docs/formats.md §7)."""

    @till_route("/escarcelle/till/v1/enroll", methods=["POST"])
    def enroll(self):
        body = self._checked(self._body())
        address = request.httprequest.remote_addr or "-"
        attempts = request.env["escarcelle.pairing.attempt"]
        if attempts._escarcelle_too_many(address):
            raise TillRefusal(
                429, "too_many_tries", "Trop de codes erronés. Attendez un quart d'heure, puis recommencez."
            )
        till = request.env["escarcelle.till"]._escarcelle_by_pairing_code(body["code"])
        if not till:
            attempts._escarcelle_note(address)
            raise TillRefusal(
                403, "bad_code", "Code d'association inconnu ou expiré. Demandez-en un nouveau dans le back-office."
            )
        till = self._in_company(till)
        key, journal = till._escarcelle_enroll(
            body["till"], body["certificate"], body["hostname"], body["software"]
        )
        return request.make_json_response(till._escarcelle_enrolled(key, journal))

    def _checked(self, body):
        for name, size in _TEXTS.items():
            value = body.get(name)
            if not isinstance(value, str) or not 0 < len(value) <= size or "\x00" in value:
                raise TillRefusal(400, "bad_request", f"Demande d'association incorrecte : « {name} » manque.")
        if not isinstance(body.get("till"), str) or not _UID8.fullmatch(body["till"]):
            raise TillRefusal(400, "bad_request", "Demande d'association incorrecte : identifiant de caisse.")
        return body
