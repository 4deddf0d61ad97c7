"""How the parts of a file are kept while they wait: clear, or encrypted where lines hold personal data."""

import os
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Seal(Protocol):
    """Protects a content that belongs to a job."""

    def close(self, content: bytes, job_id: UUID) -> bytes:
        """Return the content as stored."""
        ...

    def open(self, stored: bytes, job_id: UUID) -> bytes:
        """Return the content that was closed for this job."""
        ...


class ClearSeal:
    """Keeps public data as it is."""

    def close(self, content: bytes, job_id: UUID) -> bytes:  # noqa: ARG002 # same signature for all seals
        """Return the content itself."""
        return content

    def open(self, stored: bytes, job_id: UUID) -> bytes:  # noqa: ARG002 # idem
        """Return the content itself."""
        return stored


class KeySeal:
    """Encrypts with AES-256-GCM; a part moved to another job does not open."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, content: bytes, job_id: UUID) -> bytes:
        """Return nonce and ciphertext."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, job_id.bytes)

    def open(self, stored: bytes, job_id: UUID) -> bytes:
        """Return the content.

        Raises
        ------
        cryptography.exceptions.InvalidTag
            Another key, another job, or an altered content.
        """
        return self._cipher.decrypt(stored[:12], stored[12:], job_id.bytes)
