"""Diagnostics of eligibility: how many criteria, how long they hold, which one counts (``domaine/parcours.md`` §4)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.parcours.domain.errors import CriteresIncompatibles
from services.parcours.domain.errors_pass import CriteresInsuffisants
from services.parcours.domain.identite import INCOMPATIBLES, SOURCE_CRITERES
from services.parcours.domain.regles import REFORME, Citation, Regle, plus_mois
from services.parcours.domain.siae import refus_du_type, type_de_regle
from shared.errors import BusinessError
from shared.reference.nomenclatures import criteres_eligibilite

PRESCRIPTEUR_HABILITE, EMPLOYEUR = "prescripteur_habilite", "employeur"
AUTEURS = (PRESCRIPTEUR_HABILITE, EMPLOYEUR)

_ARRETE = "Arrêté du 1er septembre 2021 (MTRD2124285A)"
_DEUX, _TROIS = (Regle((1, n), f"{_ARRETE} ; parcours §4.2", REFORME) for n in (2, 3))
_EITI = Regle(
    (1, 3), "Parcours §4.2 : l'arrêté du 1er septembre 2021 ne cite pas les EITI (à confirmer)", REFORME
)
SEUILS = {"AI": _DEUX, "ETTI": _DEUX, "ACI": _TROIS, "EI": _TROIS, "EITI": _EITI}
"""Criteria of level 1, or of level 2, that an employer's diagnosis needs; a prescripteur's needs none."""

MOIS_PRESCRIPTEUR = Regle(6, "Parcours §4.3 : 6 mois, toutes les SIAE", REFORME)
JOURS_EMPLOYEUR = Regle(92, "Parcours §4.3 : 92 jours, la seule SIAE auteure", REFORME)
"""The first day without validity is that many months, or days, after the diagnosis."""

CITATIONS = (
    Citation(
        "eligibilite_criteres",
        "Employeur : un critère de niveau 1, ou deux (AI, ETTI) ou trois (ACI, EI, EITI) de niveau 2 ; prescripteur : aucun",
        f"{_ARRETE} ; CT R5132-1-7",
    ),
    Citation("eligibilite_incompatibles", "SENIOR et JEUNE, DETLD et DELD s'excluent", SOURCE_CRITERES),
    Citation(
        "eligibilite_validite",
        "Prescripteur habilité : 6 mois, toutes les SIAE ; employeur : 92 jours, sa seule SIAE",
        "Parcours §4.3",
    ),
)


def compter(criteres: Collection[str]) -> tuple[int, int]:
    """Return how many different criteria of level 1 and of level 2 are given; all must be of the nomenclature."""
    known = criteres_eligibilite()
    levels = Counter(known[code].niveau for code in set(criteres))
    return levels[1], levels[2]


def fin_de_validite(auteur: str, jour: date) -> date:
    """Return the last day, included, of a diagnosis made on a day."""
    if auteur == PRESCRIPTEUR_HABILITE:
        return plus_mois(jour, MOIS_PRESCRIPTEUR.valeur) - timedelta(1)
    return jour + timedelta(JOURS_EMPLOYEUR.valeur - 1)


def refus_de_diagnostic(type_structure: str, auteur: str, criteres: Collection[str]) -> list[BusinessError]:
    """Return all that a diagnosis has against it; the criteria are of the nomenclature."""
    refus = refus_du_type(type_structure)
    given = frozenset(criteres)
    if any(pair <= given for pair in INCOMPATIBLES.valeur):
        refus.append(
            CriteresIncompatibles(
                "Deux critères s'excluent.",
                champ="criteres",
                correction="Retirez l'un des deux : SENIOR ou JEUNE, DETLD ou DELD.",
                source=SOURCE_CRITERES,
            )
        )
    seuil = SEUILS.get(type_de_regle(type_structure))
    if auteur == EMPLOYEUR and seuil:
        un, deux = compter(criteres)
        if un < seuil.valeur[0] and deux < seuil.valeur[1]:
            refus.append(
                CriteresInsuffisants(
                    f"Il faut un critère de niveau 1, ou {seuil.valeur[1]} critères de niveau 2.",
                    champ="criteres",
                    correction="Complétez les critères, ou demandez le diagnostic d'un prescripteur habilité.",
                    source=seuil.source,
                )
            )
    return refus


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A diagnosis as stored.

    Attributes
    ----------
    structure_id
        The employer who made it, the only one it counts for; None when a prescripteur did.
    expire_le
        First day without validity.
    criteres
        Sealed: who decides does not read them.
    """

    id: UUID
    version: int
    personne_id: UUID
    auteur: str
    structure_id: UUID | None
    organisation: str | None
    date_diagnostic: date
    expire_le: date
    criteres: bytes

    def est_valide(self, jour: date) -> bool:
        """Tell whether it holds on a day, without any PASS IAE."""
        return jour < self.expire_le


def remplaces(diagnostics: Sequence[Diagnostic], jour: date) -> list[Diagnostic]:
    """Return the diagnostics that a prescripteur's, made on a day, ends that very day: other prescripteurs'."""
    return [
        replace(known, version=known.version + 1, expire_le=jour)
        for known in diagnostics
        if known.auteur == PRESCRIPTEUR_HABILITE and known.date_diagnostic <= jour < known.expire_le
    ]


def retenir(
    diagnostics: Sequence[Diagnostic], structure_id: UUID, jour: date, *, pass_valide: bool
) -> Diagnostic | None:
    """Return the diagnosis that counts for a structure: a prescripteur's first, else its own; the latest of each.

    Parameters
    ----------
    pass_valide
        Whether a PASS IAE is valid: then the end of validity of the diagnosis is ignored.
    """
    usable = [
        known
        for known in diagnostics
        if known.structure_id in (None, structure_id) and (pass_valide or known.est_valide(jour))
    ]
    return max(
        usable, key=lambda known: (known.structure_id is None, known.date_diagnostic, known.id), default=None
    )
