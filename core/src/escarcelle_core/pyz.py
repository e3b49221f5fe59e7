"""``verifier.pyz``: this package as one file that ``python3`` runs, to verify an archive without us.

The same sources always give the same bytes.
"""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

_MAIN = b"import sys\n\nfrom escarcelle_core.verify_cli import main\n\nsys.exit(main())\n"
_SUFFIXES = (".py", ".xsd", ".txt", ".csv")
#: Nothing of printing is needed to verify.
_LEFT_OUT = frozenset({"printing", "__pycache__"})
_DATE = (2026, 1, 1, 0, 0, 0)


@cache
def build() -> bytes:
    """The program; it needs Python 3.10 or later with lxml and cryptography."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in (("__main__.py", _MAIN), *sorted(_sources())):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return b"#!/usr/bin/env python3\n" + buffer.getvalue()


def _sources() -> Iterator[tuple[str, bytes]]:
    return _walk(files("escarcelle_core"), "escarcelle_core")


def _walk(folder: Any, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name not in _LEFT_OUT:
                yield from _walk(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(_SUFFIXES):
            yield f"{path}/{entry.name}", entry.read_bytes()
