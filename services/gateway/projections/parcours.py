"""What ``parcours`` publishes: contracts and exits, candidatures, declared hours."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.structures import rows_of
from services.gateway.tables import candidature, contrat, declaration, heures
from shared.contracts.parcours import (
    CandidatureChangee,
    CandidatureDecidee,
    CandidatureEnvoyee,
    ContratSigne,
    ContratTermine,
    DeclarationRecue,
    LigneDeclaree,
)
from shared.db import upsert
from shared.messaging.consumer import Received

CONTRAT = ("contrat_id", "personne_id", "structure_id", "type_contrat", "date_debut", "date_fin_prevue")
SORTIE = ("contrat_id", "date_sortie", "categorie", "dynamique", "comptee", "raison")
CANDIDATURE = ("candidature_id", "personne_id", "structure_id", "origine", "envoyee_le", "etat")

DECIDE = text("""
    update candidature c set etat = u.etat, decidee_le = u.decidee_le, contrat_id = u.contrat_id,
                             decision_known_on = u.known_on
    from unnest(cast(:ids as uuid[]), cast(:etats as text[]), cast(:jours as date[]),
                cast(:contrats as uuid[]), cast(:connus as date[]))
         as u(candidature_id, etat, decidee_le, contrat_id, known_on)
    where c.candidature_id = u.candidature_id
""")
CHANGE = text("""
    update candidature c set etat = u.etat, structure_id = u.structure_id,
        decidee_le = case when u.archivee then c.decidee_le end,
        contrat_id = case when u.archivee then c.contrat_id end,
        decision_known_on = case when u.archivee then c.decision_known_on end
    from unnest(cast(:ids as uuid[]), cast(:structures as uuid[]), cast(:etats as text[]),
                cast(:archivees as boolean[])) as u(candidature_id, structure_id, etat, archivee)
    where c.candidature_id = u.candidature_id
""")
END = text("""
    update contrat c set date_sortie = u.date_sortie, categorie = u.categorie, dynamique = u.dynamique,
                         comptee = u.comptee, raison = u.raison, sortie_known_on = u.known_on
    from unnest(cast(:ids as uuid[]), cast(:jours as date[]), cast(:categories as text[]),
                cast(:dynamiques as boolean[]), cast(:comptees as boolean[]), cast(:raisons as text[]),
                cast(:connus as date[]))
         as u(contrat_id, date_sortie, categorie, dynamique, comptee, raison, known_on)
    where c.contrat_id = u.contrat_id
""")
FORMER = text("""
    select declaration_id, structure_id, annee, personnes from declaration
    where declaration_id = any(cast(:ids as uuid[]))
""")
FORGET_HOURS = text("delete from heures where declaration_id = any(cast(:ids as uuid[]))")
MOVE_PRESENCE = text("""
    insert into presence as p (annee, structure_id, personne_id, mois)
    select u.annee, u.structure_id, u.personne_id, u.mois
    from unnest(cast(:annees as smallint[]), cast(:structures as uuid[]), cast(:personnes as uuid[]),
                cast(:mois as int[])) as u(annee, structure_id, personne_id, mois)
    on conflict (annee, structure_id, personne_id) do update set mois = p.mois + excluded.mois
""")


@projections.on(ContratSigne)
async def project_contrats(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show signed contracts."""
    await upsert(conn, contrat, rows_of(events, CONTRAT))


@projections.on(ContratTermine)
async def project_sorties(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show exits; of two events of a contract in a batch the last wins."""
    last = {event.envelope.key: event for event in events}.values()
    facts = [event.fact for event in last]
    await conn.execute(
        END,
        {
            "ids": [f.contrat_id for f in facts],
            "jours": [f.date_sortie for f in facts],
            "categories": [f.categorie for f in facts],
            "dynamiques": [f.dynamique for f in facts],
            "comptees": [f.comptee for f in facts],
            "raisons": [f.raison for f in facts],
            "connus": [event.envelope.known_on for event in last],
        },
    )


@projections.on(CandidatureEnvoyee)
async def project_candidatures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show candidatures as they are sent."""
    await upsert(conn, candidature, rows_of(events, CANDIDATURE))


@projections.on(CandidatureDecidee)
async def project_decisions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show what was decided; of two events of a candidature in a batch the last wins."""
    last = {event.envelope.key: event for event in events}.values()
    facts = [event.fact for event in last]
    await conn.execute(
        DECIDE,
        {
            "ids": [f.candidature_id for f in facts],
            "etats": [f.etat for f in facts],
            "jours": [f.decidee_le for f in facts],
            "contrats": [f.contrat_id for f in facts],
            "connus": [event.envelope.known_on for event in last],
        },
    )


@projections.on(CandidatureChangee)
async def project_changes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the state of candidatures that wait again, and where they are; nothing is decided of them any more."""
    last = {event.envelope.key: event for event in events}.values()
    facts = [event.fact for event in last]
    await conn.execute(
        CHANGE,
        {
            "ids": [f.candidature_id for f in facts],
            "structures": [f.structure_id for f in facts],
            "etats": [f.etat for f in facts],
            "archivees": [f.archivee for f in facts],
        },
    )


@projections.on(DeclarationRecue)
async def project_declarations(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Replace the hours of the declarations of a batch, and move the presence of their persons.

    A correction gives the whole declaration again: what the former version counted is taken back.
    """
    last = {event.envelope.key: event for event in events}
    ids = list(last)
    moves: Counter[tuple[int, UUID, UUID]] = Counter()
    for row in await conn.execute(FORMER, {"ids": ids}):
        moves.subtract((row.annee, row.structure_id, person) for person in row.personnes)
    declarations, hours = [], []
    for event in last.values():
        fact = event.fact
        annee, mois = int(fact.mois[:4]), int(fact.mois[5:])
        persons = sorted({line.personne for line in fact.lignes if line.heures > 0})
        moves.update((annee, fact.structure_id, person) for person in persons)
        common = {"structure_id": fact.structure_id, "annee": annee, "mois": mois}
        declarations.append(
            {
                "declaration_id": fact.declaration_id,
                "personnes": "{" + ",".join(map(str, persons)) + "}",
                "lignes": len(fact.lignes),
                "version": event.envelope.version,
                "known_on": event.envelope.known_on,
                **common,
            }
        )
        hours += [
            {"declaration_id": fact.declaration_id, **common, **sums} for sums in hours_by_annexe(fact.lignes)
        ]
    await conn.execute(FORGET_HOURS, {"ids": ids})
    await upsert(conn, heures, hours)
    await upsert(conn, declaration, declarations)
    await _move_presence(conn, moves)


def hours_by_annexe(lines: Iterable[LigneDeclaree]) -> list[dict[str, object]]:
    """Return, per annexe, the sum of the hours declared and of those eligible."""
    sums: dict[str, list[Decimal]] = {}
    for line in lines:
        total = sums.setdefault(line.annexe, [Decimal(0), Decimal(0)])
        total[0] += line.heures
        total[1] += line.heures_eligibles
    return [{"annexe": annexe, "heures": h, "heures_eligibles": e} for annexe, (h, e) in sums.items()]


async def _move_presence(conn: AsyncConnection, moves: Counter[tuple[int, UUID, UUID]]) -> None:
    # Sorted: two consumers never wait for each other in a circle.
    changes = sorted((key, months) for key, months in moves.items() if months)
    if changes:
        await conn.execute(
            MOVE_PRESENCE,
            {
                "annees": [key[0] for key, _ in changes],
                "structures": [key[1] for key, _ in changes],
                "personnes": [key[2] for key, _ in changes],
                "mois": [months for _, months in changes],
            },
        )
