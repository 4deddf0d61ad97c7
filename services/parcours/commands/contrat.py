"""Signing contracts of insertion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.contrat import (
    Contrat,
    verifier_couverture,
    verifier_duree,
    verifier_horaire,
    verifier_type,
)
from services.parcours.domain.errors import PersonneInconnue
from services.parcours.domain.regles import REFORME, Periode
from services.parcours.queries.dossier import find_couvertures
from services.parcours.queries.personne import find_agrements
from services.parcours.queries.structure import Located, locate_structures
from services.parcours.tables import contrat
from shared.access.rights import Action, ensure
from shared.contracts.parcours import ContratSigne
from shared.errors import BusinessError
from shared.types import CodeRome, Jour, Quantite, Reference, Siret
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

TypeStructure = Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"]


class ContratLine(Line):
    """A contract signed; ``personne`` is an identifier or the caller's own reference."""

    personne: Reference
    siret: Siret
    type_structure: TypeStructure | None = None
    type_contrat: Literal["CDDI", "CDD_USAGE", "CTT"]
    date_debut: Jour
    date_fin_prevue: Jour
    heures_hebdo: Quantite
    code_rome: CodeRome | None = None


@dataclass(frozen=True, slots=True)
class Parties:
    """Who signs: the structures and the persons that some lines name, with the days of their acts of entry."""

    structures: Located
    personnes: Mapping[str, tuple[UUID, list[Periode]]]


async def load_parties(conn: AsyncConnection, lines: Sequence[ContratLine], writer: Writer) -> Parties:
    """Return the structures and the persons that the lines name."""
    structures = await locate_structures(conn, {line.siret for line in lines})
    personnes = await find_agrements(conn, writer, {line.personne for line in lines})
    if any(line.date_debut >= REFORME for line in lines):
        covered = await find_couvertures(conn, {personne_id for personne_id, _ in personnes.values()})
        for personne_id, periodes in personnes.values():
            periodes.extend(covered.get(personne_id, ()))
    return Parties(structures, personnes)


def personne_inconnue() -> BusinessError:
    """Return the refusal of a person whom the caller may not name."""
    return PersonneInconnue(
        "Cette personne n'est pas connue, ou elle est hors de votre périmètre.",
        champ="personne",
        correction="Donnez l'identifiant reçu, ou votre référence de la personne.",
    )


def signer_contrat(line: ContratLine, parties: Parties, writer: Writer) -> Change:
    """Decide a contract. Two contracts of one person may overlap: part-time jobs add up.

    Raises
    ------
    StructureInconnue, PersonneInconnue
        Nothing here has this SIRET and type; nobody the caller may name.
    Introuvable
        The structure is outside the caller's perimeter.
    TypeContratNonAdmis, PeriodeInversee, DureeContrat, HeuresExcessives, SansAgrement
    """
    structure = parties.structures.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
    if line.personne not in parties.personnes:
        raise personne_inconnue()
    personne_id, agrements = parties.personnes[line.personne]
    verifier_type(structure.type_structure, line.type_contrat, line.date_debut)
    verifier_duree(line.type_contrat, line.date_debut, line.date_fin_prevue)
    verifier_horaire(line.heures_hebdo, line.date_debut)
    verifier_couverture(agrements, structure.type_structure, line.heures_hebdo, line.date_debut)
    signed = Contrat(
        id=uuid7(),
        version=1,
        personne_id=personne_id,
        structure_id=structure.id,
        type_contrat=line.type_contrat,
        date_debut=line.date_debut,
        date_fin_prevue=line.date_fin_prevue,
        heures_hebdo=line.heures_hebdo,
        code_rome=line.code_rome,
    )
    fact = ContratSigne(**content_of(signed))
    return Change(
        signed.id,
        ((contrat, row_of(signed)),),
        (writer.fact(signed.id, 1, fact, line, line.date_debut),),
    )


def content_of(signed: Contrat) -> dict[str, Any]:
    """Return what every fact of a contract carries."""
    return {
        "contrat_id": signed.id,
        "personne_id": signed.personne_id,
        "structure_id": signed.structure_id,
        "type_contrat": signed.type_contrat,
        "date_debut": signed.date_debut,
        "date_fin_prevue": signed.date_fin_prevue,
        "heures_hebdo": signed.heures_hebdo,
        "code_rome": signed.code_rome,
    }


def row_of(signed: Contrat) -> dict[str, Any]:
    """Return a contract as a row of its table."""
    return {name: getattr(signed, name) for name in Contrat.__slots__}


CONTRATS = Nature(
    name="contrats",
    line=ContratLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_parties,
    decide=signer_contrat,
)
