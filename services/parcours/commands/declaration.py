"""Receiving the monthly declaration of a structure: hours and exits, refused whole or kept whole."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import TypeStructure, row_of
from services.parcours.commands.sortie import contrat_inconnu, deja_termine, terminer
from services.parcours.domain.contrat import Contrat
from services.parcours.domain.declaration import (
    LIGNES_MAX,
    SOURCE,
    Annexe,
    Engagement,
    choisir_annexe,
    exactes,
    heures_eligibles,
    identifier,
    jours_declares,
    verifier_heures,
    verifier_mois,
)
from services.parcours.domain.errors import ContratEnDouble, LignesRefusees, SortieHorsMois, VersionPerimee
from services.parcours.domain.errors_pass import fault_of
from services.parcours.domain.regles import REFORME
from services.parcours.domain.sortie import Sortie, constater_sortie
from services.parcours.queries.contrat import (
    Heures,
    find_engagements,
    get_contrats,
    get_heures,
    get_recrutements,
)
from services.parcours.queries.declaration import get_exited, get_versions
from services.parcours.queries.dossier import find_couvertures
from services.parcours.queries.structure import Located, Structure, find_annexes, lock_structures
from services.parcours.tables import contrat, declaration, ligne_declaree
from shared.access.rights import Action, ensure
from shared.contracts.parcours import DeclarationRecue, LigneDeclaree
from shared.errors import BusinessError
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour, Mois, Quantite, Reference, Siret, Texte
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer


class SortieDeclaree(Input):
    """The exit of a contract, in the declared month."""

    date: Jour
    motif: Texte


class LigneHeures(Input):
    """Hours of a contract; ``contrat`` is an identifier or the caller's own reference."""

    contrat: Reference
    heures: Quantite
    annexe: Texte | None = None
    sortie: SortieDeclaree | None = None


class Contenu(Line):
    """What a declaration says."""

    mois: Mois
    lignes: list[LigneHeures] = Field(max_length=LIGNES_MAX)


class DeclarationLine(Contenu):
    """A declaration in a file: the next version of that month, whatever the present one."""

    siret: Siret
    type_structure: TypeStructure | None = None


class DeclarationRemplacee(Contenu):
    """A declaration that replaces a version the caller has seen; 0 when there is none."""

    structure_id: Identifiant
    version_attendue: int


@dataclass(slots=True)
class Situation:
    """What is known of the structures that declare; it follows the declarations decided so far.

    Attributes
    ----------
    versions
        Present version, by declaration.
    sortis
        Contracts of the present version that are over, by declaration.
    contrats
        The contracts that are over, or that some line ends.
    heures
        Hours of these contracts.
    recrutements
        First day of the recruitment of those that renew others.
    """

    structures: Located
    annexes: Mapping[UUID, Sequence[Annexe]]
    versions: dict[UUID, int]
    sortis: Mapping[UUID, Collection[UUID]]
    noms: Mapping[str, UUID]
    engagements: dict[UUID, Engagement]
    contrats: dict[UUID, Contrat]
    heures: Heures
    recrutements: Mapping[UUID, date]


def _structure_of(line: Contenu, structures: Located) -> Structure:
    if isinstance(line, DeclarationRemplacee):
        return structures.get(line.structure_id)
    assert isinstance(line, DeclarationLine)
    return structures.find(line.siret, line.type_structure)


async def load_situation(conn: AsyncConnection, lines: Sequence[Contenu], writer: Writer) -> Situation:
    """Return what deciding these declarations takes; their structures are locked first.

    Every writer of hours or exits of a structure holds its row, so that the judgement of an exit and the
    hours it rests on never cross.
    """
    sirets = {line.siret for line in lines if isinstance(line, DeclarationLine)}
    ids = {line.structure_id for line in lines if isinstance(line, DeclarationRemplacee)}
    structures = await lock_structures(conn, sirets, ids)
    keys = set()
    for line in lines:
        with suppress(BusinessError):  # told when the line is decided
            keys.add(identifier(_structure_of(line, structures).id, line.mois))
    noms, engagements = await find_engagements(
        conn, writer.caller.client_id, {ligne.contrat for line in lines for ligne in line.lignes}
    )
    if any(line.mois >= f"{REFORME:%Y-%m}" for line in lines):
        engagements = await _with_pass(conn, engagements)
    versions = await get_versions(conn, keys)
    sortis = await get_exited(conn, versions.keys()) if versions else {}
    ending = {
        noms[ligne.contrat]
        for line in lines
        for ligne in line.lignes
        if ligne.sortie and ligne.contrat in noms
    }
    ending |= {known.contrat_id for known in engagements.values() if known.sorti}
    ending.update(*sortis.values())
    return Situation(
        structures=structures,
        annexes=await find_annexes(conn, structures.ids),
        versions=versions,
        sortis=sortis,
        noms=noms,
        engagements=engagements,
        contrats=await get_contrats(conn, ending) if ending else {},
        heures=await get_heures(conn, ending) if ending else {},
        recrutements=await get_recrutements(conn, ending) if ending else {},
    )


async def _with_pass(conn: AsyncConnection, engagements: dict[UUID, Engagement]) -> dict[UUID, Engagement]:
    """Return engagements, the days that PASS IAE cover added to those under an agrément."""
    covered = await find_couvertures(conn, {known.personne_id for known in engagements.values()})
    return {
        key: known._replace(agrements=(*known.agrements, *covered.get(known.personne_id, ())))
        for key, known in engagements.items()
    }


class Lecture:
    """The reading of one declaration, line by line."""

    def __init__(self, mois: str, structure: Structure, situation: Situation) -> None:
        self._mois = mois
        self._structure = structure
        self._situation = situation
        self._annexes: dict[str | None, str] = {}
        self.heures: dict[UUID, Decimal] = {}
        """Hours read so far, by contract."""
        self.lignes: list[LigneDeclaree] = []
        self.sorties: dict[UUID, Sortie] = {}
        """Exits that this declaration changes, by contract."""

    def read(self, ligne: LigneHeures) -> None:
        """Read one line.

        Raises
        ------
        ContratInconnu, ContratEnDouble, ContratHorsMois, HeuresExcessives, AnnexeIntrouvable, AnnexeAmbigue
        SortieHorsMois, ContratDejaTermine, MotifInconnu, SortieHorsContrat, HeuresApresSortie
        """
        engagement = self._engagement(ligne.contrat)
        debut, fin = jours_declares(engagement, self._mois)
        verifier_heures(ligne.heures, debut, fin)
        if ligne.annexe not in self._annexes:
            annexes = self._situation.annexes.get(self._structure.id, ())
            self._annexes[ligne.annexe] = choisir_annexe(annexes, self._mois, ligne.annexe)
        heures = exactes(ligne.heures)
        self.heures[engagement.contrat_id] = heures
        self.lignes.append(
            LigneDeclaree(
                contrat=engagement.contrat_id,
                personne=engagement.personne_id,
                annexe=self._annexes[ligne.annexe],
                heures=heures,
                heures_eligibles=heures_eligibles(heures, engagement.agrements, debut, fin),
            )
        )
        if ligne.sortie:
            self._end(engagement.contrat_id, ligne.sortie)

    def _engagement(self, name: str) -> Engagement:
        contrat_id = self._situation.noms.get(name)
        engagement = self._situation.engagements.get(contrat_id) if contrat_id else None
        if engagement is None or engagement.structure_id != self._structure.id:
            raise contrat_inconnu()
        if engagement.contrat_id in self.heures:
            raise ContratEnDouble(
                "Ce contrat a déjà une ligne dans la déclaration.", champ="contrat", source=SOURCE
            )
        return engagement

    def _end(self, contrat_id: UUID, declared: SortieDeclaree) -> None:
        """Note the exit of a contract; a correction of the month may change an exit of that month."""
        known = self._situation.contrats[contrat_id]
        if f"{declared.date:%Y-%m}" != self._mois:
            raise SortieHorsMois(
                "La sortie n'est pas dans le mois déclaré.", champ="sortie.date", source=SOURCE
            )
        if known.date_sortie and f"{known.date_sortie:%Y-%m}" != self._mois:
            raise deja_termine()
        self._judge(known, declared)

    def judge_again(self, contrats: Collection[UUID]) -> None:
        """Judge again the exits whose hours this declaration changes."""
        for contrat_id in contrats:
            known = self._situation.contrats[contrat_id]
            if contrat_id not in self.sorties and known.date_sortie and known.motif_sortie:
                self._judge(known, SortieDeclaree(date=known.date_sortie, motif=known.motif_sortie))

    def _judge(self, known: Contrat, declared: SortieDeclaree) -> None:
        sortie = constater_sortie(
            known,
            self._structure.type_structure,
            declared.date,
            declared.motif,
            self.heures_of(known.id),
            self._situation.recrutements.get(known.id),
        )
        told = (known.date_sortie, known.motif_sortie, known.categorie, known.comptee, known.raison)
        if told != (sortie.date, sortie.motif, sortie.categorie, sortie.comptee, sortie.raison):
            self.sorties[known.id] = sortie

    def heures_of(self, contrat_id: UUID) -> dict[str, Decimal]:
        """Return the hours of a contract by month, this declaration taken in."""
        others = self._situation.heures.get(contrat_id, {})
        return {**others, self._mois: self.heures.get(contrat_id, Decimal(0))}


def recevoir_declaration(line: Contenu, situation: Situation, writer: Writer) -> Change:
    """Decide a declaration.

    Raises
    ------
    StructureInconnue, Introuvable
        The structure is not known here, or is outside the caller's perimeter.
    MoisFutur, VersionPerimee
    LignesRefusees
        All that is wrong in the lines.
    """
    structure = _structure_of(line, situation.structures)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
    verifier_mois(line.mois, writer.today)
    identity = identifier(structure.id, line.mois)
    version = situation.versions.get(identity, 0) + 1
    if isinstance(line, DeclarationRemplacee) and line.version_attendue != version - 1:
        raise VersionPerimee(
            "La déclaration a changé depuis la version que vous remplacez.",
            correction="Relisez-la puis renvoyez avec l'en-tête If-Match de sa version.",
        )
    lecture = _read(line, structure, situation)
    lecture.judge_again(
        {c for c in (*lecture.heures, *situation.sortis.get(identity, ())) if c in situation.contrats}
    )
    fact = DeclarationRecue(
        declaration_id=identity, structure_id=structure.id, mois=line.mois, lignes=lecture.lignes
    )
    facts: list[NewFact] = [writer.fact(identity, version, fact, line, writer.known_on(line))]
    row = {"id": identity, "version": version, "structure_id": structure.id, "mois": line.mois}
    rows: list[Row] = [(declaration, row)]
    rows += [(ligne_declaree, _row_of(identity, version, ligne)) for ligne in lecture.lignes]
    for contrat_id, sortie in lecture.sorties.items():
        ended, ended_fact = terminer(situation.contrats[contrat_id], sortie, line, writer)
        rows.append((contrat, row_of(ended)))
        facts.append(ended_fact)
        situation.contrats[contrat_id] = ended
        if contrat_id in situation.engagements:  # not when this version drops its line
            engagement = situation.engagements[contrat_id]
            situation.engagements[contrat_id] = engagement._replace(fin=sortie.date, sorti=True)
    situation.versions[identity] = version
    for contrat_id in situation.contrats.keys() & lecture.heures.keys():
        situation.heures[contrat_id] = lecture.heures_of(contrat_id)
    return Change(identity, tuple(rows), tuple(facts))


def _read(line: Contenu, structure: Structure, situation: Situation) -> Lecture:
    lecture = Lecture(line.mois, structure, situation)
    faults = []
    for rank, ligne in enumerate(line.lignes):
        try:
            lecture.read(ligne)
        except BusinessError as error:  # each line is told apart
            faults.append(fault_of(error) | {"champ": f"lignes.{rank}.{error.champ}"})
    if faults:
        raise LignesRefusees("La déclaration a des lignes à corriger ; rien n'en est gardé.", faults)
    return lecture


def _row_of(identity: UUID, version: int, ligne: LigneDeclaree) -> dict[str, object]:
    return {
        "declaration_id": identity,
        "declaration_version": version,
        "contrat_id": ligne.contrat,
        "annexe": ligne.annexe,
        "heures": ligne.heures,
        "heures_eligibles": ligne.heures_eligibles,
    }


DECLARATIONS = Nature(
    name="declarations",
    line=DeclarationLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_situation,
    decide=recevoir_declaration,
    batch=200,
)

DECLARATIONS_REMPLACEES = Nature(
    name="declarations_remplacees",
    line=DeclarationRemplacee,
    action=Action.ECRIRE_PARCOURS,
    load=load_situation,
    decide=recevoir_declaration,
)
