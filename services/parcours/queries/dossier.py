"""All that the rules of the PASS IAE need to know of some persons, their rows locked when it is to change."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Uuid, any_, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.dossier import (
    Dossier,
    Embauche,
    PassIae,
    Prolongation,
    Suspension,
    periodes_couvertes,
)
from services.parcours.domain.eligibilite import Diagnostic
from services.parcours.domain.regles import Periode
from services.parcours.tables import (
    agrement,
    candidature,
    contrat,
    diagnostic,
    pass_iae,
    prolongation,
    suspension,
)

LOCK = text("select id from personne where id = any(cast(:ids as uuid[])) order by id for no key update")
_ids = any_(bindparam("ids", type_=ARRAY(Uuid)))


def _columns(table: Table, entity: Any) -> list[Any]:
    return [table.c[name] for name in entity.__slots__]


PASSES = select(*_columns(pass_iae, PassIae)).where(pass_iae.c.personne_id == _ids, ~pass_iae.c.annule)
DIAGNOSTICS = select(*_columns(diagnostic, Diagnostic)).where(diagnostic.c.personne_id == _ids)
SUSPENSIONS = (
    select(pass_iae.c.personne_id, *_columns(suspension, Suspension))
    .join(pass_iae, pass_iae.c.id == suspension.c.pass_id)
    .where(pass_iae.c.personne_id == _ids, ~suspension.c.annulee, ~pass_iae.c.annule)
)
PROLONGATIONS = (
    select(pass_iae.c.personne_id, *_columns(prolongation, Prolongation))
    .join(pass_iae, pass_iae.c.id == prolongation.c.pass_id)
    .where(pass_iae.c.personne_id == _ids, ~pass_iae.c.annule)
)
HIRES = select(
    candidature.c.personne_id,
    candidature.c.structure_id,
    func.coalesce(candidature.c.date_embauche, candidature.c.date_suite),
).where(candidature.c.personne_id == _ids, candidature.c.etat == "accepted")
CONTRACTS = select(contrat.c.personne_id, contrat.c.structure_id, contrat.c.date_debut).where(
    contrat.c.personne_id == _ids
)
AGREMENTS = select(agrement.c.personne_id, agrement.c.date_debut, agrement.c.date_fin).where(
    agrement.c.personne_id == _ids
)
PERSON_OF_PASS = select(pass_iae.c.id, pass_iae.c.personne_id).where(pass_iae.c.id == _ids)
PERSON_OF_SUSPENSION = (
    select(suspension.c.id, pass_iae.c.personne_id)
    .join(pass_iae, pass_iae.c.id == suspension.c.pass_id)
    .where(suspension.c.id == _ids)
)
PERSON_OF_PROLONGATION = (
    select(prolongation.c.id, pass_iae.c.personne_id)
    .join(pass_iae, pass_iae.c.id == prolongation.c.pass_id)
    .where(prolongation.c.id == _ids)
)

Dossiers = Mapping[UUID, Dossier]


async def lock_dossiers(conn: AsyncConnection, personnes: Collection[UUID]) -> Dossiers:
    """Return the dossiers of some persons, whose rows are locked in order: who changes a PASS IAE holds them."""
    await conn.execute(LOCK, {"ids": list(personnes)})
    return await read_dossiers(conn, personnes)


async def read_dossiers(conn: AsyncConnection, personnes: Collection[UUID]) -> Dossiers:
    """Return the dossiers of some persons, without any lock."""
    ids = list(personnes)
    passes = await _by_person(conn, PASSES, PassIae, ids, owned=True)
    diagnostics = await _by_person(conn, DIAGNOSTICS, Diagnostic, ids, owned=True)
    suspensions = await _by_person(conn, SUSPENSIONS, Suspension, ids)
    prolongations = await _by_person(conn, PROLONGATIONS, Prolongation, ids)
    hires = await _by_person(conn, HIRES, Embauche, ids)
    contracts = await _by_person(conn, CONTRACTS, Embauche, ids)
    agrements = await _by_person(conn, AGREMENTS, Periode, ids)
    return {
        each: Dossier(
            passes[each],
            suspensions[each],
            prolongations[each],
            diagnostics[each],
            hires[each],
            contracts[each],
            agrements[each],
        )
        for each in ids
    }


async def _by_person(
    conn: AsyncConnection, query: Select[Any], entity: Any, ids: list[UUID], *, owned: bool = False
) -> defaultdict[UUID, list[Any]]:
    """Return entities by person, who is a field of the entity when ``owned``, else the first column."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in await conn.execute(query, {"ids": ids}):
        if owned:
            known = entity(*row)
            found[known.personne_id].append(known)
        else:
            found[row[0]].append(entity(*row[1:]))
    return found


async def persons_of(conn: AsyncConnection, query: Select[Any], ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the persons of PASS IAE, suspensions or prolongations (see the ``PERSON_OF_…`` queries)."""
    return {row[0]: row[1] for row in await conn.execute(query, {"ids": list(ids)})}


async def find_couvertures(conn: AsyncConnection, personnes: Collection[UUID]) -> dict[UUID, list[Periode]]:
    """Return the days that the PASS IAE of some persons cover, suspensions taken away."""
    ids = list(personnes)
    covered: dict[UUID, list[Periode]] = {}
    passes = await _by_person(conn, PASSES, PassIae, ids, owned=True)
    if not passes:
        return covered
    suspensions = await _by_person(conn, SUSPENSIONS, Suspension, ids)
    for personne_id, mine in passes.items():
        stops = suspensions[personne_id]
        covered[personne_id] = [
            part
            for known in mine
            for part in periodes_couvertes(known.periode, [s.periode for s in stops if s.pass_id == known.id])
        ]
    return covered
