"""``verifier.pyz``: this package as one file that ``python3`` runs, to verify an archive without us.

The same sources always give the same bytes.
"""

import io
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_MAIN = '''"""Starts the verifier, or says in French what this computer lacks."""
import sys

if sys.version_info < (3, 10):
    sys.stderr.write("Ce vérificateur demande Python 3.10 ou plus récent (ici : %d.%d).\\n" % sys.version_info[:2])
    sys.exit(2)

from escarcelle_core.verify_options import read

# Asking for help, or being told of a wrong option, needs no library.
read()
for module, package in (("lxml", "python3-lxml"), ("cryptography", "python3-cryptography")):
    try:
        __import__(module)
    except ImportError:
        sys.stderr.write(
            "Il manque la bibliothèque %s. Installez-la : « sudo apt install %s » (Debian, Ubuntu)"
            " ou « pip install %s », puis recommencez.\\n" % (module, package, module)
        )
        sys.exit(2)

from escarcelle_core.verify_cli import main

sys.exit(main())
'''.encode()
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


def main(arguments: list[str]) -> int:
    """``python -m escarcelle_core.pyz FILE``."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("Usage : python -m escarcelle_core.pyz verifier.pyz\n")
        return 2
    target = Path(arguments[0])
    target.write_bytes(build())
    target.chmod(0o755)
    print(f"{target} : {target.stat().st_size} octets")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
