"""Calling an instance to sit, opening, closing or cancelling its séance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.instance import CodeOrganisation
from services.structures.domain.gouvernance import (
    CONVOQUEE,
    INSTANCES,
    PIECES,
    etat_apres,
    verifier_cloture,
    verifier_convocation,
    verifier_ouverture,
    verifier_pieces,
    verifier_textes,
    voix_presentes,
)
from services.structures.domain.gouvernance_errors import (
    ObjetHorsCompetence,
    SeanceDejaConvoquee,
)
from services.structures.queries.gouvernance import count_sans_avis, find_instances_by_id, lock_seances
from services.structures.tables import seance
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.gouvernance import (
    SeanceAnnulee,
    SeanceClose,
    SeanceConvoquee,
    SeanceFact,
    SeanceOuverte,
)
from shared.errors import BusinessError, Introuvable
from shared.types import Identifiant, Jour, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

Numero = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{1,5}$")]
"""Number of a situation, given by the CTA itself: the platform does not know of whom."""
FACTS: Mapping[str, type[SeanceFact]] = {
    "ouvrir": SeanceOuverte,
    "clore": SeanceClose,
    "annuler": SeanceAnnulee,
}

STATE = tuple(str(column.name) for column in seance.c if column.name not in ("id", "version"))


class Situation(Input):
    """What a CTA sees of a situation: a number and counts."""

    numero: Numero
    orientations: int = Field(ge=0)
    refus: int = Field(ge=0)
    suspensions: int = Field(ge=0)
    duree_mois: int = Field(ge=0, description="Mois de parcours.")


class SeanceLine(Line):
    """A séance to which an instance is called."""

    instance: Identifiant
    date_seance: Jour
    questions: list[Texte] = Field([], max_length=50, description="Ordre du jour, hors dossiers.")
    situations: list[Situation] = Field([], max_length=200)


class Suite(Input):
    """What a CTA proposes on a situation: a code only, no text in which a person could be told."""

    numero: Numero
    suite: Literal["POURSUITE", "REORIENTATION", "FREIN_SIGNALE", "PROPOSITION_CDIAE"]


class Acte(Line):
    """An act on a séance: ``presents`` comes with an opening, conclusions and outcomes with a closing."""

    acte: Literal["ouvrir", "clore", "annuler"]
    presents: list[CodeOrganisation] = Field([], max_length=100)
    conclusions: list[Texte] = Field([], max_length=50)
    suites: list[Suite] = Field([], max_length=200)
    motif_annulation: Texte | None = None


class ActeLine(Acte):
    """An act on a séance, which it names."""

    seance: Identifiant


async def load_convocations(
    conn: AsyncConnection, lines: Sequence[SeanceLine], _: Writer
) -> Mapping[UUID, RowMapping]:
    """Return the instances that the lines call."""
    return await find_instances_by_id(conn, [line.instance for line in lines])


def convoquer_seance(line: SeanceLine, known: Mapping[UUID, RowMapping], writer: Writer) -> Change:
    """Decide a convocation.

    Raises
    ------
    DelaiConvocation, ObjetHorsCompetence, TexteInterdit
    Introuvable
        The instance does not exist, or is outside the caller's perimeter.
    """
    called = known.get(line.instance)
    if called is None:
        raise Introuvable(UNKNOWN)
    _ensure(writer, called["departements"])
    if line.situations and not INSTANCES[called["nature"]].situations:
        raise ObjetHorsCompetence(
            f"L'instance {called['nature']} n'examine pas de situation.",
            champ="situations",
            source=INSTANCES[called["nature"]].source,
        )
    verifier_textes(called["nature"], "questions", line.questions)
    convoquee_le = writer.known_on(line)
    verifier_convocation(convoquee_le, line.date_seance, called["delai_convocation_jours"])
    identity = uuid7()
    state: dict[str, Any] = {
        "instance_id": line.instance,
        "date_seance": line.date_seance,
        "convoquee_le": convoquee_le,
        "etat": CONVOQUEE,
        "questions": list(line.questions),
        "situations": [situation.model_dump() for situation in line.situations],
        "presents": None,
        "voix_presentes": None,
        "quorum": None,
        "quorum_atteint": None,
        "conclusions": [],
        "motif_annulation": None,
    }
    return _change(identity, 1, state, SeanceConvoquee, line, writer)


@dataclass(frozen=True, slots=True)
class Actees:
    """The séances that some lines change, locked, and how many of their files wait for an opinion."""

    seances: Mapping[UUID, Mapping[str, Any]]
    sans_avis: Mapping[UUID, int]


async def load_actees(conn: AsyncConnection, lines: Sequence[ActeLine], _: Writer) -> Actees:
    """Return what the lines act on."""
    ids = [line.seance for line in lines]
    return Actees(await lock_seances(conn, ids), await count_sans_avis(conn, ids))


def acter_seance(line: ActeLine, known: Actees, writer: Writer) -> Change:
    """Decide an act on a séance.

    Raises
    ------
    ActeInterdit, SeanceAVenir, OrganisationNonMembre, DossiersSansAvis, SituationInconnue, SituationsSansSuite,
    TexteInterdit
    Introuvable
        The séance does not exist, or is outside the caller's perimeter.
    """
    before = known.seances.get(line.seance)
    if before is None:
        raise Introuvable(UNKNOWN)
    _ensure(writer, before["departements"])
    state = {name: before[name] for name in STATE}
    state["etat"] = etat_apres(before["etat"], line.acte)
    verifier_pieces(line.acte, [name for names in PIECES.values() for name in names if getattr(line, name)])
    match line.acte:
        case "ouvrir":
            verifier_ouverture(writer.known_on(line), before["date_seance"])
            voix = {membre["organisation"]: membre["voix"] for membre in before["membres"]}
            present = voix_presentes(voix, line.presents)
            state |= {
                "presents": sorted(set(line.presents)),
                "voix_presentes": present,
                "quorum": before["quorum_instance"],
                "quorum_atteint": present >= before["quorum_instance"],
            }
        case "clore":
            verifier_textes(before["nature"], "conclusions", line.conclusions)
            suites = {suite.numero: str(suite.suite) for suite in line.suites}
            verifier_cloture(
                before["situations"],
                suites,
                known.sans_avis.get(line.seance, 0),
                quorum_atteint=before["quorum_atteint"],
            )
            state["situations"] = [s | {"suite": suites[s["numero"]]} for s in before["situations"]]
            state["conclusions"] = list(line.conclusions)
        case "annuler":
            state["motif_annulation"] = line.motif_annulation
    return _change(line.seance, before["version"] + 1, state, FACTS[line.acte], line, writer)


def _ensure(writer: Writer, departements: Sequence[str]) -> None:
    for departement in departements:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))


def _change(
    identity: UUID, version: int, state: dict[str, Any], kind: type[SeanceFact], line: Line, writer: Writer
) -> Change:
    published = {name: value for name, value in state.items() if name != "situations"}
    fact = kind.model_validate(
        {"seance_id": identity, "nombre_situations": len(state["situations"]), **published}
    )
    return Change(
        identity,
        ((seance, {"id": identity, "version": version, **state}),),
        (writer.fact(identity, version, fact, line, writer.known_on(line)),),
    )


def deja_convoquee() -> BusinessError:
    """Return the refusal of a second séance of one instance on one day."""
    return SeanceDejaConvoquee("L'instance est déjà convoquée ce jour-là.", champ="date_seance")


SEANCES = Nature(
    name="seances",
    line=SeanceLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_convocations,
    decide=convoquer_seance,
    constraints={"uq_seance_instance_jour": deja_convoquee},
)
ACTES_SEANCE = Nature(
    name="actes_seance",
    line=ActeLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_actees,
    decide=acter_seance,
)
