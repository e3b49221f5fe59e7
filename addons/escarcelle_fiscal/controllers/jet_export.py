from odoo import http
from odoo.http import content_disposition, request


class JetExport(http.Controller):
    """Hands out the file a JET export wizard describes, to whoever made it."""

    @http.route("/escarcelle/fiscal/jet/<int:export_id>", type="http", auth="user", methods=["GET"])
    def download(self, export_id):
        """The CSV or Excel file; 404 when the wizard is gone or another person's."""
        export = request.env["escarcelle.fiscal.jet.export"].search(
            [("id", "=", export_id), ("create_uid", "=", request.env.uid)]
        )
        if not export:
            raise request.not_found()
        name, kind, content = export._escarcelle_file()
        return request.make_response(
            content, [("Content-Type", kind), ("Content-Disposition", content_disposition(name))]
        )
