"""PASS IAE as read: in the perimeter of who sent, received or employs the person."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.dossier import Dossier
from services.parcours.queries.dossier import read_dossiers
from services.parcours.queries.names import perimeter_parameters
from services.parcours.queries.personne import see_personne, visible
from services.parcours.tables import pass_iae, personne
from shared.access.callers import Caller

OWNER = (
    select(pass_iae.c.personne_id)
    .join(personne, personne.c.id == pass_iae.c.personne_id)
    .where(pass_iae.c.id == bindparam("id"), visible)
)


async def get_dossier_of_pass(conn: AsyncConnection, caller: Caller, pass_id: UUID) -> Dossier | None:
    """Return the dossier of the person of a PASS IAE, when the caller may see that person."""
    values = {"id": pass_id, "client": caller.client_id} | perimeter_parameters(caller)
    return await _dossier(conn, (await conn.execute(OWNER, values)).scalar())


async def get_dossier(conn: AsyncConnection, caller: Caller, personne_id: UUID) -> Dossier | None:
    """Return the dossier of a person whom the caller may see."""
    return await _dossier(conn, await see_personne(conn, caller, personne_id))


async def _dossier(conn: AsyncConnection, personne_id: UUID | None) -> Dossier | None:
    return (await read_dossiers(conn, [personne_id]))[personne_id] if personne_id else None
