"""Cursors that callers carry and cannot forge: where a sorted search stands, bound to the search itself."""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson

SIGNATURE_BYTES = 16


def sign_cursor(key: bytes, search: str, position: Sequence[Any]) -> str:
    """Return the cursor of a position in a search; ``search`` tells it from any other."""
    payload = orjson.dumps(list(position))
    return base64.urlsafe_b64encode(_signature(key, search, payload) + payload).decode().rstrip("=")


def read_cursor(key: bytes, search: str, cursor: str) -> list[Any] | None:
    """Return the position of a cursor, or None when it was not signed here for this search."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, search, payload)):
        return None
    position: list[Any] = orjson.loads(payload)
    return position


def _signature(key: bytes, search: str, payload: bytes) -> bytes:
    content = b"cursor\0" + search.encode() + b"\0" + payload
    return hmac.new(key, content, sha256).digest()[:SIGNATURE_BYTES]
