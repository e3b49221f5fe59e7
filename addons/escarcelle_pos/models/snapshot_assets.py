"""Snapshot parts ``assets.json`` and ``asset/<sha256>``: every file the POS page may ask for.

The bundles, what they refer to (fonts, images, sounds, libraries loaded on demand), the
translations, and the pictures of products, categories, payment methods and company.
"""

import mimetypes
import posixpath
import re

from odoo import models
from odoo.tools.misc import file_open

from .snapshot_cache import BoundedCache, cached_parts, digest
from .snapshot_json import dumps

BUNDLE = "point_of_sale.assets_prod"
STATIC_URL = re.compile(
    rb"""["'(](/[a-z0-9_]+/static/[A-Za-z0-9_./@-]+?\."""
    rb"""(?:png|svg|jpe?g|gif|ico|webp|woff2?|ttf|otf|mp3|wav|ogg|js|css))(?:[?#][^"')]*)?["')]"""
)
SOUND = re.compile(rb"""["'](/point_of_sale/static/src/sounds/[a-z_-]+)["']""")
# Faces fetched from Odoo's font server: the page stays on this computer, system faces do.
REMOTE_FACE = re.compile(rb"@font-face\s*\{[^}]*https?://[^}]*\}")
UNUSED = ("/web/static/lib/pdfjs/", "/web/static/src/legacy/")
# Asked by the page without being written in a bundle as a whole path.
ALWAYS = (
    "/point_of_sale/static/src/img/favicon.ico",
    "/web/static/img/placeholder.png",
    "/web/static/img/favicon.ico",
    "/web/static/lib/zxing-library/zxing-library.js",
)
PICTURES = {
    "product.template": "image_128",
    "pos.category": "image_128",
    "pos.payment.method": "image",
}
_IMAGES = BoundedCache(64 * 1024 * 1024)


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_bundle_links(self):
        """URLs of the POS bundles; they change when their content does."""
        return self.env["ir.qweb"]._get_asset_links(BUNDLE)

    def _escarcelle_asset_parts(self):
        """Return ``assets.json`` and one ``asset/<sha256>`` part a distinct file."""
        entries, blobs = {}, {}

        def add(url, content, content_type):
            sha256 = digest(content)
            blobs[f"asset/{sha256}"] = content
            entries[url] = {"sha256": sha256, "content_type": content_type}

        links = tuple(self._escarcelle_bundle_links())
        lang = self._escarcelle_lang()
        registry = self.env.registry
        fixed = cached_parts(
            ("fixed", registry.db_name, registry.registry_sequence, links, lang),
            lambda: self._escarcelle_fixed_assets(links, lang),
        )
        for url, content in fixed.items():
            add(url, content, _content_type(url))
        for url, content, content_type in self._escarcelle_pictures():
            add(url, content, content_type)
        return {"assets.json": dumps(entries), **blobs}

    def _escarcelle_fixed_assets(self, links, lang):
        """Return ``{url: bytes}`` of what only changes with the software or its language."""
        files = {url: self._escarcelle_bundle_content(url) for url in links}
        wanted = set(ALWAYS)
        for content in list(files.values()):
            wanted.update(
                posixpath.normpath(match.decode()) for match in STATIC_URL.findall(content)
            )
            for match in SOUND.findall(content):
                wanted.update(match.decode() + suffix for suffix in (".ogg", ".mp3"))
        for url in sorted(wanted):
            if url.startswith(UNUSED):
                continue
            content = _static_file(url)
            if content is not None:
                files[url] = content
        worker = self.env["ir.qweb"]._get_asset_bundle("bus.websocket_worker_assets").js()
        files["/bus/websocket_worker_bundle"] = worker.raw
        files["/web/webclient/translations"] = self._escarcelle_translations(lang)
        return files

    def _escarcelle_bundle_content(self, url):
        bundle = self.env["ir.qweb"]._get_asset_bundle(BUNDLE)
        if url.endswith(".css"):
            return REMOTE_FACE.sub(b"", bundle.css()[:1].raw)
        return bundle.js()[:1].raw

    def _escarcelle_translations(self, lang):
        """The answer of ``/web/webclient/translations`` for the modules of the page."""
        modules = sorted(self.env.registry._init_modules)
        http = self.env["ir.http"]
        messages, parameters = http._get_translations_for_webclient(modules, lang)
        return dumps(
            {
                "lang": lang,
                "hash": http._get_web_translations_hash(modules, lang),
                "lang_parameters": parameters,
                "modules": {
                    name: {"messages": sorted(terms["messages"], key=lambda term: term["id"])}
                    for name, terms in sorted(messages.items())
                    if terms["messages"]
                },
                "multi_lang": False,
            }
        )

    def _escarcelle_pictures(self):
        """Yield ``(url, bytes, content type)`` of the pictures of records shown on the screen."""
        for model, field in PICTURES.items():
            attachments = self.env["ir.attachment"].search(
                [("res_model", "=", model), ("res_field", "=", field)], order="res_id"
            )
            for attachment in attachments:
                url = f"/web/image/{model}/{attachment.res_id}/{field}"
                yield url, _image(attachment), attachment.mimetype
                if model == "product.template":
                    for variant in self.env[model].browse(attachment.res_id).product_variant_ids:
                        url = f"/web/image/product.product/{variant.id}/{field}"
                        yield url, _image(attachment), attachment.mimetype
        company = self.config_id.company_id
        logo = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.company"),
                ("res_field", "=", "logo_web"),
                ("res_id", "=", company.id),
            ],
            limit=1,
        )
        if logo:
            yield f"/web/image/res.company/{company.id}/logo", _image(logo), logo.mimetype


def _image(attachment):
    found = _IMAGES.get(attachment.checksum)
    if found is None:
        found = attachment.raw or b""
        _IMAGES.put(attachment.checksum, found, len(found) + 1)
    return found


def _static_file(url):
    """Content of a static file of an addon, None when the tree does not have it."""
    try:
        with file_open(url.lstrip("/"), "rb") as handle:
            return handle.read()
    except (FileNotFoundError, ValueError):
        return None


def _content_type(url):
    if url == "/web/webclient/translations":
        return "application/json"
    if url == "/bus/websocket_worker_bundle":
        return "text/javascript"
    return mimetypes.guess_type(url)[0] or "application/octet-stream"
