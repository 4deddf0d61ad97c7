"""How a line names a person or a contract: by the platform's identifier or by the caller's own reference."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from shared.access.callers import Caller

NAMED = """
    named as (
        select reference as nom, object_id as id from line_reference
        where client_id = :client and nature = :nature and reference = any(cast(:references as text[]))
        union all
        select u::text, u from unnest(cast(:ids as uuid[])) as u
    )
"""
"""Common table expression: each name given, and the identifier it stands for."""


def name_parameters(client_id: str, nature: str, names: Iterable[str]) -> dict[str, Any]:
    """Return the bind values of ``NAMED``; a name that is a UUID is never a reference."""
    ids: list[str] = []
    references: list[str] = []
    for name in set(names):
        (ids if _is_uuid(name) else references).append(name)
    return {"client": client_id, "nature": nature, "references": references, "ids": ids}


def _is_uuid(name: str) -> bool:
    if len(name) != 36:
        return False
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def perimeter_parameters(caller: Caller) -> dict[str, Any]:
    """Return the bind values of the perimeter of a caller."""
    perimetre = caller.perimetre
    return {
        "structures": list(perimetre.structures),
        "departements": list(perimetre.departements),
        "organisations": list(perimetre.organisations),
    }


IN_PERIMETER = """
    (s.id = any(cast(:structures as uuid[])) or s.departement = any(cast(:departements as text[])))
"""
"""Condition on a structure ``s``: it is in the perimeter of the caller."""
