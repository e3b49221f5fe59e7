"""Passwords drawn once, kept in files only their owner reads."""

import os
import secrets
from pathlib import Path


def read_or_draw(path: Path) -> str:
    """The secret stored there, drawn and written (mode 0600) the first time."""
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    value = secrets.token_urlsafe(24)
    write_private(path, value + "\n")
    return value


def write_private(path: Path, text: str) -> None:
    """Write a file nobody else may read, whatever the umask, in one rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(text)
    fresh.replace(path)
