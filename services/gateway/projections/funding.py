"""What ``funding`` publishes."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.structures import rows_of
from services.gateway.tables import annexe, marche
from shared.contracts.funding import (
    AnnexeFinanciereEnregistree,
    MarcheEnregistre,
    VersementContrepasse,
    VersementEnregistre,
)
from shared.db import upsert
from shared.messaging.consumer import Received

ANNEXE = (
    "annexe_id", "structure_id", "numero", "mesure", "etat", "date_debut", "date_fin", "etp", "heures_par_etp",
    "montant_unitaire", "montant_socle", "postes_cddi_cd",
)  # fmt: skip
MARCHE = (
    "marche_id", "departement", "annee", "modalite", "structure_id", "heures_prevues", "heures_realisees",
)  # fmt: skip
ADD_VERSEMENTS = text("""
    insert into versement as v (structure_id, annee, mois, financeur, nature, montant, nombre)
    select structure_id, annee, mois, financeur, nature, montant, nombre
    from json_populate_recordset(null::versement, cast(:rows as json))
    order by structure_id, annee, mois, financeur, nature
    on conflict (structure_id, annee, mois, financeur, nature)
    do update set montant = v.montant + excluded.montant, nombre = v.nombre + excluded.nombre
""")


@projections.on(AnnexeFinanciereEnregistree)
async def project_annexes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show annexes as they are."""
    await upsert(conn, annexe, rows_of(events, ANNEXE))


@projections.on(MarcheEnregistre)
async def project_marches(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show contracts with a social clause."""
    await upsert(conn, marche, rows_of(events, MARCHE))


@projections.on(VersementEnregistre, VersementContrepasse)
async def project_versements(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Add payments to the sums of their structure, take back those that a contrary line cancels.

    Each is seen once, the consumer sees to it.
    """
    amounts: dict[tuple[object, ...], Decimal] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    for event in events:
        fact = event.fact
        key = (fact.structure_id, int(fact.mois[:4]), int(fact.mois[5:]), fact.financeur, fact.nature)
        sign = -1 if isinstance(fact, VersementContrepasse) else 1
        amounts[key] = amounts.get(key, Decimal(0)) + sign * fact.montant
        counts[key] += sign
    rows = [
        {
            "structure_id": str(key[0]),
            "annee": key[1],
            "mois": key[2],
            "financeur": key[3],
            "nature": key[4],
            "montant": str(amount),
            "nombre": counts[key],
        }
        for key, amount in amounts.items()
    ]
    await conn.execute(ADD_VERSEMENTS, {"rows": orjson.dumps(rows).decode()})
