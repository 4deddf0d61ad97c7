"""What decides who may prescribe: habilitations read from the registry, sanctions of employers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.habilitation import Habilitation, Sanction
from services.parcours.tables import autoprescription, prescripteur

HABILITATIONS = select(
    prescripteur.c.code, prescripteur.c.statut, prescripteur.c.habilite_le, prescripteur.c.habilite_jusqu_au
).where(prescripteur.c.code == any_(bindparam("codes", type_=ARRAY(Text))))
SANCTIONS = select(
    autoprescription.c.structure_id, autoprescription.c.date_debut, autoprescription.c.date_fin
).where(autoprescription.c.structure_id == any_(bindparam("structures", type_=ARRAY(Uuid))))

Habilitations = Mapping[str, list[Habilitation]]
Sanctions = Mapping[UUID, list[Sanction]]


async def find_habilitations(conn: AsyncConnection, codes: Collection[str | None]) -> Habilitations:
    """Return what the registry says of some organisations, by code; nothing for those it does not know."""
    found: defaultdict[str, list[Habilitation]] = defaultdict(list)
    asked = sorted({code for code in codes if code})
    if asked:
        for code, *habilitation in await conn.execute(HABILITATIONS, {"codes": asked}):
            found[code].append(Habilitation(*habilitation))
    return found


async def find_sanctions(conn: AsyncConnection, structures: Collection[UUID]) -> Sanctions:
    """Return the sanctions of some employers."""
    found: defaultdict[UUID, list[Sanction]] = defaultdict(list)
    if structures:
        for structure_id, *sanction in await conn.execute(SANCTIONS, {"structures": list(structures)}):
            found[structure_id].append(Sanction(*sanction))
    return found
