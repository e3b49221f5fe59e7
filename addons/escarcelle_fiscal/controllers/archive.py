from odoo import http
from odoo.http import Stream, request

from escarcelle_core import jet


class ArchiveDownload(http.Controller):
    """Hands out the file of an archive to whoever may read archives."""

    @http.route("/escarcelle/fiscal/archive/<int:archive_id>", type="http", auth="user", methods=["GET"])
    def download(self, archive_id):
        """The .7z file; 404 when the archive or its file is not there."""
        archive = request.env["escarcelle.fiscal.archive"].search([("id", "=", archive_id)])
        path = archive and archive._escarcelle_path()
        if not path:
            raise request.not_found()
        request.env["escarcelle.fiscal.outbox"]._escarcelle_note(jet.DATA_EXPORT, archive.name)
        found = path.stat()
        stream = Stream(
            type="path",
            path=str(path),
            mimetype="application/x-7z-compressed",
            download_name=archive.name,
            etag=archive.sha256,
            last_modified=found.st_mtime,
            size=found.st_size,
        )
        return stream.get_response(as_attachment=True)
