"""Keys derived from the secrets of a deployment."""

import base64
import hashlib


def derive_key(secret: str, purpose: str) -> bytes:
    """Return a 32-byte key for one purpose, derived from a secret in base64url."""
    raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return hashlib.blake2b(purpose.encode(), key=raw[:64], digest_size=32).digest()
