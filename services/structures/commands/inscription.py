"""Putting the file of a structure on the agenda of a séance, and the opinion that the séance gives on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.structure import Located, locate_structures
from services.structures.domain.errors import EtpAccordesSuperieurs
from services.structures.domain.gouvernance import (
    ANNULEE,
    CLOSE,
    verifier_avis,
    verifier_demande,
    verifier_inscription,
    verifier_montant,
    verifier_ressort,
)
from services.structures.domain.gouvernance_errors import (
    AvisDejaRendu,
    DossierDejaInscrit,
    SuiteImpossible,
)
from services.structures.domain.structure import ensure_ouverte
from services.structures.queries.gouvernance import get_dossiers, lock_seances
from services.structures.queries.structure import share_structures
from services.structures.tables import dossier
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.gouvernance import DossierInscrit
from shared.contracts.structures import DossierExamine
from shared.errors import BusinessError, Introuvable
from shared.types import Identifiant, Quantite, Siret
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

Motifs = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000, pattern=r"^[^\x00]*$")
]
"""Reasons of an opinion: about a structure, never about a person."""


class Inscription(Line):
    """The file of a structure for an agenda; ``suite_de`` names the adjourned file that it takes up."""

    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"] | None = None
    objet: Literal["CREATION", "RENOUVELLEMENT", "EXTENSION", "CONVENTION", "ANNEXE", "FDI"]
    etp_demandes: Quantite = Decimal(0)
    montant_demande: Quantite | None = None
    suite_de: Identifiant | None = None


class InscriptionLine(Inscription):
    """The file of a structure for the agenda of a séance, which it names."""

    seance: Identifiant


class Avis(Line):
    """A reasoned opinion."""

    avis: Literal["FAVORABLE", "FAVORABLE_AVEC_RESERVES", "DEFAVORABLE", "AJOURNE"]
    motifs: Motifs
    etp_accordes: Quantite = Decimal(0)
    montant_accorde: Quantite | None = None


class AvisLine(Avis):
    """A reasoned opinion on a file, which it names."""

    dossier: Identifiant


@dataclass(frozen=True, slots=True)
class Agenda:
    """What deciding on files takes: files, their séances, locked, and the structures that ask, which cannot close meanwhile."""

    structures: Located
    dossiers: Mapping[UUID, RowMapping]
    seances: Mapping[UUID, Mapping[str, Any]]
    inscrites: Mapping[UUID, RowMapping] = field(default_factory=dict)


async def load_inscriptions(conn: AsyncConnection, lines: Sequence[InscriptionLine], _: Writer) -> Agenda:
    """Return what the lines name."""
    structures = await locate_structures(conn, [line.siret for line in lines])
    asking = await share_structures(conn, structures.ids)
    before = await get_dossiers(conn, [line.suite_de for line in lines if line.suite_de])
    left = [row["seance_id"] for row in before.values() if row["seance_id"]]
    seances = await lock_seances(conn, [*left, *(line.seance for line in lines)])
    return Agenda(structures, before, seances, asking)


def inscrire_dossier(line: InscriptionLine, known: Agenda, writer: Writer) -> Change:
    """Decide whether a file comes on an agenda.

    Raises
    ------
    StructureInconnue, StructureFermee, ObjetHorsCompetence, OrdreDuJourArrete, SuiteImpossible
    Introuvable
        The séance does not exist, or it, or the structure, is outside the caller's perimeter.
    """
    held = known.seances.get(line.seance)
    if held is None:
        raise Introuvable(UNKNOWN)
    for departement in held["departements"]:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    structure_id, departement = known.structures.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    ensure_ouverte(known.inscrites[structure_id]["fermee_le"])
    verifier_demande(held["nature"], line.objet, line.etp_demandes, line.montant_demande)
    verifier_ressort(held["nature"], departement, held["departements"])
    inscrit_le = writer.known_on(line)
    verifier_inscription(held["etat"], inscrit_le, held["date_seance"], held["delai_convocation_jours"])
    if line.suite_de:
        _verifier_suite(known, line.suite_de, structure_id)
    identity = uuid7()
    state: dict[str, Any] = {
        "seance_id": line.seance,
        "structure_id": structure_id,
        "suite_de": line.suite_de,
        "departement": departement,
        "date_seance": held["date_seance"],
        "objet": line.objet,
        "etp_demandes": line.etp_demandes,
        "montant_demande": line.montant_demande,
    }
    fact = DossierInscrit(dossier_id=identity, **state)
    return Change(
        identity,
        ((dossier, {"id": identity, "version": 1, **state}),),
        (writer.fact(identity, 1, fact, line, inscrit_le),),
    )


def _verifier_suite(known: Agenda, suite_de: UUID, structure_id: UUID) -> None:
    """Return if a file may be taken up: adjourned, or left aside by a séance that is over."""
    before = known.dossiers.get(suite_de)
    left = known.seances.get(before["seance_id"]) if before and before["seance_id"] else None
    aside = left is not None and left["etat"] in (CLOSE, ANNULEE)
    if (
        before is None
        or before["structure_id"] != structure_id
        or not (before["avis"] == "AJOURNE" or (before["avis"] is None and aside))
    ):
        raise SuiteImpossible(
            "Seul un dossier ajourné, ou laissé sans avis par une séance finie, revient à l'ordre du jour.",
            champ="suite_de",
        )


async def load_avis(conn: AsyncConnection, lines: Sequence[AvisLine], _: Writer) -> Agenda:
    """Return the files that the lines judge; read once their séances are locked."""
    ids = [line.dossier for line in lines]
    found = await get_dossiers(conn, ids)
    seances = await lock_seances(conn, [row["seance_id"] for row in found.values() if row["seance_id"]])
    return Agenda(Located({}), await get_dossiers(conn, ids), seances)


def rendre_avis(line: AvisLine, known: Agenda, writer: Writer) -> Change:
    """Decide the opinion of a séance on a file; given once, it does not change.

    Raises
    ------
    AvisDejaRendu, ActeInterdit, QuorumNonAtteint, EtpAccordesSuperieurs, MontantAccordeSuperieur
    Introuvable
        The file does not exist, or is outside the caller's perimeter.
    """
    before = known.dossiers.get(line.dossier)
    if before is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=before["departement"]))
    if before["avis"] is not None:
        raise AvisDejaRendu(
            "Un avis est déjà rendu sur ce dossier.",
            champ="dossier",
            correction="Un dossier ajourné revient par une nouvelle inscription.",
        )
    held = known.seances[before["seance_id"]]
    verifier_avis(held["etat"], quorum_atteint=held["quorum_atteint"])
    if line.etp_accordes > before["etp_demandes"]:
        raise EtpAccordesSuperieurs("Les ETP accordés dépassent les ETP demandés.", champ="etp_accordes")
    verifier_montant(line.montant_accorde, before["montant_demande"])
    state: dict[str, Any] = {name: before[name] for name in INSCRIT} | {
        "avis": line.avis,
        "motifs": line.motifs,
        "etp_accordes": line.etp_accordes,
        "montant_accorde": line.montant_accorde,
    }
    version = before["version"] + 1
    fact = DossierExamine(dossier_id=line.dossier, **state)
    return Change(
        line.dossier,
        ((dossier, {"id": line.dossier, "version": version, **state}),),
        (writer.fact(line.dossier, version, fact, line, before["date_seance"]),),
    )


INSCRIT = (
    "seance_id", "structure_id", "suite_de", "departement", "date_seance", "objet", "etp_demandes",
    "montant_demande",
)  # fmt: skip


def deja_inscrit() -> BusinessError:
    """Return the refusal of a second inscription of one file."""
    return DossierDejaInscrit("Ce dossier est déjà à un ordre du jour.", champ="siret")


INSCRIPTIONS = Nature(
    name="inscriptions",
    line=InscriptionLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_inscriptions,
    decide=inscrire_dossier,
    constraints={
        "uq_dossier_seance_id_structure_id_objet": deja_inscrit,
        "uq_dossier_suite_de": deja_inscrit,
    },
)
AVIS_RENDUS = Nature(
    name="avis",
    line=AvisLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_avis,
    decide=rendre_avis,
)
