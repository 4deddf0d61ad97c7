"""The CDI inclusion: from which age, after how long a pathway, for which share of the posts (``domaine/parcours.md`` §7)."""

from datetime import date
from decimal import Decimal

from services.parcours.domain.errors import TypeContratNonAdmis
from services.parcours.domain.errors_pass import CdiInclusionFerme
from services.parcours.domain.regles import REFORME, Citation, Regle, en_vigueur, plus_mois
from shared.errors import BusinessError

CDI_INCLUSION = "CDI_INCLUSION"

_ARTICLES = "CT L5132-6-1, D5132-10-5-2 (EI), D5132-10-15 à D5132-10-17 (ETTI), D5132-26-11 (AI)"
TYPES = (Regle(("ACI", "AI", "EI", "ETTI"), "Parcours §7 : CDI inclusion, tout type qui embauche", REFORME),)
"""Types of structure that may sign one; an EITI signs no contract."""

AGE = Regle(57, f"{_ARTICLES} : 57 ans et plus", REFORME)
"""Birthday from which it may be signed, that day included."""

ANCIENNETE = Regle(12, "CT D5132-10-15 (ETTI) ; parcours §7 : 12 mois de parcours au moins", REFORME)
"""Months of pathway after which it may be signed, the day they are reached included."""

PARTS = Regle(
    (Decimal("0.20"), Decimal("0.30")), f"{_ARTICLES} : 20 % des postes, 30 % par décision", REFORME
)
"""Most CDI inclusion as a ratio of the posts of insertion agreed; the same when the préfet decides more."""

CITATIONS = (
    Citation("cdi_inclusion_age", "Ouvert à partir de 57 ans", AGE.source),
    Citation("cdi_inclusion_anciennete", "Après 12 mois de parcours au moins", ANCIENNETE.source),
    Citation(
        "cdi_inclusion_part",
        "20 % des postes conventionnés au plus, 30 % par décision du préfet",
        PARTS.source,
    ),
)


def refus_du_type(type_structure: str, jour: date) -> list[BusinessError]:
    """Return why a structure of this type does not sign a CDI inclusion on a day."""
    regle = en_vigueur(TYPES, jour)
    if regle and type_structure in regle.valeur:
        return []
    return [
        TypeContratNonAdmis(
            f"Une structure de type {type_structure} ne signe pas de CDI inclusion à cette date.",
            champ="type_contrat",
            source=TYPES[0].source,
        )
    ]


def refus_de_la_personne(naissance: date | None, entree: date | None, jour: date) -> list[BusinessError]:
    """Return why a person does not sign a CDI inclusion on a day; what is not given is not judged.

    Parameters
    ----------
    entree
        First day of the pathway.
    """
    refus: list[BusinessError] = []
    if naissance is not None and jour < plus_mois(naissance, 12 * AGE.valeur):
        refus.append(
            CdiInclusionFerme(
                f"Le CDI inclusion est ouvert à partir de {AGE.valeur} ans.",
                champ="date_naissance",
                source=AGE.source,
            )
        )
    if entree is not None and jour < plus_mois(entree, ANCIENNETE.valeur):
        refus.append(
            CdiInclusionFerme(
                f"Le CDI inclusion se signe après {ANCIENNETE.valeur} mois de parcours.",
                champ="entree_en_parcours",
                source=ANCIENNETE.source,
            )
        )
    return refus


def postes_maxi(postes: Decimal, *, decision_du_prefet: bool) -> Decimal:
    """Return the most posts, in ETP, that may be under a CDI inclusion among those agreed."""
    return postes * PARTS.valeur[decision_du_prefet]


def refus_de_la_part(en_cdi: Decimal, postes: Decimal, *, decision_du_prefet: bool) -> list[BusinessError]:
    """Return why a structure may not have that many posts, in ETP, under a CDI inclusion."""
    if en_cdi <= postes_maxi(postes, decision_du_prefet=decision_du_prefet):
        return []
    return [
        CdiInclusionFerme(
            f"Les CDI inclusion font {100 * PARTS.valeur[decision_du_prefet]:.0f} % des postes conventionnés au plus.",
            champ="postes_en_cdi",
            source=PARTS.source,
        )
    ]
