from odoo.http import request

from .till_api import TillApi, TillRefusal, till_route

MAX_ENTRIES = 200


class EntriesController(TillApi):
    """What the tills send (docs/formats.md §7)."""

    @till_route("/escarcelle/till/v1/entries", methods=["POST"])
    def entries(self):
        till = self._till()
        body = self._body()
        entries = body.get("entries")
        if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
            raise TillRefusal(
                400, "bad_request", f"Envoi incorrect : une liste d'au plus {MAX_ENTRIES} entrées est attendue."
            )
        if entries and all(isinstance(e, dict) and e.get("till") != till.uid8 for e in entries):
            raise TillRefusal(
                403, "foreign_till", "Ces entrées viennent d'une autre caisse : chaque caisse envoie les siennes."
            )
        till._escarcelle_reported(body.get("queue"), body.get("software"))
        till._escarcelle_claimed(body.get("acknowledged"))
        return request.make_json_response(till._escarcelle_ingest(entries))
