"""PASS IAE that are delivered by hand: to whom, and which ones wait."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.candidature import Candidature
from services.parcours.domain.delivrance import est_identifiee
from services.parcours.domain.dossier import PENDING
from services.parcours.tables import candidature, cle_personne, personne
from services.parcours.vault import Vault

PAGE = 200
WITHOUT_NIR = (
    select(personne.c.id, personne.c.identite, cle_personne.c.dek_enveloppee)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(personne.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), personne.c.index_nir.is_(None))
)
WAITING = (
    select(*(candidature.c[name] for name in Candidature.__slots__))
    .where(candidature.c.delivrance == PENDING)
    .order_by(candidature.c.id)
    .limit(PAGE)
)


async def find_unidentified(
    conn: AsyncConnection, personnes: Sequence[UUID], vault: Vault
) -> Collection[UUID]:
    """Return those of some persons to whom no PASS IAE is delivered at once."""
    rows = await conn.execute(WITHOUT_NIR, {"ids": personnes})
    motif = "motif_absence_identifiant_france_travail"
    return {
        personne_id
        for personne_id, identite, dek in rows
        if not est_identifiee(
            nir=False,
            motif_absence_france_travail=vault.safe(personne_id, dek).open("identite", identite).get(motif),
        )
    }


async def list_waiting(conn: AsyncConnection, after: UUID | None) -> Sequence[RowMapping]:
    """Return at most 200 hires whose PASS IAE is to be delivered by hand, oldest first, after a known one."""
    query = WAITING if after is None else WAITING.where(candidature.c.id > after)
    return (await conn.execute(query)).mappings().all()
