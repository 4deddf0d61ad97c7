"""Persons: who is named, who is known, and what lies in the vault."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.agrement import Periode
from services.parcours.queries.names import IN_PERIMETER, NAMED, name_parameters, perimeter_parameters
from shared.access.callers import Caller

VISIBLE = f"""
    (p.cree_par = :client
     or exists (select from candidature c join structure s on s.id = c.structure_id
                where c.personne_id = p.id
                  and ({IN_PERIMETER} or c.organisation = any(cast(:organisations as text[]))))
     or exists (select from contrat k join structure s on s.id = k.structure_id
                where k.personne_id = p.id and {IN_PERIMETER}))
"""
"""Condition on a person ``p``: somebody in the caller's perimeter sent, received or employs them."""

# A reference is the caller's own; an identifier must be that of somebody in the perimeter.
_NAMED_PERSON = f"with {NAMED}" + """
    select n.nom, p.id, {columns} from named n join personne p on p.id = n.id {joins}
    where n.nom = any(cast(:references as text[])) or {visible}
"""
AGREMENTS = text(
    _NAMED_PERSON.format(
        columns="a.date_debut, a.date_fin",
        joins="left join agrement a on a.personne_id = p.id",
        visible=VISIBLE,
    )
)
IDENTITIES = text(
    _NAMED_PERSON.format(
        columns="p.identite, c.dek_enveloppee",
        joins="join cle_personne c on c.personne_id = p.id",
        visible=VISIBLE,
    )
)
TAKEN = text("""
    select id, index_identite, index_nir from personne
    where index_identite = any(cast(:identites as bytea[])) or index_nir = any(cast(:nirs as bytea[]))
""")
GET = text(f"""
    select p.id, p.version, p.identite, c.dek_enveloppee
    from personne p join cle_personne c on c.personne_id = p.id
    where p.id = :id and {VISIBLE}
""")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An identity as stored, with what opens it."""

    personne_id: UUID
    identite: bytes
    dek_enveloppee: bytes


async def find_agrements(
    conn: AsyncConnection, caller: Caller, names: Collection[str]
) -> dict[str, tuple[UUID, list[Periode]]]:
    """Return the persons that a caller names, each with the periods of their agréments."""
    found: dict[str, tuple[UUID, list[Periode]]] = {}
    for nom, personne_id, debut, fin in await conn.execute(AGREMENTS, _parameters(caller, names)):
        _, periodes = found.setdefault(nom, (personne_id, []))
        if debut is not None:
            periodes.append(Periode(debut, fin))
    return found


async def find_identities(
    conn: AsyncConnection, caller: Caller, names: Collection[str]
) -> dict[str, Sealed]:
    """Return the sealed identities of the persons that a caller names; those erased are not found."""
    rows = await conn.execute(IDENTITIES, _parameters(caller, names))
    return {row[0]: Sealed(*row[1:]) for row in rows}


def _parameters(caller: Caller, names: Collection[str]) -> dict[str, Any]:
    return name_parameters(caller.client_id, "personnes", names) | perimeter_parameters(caller)


async def find_known(
    conn: AsyncConnection, identites: Sequence[bytes], nirs: Sequence[bytes]
) -> Mapping[bytes, UUID]:
    """Return the persons already in the vault, by each of the blind indexes asked for."""
    rows = await conn.execute(TAKEN, {"identites": identites, "nirs": nirs})
    known: dict[bytes, UUID] = {}
    for personne_id, index_identite, index_nir in rows:
        known[index_identite] = personne_id
        if index_nir is not None:
            known[index_nir] = personne_id
    return known


async def get_personne(conn: AsyncConnection, caller: Caller, personne_id: UUID) -> Row[Any] | None:
    """Return the sealed identity of a person of the caller's perimeter."""
    parameters = {"id": personne_id, "client": caller.client_id} | perimeter_parameters(caller)
    return (await conn.execute(GET, parameters)).first()
