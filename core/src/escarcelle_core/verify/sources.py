"""Where archives come from: a directory, a ``.7z`` file, a directory of either.

The one place of the core that needs a library of its own: ``py7zr`` reads ``.7z``. Without it the
archive is extracted with 7-Zip and its directory given instead.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..archive.builder import ARCHIVE
from ..errors import DocumentError
from .folder import Folder

_INSIDE = re.compile(r"[\w][\w.\-]*(/[\w][\w.\-]*){0,3}/?", re.ASCII)
#: An archive never has that many files; a file made to fill a disk may.
_MOST_FILES, _SPARE_DISK = 10_000, 256_000_000


def find(path: Path) -> list[Path]:
    """The archives ``path`` stands for; DocumentError when there is none."""
    if path.is_file():
        return [path]
    if (path / ARCHIVE).exists():
        return [path]
    if not path.is_dir():
        raise DocumentError(f"« {path} » n'existe pas : vérifiez le chemin donné.")
    found = [p for p in sorted(path.iterdir()) if _is_archive(p)]
    if not found:
        raise DocumentError(f"« {path} » ne contient aucune archive (ni archive.xml, ni fichier .7z).")
    return found


def open_folder(path: Path, work: Path) -> Folder:
    """The files of one archive, extracted below ``work`` when it is a file."""
    if path.is_dir():
        return Folder(path, path.name)
    target = work / path.name
    _extract(path, target)
    inner = target if (target / ARCHIVE).exists() else _only_directory(target)
    return Folder(inner, path.name)


def _is_archive(path: Path) -> bool:
    return (path.is_file() and path.suffix == ".7z") or (path / ARCHIVE).is_file()


def _extract(path: Path, target: Path) -> None:
    try:
        import py7zr
    except ImportError:
        raise DocumentError(
            f"« {path.name} » : la bibliothèque py7zr n'est pas installée. Ouvrez ce fichier avec 7-Zip"
            " (commande : 7z x ou 7zz x), puis donnez le dossier obtenu."
        ) from None
    try:
        with py7zr.SevenZipFile(path) as packed:
            listed = packed.list()
            for name in _refused(listed, target):
                raise DocumentError(f"« {path.name} » contient « {name} », qui n'a pas sa place ici.")
            packed.extractall(target)
    except DocumentError:
        raise
    except (Exception, MemoryError) as error:  # noqa: BLE001 - a damaged file may fail anywhere in the library
        raise DocumentError(
            f"« {path.name} » n'est pas un fichier 7z lisible ({type(error).__name__})."
        ) from error


def _refused(listed: list, target: Path) -> Iterator[str]:
    """Names that would leave the directory, or more than a disk should be asked to hold."""
    if len(listed) > _MOST_FILES:
        yield f"{len(listed)} fichiers"
    free = shutil.disk_usage(next(p for p in target.parents if p.exists())).free - _SPARE_DISK
    size = sum(entry.uncompressed or 0 for entry in listed)
    if size > free:
        yield f"{size} octets, plus que la place libre sur le disque"
    for entry in listed:
        if not _INSIDE.fullmatch(entry.filename) or getattr(entry, "is_symlink", False):
            yield entry.filename[:100]


def _only_directory(path: Path) -> Path:
    """7z archives sometimes hold one directory with everything in it."""
    entries = list(path.iterdir()) if path.is_dir() else []
    if len(entries) == 1 and entries[0].is_dir() and not entries[0].is_symlink():
        return entries[0]
    return path
