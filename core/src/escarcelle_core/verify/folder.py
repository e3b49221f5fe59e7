"""The files of one archive, in a directory: what is there, read without following anything outside."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ..archive.builder import ARCHIVE
from ..errors import DocumentError

#: Certificates, schemas, seal, manifest: none comes near it.
_SMALL = 16_000_000


class Folder:
    """``name`` is how the archive is called in reports; paths inside use ``/``."""

    def __init__(self, root: Path, name: str):
        self.root = root
        self.name = name
        self._digests: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        path = self.root / name
        return path.is_file() and not path.is_symlink()

    def names(self) -> Iterator[str]:
        """Every file, sorted; a link is listed but is not one of the archive's files."""
        for path in sorted(self.root.rglob("*")):
            if path.is_symlink() or not path.is_dir():
                yield path.relative_to(self.root).as_posix()

    def open(self, name: str = ARCHIVE) -> BinaryIO:
        """A file for reading; DocumentError when it cannot be read."""
        if name not in self:
            raise DocumentError(f"« {name} » manque dans l'archive.")
        try:
            return (self.root / name).open("rb")
        except OSError as error:
            raise DocumentError(f"« {name} » ne peut pas être lu : {error.strerror}.") from error

    def size(self, name: str = ARCHIVE) -> int:
        """Bytes of a file, 0 when it is not there."""
        return (self.root / name).stat().st_size if name in self else 0

    def read(self, name: str) -> bytes:
        """The content of a small file."""
        with self.open(name) as stream:
            data = stream.read(_SMALL + 1)
        if len(data) > _SMALL:
            raise DocumentError(f"« {name} » est trop gros pour ce qu'il doit être.")
        return data

    def digest(self, name: str) -> str:
        """SHA-256 of a file, hexadecimal, whatever its size."""
        if name not in self._digests:
            digest = sha256()
            with self.open(name) as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
            self._digests[name] = digest.hexdigest()
        return self._digests[name]
