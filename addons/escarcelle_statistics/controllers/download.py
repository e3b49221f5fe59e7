from odoo import http
from odoo.exceptions import AccessError, UserError
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
        """404 for what is not there, 400 for days that are none, 403 for what is another's."""
        if kind not in MODELS or form not in TYPES:
            return _refused(request.env._("There is no such file."), 404)
        record = request.env[MODELS[kind]].browse(record_id)
        try:
            record = record.exists()
            if not record:
                return _refused(request.env._("There is no such file."), 404)
            record.check_access("read")
            period, companies = record._escarcelle_asked(said)
            record = record.with_context(allowed_company_ids=companies.ids)
            name, data = record._escarcelle_file(form, period, companies.with_env(record.env))
        except AccessError as error:
            return _refused(error, 403)
        except UserError as error:
            return _refused(error, 400)
        return _file(name, data, TYPES[form])

    @http.route(
        "/escarcelle/statistics/sent/<int:record_id>.zip",
        type="http", auth="user", methods=["GET"], readonly=False,
    )  # fmt: skip
    def sent(self, record_id):
        """The files of a mail that was sent; 404 and 403 as above."""
        sent = request.env["escarcelle.statistic.mailing.sent"].browse(record_id)
        try:
            sent = sent.exists()
            if not sent:
                return _refused(request.env._("There is no such file."), 404)
            sent.check_access("read")
            name, data = sent._escarcelle_archive()
        except AccessError as error:
            return _refused(error, 403)
        except UserError as error:
            return _refused(error, 404)
        return _file(name, data, "application/zip")


def _file(name, data, kind):
    return request.make_response(
        data,
        [
            ("Content-Type", kind),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )


def _refused(error, status):
    return request.make_response(
        str(error), [("Content-Type", "text/plain;charset=utf-8")], status=status
    )
