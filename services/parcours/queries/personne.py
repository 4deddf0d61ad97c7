"""Persons: who is named, who is known, and what lies in the vault."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.regles import Periode
from services.parcours.queries.names import (
    in_perimeter,
    name_parameters,
    named,
    own_reference,
    perimeter_parameters,
    sent_or_received,
)
from services.parcours.tables import agrement, candidature, cle_personne, contrat, personne, structure
from services.parcours.vault import Vault
from shared.access.callers import Caller
from shared.writing import Writer

_absorbee = personne.alias("absorbee")
# Somebody in the caller's perimeter sent, received or employs the person; or the caller entered them, or entered
# somebody whom a merge made one with them.
visible = or_(
    personne.c.cree_par == bindparam("client"),
    exists()
    .where(candidature.c.personne_id == personne.c.id)
    .where(structure.c.id == candidature.c.structure_id)
    .where(sent_or_received),
    exists()
    .where(contrat.c.personne_id == personne.c.id)
    .where(structure.c.id == contrat.c.structure_id)
    .where(in_perimeter),
    exists()
    .where(_absorbee.c.fusionnee_dans == personne.c.id)
    .where(_absorbee.c.cree_par == bindparam("client")),
)
# A reference is the caller's own; an identifier must be that of somebody in the perimeter.
_nameable = or_(named.c.nom == own_reference, visible)
# Who a merge absorbed is named, by their reference or their identifier, for the person kept.
_nomme = personne.alias("nomme")
_gardee = func.coalesce(_nomme.c.fusionnee_dans, _nomme.c.id)
AGREMENTS = (
    select(named.c.nom, personne.c.id, agrement.c.date_debut, agrement.c.date_fin)
    .join_from(named, _nomme, _nomme.c.id == named.c.id)
    .join(personne, personne.c.id == _gardee)
    .outerjoin(agrement, agrement.c.personne_id == personne.c.id)
    .where(_nameable)
)
IDENTITIES = (
    select(named.c.nom, personne.c.id, personne.c.identite, cle_personne.c.dek_enveloppee)
    .join_from(named, _nomme, _nomme.c.id == named.c.id)
    .join(personne, personne.c.id == _gardee)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(_nameable)
)
GET = (
    select(personne.c.id, personne.c.version, personne.c.identite, cle_personne.c.dek_enveloppee)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(personne.c.id == select(_gardee).where(_nomme.c.id == bindparam("id")).scalar_subquery(), visible)
)
_named_and_seen = (_nomme.c.id == any_(bindparam("personnes", type_=ARRAY(Uuid)))) & visible
SEEN = select(personne.c.id).join_from(_nomme, personne, personne.c.id == _gardee).where(_named_and_seen)
GET_MANY = (
    select(
        _nomme.c.id.label("nommee"),
        personne.c.id,
        personne.c.version,
        personne.c.identite,
        cle_personne.c.dek_enveloppee,
    )
    .join_from(_nomme, personne, personne.c.id == _gardee)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(_named_and_seen)
)
WHOLE = (
    select(_nomme.c.id.label("nommee"), personne, cle_personne.c.dek_enveloppee)
    .join_from(_nomme, personne, personne.c.id == _gardee)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(_named_and_seen)
    .order_by(personne.c.id)
)
LOCK_WHOLE = WHOLE.with_for_update(of=personne, key_share=True)
SEALED = (
    select(personne.c.id, personne.c.version, personne.c.cree_par)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(bindparam("id") == func.coalesce(personne.c.fusionnee_dans, personne.c.id))
    .order_by(personne.c.id)
)
KEPT = select(_gardee).where(_nomme.c.id == bindparam("id"))
LAST_CONTRACT = text("""
    select max(coalesce(date_sortie, date_fin_prevue)) from contrat where personne_id = :personne
""")
ACCESSES = text("""
    select recorded_at, client_id, action, motif, result from audit
    where target_id = any(array(
        select cast(id as text) from personne where id = :personne or fusionnee_dans = :personne
    )) order by id
""")
TAKEN = text("""
    select coalesce(fusionnee_dans, id), index_identite, index_nir from personne
    where index_identite = any(cast(:identites as bytea[])) or index_nir = any(cast(:nirs as bytea[]))
""")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An identity as stored, with what opens it."""

    personne_id: UUID
    identite: bytes
    dek_enveloppee: bytes


async def find_agrements(
    conn: AsyncConnection, writer: Writer, names: Collection[str]
) -> dict[str, tuple[UUID, list[Periode]]]:
    """Return the persons that a writer names, each with the periods of their agréments."""
    found: dict[str, tuple[UUID, list[Periode]]] = {}
    for nom, personne_id, debut, fin in await conn.execute(AGREMENTS, _parameters(writer, names)):
        _, periodes = found.setdefault(nom, (personne_id, []))
        if debut is not None:
            periodes.append(Periode(debut, fin))
    return found


async def find_identities(conn: AsyncConnection, writer: Writer, names: Collection[str]) -> dict[str, Sealed]:
    """Return the sealed identities of the persons that a writer names; those erased are not found."""
    rows = await conn.execute(IDENTITIES, _parameters(writer, names))
    return {nom: Sealed(*sealed) for nom, *sealed in rows}


def _parameters(writer: Writer, names: Collection[str]) -> dict[str, Any]:
    caller, vault = writer.caller, cast("Vault", writer.tools)
    found = name_parameters(caller.client_id, "personnes", names, vault.pseudonyms(caller).find)
    return found | perimeter_parameters(caller)


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


async def get_personne(conn: AsyncConnection, caller: Caller, personne_id: UUID) -> RowMapping | None:
    """Return the sealed identity of a person of the caller's perimeter."""
    parameters = {"id": personne_id, "client": caller.client_id} | perimeter_parameters(caller)
    return (await conn.execute(GET, parameters)).mappings().first()


async def list_personnes(
    conn: AsyncConnection, caller: Caller, personnes: Collection[UUID]
) -> Sequence[RowMapping]:
    """Return the sealed identities of those of some persons that are in the caller's perimeter.

    ``nommee`` is the identifier asked for, ``id`` another one after a merge.
    """
    values = {"personnes": list(personnes), "client": caller.client_id} | perimeter_parameters(caller)
    return (await conn.execute(GET_MANY, values)).mappings().all()


async def see_personne(conn: AsyncConnection, caller: Caller, personne_id: UUID) -> UUID | None:
    """Return who a person of the caller's perimeter is now, another one after a merge."""
    values = {"personnes": [personne_id], "client": caller.client_id} | perimeter_parameters(caller)
    return (await conn.execute(SEEN, values)).scalar()


async def lock_personnes(
    conn: AsyncConnection, caller: Caller, personnes: Collection[UUID]
) -> dict[UUID, RowMapping]:
    """Return all that the vault holds of persons of the caller's perimeter, with their keys, locked.

    Each is found by the identifier asked for, whoever they are now.
    """
    return await _whole(conn, LOCK_WHOLE, caller, personnes)


async def get_whole(conn: AsyncConnection, caller: Caller, personne_id: UUID) -> RowMapping | None:
    """Return all that the vault holds of a person of the caller's perimeter, with their key."""
    return (await _whole(conn, WHOLE, caller, [personne_id])).get(personne_id)


async def _whole(
    conn: AsyncConnection, query: Any, caller: Caller, personnes: Collection[UUID]
) -> dict[UUID, RowMapping]:
    values = {"personnes": list(personnes), "client": caller.client_id} | perimeter_parameters(caller)
    return {row["nommee"]: row for row in (await conn.execute(query, values)).mappings()}


async def last_contract_day(conn: AsyncConnection, personne_id: UUID) -> date | None:
    """Return the last day, planned or real, of the contracts of a person."""
    return (await conn.execute(LAST_CONTRACT, {"personne": personne_id})).scalar()


async def list_accesses(conn: AsyncConnection, personne_id: UUID) -> list[dict[str, Any]]:
    """Return who read or changed what is held of a person, oldest first."""
    rows = await conn.execute(ACCESSES, {"personne": personne_id})
    return [dict(row) for row in rows.mappings()]


async def find_kept(conn: AsyncConnection, personne_id: UUID) -> UUID:
    """Return who a person is now, another one after a merge; nobody is who they were."""
    return (await conn.execute(KEPT, {"id": personne_id})).scalar() or personne_id


async def list_sealed(conn: AsyncConnection, personne_id: UUID) -> Sequence[RowMapping]:
    """Return ``id``, ``version`` and ``cree_par`` of a person whose key is kept, and of those merged into them.

    Who erases has no perimeter.
    """
    return (await conn.execute(SEALED, {"id": personne_id})).mappings().all()
