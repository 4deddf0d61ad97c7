"""How a partner names persons: a number of their own, which neither leads to the person nor to another partner's.

The pseudonym of a person is their random identifier, permuted by a key of the partner: one block of AES-256 under
``HMAC-SHA256(secret, client_id)``. Two partners who put their files side by side learn nothing from it, and only
the service goes back from it to the person, without a table of who is whom: nothing is written to tell one, and
nothing is read to take one back. After a merge both former pseudonyms lead to the person kept, as their
identifiers do; after an erasure they lead to nobody.
"""

import hmac
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from shared.access.callers import Caller
from shared.access.scopes import Scope

INTERNAL = frozenset({Scope.JOURNAL_LECTURE, Scope.EXPLOITATION})
"""Who has one of these scopes is the platform itself, which names a person as the journal does."""


class Pseudonyms:
    """The names of persons between the service and one caller.

    Parameters
    ----------
    key
        That of the partner, 32 bytes; None where identifiers are told as they are.
    """

    def __init__(self, key: bytes | None) -> None:
        self._encryptor = self._decryptor = None
        if key is not None:
            # A single block each time, never a message: as a permutation of identifiers, this mode is the cipher itself.
            cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 # idem
            self._encryptor, self._decryptor = cipher.encryptor(), cipher.decryptor()

    @classmethod
    def of(cls, secret: bytes, caller: Caller) -> "Pseudonyms":
        """Return the names that a caller uses."""
        return cls(None) if caller.scopes & INTERNAL else cls.of_partner(secret, caller.client_id)

    @classmethod
    def of_partner(cls, secret: bytes, client_id: str) -> "Pseudonyms":
        """Return the names that a partner uses, whoever asks."""
        return cls(hmac.digest(secret, client_id.encode(), "sha256"))

    def tell(self, personne_id: UUID) -> UUID:
        """Return the name of a person for the caller."""
        return UUID(bytes=self._encryptor.update(personne_id.bytes)) if self._encryptor else personne_id

    def tell_in(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """Return a row whose ``personne_id``, unless null, is told."""
        personne_id = row["personne_id"]
        return {**row, "personne_id": personne_id and self.tell(personne_id)}

    def find(self, name: UUID) -> UUID:
        """Return the identifier that a name of the caller stands for; nobody's when it was invented."""
        return UUID(bytes=self._decryptor.update(name.bytes)) if self._decryptor else name
