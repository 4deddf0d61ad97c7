"""The vault: what says who a person is, encrypted by a key of their own.

Two stages. A data key per person (256 bits, drawn at random) encrypts the values of that person (AES-256-GCM);
it is kept wrapped (AES Key Wrap, RFC 3394) by a master key that the database never sees. Deleting the row of
``cle_personne`` makes the identity unreadable everywhere at once: state, journal, backups of both.

A sealed value is one version byte, a nonce of 12 bytes, the ciphertext and its tag. It is bound to its place
by the associated data ``parcours|<table>|<field>|<personne_id>``: moved to another row or column, it does not
open. ``conception/securite.md`` §3.
"""

import hmac
import os
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from services.parcours.pseudonyms import Pseudonyms
from shared.access.callers import Caller
from shared.keys import derive_key
from shared.settings import Settings

FORMAT = b"\x01"
NONCE_BYTES = 12
KEK_VERSION = 1


class Safe:
    """The values of one person, under their data key."""

    def __init__(self, personne_id: UUID, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._owner = str(personne_id)

    def seal(self, field: str, values: dict[str, Any]) -> bytes:
        """Return values of a field of ``personne``, encrypted."""
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._cipher.encrypt(nonce, orjson.dumps(values), self._place(field))

    def open(self, field: str, sealed: bytes) -> dict[str, Any]:
        """Return the values of a field of ``personne``.

        Raises
        ------
        cryptography.exceptions.InvalidTag
            Altered, moved from another place, or another person's.
        """
        nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        values: dict[str, Any] = orjson.loads(self._cipher.decrypt(nonce, content, self._place(field)))
        return values

    def _place(self, field: str) -> bytes:
        return f"parcours|personne|{field}|{self._owner}".encode()


class Vault:
    """Opens and closes the safes of persons; recognises an identity without reading it.

    Parameters
    ----------
    kek
        Master key, 32 bytes; only wraps data keys.
    index_key
        Key of the blind indexes, 32 bytes.
    partners_key
        Key from which that of each partner derives, 32 bytes.
    """

    def __init__(self, kek: bytes, index_key: bytes, partners_key: bytes) -> None:
        self._kek = kek
        self._index_key = index_key
        self._partners_key = partners_key

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """Return the vault whose keys derive from the secrets of a deployment."""
        return cls(
            derive_key(settings.secret("kek"), "vault"),
            derive_key(settings.secret("index_key"), "blind index"),
            derive_key(settings.secret("index_key"), "pseudonyms"),
        )

    def new_safe(self, personne_id: UUID) -> tuple[Safe, bytes]:
        """Return a new safe and its data key, wrapped."""
        key = os.urandom(32)
        return Safe(personne_id, key), aes_key_wrap(self._kek, key)

    def safe(self, personne_id: UUID, wrapped: bytes) -> Safe:
        """Return the safe of a person from their wrapped data key."""
        return Safe(personne_id, aes_key_unwrap(self._kek, wrapped))

    def blind_index(self, kind: str, normal_form: str) -> bytes:
        """Return the 32 bytes by which equal values of a kind are recognised, and nothing else."""
        return hmac.digest(self._index_key, f"{kind}|{normal_form}".encode(), "sha256")

    def pseudonyms(self, caller: Caller) -> Pseudonyms:
        """Return the names of persons that a caller uses."""
        return Pseudonyms.of(self._partners_key, caller)

    def pseudonyms_of_partner(self, client_id: str) -> Pseudonyms:
        """Return the names of persons that a partner uses, for who acts on its demand."""
        return Pseudonyms.of_partner(self._partners_key, client_id)
