"""Fingerprints of inputs: what a step was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

IGNORED = {"__pycache__", ".pytest_cache", ".hypothesis", ".ruff_cache"}


def of_text(*texts: str) -> str:
    """SHA-256 of several texts, order and borders kept."""
    digest = hashlib.sha256()
    for text in texts:
        raw = text.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def of_files(base: Path, folders: Iterable[Path]) -> str:
    """SHA-256 of names and contents of every file below ``folders``; names relative to ``base``."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            parts = set(path.relative_to(base).parts)
            if not path.is_file() or path.suffix == ".pyc" or parts & IGNORED:
                continue
            name = path.relative_to(base).as_posix().encode()
            content = hashlib.sha256(path.read_bytes()).digest()
            digest.update(len(name).to_bytes(8, "big") + name + content)
    return digest.hexdigest()
