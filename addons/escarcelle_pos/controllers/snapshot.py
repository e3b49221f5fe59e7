import gzip

from odoo.http import request

from .till_api import TillApi, TillRefusal, till_route

#: Below this, compressing costs more than it saves.
GZIP_FROM = 1024


class SnapshotController(TillApi):
    """The snapshot of a till: a manifest, then only the parts it does not hold yet."""

    @till_route("/escarcelle/till/v1/snapshot", methods=["GET"])
    def snapshot(self, part=None, sha256=None):
        till = self._till()
        if part is None:
            return request.make_json_response(till._escarcelle_snapshot_manifest())
        content = till._escarcelle_snapshot_part(part, sha256 or "")
        if content is None:
            raise TillRefusal(
                404, "part_changed", "Cette partie a changé entre-temps. La caisse relit la liste seule."
            )
        headers = [("Content-Type", "application/octet-stream"), ("Cache-Control", "no-store")]
        if len(content) >= GZIP_FROM and "gzip" in request.httprequest.headers.get("Accept-Encoding", ""):
            content = gzip.compress(content, 6, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        return request.make_response(content, headers)
