"""Who a person is: one normal form of the identity, the age that counts, the criteria that may go together."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date

from services.parcours.domain.errors import (
    AgeHorsBornes,
    CritereInconnu,
    CriteresIncompatibles,
    IdentifiantFranceTravailInvalide,
    NirOuMotif,
)
from services.parcours.domain.identifiants import JUGES, juger
from services.parcours.domain.regles import REFORME, Regle, plus_mois
from shared.reference.nomenclatures import criteres_eligibilite

AGE_MINI, AGE_MAXI = 16, 100
SOURCE_AGE = "Parcours §3.1 : âge strictement supérieur à 16 ans, 100 ans au plus"
SOURCE_CRITERES = "Parcours §4.1 : SENIOR et JEUNE, DETLD et DELD s'excluent"
INCOMPATIBLES = Regle(
    (frozenset({"SENIOR", "JEUNE"}), frozenset({"DETLD", "DELD"})), SOURCE_CRITERES, REFORME
)
"""Pairs of criteria that nobody meets at once."""

_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


def forme_normale(nom: str, prenom: str, date_naissance: date) -> str:
    """Return the text by which two spellings of one identity are equal: no case, accent or punctuation."""
    return f"{_normal(nom)}|{_normal(prenom)}|{date_naissance.isoformat()}"


def _normal(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _BETWEEN_WORDS.sub(" ", text.lower()).strip()


def verifier_age(date_naissance: date, jour: date, champ: str) -> None:
    """Return if a person has the age to enter a pathway on a day.

    Raises
    ------
    AgeHorsBornes
        Sixteen that very day or younger, or more than a hundred.
    """
    if plus_mois(date_naissance, 12 * AGE_MINI) < jour < plus_mois(date_naissance, 12 * (AGE_MAXI + 1)):
        return
    raise AgeHorsBornes(
        f"La personne doit avoir plus de {AGE_MINI} ans, et {AGE_MAXI} ans au plus.",
        champ=champ,
        correction="Vérifiez la date de naissance.",
        source=SOURCE_AGE,
    )


def verifier_nir_ou_motif(nir: str | None, motif_absence: str | None) -> None:
    """Return if exactly one of the NIR and the reason of its absence is given.

    Raises
    ------
    NirOuMotif
        Both, or neither.
    """
    if (nir is None) == (motif_absence is None):
        raise NirOuMotif(
            "Donnez le NIR, ou bien le motif de son absence.",
            champ="nir",
            correction="Remplissez nir ou motif_absence_nir, jamais les deux.",
            source="Parcours §3.1 : motif d'absence exclusif du NIR",
        )


def verifier_identifiant_france_travail(identifiant: str | None) -> None:
    """Return if an identifier of France Travail, when there is one, has one of its two forms.

    Raises
    ------
    IdentifiantFranceTravailInvalide
    """
    kind = "identifiant_france_travail"
    if identifiant is None or juger(kind, identifiant).valide:
        return
    _, rule = JUGES[kind]
    raise IdentifiantFranceTravailInvalide(
        "Cet identifiant n'est pas de France Travail.",
        champ=kind,
        correction=f"Recopiez-le : {rule.libelle}.",
        source=rule.source,
    )


def verifier_criteres(criteres: Collection[str]) -> None:
    """Return if the criteria are of the nomenclature and may go together.

    Raises
    ------
    CritereInconnu, CriteresIncompatibles
    """
    given, known = frozenset(criteres), criteres_eligibilite()
    if not all(code in known for code in given):
        raise CritereInconnu(
            "Un critère n'est pas dans la nomenclature.",
            champ="criteres",
            correction="Choisissez parmi les codes de la documentation.",
            source="Parcours §4.1, critères administratifs",
        )
    if any(pair <= given for pair in INCOMPATIBLES.valeur):
        raise CriteresIncompatibles(
            "Deux critères s'excluent.",
            champ="criteres",
            correction="Retirez l'un des deux : SENIOR ou JEUNE, DETLD ou DELD.",
            source=SOURCE_CRITERES,
        )
