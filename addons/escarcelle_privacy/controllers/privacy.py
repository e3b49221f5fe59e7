"""What leaves the shop on request: made on the spot, sent, kept nowhere."""

import io
import json
import re
import zipfile

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request

MANAGER = "escarcelle_social.group_manager"
#: A file with more documents than this is given in several times.
MAX_BYTES = 200_000_000
TYPES = {"pdf": "application/pdf", "json": "application/json", "zip": "application/zip"}


class PrivacyDownloads(http.Controller):
    @http.route(
        "/escarcelle/privacy/access/<int:request_id>/<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def access(self, request_id, kind):
        """The file of the household of a request; who gave it and when is written down."""
        if kind not in TYPES:
            raise request.not_found()
        asked = _readable("escarcelle.privacy.request", [request_id])
        content = _access(asked, kind)
        asked.env["escarcelle.privacy.extract"].sudo().create(
            {"request_id": asked.id, "kind": kind, "user_id": request.env.uid}
        )
        return _download(content, f"Donnees-{asked.household_id.code}.{kind}", TYPES[kind])

    @http.route("/escarcelle/privacy/register", type="http", auth="user", methods=["GET"])
    def register(self, ids=""):
        """Activities of the register as a spreadsheet."""
        if not re.fullmatch(r"\d{1,9}(,\d{1,9}){0,499}", ids):
            raise request.not_found()
        chosen = _readable("escarcelle.processing", [int(one) for one in ids.split(",")])
        return _download(
            chosen._escarcelle_workbook(), "Registre-des-traitements.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )  # fmt: skip


def _readable(model, ids):
    """These records, in every shop of the user; not found for whoever may not read them all."""
    if not request.env.user.has_group(MANAGER):
        raise request.not_found()
    env = request.env(
        context={**request.env.context, "allowed_company_ids": request.env.user.company_ids.ids}
    )
    records = env[model].browse(ids).exists()
    try:
        records.check_access("read")
    except (AccessError, MissingError):
        raise request.not_found() from None
    if len(records) != len(set(ids)):
        raise request.not_found()
    return records


def _access(asked, kind):
    if not asked.household_id:
        raise request.not_found()
    gather = asked.env["escarcelle.access.dossier"]
    home = asked.household_id
    as_json = json.dumps(
        gather._escarcelle_dossier(home, asked.member_id), ensure_ascii=False, indent=2
    ).encode()
    if kind == "json":
        return as_json
    report = asked.env["ir.actions.report"]
    pdf, _type = report._render_qweb_pdf("escarcelle_privacy.report_access", asked.ids)
    if kind == "pdf":
        return pdf
    attachments = gather._escarcelle_attachments(home.sudo()) if not asked.member_id else []
    if sum(one.file_size for one in attachments) > MAX_BYTES:
        raise UserError(
            asked.env._(
                "These documents are too big for one file: give the PDF, and the documents apart."
            )
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{home.code}.pdf", pdf)
        archive.writestr(f"{home.code}.json", as_json)
        for rank, one in enumerate(attachments, 1):
            archive.writestr(f"documents/{rank:02d}-{_safe(one.name)}", one.raw or b"")
    return stream.getvalue()


def _safe(name):
    """A name that stays in its folder whatever somebody called the document."""
    return re.sub(r"[^\w.\- ]", "_", name or "document").lstrip(". ")[:120] or "document"


def _download(content, name, mimetype):
    return request.make_response(
        content,
        [
            ("Content-Type", mimetype),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
