"""What a structure is, and where it stands."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from services.structures.domain.errors import (
    AntennesOuvertes,
    CommuneInconnue,
    DateEffetIncoherente,
    DeclarationHorsPeriode,
    FormeJuridiqueNonAdmise,
    ReouvertureImpossible,
    SirenDifferent,
    SourceIncoherente,
    StructureFermee,
    TypeNonModifiable,
)
from services.structures.domain.regles import Regle, en_vigueur
from shared.reference.files import UnknownCode
from shared.reference.positions import position_of_commune
from shared.reference.territories import departement_of_commune, resolve_commune

SIAE = ("ACI", "AI", "EI", "ETTI", "EITI")
"""Kinds of SIAE (CT L5132-4; ``domaine/structures.md`` §1.1)."""
AUTRE, GEIQ, OPCS = "AUTRE", "GEIQ", "OPCS"
TYPES = (*SIAE, AUTRE, GEIQ, OPCS)
"""AUTRE when the source does not say; GEIQ and OPCS are neighbours of the IAE (§1.2)."""

ASP, USER_CREATED, STAFF_CREATED = "ASP", "USER_CREATED", "STAFF_CREATED"
SOURCES = (ASP, USER_CREATED, STAFF_CREATED, GEIQ)
"""Where a registration comes from (§3.1)."""
ATTENTE_FLUX = timedelta(days=90)
"""How long a structure made by the staff waits for the file of the ASP (§3.1)."""
ABSENTE_DU_FLUX = "ABSENTE_DU_FLUX"

_LOI_1998 = date(1998, 7, 31)  # loi 98-657, which organises the types of SIAE
ASSOCIATION, PUBLIC, SOCIETE, COOPERATIVE = "ASSOCIATION", "PUBLIC", "SOCIETE", "COOPERATIVE"
FAMILLES: Mapping[str, str] = MappingProxyType(
    {
        "association": ASSOCIATION, "association loi 1901": ASSOCIATION, "fondation": ASSOCIATION,
        "ccas": PUBLIC, "cias": PUBLIC, "commune": PUBLIC, "epci": PUBLIC, "departement": PUBLIC,
        "collectivite": PUBLIC, "etablissement public": PUBLIC, "syndicat mixte": PUBLIC, "gip": PUBLIC,
        "sas": SOCIETE, "sasu": SOCIETE, "sarl": SOCIETE, "eurl": SOCIETE, "sa": SOCIETE, "snc": SOCIETE,
        "scic": COOPERATIVE, "scop": COOPERATIVE,
    }
)  # fmt: skip
"""Families of legal forms, by their usual name in lower case without accents; others are not judged."""
FORMES_ADMISES: Mapping[str, tuple[Regle[frozenset[str]], ...]] = MappingProxyType(
    {
        "AI": (Regle(frozenset({ASSOCIATION}), "CT L5132-7 : association loi 1901", _LOI_1998),),
        "ACI": (
            Regle(
                frozenset({ASSOCIATION, PUBLIC, COOPERATIVE}),
                "CT L5132-15 : porteur public ou privé non lucratif",
                _LOI_1998,
            ),
        ),
        "EI": (
            Regle(
                frozenset({ASSOCIATION, SOCIETE, COOPERATIVE}),
                "CT L5132-5 : société ou association à activité marchande",
                _LOI_1998,
            ),
        ),
    }
)
"""Carriers by type (§1.1); a type that is absent is not judged."""

AVIS = ("FAVORABLE", "FAVORABLE_AVEC_RESERVES", "DEFAVORABLE", "AJOURNE")


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where a structure stands today; the EPCI and the position are None where they are not held."""

    code_insee: str
    departement: str
    epci: str | None
    latitude: float | None
    longitude: float | None


def locate(code_insee: str) -> Lieu:
    """Return the place of an INSEE code; a commune that disappeared is brought to the one that holds it today.

    Raises
    ------
    CommuneInconnue
        The code belongs to no département.
    """
    try:
        departement = departement_of_commune(code_insee)
    except UnknownCode as unknown:
        raise CommuneInconnue(
            "Ce code INSEE ne désigne aucune commune.",
            champ="code_insee",
            correction="Vérifiez le code officiel.",
        ) from unknown
    try:
        commune = resolve_commune(code_insee)
    except UnknownCode:
        return Lieu(code_insee, departement, None, None, None)
    try:
        position = position_of_commune(commune.code_insee)
    except UnknownCode:
        return Lieu(commune.code_insee, commune.code_departement, commune.code_epci, None, None)
    return Lieu(
        commune.code_insee,
        commune.code_departement,
        commune.code_epci,
        position.latitude,
        position.longitude,
    )


def plain(text: str) -> str:
    """Return a text in lower case, without accents nor punctuation, words apart by one blank."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def ensure_forme(type_structure: str, forme_juridique: str | None, le: date) -> None:
    """Return if a carrier of this legal form may have a structure of this type on a day.

    Raises
    ------
    FormeJuridiqueNonAdmise
        The law reserves the type to other forms. A form that no family holds is not judged.
    """
    regle = en_vigueur(FORMES_ADMISES.get(type_structure, ()), le)
    famille = FAMILLES.get(plain(forme_juridique or ""))
    if regle and famille and famille not in regle.valeur:
        raise FormeJuridiqueNonAdmise(
            f"Une structure de type {type_structure} n'est pas portée par cette forme juridique.",
            champ="forme_juridique",
            correction="Vérifiez le type de la structure et la forme de son porteur.",
            source=regle.source,
        )


def source_usuelle(type_structure: str, *, antenne: bool) -> str:
    """Return the source of a registration that does not say it."""
    if antenne:
        return USER_CREATED
    return {GEIQ: GEIQ, OPCS: STAFF_CREATED}.get(type_structure, ASP)


def ensure_source(type_structure: str, source: str, *, antenne: bool) -> None:
    """Return if a registration of this type may come from this source.

    Raises
    ------
    SourceIncoherente
        A GEIQ outside its own import or the reverse; an OPCS out of the ASP; an antenne without mother.
    """
    if antenne != (source == USER_CREATED):
        raise _source("Une antenne est créée par une SIAE (USER_CREATED) et nomme sa structure mère.")
    if (type_structure == GEIQ) != (source == GEIQ):
        raise _source("Un GEIQ vient de l'import des GEIQ, et lui seul.")
    if type_structure == OPCS and source != STAFF_CREATED:
        raise _source("Une OPCS est créée par l'administration de la plateforme.")


def _source(detail: str) -> SourceIncoherente:
    return SourceIncoherente(
        detail, champ="source", correction="Corrigez la source ou le type.", source="Registre §3.1 : sources"
    )


def ensure_siren(ancien: str, nouveau: str) -> None:
    """Return if a structure may move from a SIRET to another.

    Raises
    ------
    SirenDifferent
        The SIREN changes.
    """
    if ancien[:9] != nouveau[:9]:
        raise SirenDifferent(
            "Le nouveau SIRET a un autre SIREN.",
            champ="siret",
            correction="Un autre SIREN est une autre structure : enregistrez-la, puis déclarez la fusion.",
            source="Registre §2 : le SIRET actualisé garde le SIREN de la signature",
        )


def ensure_type(ancien: str, nouveau: str) -> None:
    """Return if the type of a structure may be corrected.

    Raises
    ------
    TypeNonModifiable
        The type is already known.
    """
    if ancien not in (nouveau, AUTRE):
        raise TypeNonModifiable(
            "Le type d'une structure ne change pas.",
            champ="type",
            correction="Fermez cette structure et enregistrez l'autre.",
            source="Registre §2 : le couple (SIRET, type) désigne une structure",
        )


def ensure_date_effet(date_effet: date, precedente: date, aujourd_hui: date) -> None:
    """Return if a change may take effect that day.

    Raises
    ------
    DateEffetIncoherente
        It is in the future, or before the previous change: the past would tell two stories.
    """
    if not precedente <= date_effet <= aujourd_hui:
        raise DateEffetIncoherente(
            f"La date d'effet va du {precedente:%d/%m/%Y}, dernier changement connu, à aujourd'hui.",
            champ="date_effet",
            correction="Corrigez la date, ou enregistrez le changement le jour venu.",
            source="Registre : l'état à une date est unique",
        )


def ensure_ouverte(fermee_le: date | None) -> None:
    """Return if a structure is open.

    Raises
    ------
    StructureFermee
        It is closed, or was absorbed.
    """
    if fermee_le is not None:
        raise StructureFermee(
            f"La structure est fermée depuis le {fermee_le:%d/%m/%Y}.",
            correction="Rouvrez-la d'abord, si la règle l'admet.",
            source="Registre : une structure fermée ne change plus",
        )


def ensure_annee(annee: int, aujourd_hui: date) -> None:
    """Return if figures of a year may be declared.

    Raises
    ------
    DeclarationHorsPeriode
        The year has not begun.
    """
    if annee > aujourd_hui.year:
        raise DeclarationHorsPeriode(
            "Cette année n'a pas commencé.", champ="annee", correction="Corrigez l'année."
        )


def ensure_sans_antenne(ouvertes: int) -> None:
    """Return if a structure has no open antenne.

    Raises
    ------
    AntennesOuvertes
        It has some, which share its convention.
    """
    if ouvertes:
        raise AntennesOuvertes(
            "Cette structure a des antennes ouvertes.",
            correction="Fermez ou fusionnez d'abord ses antennes.",
            source="Registre §3.1 : une antenne partage la convention de sa mère",
        )


def ensure_rouvrable(fermee_le: date | None, *, absorbee: bool) -> None:
    """Return if a structure may open again.

    Raises
    ------
    ReouvertureImpossible
        It is open, or another one absorbed it.
    """
    if fermee_le is None or absorbee:
        raise ReouvertureImpossible(
            "Une structure absorbée ne rouvre pas." if absorbee else "Cette structure est ouverte.",
            correction="Enregistrez une nouvelle structure." if absorbee else None,
            source="Registre §5.2 : une fusion déplace la convention et les annexes",
        )
