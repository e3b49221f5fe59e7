"""What a worker remembers between two snapshots: parts by fingerprint, digests by content.

A snapshot is asked every few seconds by every till, and changes a few times a day. Rebuilding a
part costs up to seconds, reading the newest ``write_date`` of its tables milliseconds.
"""

import hashlib
import threading
from collections import OrderedDict


class BoundedCache:
    """Least-recently-used mapping bounded by the total size of its byte values."""

    def __init__(self, max_bytes):
        self._max = max_bytes
        self._size = 0
        self._items = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key):
        """Return the value kept under ``key`` or None."""
        with self._lock:
            held = self._items.get(key)
            if held is None:
                return None
            self._items.move_to_end(key)
            return held[0]

    def put(self, key, value, size):
        """Keep ``value``, counted for ``size`` bytes, and forget the oldest beyond the bound."""
        with self._lock:
            old = self._items.pop(key, None)
            if old is not None:
                self._size -= old[1]
            self._items[key] = (value, size)
            self._size += size
            while self._size > self._max and len(self._items) > 1:
                _key, (_value, dropped) = self._items.popitem(last=False)
                self._size -= dropped

    def clear(self):
        """Forget everything (tests)."""
        with self._lock:
            self._items.clear()
            self._size = 0


PARTS = BoundedCache(192 * 1024 * 1024)
_DIGESTS = BoundedCache(4096)


def cached_parts(key, build):
    """Return ``build()`` → ``{name: bytes}``, or what it returned last time for ``key``."""
    found = PARTS.get(key)
    if found is not None:
        return found
    parts = build()
    PARTS.put(key, parts, sum(map(len, parts.values())) + 1)
    return parts


def digest(content):
    """SHA-256 of ``content`` in hexadecimal.

    The cache key is the bytes object itself: Python computes its hash once, and parts that did
    not change are the very same object from one snapshot to the next.
    """
    found = _DIGESTS.get(content)
    if found is not None:
        return found
    value = hashlib.sha256(content).hexdigest()
    _DIGESTS.put(content, value, 1)
    return value
