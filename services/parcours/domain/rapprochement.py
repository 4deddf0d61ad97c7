"""Which persons may be one and the same, and whether two of them may become one (``conception/produit.md`` §3)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from services.parcours.domain.dossier import Dossier
from services.parcours.domain.errors_pass import (
    FusionImpossible,
    NirAConserver,
    NirDifferents,
    PassChevauchants,
)
from services.parcours.domain.identite import forme_normale
from services.parcours.domain.regles import Periode
from services.parcours.domain.suspension import chevauche
from shared.errors import BusinessError

SOURCE = "Parcours §3.1 : NIR unique ; §5.1 : un seul PASS IAE valide ou futur par personne"
SOURCE_FUSION = "Produit §3, personnes : doublons et fusion"
MOTS, JOUR, SON, FRANCE_TRAVAIL = "mots", "jour_et_mois", "son_et_annee", "france_travail"
FORMES = (MOTS, JOUR, SON, FRANCE_TRAVAIL)
"""What two persons have in common: the same words whatever their order and the same day; the day and the month
inverted; the same sound and the same year; the same identifier of France Travail, which proves nothing alone
(§3.1: only the NIR is unique)."""

_SONS = (
    ("ph", "f"), ("eaux", "o"), ("eau", "o"), ("aux", "o"), ("ault", "o"), ("au", "o"), ("ot", "o"),
    ("ai", "e"), ("ei", "e"), ("ck", "k"), ("qu", "k"), ("c", "k"), ("q", "k"), ("y", "i"), ("z", "s"),
    ("h", ""), ("w", "v"),
)  # fmt: skip
_TWICE = re.compile(r"(.)\1+")
_MUTE = re.compile(r"(es|e|s|t|d|x)$")


def formes_proches(
    nom: str, prenom: str, date_naissance: date, identifiant_france_travail: str | None = None
) -> dict[str, str]:
    """Return the texts by which an identity resembles another, by kind (see ``FORMES``)."""
    family, first, _ = forme_normale(nom, prenom, date_naissance).split("|")
    jour, mois = sorted((date_naissance.day, date_naissance.month))
    words = " ".join(sorted(f"{family} {first}".split()))
    sound = f"{_son(family)}|{_son(first.split()[0] if first else '')}"
    return {
        MOTS: f"{words}|{date_naissance.isoformat()}",
        JOUR: f"{family}|{first}|{date_naissance.year}-{jour}-{mois}",
        SON: f"{sound}|{date_naissance.year}",
    } | ({FRANCE_TRAVAIL: identifiant_france_travail.upper()} if identifiant_france_travail else {})


def _son(text: str) -> str:
    """Return a rough French sound: what is written in several ways or not heard is one."""
    sound = text.replace(" ", "")
    for written, heard in _SONS:
        sound = sound.replace(written, heard)
    return _MUTE.sub("", _TWICE.sub(r"\1", sound))


def refus_de_fusion(
    conservee: Mapping[str, object], absorbee: Mapping[str, object], dossiers: Sequence[Dossier], jour: date
) -> list[BusinessError]:
    """Return why two persons may not become one.

    Parameters
    ----------
    conservee, absorbee
        What the vault holds of each: ``id`` and ``nir``.
    dossiers
        That of the person kept, then that of the one absorbed.
    jour
        Day of the merge: no text says which of two PASS IAE would win, so that two of them stop it.
    """
    if conservee["id"] == absorbee["id"]:
        return [
            FusionImpossible(
                "Une personne ne fusionne pas avec elle-même.", champ="absorbee", source=SOURCE_FUSION
            )
        ]
    refus: list[BusinessError] = []
    if conservee["nir"] and absorbee["nir"]:
        refus.append(NirDifferents("Les deux personnes ont chacune un NIR : elles sont deux.", source=SOURCE))
    elif absorbee["nir"]:
        refus.append(
            NirAConserver(
                "La personne absorbée a un NIR que l'autre n'a pas.",
                champ="absorbee",
                correction="Conservez celle qui a le NIR.",
                source=SOURCE,
            )
        )
    une, autre = ([known.periode for known in each.passes] for each in dossiers)
    if _concurrents(une, autre, jour):
        refus.append(
            PassChevauchants(
                "Les deux personnes ont chacune un PASS IAE, valide ou les mêmes jours.",
                correction="Annulez l'embauche qui n'a pas eu lieu, ou mettez fin à l'un des deux parcours.",
                source=SOURCE,
            )
        )
    return refus


def _concurrents(une: Sequence[Periode], autre: Sequence[Periode], jour: date) -> bool:
    both_valid = all(any(each.fin >= jour for each in periodes) for periodes in (une, autre))
    return both_valid or any(chevauche(a, b) for a in une for b in autre)
