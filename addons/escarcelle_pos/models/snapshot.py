"""The snapshot of a till: everything it needs to live without the server, by content.

``_escarcelle_snapshot_parts`` is the hook other addons extend (``docs/formats.md`` §8). The
manifest names parts by their SHA-256; the till asks only for those it does not hold yet.
"""

import hashlib

from odoo import fields, models

from .snapshot_cache import BoundedCache, cached_parts, digest
from .snapshot_data import EMPTY_MODELS
from .snapshot_json import dumps

# Values read through other tables than those loaded can go stale; nothing stays longer than this.
STALE_SECONDS = 600
ALSO_WATCHED = (
    "res.company", "res.lang", "ir.config_parameter", "barcode.nomenclature", "barcode.rule",
    "pos.config", "pos.payment.method", "product.pricelist", "product.pricelist.item",
    "account.fiscal.position", "account.tax", "product.uom", "ir.attachment",
    "escarcelle.cashier",
)  # fmt: skip
# Households and users come and go all day and are no part of what is built here.
NOT_WATCHED = EMPTY_MODELS | {"res.partner", "res.users"}
#: Contents by digest of the last manifest given to each till (references, not copies).
ANNOUNCED = BoundedCache(200)
_PICTURES_ONLY = (
    " WHERE res_field IS NOT NULL AND res_model IN"
    " ('product.template', 'pos.category', 'pos.payment.method', 'res.company')"
)


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_snapshot_parts(self):
        """Return ``{part name: bytes}``; equal content gives equal bytes."""
        self.ensure_one()
        parts = cached_parts(self._escarcelle_snapshot_key(), self._escarcelle_build_parts)
        # What customers owe moves with every sale: they stay out of the cache.
        return {**parts, "customers.json": self._escarcelle_customers()}

    def _escarcelle_build_parts(self):
        return {
            "page": self._escarcelle_page(),
            **self._escarcelle_asset_parts(),
            **self._escarcelle_load_data_parts(),
            **self._escarcelle_rule_parts(),
        }

    def _escarcelle_snapshot_key(self):
        """What the content depends on, cheap to read: equal keys, same parts.

        The ``write_date`` of each row and the count of each table say that something was written,
        added or removed; the time bucket bounds how long anything else may go unseen.
        """
        registry = self.env.registry
        return (
            registry.db_name,
            registry.registry_sequence,
            (self.id, self.number, self.name, self.config_id.id, self.env.uid),
            self.config_id.company_id.partner_id.write_date,
            int(self.env.cr.now().timestamp()) // STALE_SECONDS,
            fields.Date.context_today(self),
            tuple(self._escarcelle_bundle_links()),
            self._escarcelle_watched_state(),
        )

    def _escarcelle_watched_models(self):
        """Names of the models whose tables make the snapshot."""
        return sorted({*self._escarcelle_loaded_models(), *ALSO_WATCHED} - NOT_WATCHED)

    def _escarcelle_watched_state(self):
        """Return a hash over every row's last write in the watched tables, in one query.

        Not the newest ``write_date``: it is the start of a transaction, and one that began before
        the newest may well end after it.
        """
        queries, names = [], []
        for name in self._escarcelle_watched_models():
            model = self.env.get(name)
            if model is None or model._abstract or not model._auto:
                continue
            if not model._log_access or not model._fields["write_date"].store:
                continue
            model.flush_model()
            where = _PICTURES_ONLY if name == "ir.attachment" else ""
            queries.append(
                f"SELECT {len(names)}, count(*), sum(id::numeric *"
                f" extract(epoch FROM coalesce(write_date, 'epoch'))) FROM {model._table}{where}"
            )
            names.append(name)
        self.env.cr.execute(" UNION ALL ".join(queries))
        rows = sorted(self.env.cr.fetchall())
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def _escarcelle_snapshot_manifest(self):
        """Return ``{"version", "made_at", "parts": {name: {"sha256", "size"}}}``.

        ``version`` is the digest of ``parts``: equal versions, nothing to fetch.
        """
        contents = self._escarcelle_snapshot_parts()
        parts = {
            name: {"sha256": digest(content), "size": len(content)}
            for name, content in sorted(contents.items())
        }
        ANNOUNCED.put(
            self._escarcelle_announced_key(),
            {part["sha256"]: contents[name] for name, part in parts.items()},
            1,
        )
        return {
            "version": hashlib.sha256(dumps(parts)).hexdigest(),
            "made_at": self.env.cr.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "parts": parts,
        }

    def _escarcelle_snapshot_part(self, name, sha256):
        """Return the bytes of a part, None when it is not (or no longer) that content.

        What this process announced to this till last is served as it is; another process builds.
        """
        announced = ANNOUNCED.get(self._escarcelle_announced_key()) or {}
        if sha256 in announced:
            return announced[sha256]
        content = self._escarcelle_snapshot_parts().get(name)
        if content is None or digest(content) != sha256:
            return None
        return content

    def _escarcelle_announced_key(self):
        return self.env.registry.db_name, self.id
