"""What ``parcours`` publishes: contracts and exits, candidatures, declared hours."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.past import keep_declarations, keep_rows, rounds
from services.gateway.projections.structures import rows_of
from services.gateway.tables import (
    candidature,
    contrat,
    declaration,
    diagnostic,
    droit,
    etape,
    fusion,
    heures,
    publics,
    suivi,
)
from shared.contracts.parcours import (
    AgrementDelivre,
    CandidatureChangee,
    CandidatureDecidee,
    CandidatureEnvoyee,
    ContratSigne,
    ContratTermine,
    DeclarationRecue,
    DiagnosticEtabli,
    EtapeEnregistree,
    LigneDeclaree,
    PassIaeAnnule,
    PassIaeDelivre,
    PassIaeModifie,
    PersonnesFusionnees,
    PublicsArretes,
    SuiviConstate,
)
from shared.db import upsert
from shared.messaging.consumer import Received

CONTRAT = ("contrat_id", "personne_id", "structure_id", "type_contrat", "date_debut", "date_fin_prevue")
SORTIE = ("contrat_id", "date_sortie", "categorie", "dynamique", "comptee", "raison")
CANDIDATURE = ("candidature_id", "personne_id", "structure_id", "origine", "envoyee_le", "etat")
DIAGNOSTIC = ("diagnostic_id", "personne_id", "auteur", "structure_id", "date_diagnostic", "expire_le")
ETAPE = ("etape_id", "personne_id", "structure_id", "nature", "date_debut", "date_fin")
PUBLICS = ("publics_id", "annee", "region", "departement", "type_structure", "publics", "refus")
SUIVI = ("suivi_id", "contrat_id", "structure_id", "echeance", "situation", "constate_le")

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
    """Show exits."""
    for part in rounds(events):
        await keep_rows(conn, contrat, rows_of(part, ("contrat_id",)), known="sortie_known_on")
        await _end(conn, part)


async def _end(conn: AsyncConnection, events: Sequence[Received]) -> None:
    facts = [event.fact for event in events]
    await conn.execute(
        END,
        {
            "ids": [f.contrat_id for f in facts],
            "jours": [f.date_sortie for f in facts],
            "categories": [f.categorie for f in facts],
            "dynamiques": [f.dynamique for f in facts],
            "comptees": [f.comptee for f in facts],
            "raisons": [f.raison for f in facts],
            "connus": [event.envelope.known_on for event in events],
        },
    )


@projections.on(AgrementDelivre)
async def project_agrements(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the agréments of Pôle emploi."""
    rows = [
        _droit(event, event.fact.agrement_id, "AGREMENT") | {"suspensions": [], "annule": 0}
        for event in events
    ]
    await upsert(conn, droit, rows)


@projections.on(PassIaeDelivre, PassIaeModifie, PassIaeAnnule)
async def project_pass(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show PASS IAE as they are."""
    for part in rounds(events):
        rows = [
            _droit(event, event.fact.pass_id, "PASS")
            | {
                "suspensions": [days.model_dump(mode="json") for days in event.fact.suspensions],
                "annule": int(isinstance(event.fact, PassIaeAnnule)),
            }
            for event in part
        ]
        await keep_rows(conn, droit, rows)
        await upsert(conn, droit, rows)


def _droit(event: Received, droit_id: UUID, nature: str) -> dict[str, object]:
    fact = event.fact
    return {
        "droit_id": droit_id,
        "personne_id": fact.personne_id,
        "nature": nature,
        "date_debut": fact.date_debut,
        "date_fin": fact.date_fin,
        "known_on": event.envelope.known_on,
    }


@projections.on(DiagnosticEtabli)
async def project_diagnostics(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show who made a diagnosis and until when it holds."""
    await upsert(conn, diagnostic, rows_of(events, DIAGNOSTIC))


@projections.on(EtapeEnregistree)
async def project_etapes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show that something was noted of a pathway; what it was stays in the vault."""
    await upsert(conn, etape, rows_of(events, ETAPE))


@projections.on(SuiviConstate)
async def project_suivis(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the situations found some months after an exit."""
    await upsert(conn, suivi, rows_of(events, SUIVI))


@projections.on(PublicsArretes)
async def project_publics(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the counts of publics and of refusals as last published."""
    for part in rounds(events):
        rows = rows_of(part, PUBLICS)
        await keep_rows(conn, publics, rows)
        await upsert(conn, publics, rows)


@projections.on(PersonnesFusionnees)
async def project_fusions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep who is now whom; in whatever order it comes with what names them, the views are the same."""
    rows = [
        {
            "absorbee_id": event.fact.personne_id,
            "conservee_id": event.fact.conservee_id,
            "known_on": event.envelope.known_on,
        }
        for event in events
    ]
    await upsert(conn, fusion, rows)


@projections.on(CandidatureEnvoyee)
async def project_candidatures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show candidatures as they are sent."""
    await upsert(conn, candidature, rows_of(events, CANDIDATURE))


@projections.on(CandidatureDecidee)
async def project_decisions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show what was decided."""
    for part in rounds(events):
        await _keep_decisions(conn, part)
        await _decide(conn, part)


async def _keep_decisions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    rows = rows_of(events, ("candidature_id",))
    await keep_rows(conn, candidature, rows, known="decision_known_on")


async def _decide(conn: AsyncConnection, events: Sequence[Received]) -> None:
    facts = [event.fact for event in events]
    await conn.execute(
        DECIDE,
        {
            "ids": [f.candidature_id for f in facts],
            "etats": [f.etat for f in facts],
            "jours": [f.decidee_le for f in facts],
            "contrats": [f.contrat_id for f in facts],
            "connus": [event.envelope.known_on for event in events],
        },
    )


@projections.on(CandidatureChangee)
async def project_changes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the state of candidatures that wait again, and where they are; nothing is decided of them any more."""
    for part in rounds(events):
        await _keep_decisions(conn, part)
        await _change(conn, part)


async def _change(conn: AsyncConnection, events: Sequence[Received]) -> None:
    facts = [event.fact for event in events]
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
    for part in rounds(events):
        await keep_declarations(conn, part)
        await _replace_declarations(conn, part)


async def _replace_declarations(conn: AsyncConnection, events: Sequence[Received]) -> None:
    ids = [event.envelope.key for event in events]
    moves: Counter[tuple[int, UUID, UUID]] = Counter()
    for row in await conn.execute(FORMER, {"ids": ids}):
        moves.subtract((row.annee, row.structure_id, person) for person in row.personnes)
    declarations, hours = [], []
    for event in events:
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
