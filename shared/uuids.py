"""Identifiers that sort by time (UUIDv7), absent from Python 3.11 and from PostgreSQL 15 to 17."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a UUID of version 7: 48 bits of milliseconds, then randomness."""
    value = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
