"""What bounds a reading: how a line names an object, and the perimeter of the caller."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
    union_all,
)

from services.parcours.tables import candidature, cle_personne, structure, tables
from shared.access.callers import Caller

_reference = tables.write.reference
_identified = (
    func.unnest(bindparam("noms", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Uuid)))
    .table_valued(column("nom", Text), column("id", Uuid))
    .render_derived("identified")
)
own_reference = any_(bindparam("references", type_=ARRAY(Text)))

named = union_all(
    select(_reference.c.reference.label("nom"), _reference.c.object_id.label("id")).where(
        _reference.c.client_id == bindparam("client"),
        _reference.c.nature == bindparam("nature"),
        _reference.c.reference == own_reference,
    ),
    select(_identified.c.nom, _identified.c.id),
).cte("named")
"""Each name given (``nom``), the caller's own reference or an identifier, and the ``id`` it stands for."""

in_perimeter = or_(
    structure.c.id == any_(bindparam("structures", type_=ARRAY(Uuid))),
    structure.c.departement == any_(bindparam("departements", type_=ARRAY(Text))),
)
"""The structure is in the perimeter of the caller."""

sent_or_received = or_(
    in_perimeter, candidature.c.organisation == any_(bindparam("organisations", type_=ARRAY(Text)))
)
"""The candidature was sent by an organisation of the caller's perimeter, or to a structure of it."""


def unless_erased(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as read: a ``personne_id`` is null once the key of the person is destroyed."""
    if column.name != "personne_id":
        return column
    kept = select(cle_personne.c.personne_id).where(cle_personne.c.personne_id == column)
    return kept.scalar_subquery().label(column.name)


def name_parameters(
    client_id: str, nature: str, names: Iterable[str], find: Callable[[UUID], UUID] = lambda known: known
) -> dict[str, Any]:
    """Return the bind values of ``named``; a name that is a UUID is never a reference.

    ``find`` gives what a UUID of the caller stands for: a pseudonym, the identifier of a person.
    """
    identified: dict[str, UUID] = {}
    references: list[str] = []
    for name in set(names):
        identifier = _as_uuid(name)
        if identifier is None:
            references.append(name)
        else:
            identified[name] = find(identifier)
    return {
        "client": client_id,
        "nature": nature,
        "references": references,
        "noms": list(identified),
        "ids": list(identified.values()),
    }


def _as_uuid(name: str) -> UUID | None:
    """Return the identifier that a name is, written as the platform writes it."""
    if len(name) != 36:
        return None
    try:
        identifier = UUID(name)
    except ValueError:
        return None
    return identifier if str(identifier) == name else None


def perimeter_parameters(caller: Caller) -> dict[str, Any]:
    """Return the bind values of the perimeter of a caller."""
    perimetre = caller.perimetre
    return {
        "structures": list(perimetre.structures),
        "departements": list(perimetre.departements),
        "organisations": list(perimetre.organisations),
    }
