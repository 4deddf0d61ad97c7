"""A convention with the State: its states, its transitions, and when it is active."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from services.structures.domain.errors import (
    AvisSansSeance,
    ConventionPortee,
    ExperimentationTerminee,
    PeriodeInversee,
    PieceManquante,
    TransitionConventionInterdite,
    TypeNonConventionnable,
    convention_en_cours,
)
from services.structures.domain.gouvernance import CLOSE
from services.structures.domain.regles import Regle

DEMANDEE, EN_INSTRUCTION, AVIS_RENDU, REFUSEE = "DEMANDEE", "EN_INSTRUCTION", "AVIS_RENDU", "REFUSEE"
SIGNEE, ACTIVE, SUSPENDUE, TERMINEE = "SIGNEE", "ACTIVE", "SUSPENDUE", "TERMINEE"
ETATS = (DEMANDEE, EN_INSTRUCTION, AVIS_RENDU, REFUSEE, SIGNEE, ACTIVE, SUSPENDUE, TERMINEE)
EN_DEMANDE = (DEMANDEE, EN_INSTRUCTION, AVIS_RENDU)
EN_COURS = (SIGNEE, ACTIVE, SUSPENDUE)
"""States of which a structure has at most one convention (registre §4 : unicité (asp_id, type))."""

CONVENTIONNABLES = ("ACI", "AI", "EI", "EITI", "ETTI", "AUTRE")
"""CT L5132-4: only SIAE sign; AUTRE is a SIAE whose kind the source does not say."""

EXPERIMENTATIONS = MappingProxyType(
    {
        "EITI": Regle(
            "entreprise d'insertion par le travail indépendant",
            "Loi 2018-771, art. 83 : expérimentation jusqu'au 22 décembre 2026",
            date(2018, 9, 5),  # day of the law
            date(2026, 12, 22),
        )
    }
)
"""Types that the law tries for a time (registre §1.1); a later law that carries one on changes its last day."""

SANS_ANNEXE, DECISION = "SANS_ANNEXE", "DECISION"
ACTIFS = ("VALIDE", "PROVISOIRE")
"""Active states of an annexe; its last day does not count any more (registre §5.2)."""
MILIEU_PENITENTIAIRE = ("ACI_MP", "EI_MP")
"""Mesures of annexes that the registry leaves aside: they make no convention active (registre §1.3)."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from some states to one, and the text it comes from."""

    depuis: frozenset[str]
    vers: str
    source: str


TRANSITIONS = MappingProxyType(
    {
        "instruire": Transition(
            frozenset({DEMANDEE}), EN_INSTRUCTION, "CT L5132-2 : l'État instruit la demande de convention"
        ),
        "rendre_avis": Transition(
            frozenset({EN_INSTRUCTION}), AVIS_RENDU, "CT R5112-15 : le CDIAE donne son avis"
        ),
        "ajourner": Transition(
            frozenset({EN_INSTRUCTION}), EN_INSTRUCTION, "CT R5112-15 : le CDIAE demande un complément"
        ),
        "refuser": Transition(frozenset(EN_DEMANDE), REFUSEE, "CT L5132-2 : l'État décide de conventionner"),
        "signer": Transition(
            frozenset({AVIS_RENDU}), SIGNEE, "CT L5132-2 : convention signée après avis du CDIAE (R5112-15)"
        ),
        "activer": Transition(
            frozenset({SIGNEE, SUSPENDUE}), ACTIVE, "Registre §4 : active par au moins une annexe active"
        ),
        "reactiver": Transition(
            frozenset({SUSPENDUE}), ACTIVE, "Registre §4 : réactivation manuelle, protégée 90 jours"
        ),
        "suspendre": Transition(
            frozenset({SIGNEE, ACTIVE}), SUSPENDUE, "CT L5132-2 : l'État suspend la convention"
        ),
        "desactiver": Transition(
            frozenset({ACTIVE}), SUSPENDUE, "Registre §4 : désactivée sans annexe active"
        ),
        "terminer": Transition(frozenset(EN_COURS), TERMINEE, "CT L5132-2 : terme de la convention"),
    }
)

MANUELLES = tuple(code for code in TRANSITIONS if code not in {"activer", "desactiver"})
"""Steps that a person decides; the two others are those of the daily review."""
AJOURNE = "AJOURNE"
AVIS_RENDUS = ("FAVORABLE", "FAVORABLE_AVEC_RESERVES", "DEFAVORABLE")
"""Opinions that end the examination; the prefect decides whatever they say."""

OBJETS_CONVENTION = ("CREATION", "RENOUVELLEMENT", "EXTENSION", "CONVENTION")
"""Files of which the opinion is one on a convention; an annexe and the FDI are others."""

GRACE = timedelta(days=30)
PROTECTION = timedelta(days=90)
GEL_NOMBRE = 200
GEL_DERNIER_MOIS = 6
"""Registre §4: from January to June, 200 deactivations or more mean that the annexes of the year are late."""


def apply(etat: str, transition: str) -> str:
    """Return the state after a transition.

    Raises
    ------
    TransitionConventionInterdite
        The transition does not start from this state.
    """
    regle = TRANSITIONS[transition]
    if etat not in regle.depuis:
        raise TransitionConventionInterdite(
            f"Une convention à l'état « {etat} » n'admet pas « {transition} ».",
            champ="transition",
            correction="Relisez l'état de la convention.",
            source=regle.source,
        )
    return regle.vers


def ensure_conventionnable(type_structure: str, *, antenne: bool) -> None:
    """Return if a structure signs a convention of its own.

    Raises
    ------
    TypeNonConventionnable
        Its type does not: GEIQ, OPCS.
    ConventionPortee
        It is an antenne.
    """
    if antenne:
        raise ConventionPortee(
            "Une antenne partage la convention de sa structure mère.",
            champ="structure",
            correction="Désignez la structure mère.",
            source="Registre §3.1 : une convention par structure de source ASP, partagée par ses antennes",
        )
    if type_structure not in CONVENTIONNABLES:
        raise TypeNonConventionnable(
            f"Une structure de type {type_structure} ne signe pas de convention d'insertion.",
            champ="structure",
            source="CT L5132-4 ; registre §3.1 : seules les SIAE ont une convention",
        )


def ensure_pieces(transition: str, numero: str | None, *, dossier: bool, avis: bool, repris: bool) -> None:
    """Return if a step comes with what it decides: a number to sign, an opinion to give.

    An opinion is that of a file examined here, or, for a séance held before the platform, is told with its day.

    Raises
    ------
    PieceManquante
        It does not, or an opinion comes with another step.
    """
    if transition == "signer" and numero is None:
        raise _piece("Une signature donne le numéro de la convention.", "numero", transition)
    if transition != "rendre_avis" and (dossier or avis or repris):
        raise _piece("L'avis du CDIAE vient avec « rendre_avis », et seulement avec lui.", "avis", transition)
    if transition == "rendre_avis" and (dossier, avis, repris) not in (
        (True, False, False),
        (False, True, True),
    ):
        raise _piece(
            "L'avis est celui d'un dossier examiné en séance, ou un avis repris avec le jour de sa séance.",
            "dossier",
            transition,
        )


@dataclass(frozen=True, slots=True)
class Examen:
    """A file of the CDIAE; ``etat_seance`` is None for an opinion of the past."""

    structure_id: UUID
    objet: str
    avis: str | None
    etat_seance: str | None


def avis_de(examen: Examen | None, structure_id: UUID) -> str:
    """Return the opinion that a closed séance gave on the request of a structure.

    Raises
    ------
    AvisSansSeance
        The file is not one of the structure on a convention, its séance is not closed, or it was adjourned.
    """
    if examen is None or examen.structure_id != structure_id or examen.objet not in OBJETS_CONVENTION:
        raise _sans_seance("Ce dossier n'est pas une demande de convention de cette structure.")
    if examen.etat_seance != CLOSE:
        raise _sans_seance("La séance de ce dossier n'est pas close : son avis n'est pas encore au relevé.")
    if examen.avis not in AVIS_RENDUS:
        raise _sans_seance("La séance n'a pas rendu d'avis sur ce dossier : passez par « ajourner ».")
    return examen.avis


def _sans_seance(detail: str) -> AvisSansSeance:
    return AvisSansSeance(
        detail,
        champ="dossier",
        correction="Désignez le dossier que le CDIAE a examiné, une fois la séance close.",
        source=TRANSITIONS["rendre_avis"].source,
    )


def ensure_en_experimentation(type_structure: str, debut: date) -> None:
    """Return if structures of this type still begin something on a day.

    Raises
    ------
    ExperimentationTerminee
        They were an experiment, which is over.
    """
    regle = EXPERIMENTATIONS.get(type_structure)
    if regle and regle.jusqu_a and debut > regle.jusqu_a:
        raise ExperimentationTerminee(
            f"L'expérimentation des structures de type {type_structure} a pris fin le {regle.jusqu_a:%d/%m/%Y}.",
            champ="date_debut",
            correction="Vérifiez la date, ou le type de la structure.",
            source=regle.source,
        )


def prolongation(en_cours: date, lue: date) -> date | None:
    """Return the last day to which a file of the ASP lengthens the convention in force; it never shortens it."""
    return lue if lue > en_cours else None


def _piece(detail: str, champ: str, transition: str) -> PieceManquante:
    return PieceManquante(
        detail, champ=champ, correction="Complétez la demande.", source=TRANSITIONS[transition].source
    )


def succession(en_cours: tuple[date, date] | None, debut: date, fin: date) -> str:
    """Return the place of a signed period beside the convention in force: SEULE, SUIT or PRECEDE.

    Raises
    ------
    ConventionEnCours
        The two periods meet (both ends included).
    """
    if en_cours is None:
        return "SEULE"
    if en_cours[1] < debut:
        return "SUIT"
    if fin < en_cours[0]:
        return "PRECEDE"
    raise convention_en_cours()


def ensure_periode(debut: date, fin: date) -> None:
    """Return if a convention ends after it starts.

    Raises
    ------
    PeriodeInversee
        It does not.
    """
    if fin < debut:
        raise PeriodeInversee("La convention finit avant de commencer.", champ="date_fin")


def en_grace(suspendue_le: date | None, le: date) -> bool:
    """Tell whether a deactivated convention still gives partial access, 30 days included (registre §3.2)."""
    return suspendue_le is not None and suspendue_le <= le <= suspendue_le + GRACE


def protegee(reactivee_le: date | None, le: date) -> bool:
    """Tell whether a manual reactivation still guards against the deactivation (registre §4)."""
    return reactivee_le is not None and le < reactivee_le + PROTECTION


def gel(nombre: int, le: date) -> bool:
    """Tell whether so many deactivations on a day are all put off (registre §4)."""
    return nombre >= GEL_NOMBRE and le.month <= GEL_DERNIER_MOIS


@dataclass(frozen=True, slots=True)
class Situation:
    """What the daily review looks at: a convention and whether an annexe of its structures is active."""

    etat: str
    annexe_active: bool
    motif_suspension: str | None = None
    reactivee_le: date | None = None


def revision(situation: Situation, le: date) -> str | None:
    """Return the transition that the day imposes on a convention, or None.

    A convention that the State suspended by decision stays so, whatever its annexes.
    """
    if situation.annexe_active:
        revient = situation.etat == SUSPENDUE and situation.motif_suspension == SANS_ANNEXE
        return "activer" if situation.etat == SIGNEE or revient else None
    if situation.etat == ACTIVE and not protegee(situation.reactivee_le, le):
        return "desactiver"
    return None


def revue(situations: Iterable[Situation], le: date) -> tuple[list[str | None], bool]:
    """Return what the day imposes on each convention, and whether deactivations are frozen."""
    decided = [revision(situation, le) for situation in situations]
    frozen = gel(decided.count("desactiver"), le)
    if frozen:
        decided = [None if transition == "desactiver" else transition for transition in decided]
    return decided, frozen
