"""Callers, keys and tokens of the tests; every name is fictitious."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import ECKey, Key

from shared.access.callers import Caller, Perimetre
from shared.access.scopes import Scope

ISSUER = "http://gateway.invalid"
NOW = datetime(2017, 10, 24, 9, 30, tzinfo=UTC)
STRUCTURE = UUID("00000000-0000-4000-8000-000000000001")


def make_key(crv: str = "P-256") -> ECKey:
    """Return a new private key that bears its thumbprint as ``kid``."""
    return ECKey.generate_key(crv, auto_kid=True)


def write_key_set(path: Path, *keys: ECKey) -> Path:
    """Publish the public half of these keys in a ``jwks.json`` file."""
    path.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}), encoding="utf-8")
    return path


def make_caller(
    *,
    client_id: str = "client-fictif",
    subject: str | None = None,
    scopes: Iterable[Scope] = (Scope.PARCOURS_LECTURE,),
    structures: Iterable[UUID] = (),
    departements: Iterable[str] = (),
    organisations: Iterable[str] = (),
    acts_for: str | None = None,
) -> Caller:
    """Return a caller; with no perimeter unless one is given."""
    perimetre = Perimetre(frozenset(structures), frozenset(departements), frozenset(organisations))
    return Caller(client_id, subject or client_id, frozenset(scopes), perimetre, acts_for)


def forge(key: Key, claims: Any, **header: Any) -> str:
    """Sign whatever claims with whatever header, as a stranger could."""
    protected = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | header
    registry = jws.JWSRegistry(algorithms=[protected["alg"]], strict_check_header=False)
    return jws.serialize_compact(protected, json.dumps(claims), key, registry=registry)
