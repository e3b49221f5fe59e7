import json

from odoo import http
from odoo.addons.web.controllers.pivot import TableExporter
from odoo.addons.web.controllers.session import Session
from odoo.http import request
from werkzeug.datastructures import FileStorage

from ..models.ir_model_access import is_fiscal


class FiscalSession(Session):
    """Who logs off is told to the event journal (JET 40)."""

    @http.route()
    def destroy(self):
        # EXTENDS 'web'
        note_logoff()
        return super().destroy()

    @http.route()
    def logout(self, redirect="/odoo"):
        # EXTENDS 'web'
        note_logoff()
        return super().logout(redirect)


class FiscalPivot(TableExporter):
    """What leaves through the button of a pivot view is an export too (JET 110)."""

    @http.route()
    def export_xlsx(self, data, **kw):
        # EXTENDS 'web'
        text = data.read() if isinstance(data, FileStorage) else data
        answer = super().export_xlsx(text, **kw)
        table = json.loads(text)
        name = str(table.get("model") or "")
        if is_fiscal(name) and name in request.env:
            outbox = request.env["escarcelle.fiscal.outbox"]
            outbox._escarcelle_note_export(name, len(table.get("rows") or ()))
        return answer


def note_logoff():
    uid = request.session.uid
    if uid and request.db:
        request.env(user=uid, su=True)["res.users"].browse(uid).exists()._escarcelle_note_logoff()
