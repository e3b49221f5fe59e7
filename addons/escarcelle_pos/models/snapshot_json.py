"""The one way a snapshot turns values into bytes: equal values give equal bytes."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from odoo import fields


def _default(value):
    if isinstance(value, datetime):
        return fields.Datetime.to_string(value)
    if isinstance(value, date):
        return fields.Date.to_string(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "__html__"):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a snapshot")


def dumps(value):
    """Return canonical UTF-8 JSON (compact, keys in their order of insertion)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_default).encode()
