"""The file that carries a shop's settings to another (docs/formats.md §11). Pure: bytes in, plain values out.

``{"format": "escarcelle-configuration", "version": 1, "made_at": …, "sections": {name: [row, …]}}``; a row is
``{field: value}`` where a value is a text, a number, true, false, null or a list of texts. Nothing else is read.
"""

import json
import math

FORMAT = "escarcelle-configuration"
VERSION = 1
MAX_BYTES = 2_000_000
MAX_ROWS = 5_000
MAX_NAME = 64
MAX_TEXT = 4_000
MAX_LIST = 2_000
#: Larger than any setting; smaller than what a float or a column cannot hold.
MAX_NUMBER = 1e12


class FileRefused(Exception):
    """Why a file is not read. ``code``: size, json, format, version, shape, rows."""

    def __init__(self, code, detail=""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def write(sections, made_at):
    """The bytes of a file; equal settings give equal sections."""
    content = {"format": FORMAT, "version": VERSION, "made_at": made_at, "sections": sections}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode()


def read(raw):
    """``{section: [row]}`` of a file; FileRefused when it is anything but what this module writes."""
    if len(raw) > MAX_BYTES:
        raise FileRefused("size")
    try:
        content = json.loads(
            raw.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_no_duplicate
        )
    except (ValueError, RecursionError):
        raise FileRefused("json") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FileRefused("format")
    version = content.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise FileRefused("version", str(version)[:20])
    sections = content.get("sections")
    if not isinstance(sections, dict):
        raise FileRefused("shape", "sections")
    if sum(len(rows) for rows in sections.values() if isinstance(rows, list)) > MAX_ROWS:
        raise FileRefused("rows")
    for name, rows in sections.items():
        if len(name) > MAX_NAME or not isinstance(rows, list) or not all(map(_is_row, rows)):
            raise FileRefused("shape", name[:MAX_NAME])
    return sections


def _no_constant(name):
    raise ValueError(name)


def _no_duplicate(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("twice the same name")
    return found


def _is_row(row):
    return isinstance(row, dict) and all(
        len(name) <= MAX_NAME and (_is_scalar(value) or _is_list(value))
        for name, value in row.items()
    )


def _is_list(value):
    return (
        isinstance(value, list)
        and len(value) <= MAX_LIST
        and all(isinstance(item, str) and _is_scalar(item) for item in value)
    )


def _is_scalar(value):
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) < MAX_NUMBER and math.isfinite(value)
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and not any(ord(c) < 32 and c not in "\n\t" for c in value)
    return False
