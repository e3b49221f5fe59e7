from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..models.report_document import TYPES

MODELS = {"report": "escarcelle.statistic.report", "statistic": "escarcelle.statistic"}


class Download(http.Controller):
    """Statistics as files: read with the rights of whoever asks, always masked."""

    @http.route(
        "/escarcelle/statistics/<string:kind>/<int:record_id>.<string:form>",
        type="http", auth="user", methods=["GET"], readonly=False,
    )  # fmt: skip
    def download(self, kind, record_id, form, **said):
        if kind not in MODELS or form not in TYPES:
            return request.not_found()
        record = request.env[MODELS[kind]].browse(record_id).exists()
        if not record:
            return request.not_found()
        record.check_access("read")
        try:
            period, companies = record._escarcelle_asked(said)
        except UserError as error:
            return request.make_response(
                str(error), [("Content-Type", "text/plain;charset=utf-8")], status=400
            )
        record = record.with_context(allowed_company_ids=companies.ids)
        name, data = record._escarcelle_file(form, period, companies.with_env(record.env))
        return request.make_response(
            data,
            [
                ("Content-Type", TYPES[form]),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
