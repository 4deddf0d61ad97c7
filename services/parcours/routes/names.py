"""How the caller of a request names persons."""

from typing import cast

from fastapi import Request

from services.parcours.pseudonyms import Pseudonyms
from services.parcours.vault import Vault
from shared.access.callers import Caller


def names_of(request: Request, caller: Caller) -> Pseudonyms:
    """Return the pseudonyms by which a caller knows persons."""
    return cast("Vault", request.app.state.tools).pseudonyms(caller)
