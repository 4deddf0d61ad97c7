"""Exits of contracts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import content_of, row_of
from services.parcours.domain.contrat import Contrat
from services.parcours.domain.errors import ContratDejaTermine, ContratInconnu, DateFuture
from services.parcours.domain.sortie import SOURCE_SORTANT, Sortie, constater_sortie
from services.parcours.queries.contrat import (
    Heures,
    get_contrats,
    get_heures,
    get_recrutements,
    resolve_contrats,
)
from services.parcours.queries.structure import Located, lock_structures_of
from services.parcours.tables import contrat
from shared.access.rights import Action, may
from shared.contracts.parcours import ContratTermine
from shared.errors import BusinessError
from shared.messaging.journal import NewFact
from shared.types import Jour, Reference, Texte
from shared.writing import Change, Line, Nature, Writer


class SortieLine(Line):
    """An exit; ``contrat`` is an identifier or the caller's own reference."""

    contrat: Reference
    date: Jour
    motif: Texte


@dataclass(frozen=True, slots=True)
class Fins:
    """The contracts that some lines end, with the hours declared for them."""

    structures: Located
    noms: Mapping[str, UUID]
    contrats: Mapping[UUID, Contrat]
    heures: Heures
    recrutements: Mapping[UUID, date]


async def load_fins(conn: AsyncConnection, lines: Sequence[SortieLine], writer: Writer) -> Fins:
    """Return the contracts that the lines name; their structures are locked, as for a declaration."""
    noms = await resolve_contrats(conn, writer.caller.client_id, {line.contrat for line in lines})
    ids = list(noms.values())
    structures = await lock_structures_of(conn, ids)
    contrats, heures = await get_contrats(conn, ids), await get_heures(conn, ids)
    return Fins(structures, noms, contrats, heures, await get_recrutements(conn, ids))


def contrat_inconnu() -> BusinessError:
    """Return the refusal of a contract that the caller may not name."""
    return ContratInconnu(
        "Ce contrat n'est pas connu dans cette structure, ou il est hors de votre périmètre.",
        champ="contrat",
        correction="Donnez l'identifiant reçu, ou votre référence du contrat.",
    )


def deja_termine() -> BusinessError:
    """Return the refusal of a second exit."""
    return ContratDejaTermine(
        "La sortie de ce contrat est déjà connue.",
        champ="contrat",
        correction="Corrigez la déclaration du mois de la sortie.",
        source="Parcours §10.3 : un recrutement a une sortie définitive",
    )


def terminer_contrat(line: SortieLine, fins: Fins, writer: Writer) -> Change:
    """Decide an exit.

    Raises
    ------
    ContratInconnu
        The contract does not exist, or is outside the caller's perimeter.
    ContratDejaTermine, DateFuture
        Its exit is known; the exit is to come.
    MotifInconnu, SortieHorsContrat, HeuresApresSortie
    """
    named = fins.noms.get(line.contrat)
    known = fins.contrats.get(named) if named else None
    if known is None:
        raise contrat_inconnu()
    structure = fins.structures.get(known.structure_id)
    if not may(writer.caller, Action.ECRIRE_PARCOURS, structure.target):
        raise contrat_inconnu()
    if known.date_sortie is not None:
        raise deja_termine()
    if line.date > writer.today:
        raise DateFuture("La sortie n'a pas encore eu lieu.", champ="date", source=SOURCE_SORTANT)
    heures, recrutement = fins.heures.get(known.id, {}), fins.recrutements.get(known.id)
    sortie = constater_sortie(known, structure.type_structure, line.date, line.motif, heures, recrutement)
    ended, fact = terminer(known, sortie, line, writer)
    return Change(ended.id, ((contrat, row_of(ended)),), (fact,))


def terminer(known: Contrat, sortie: Sortie, line: Line, writer: Writer) -> tuple[Contrat, NewFact]:
    """Return the next version of a contract, with its exit, and the fact that says so."""
    ended = replace(
        known,
        version=known.version + 1,
        date_sortie=sortie.date,
        motif_sortie=sortie.motif,
        categorie=sortie.categorie,
        comptee=sortie.comptee,
        raison=sortie.raison,
    )
    fact = ContratTermine(
        **content_of(ended),
        date_sortie=sortie.date,
        categorie=sortie.categorie,
        dynamique=sortie.dynamique,
        comptee=sortie.comptee,
        raison=sortie.raison,
    )
    return ended, writer.fact(ended.id, ended.version, fact, line, sortie.date)


SORTIES = Nature(
    name="sorties",
    line=SortieLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_fins,
    decide=terminer_contrat,
)
