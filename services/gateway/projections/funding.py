"""What ``funding`` publishes."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.past import keep_rows, rounds
from services.gateway.projections.structures import rows_of
from services.gateway.tables import (
    annexe,
    arbitrage,
    cofinancement,
    credit_deplace,
    enveloppe,
    imputation,
    marche,
    redeploiement,
)
from shared.contracts.funding import (
    AnnexeFinanciereEnregistree,
    ArbitrageRendu,
    CofinancementInscrit,
    CreditsDeplaces,
    EnveloppeNotifiee,
    HeuresClauseImputees,
    MarcheEnregistre,
    RedeploiementEnregistre,
    VersementContrepasse,
    VersementEnregistre,
)
from shared.db import upsert
from shared.messaging.consumer import Received

ANNEXE = (
    "annexe_id", "structure_id", "numero", "mesure", "etat", "date_debut", "date_fin", "etp", "heures_par_etp",
    "montant_unitaire", "montant_socle", "postes_cddi_cd", "montant_module", "montant_fdi", "montant_cofinance",
    "avenant_de",
    "sorties_prevues", "taux_durable_prevu", "taux_transition_prevu", "taux_positive_prevu",
)  # fmt: skip
MARCHE = (
    "marche_id", "departement", "annee", "modalite", "structure_id", "heures_prevues", "heures_realisees",
    "date_notification", "date_fin",
)  # fmt: skip
ENVELOPPE = ("enveloppe_id", "niveau", "territoire", "annee", "nature", "notifie", "notifie_etp")
CREDIT = ("mouvement_id", "origine_id", "destination_id", "montant", "motif")
COFINANCEMENT = (
    "cofinancement_id", "annexe_id", "structure_id", "financeur", "montant", "circuit", "postes", "theorique",
    "ecart_signale", "date_accord",
)  # fmt: skip
REDEPLOIEMENT = ("redeploiement_id", "region", "etat")
ARBITRAGE = ("arbitrage_id", "annee", "structure_id", "financeur", "numero", "demande", "montant", "le")
IMPUTATION = ("imputation_id", "marche_id", "mois", "heures")
ADD_VERSEMENTS = text("""
    insert into versement as v (structure_id, annee, mois, financeur, nature, known_on, montant, nombre)
    select structure_id, annee, mois, financeur, nature, known_on, montant, nombre
    from json_populate_recordset(null::versement, cast(:rows as json))
    order by structure_id, annee, mois, financeur, nature, known_on
    on conflict (structure_id, annee, mois, financeur, nature, known_on)
    do update set montant = v.montant + excluded.montant, nombre = v.nombre + excluded.nombre
""")


@projections.on(AnnexeFinanciereEnregistree)
async def project_annexes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show annexes as they are."""
    for part in rounds(events):
        rows = rows_of(part, ANNEXE)
        await keep_rows(conn, annexe, rows)
        await upsert(conn, annexe, rows)


@projections.on(MarcheEnregistre)
async def project_marches(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show contracts with a social clause."""
    for part in rounds(events):
        rows = rows_of(part, MARCHE)
        await keep_rows(conn, marche, rows)
        await upsert(conn, marche, rows)


@projections.on(EnveloppeNotifiee)
async def project_enveloppes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show envelopes as they were notified."""
    await upsert(conn, enveloppe, rows_of(events, ENVELOPPE))


@projections.on(CreditsDeplaces)
async def project_credits(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep the movements between envelopes."""
    await upsert(conn, credit_deplace, rows_of(events, CREDIT))


@projections.on(CofinancementInscrit)
async def project_cofinancements(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show who takes a part of which annexe."""
    for part in rounds(events):
        rows = rows_of(part, COFINANCEMENT)
        await keep_rows(conn, cofinancement, rows)
        await upsert(conn, cofinancement, rows)


@projections.on(RedeploiementEnregistre)
async def project_redeploiements(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show redéploiements as they are."""
    for part in rounds(events):
        rows = rows_of(part, REDEPLOIEMENT)
        for row, event in zip(rows, part, strict=True):
            row["lignes"] = [ligne.model_dump(mode="json") for ligne in event.fact.lignes]
        await keep_rows(conn, redeploiement, rows)
        await upsert(conn, redeploiement, rows)


@projections.on(ArbitrageRendu)
async def project_arbitrages(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show what the conférence des financeurs settled, the replaced arbitrations too."""
    await upsert(conn, arbitrage, rows_of(events, ARBITRAGE))


@projections.on(HeuresClauseImputees)
async def project_imputations(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the hours of SIAE counted for contracts with a clause."""
    await upsert(conn, imputation, rows_of(events, IMPUTATION))


@projections.on(VersementEnregistre, VersementContrepasse)
async def project_versements(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Add payments to the sums of their structure, take back those that a contrary line cancels.

    Each is seen once, the consumer sees to it.
    """
    amounts: dict[tuple[object, ...], Decimal] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    for event in events:
        fact = event.fact
        known = event.envelope.known_on
        key = (fact.structure_id, int(fact.mois[:4]), int(fact.mois[5:]), fact.financeur, fact.nature, known)
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
            "known_on": key[5],
            "montant": str(amount),
            "nombre": counts[key],
        }
        for key, amount in amounts.items()
    ]
    await conn.execute(ADD_VERSEMENTS, {"rows": orjson.dumps(rows).decode()})
