"""Parked orders: opaque to the till, kept sealed, gone once sold or dropped."""

import json
import os
from decimal import Decimal
from pathlib import Path

from .errors import Refusal
from .strict import UUID
from .vault import Cipher, VaultError, atomic_write

MAX_BYTES = 256 * 1024
MAX_DRAFTS = 200


class Drafts:
    """One sealed file per parked order in ``Attente/``."""

    def __init__(self, directory: Path, cipher: Cipher):
        self._dir = directory
        self._cipher = cipher

    def uuids(self) -> list[str]:
        """Every parked order, oldest first."""
        found = [p for p in self._dir.iterdir() if UUID.fullmatch(p.name)]
        return [p.name for p in sorted(found, key=lambda p: (p.stat().st_mtime_ns, p.name))]

    def all(self) -> list[dict]:
        """Uuid and content of each; one that does not open is left out."""
        out = []
        for uuid in self.uuids():
            try:
                out.append({"uuid": uuid, "draft": self.get(uuid)})
            except (Refusal, VaultError, ValueError):
                continue
        return out

    def get(self, uuid: str) -> object:
        """The content of one; Refusal(not_found)."""
        try:
            sealed = (self._dir / uuid).read_bytes()
        except FileNotFoundError:
            raise Refusal("not_found", "Ce ticket en attente n'existe plus.") from None
        return json.loads(self._cipher.open(sealed, f"draft:{uuid}"))

    def worth(self, uuid: str) -> str:
        """``3 lignes 12.50`` for the event journal; ``""`` for a draft of an unknown form."""
        try:
            draft = self.get(uuid)
            lines = json.loads(draft["content"])["pos.order.line"]  # type: ignore[index]
            total = sum(
                Decimal(str(line["qty"])) * Decimal(str(line["price_unit"]))
                * (100 - Decimal(str(line.get("discount") or 0))) / 100
                for line in lines
            )  # fmt: skip
            return f"{len(lines)} lignes {total.quantize(Decimal('0.01'))}"
        except (ArithmeticError, KeyError, Refusal, TypeError, ValueError, VaultError):
            return ""

    def customer(self, uuid: str) -> int | None:
        """Whom the parked order is for (Odoo's contact); None: nobody, or a draft of an unknown form."""
        try:
            found = json.loads(self.get(uuid)["content"])["pos.order"][0]["partner_id"]  # type: ignore[index]
        except (IndexError, KeyError, Refusal, TypeError, ValueError, VaultError):
            return None
        return found if type(found) is int else None

    def put(self, uuid: str, content: object) -> None:
        """Keep ``content``, replacing what was there."""
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        if len(data) > MAX_BYTES:
            raise Refusal("too_large", "Ce ticket est trop gros pour être mis en attente.")
        path = self._dir / uuid
        if not path.exists() and len(self.uuids()) >= MAX_DRAFTS:
            raise Refusal(
                "conflict", "Trop de tickets en attente : terminez-en ou abandonnez-en d'abord."
            )
        try:
            atomic_write(path, self._cipher.seal(data, f"draft:{uuid}"))
        except OSError as error:
            raise Refusal(
                "disk_full",
                "Le disque de la caisse est plein : le ticket ne peut pas être mis en attente. "
                "Libérez de la place.",
            ) from error

    def drop(self, uuid: str) -> bool:
        """Forget one; False when it was not there."""
        try:
            os.unlink(self._dir / uuid)
        except FileNotFoundError:
            return False
        return True
