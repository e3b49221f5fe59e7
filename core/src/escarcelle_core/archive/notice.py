"""The notice in French that every archive carries."""

from importlib.resources import files


def content() -> bytes:
    """``Doc_archive.txt`` (UTF-8)."""
    return files(__package__).joinpath("doc_archive.txt").read_bytes()
