"""The catalogue in force, and what changes with it.

When a new snapshot is there, the checks use it from the next sale on, the desk signs with its company
and period rules, and the event journal says when these have changed.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from escarcelle_core import jet

from . import catalog
from .catalog import Catalog, CatalogError, Covered
from .errors import Refusal
from .events import Hub
from .snapshot import Snapshot
from .vault import Vault, VaultError

if TYPE_CHECKING:
    from .writer import Writer

_logger = logging.getLogger(__name__)
_COVERED, _ISSUER = "covered", "issuer"


class Shelf:
    """Holds the catalogue. ``mark`` and ``take`` are called in the fiscal thread."""

    def __init__(self, snapshot: Snapshot, vault: Vault, hub: Hub):
        self._snapshot = snapshot
        self._vault = vault
        self._hub = hub
        self.catalog: Catalog | None = None
        self.error = ""
        self.catalog = self._loaded(self._kept_covered())

    @property
    def templates(self) -> Mapping[str, bytes]:
        """The shop's own print stylesheets."""
        return self.catalog.templates if self.catalog else {}

    def require(self) -> Catalog:
        """The catalogue, or Refusal(snapshot_missing)."""
        if self.catalog is None:
            raise Refusal(
                "snapshot_missing",
                "La caisse n'a pas encore reçu ses données du serveur : vérifiez la connexion "
                "internet et attendez une minute.",
            )
        return self.catalog

    def partners(self) -> set[int] | None:
        """Whom a parked order may be for: Odoo's contacts in the snapshot. None when there is none."""
        if self.catalog is None:
            return None
        own = self._snapshot.json("load_data/res.partner")
        known = (*self.catalog.households.values(), *self.catalog.customers.values())
        return {row["id"] for row in own} | {one.partner_id for one in known if one.partner_id}

    def mark(self, writer: "Writer") -> Covered:
        """What the balances of a snapshot asked for now will include."""
        return Covered(writer.n, frozenset(writer.journal.pending))

    def take(self, covered: Covered, writer: "Writer") -> None:
        """Take over the snapshot just renewed."""
        manifest = self._snapshot.manifest
        if manifest is None:
            return
        if self.catalog is not None and self.catalog.version == manifest.version:
            self.catalog = replace(self.catalog, covered=covered)
        else:
            # Signed as in force before it is seen as in force.
            fresh = self._loaded(covered) or self.catalog
            self._apply(writer, fresh)
            self.catalog = fresh
            told = {"version": manifest.version, "made_at": manifest.made_at}
            self._hub.publish("snapshot", told)
        data = {"last": covered.last, "waiting": sorted(covered.waiting)}
        self._vault.write(_COVERED, json.dumps(data).encode())

    def apply(self, writer: "Writer") -> None:
        """Sign with the company and period rules of the snapshot, and say when they change."""
        self._apply(writer, self.catalog)

    def _apply(self, writer: "Writer", known: Catalog | None) -> None:
        if known is not None:
            writer.desk = replace(writer.desk, company=known.company, rules=known.rules)
        facts = {"company": asdict(writer.desk.company), "rules": asdict(writer.desk.rules)}
        kept = self._vault.read(_ISSUER)
        before = json.loads(kept) if kept else facts
        if before["company"] != facts["company"]:
            other = before["company"]["siret"] != facts["company"]["siret"]
            code = jet.TAXPAYER_CHANGED if other else jet.ISSUER_CHANGED
            writer.event(code, f"SIRET {facts['company']['siret']}")
        if before["rules"] != facts["rules"]:
            rules = writer.desk.rules
            writer.event(
                jet.SETTING_CHANGED,
                f"Clôture {rules.closing_hour} h, exercice au {rules.year_end_day}/"
                f"{rules.year_end_month}, {rules.timezone}",
            )
        if kept is None or before != facts:
            self._vault.write(_ISSUER, json.dumps(facts).encode())

    def _kept_covered(self) -> Covered:
        try:
            data = json.loads(self._vault.read(_COVERED) or b"{}")
            return Covered(int(data.get("last", 0)), frozenset(data.get("waiting", ())))
        except (VaultError, ValueError):
            return Covered()

    def _loaded(self, covered: Covered) -> Catalog | None:
        """The catalogue of the snapshot; None, and ``error``, when there is none to be read."""
        manifest = self._snapshot.manifest
        if manifest is None:
            return None
        try:
            known = catalog.load(self._part, manifest.version, covered)
        except (CatalogError, Refusal, VaultError) as error:
            # The one before stays: half a catalogue would sell at wrong prices.
            self.error = str(error)
            _logger.error("snapshot %s: %s", manifest.version[:12], error)
            return None
        self.error = ""
        return known

    def _part(self, name: str) -> bytes | None:
        return self._snapshot.part(name) if self._snapshot.sha256(name) else None
