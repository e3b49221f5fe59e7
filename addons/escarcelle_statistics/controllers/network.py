from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NetworkFigures(http.Controller):
    """The figures of a network as a workbook: for the managers of that network, masked as on their screen."""

    @http.route(
        "/escarcelle/network/<int:network_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def workbook(self, network_id, **said):
        try:
            name, data = request.env["escarcelle.network"]._escarcelle_workbook(network_id, said)
        except AccessError:
            raise
        except UserError as error:
            return request.make_response(
                str(error), [("Content-Type", "text/plain;charset=utf-8")], status=400
            )
        return request.make_response(
            data,
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
