"""Candidatures: who sends them, and what is told of what came of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.parcours.domain.errors import (
    OrganisationManquante,
    SuiteIncoherente,
    TypePrescripteurInconnu,
)
from services.parcours.domain.regles import REFORME, Regle, plus_mois
from services.parcours.domain.transitions import SOURCE as SOURCE_TRANSITIONS
from shared.reference.files import UnknownCode
from shared.reference.nomenclatures import type_prescripteur

PRESCRIPTEUR, ORIENTEUR, EMPLOYEUR, CANDIDAT = "PRESCRIPTEUR", "ORIENTEUR", "EMPLOYEUR", "CANDIDAT"
ORIGINES = (PRESCRIPTEUR, ORIENTEUR, EMPLOYEUR, CANDIDAT)
_ORIGINE_PAR_CODE_ASP = {"07": CANDIDAT, "08": ORIENTEUR, "99": ORIENTEUR}
"""ASP codes that are no habilitated organisation: spontaneous, other organisation, unknown (§2.2)."""

SOURCE_TYPES = "Parcours §2.2, types d'organisations"

MOTIFS_REFUS = (
    "did_not_come", "did_not_come_to_interview", "hired_elsewhere", "training", "non_eligible", "not_mobile",
    "not_interested", "lacking_skills", "incompatible", "prevent_objectives", "no_position", "duplicate", "other",
)  # fmt: skip
"""Reasons of a refusal that may be given (``domaine/parcours.md`` §6.4)."""

MOTIF_AUTOMATIQUE = "auto"
REFUS_APRES = Regle(60, "Parcours §6.5 : refus automatique, états new et processing", REFORME)
"""Days without change after which a candidature is refused, for those sent since the PASS IAE."""
ARCHIVAGE_APRES = Regle(180, "Parcours §6.5 : archivage automatique", REFORME)
"""Days without change after which a candidature is put away, for those sent since the PASS IAE."""
AVERTISSEMENT = Regle(12, "Parcours §6.3 : avertissement sous 12 mois", REFORME)
"""Months before a sending in which another one, of the same person to the same employer, is told."""
REFUSABLES = ("new", "processing")
ARCHIVABLES = ("new", "processing", "postponed", "refused", "cancelled", "obsolete")
"""States that the automatic refusal, and the automatic archiving, touch."""

TRANSITION_DE_SUITE = {"EMBAUCHE": "accept", "REFUS": "refuse"}
"""What a told outcome does. Without answer a candidature stays new: the refusal after 60 days is a rule of today."""


@dataclass(frozen=True, slots=True)
class Candidature:
    """A candidature as stored.

    ``delivrance`` is the state of the delivery by hand of its PASS IAE (PENDING, GRANTED or DENIED), decided on
    ``delivrance_le``; None when it is delivered at once.
    """

    id: UUID
    version: int
    personne_id: UUID
    structure_id: UUID
    origine: str
    type_prescripteur: str
    organisation: str | None
    date_orientation: date
    etat: str
    date_suite: date | None = None
    motif_refus: str | None = None
    contrat_id: UUID | None = None
    date_embauche: date | None = None
    pass_id: UUID | None = None
    diagnostic_id: UUID | None = None
    change_le: date | None = None
    archivee_le: date | None = None
    envoyee_ms: int | None = None
    delivrance: str | None = None
    delivrance_le: date | None = None


def origine_de(type_prescripteur_code: str, organisation: str | None) -> str:
    """Return the origin of a candidature from the type of who sends it.

    Raises
    ------
    TypePrescripteurInconnu
        The type is not in the nomenclature.
    OrganisationManquante
        An organisation sends it and is not named.
    """
    try:
        code_asp = type_prescripteur(type_prescripteur_code).code_asp
    except UnknownCode as unknown:
        raise TypePrescripteurInconnu(
            "Ce type de prescripteur n'est pas dans la nomenclature.",
            champ="type_prescripteur",
            correction="Choisissez un code de la documentation.",
            source=SOURCE_TYPES,
        ) from unknown
    origine = _ORIGINE_PAR_CODE_ASP.get(code_asp, PRESCRIPTEUR)
    if origine != CANDIDAT and organisation is None:
        raise OrganisationManquante(
            "L'organisation qui oriente n'est pas nommée.",
            champ="organisation",
            correction="Donnez le code de l'organisation.",
            source=SOURCE_TYPES,
        )
    return origine


def verifier_suite(
    transition: str | None, date_orientation: date, date_suite: date | None, motif_refus: str | None
) -> None:
    """Return if what is told of an outcome holds together; ``transition`` is None while there is none.

    Raises
    ------
    SuiteIncoherente
    """
    if transition is None:
        if date_suite or motif_refus:
            raise SuiteIncoherente(
                "Une date ou un motif est donné sans suite.", champ="suite", source=SOURCE_TRANSITIONS
            )
        return
    if date_suite is None or date_suite < date_orientation:
        raise SuiteIncoherente(
            "La suite doit avoir une date, le jour de l'orientation ou après.",
            champ="date_suite",
            source=SOURCE_TRANSITIONS,
        )
    if (transition == "refuse") != (motif_refus is not None):
        raise SuiteIncoherente(
            "Le motif de refus accompagne un refus, et lui seul.",
            champ="motif_refus",
            source="Parcours §6.4, motifs de refus",
        )


def refus_automatique_le(candidature: Candidature) -> date | None:
    """Return the day on which a candidature that nobody touches is refused; None when it is not.

    Source
    ------
    Parcours §6.5
    """
    concerned = candidature.etat in REFUSABLES and candidature.archivee_le is None
    if not concerned or candidature.date_orientation < REFUS_APRES.depuis:
        return None
    return (candidature.change_le or candidature.date_orientation) + timedelta(REFUS_APRES.valeur)


def deja_adressee(candidature: Candidature, autres: Iterable[Candidature]) -> Candidature | None:
    """Return the last sending of the person to the same structure in the 12 months before this one, if any.

    Source
    ------
    Parcours §6.3
    """
    since = plus_mois(candidature.date_orientation, -AVERTISSEMENT.valeur)
    before = [
        known
        for known in autres
        if known.structure_id == candidature.structure_id
        and since < known.date_orientation <= candidature.date_orientation
        and known.id < candidature.id
    ]
    return max(before, key=lambda known: (known.date_orientation, known.id), default=None)
