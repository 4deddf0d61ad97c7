"""Organisations that send people: their types, what habilitation they may have, and what leaves of them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.structures.domain.errors import HabilitationInterdite, PrescripteurIncoherent
from shared.reference.nomenclatures import TypePrescripteur, types_prescripteur

NOT_SET, VALIDATED, REFUSED, NOT_REQUIRED = "NOT_SET", "VALIDATED", "REFUSED", "NOT_REQUIRED"
STATUTS = (NOT_SET, VALIDATED, REFUSED, NOT_REQUIRED)
AUTRE, ORIENTEUR, FT, ODC, OHPD = "Autre", "Orienteur", "FT", "ODC", "OHPD"
HORS_ORGANISATION = ("SPONTANEE", "INCONNU")
NON_HABILITABLES = (AUTRE, ORIENTEUR)
DUREE_PREFECTORALE_ANS = 5
SOURCE = "Parcours §2.3 ; arrêté du 1er septembre 2021 (NOR MTRD2124285A)"
ASP_ORIENTEUR = "08"
"""ASP code of an organisation that is not habilitated, whatever its type (parcours §2.2)."""


def type_connu(code: str) -> TypePrescripteur | None:
    """Return a type of organisation, or None when no organisation has this code."""
    return None if code in HORS_ORGANISATION else types_prescripteur().get(code)


def types_ouverts() -> tuple[str, ...]:
    """Return the codes of the types that an organisation may have."""
    return tuple(code for code in types_prescripteur() if code not in HORS_ORGANISATION)


def categorie(code: str) -> str:
    """Return what may be told of a type: itself, or ``Autre`` when it tells of health, justice or protection."""
    return AUTRE if types_prescripteur()[code].sensible else code


def code_public(identity: UUID, code: str, type_organisation: str) -> str:
    """Return the code told of an organisation: a sensitive one is named by its identifier, a code may speak."""
    return code if categorie(type_organisation) == type_organisation else str(identity)


def code_asp(code: str, statut: str) -> str:
    """Return the code that the ASP gives to who sends: that of the type once habilitated."""
    return types_prescripteur()[code].code_asp if statut == VALIDATED else ASP_ORIENTEUR


def statut_initial(code: str) -> str:
    """Return the state of a new organisation: an ``Autre`` has nothing to ask for."""
    return NOT_REQUIRED if code == AUTRE else NOT_SET


def ensure_coherent(code: str, siret: str | None, code_safir: str | None) -> None:
    """Return if an organisation of this type may have these identifiers.

    Raises
    ------
    PrescripteurIncoherent
        A SIRET is missing outside FT; a SAFIR code is given outside FT.
    """
    if siret is None and code != FT:
        raise PrescripteurIncoherent(
            "Le SIRET est obligatoire pour ce type d'organisation.",
            champ="siret",
            correction="Donnez le SIRET de l'organisation.",
            source=SOURCE,
        )
    if code_safir is not None and code != FT:
        raise PrescripteurIncoherent(
            "Le code SAFIR est réservé aux agences de France Travail.",
            champ="code_safir",
            correction="Retirez-le, ou corrigez le type.",
            source=SOURCE,
        )


@dataclass(frozen=True, slots=True)
class Habilitation:
    """A decision: a state, and the days of a prefectoral habilitation (both included)."""

    statut: str
    debut: date | None = None
    fin: date | None = None


def habiliter(code: str, statut: str, le: date, *, conventionne_brsa: bool) -> Habilitation:
    """Return the habilitation that a decision gives to an organisation.

    Raises
    ------
    HabilitationInterdite
        Its type is never habilitated; an ODC that the département did not mandate; NOT_REQUIRED outside ``Autre``.
    """
    if statut == VALIDATED and code in NON_HABILITABLES:
        raise _interdite(
            "Ce type d'organisation n'est jamais habilité.", "Requalifiez d'abord l'organisation (OHPD…)."
        )
    if statut == NOT_REQUIRED and code != AUTRE:
        raise _interdite("« Sans objet » est réservé au type Autre.", "Choisissez un autre statut.")
    if statut == VALIDATED and code == ODC and not conventionne_brsa:
        raise _interdite(
            "Une organisation délégataire n'est habilitée que si le département l'a conventionnée.",
            "Déclarez d'abord la convention du département (conventionne_brsa).",
        )
    if statut != VALIDATED:
        return Habilitation(statut)
    return Habilitation(statut, le, fin_prefectorale(le) if code == OHPD else None)


def fin_prefectorale(debut: date) -> date:
    """Return the last day, included, of a habilitation by the prefect: five years (parcours §2.3)."""
    annee = debut.year + DUREE_PREFECTORALE_ANS
    return date.fromordinal(_anniversaire(debut, annee).toordinal() - 1)


def _anniversaire(jour: date, annee: int) -> date:
    try:
        return jour.replace(year=annee)
    except ValueError:  # 29 February
        return date(annee, 3, 1)


def habilite(statut: str, jusqu_au: date | None, le: date) -> bool:
    """Tell whether an organisation is habilitated on a day; a prefectoral habilitation ends by itself."""
    return statut == VALIDATED and (jusqu_au is None or le <= jusqu_au)


def _interdite(detail: str, correction: str) -> HabilitationInterdite:
    return HabilitationInterdite(detail, champ="statut", correction=correction, source=SOURCE)
