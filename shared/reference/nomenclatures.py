"""Closed lists of codes of the field, public holidays and the barème of the *aide au poste*.

The codes are the values exchanged by the API; the sentences are French. A value that no source gives is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from shared.reference.files import UnknownCode, read_rows


@dataclass(frozen=True, slots=True)
class TypeStructure:
    """A type of structure.

    ``heures_par_etp`` is hours per year and full-time equivalent, None where each annexe carries its own;
    ``conventionnable`` is None for AUTRE, which stands for what a source does not say.
    """

    code: str
    libelle: str
    contrat_usuel: str | None
    heures_par_etp: int | None
    seuil_sortie: str | None
    conventionnable: bool | None


@dataclass(frozen=True, slots=True)
class TypePrescripteur:
    """A type of prescripteur. When ``sensible``, the type reveals health, justice or protection: never pass it on."""

    code: str
    libelle: str
    code_asp: str
    sensible: bool


@dataclass(frozen=True, slots=True)
class CritereEligibilite:
    """An administrative criterion. ``niveau`` is 1 or 2 (levels exist since 1 September 2021)."""

    code: str
    libelle: str
    niveau: int
    rang: int


@dataclass(frozen=True, slots=True)
class MotifSortie:
    """A reason of exit, as it is classed from a day on.

    ``categorie`` is DURABLE, TRANSITION, POSITIVE, AUTRE or RETRAIT; the first three are ``dynamique``. ``depuis`` and
    ``jusqu_a`` are the days of exit it classes, both included; ``jusqu_a`` is None while it holds.
    ``poids_synthetique`` only weighs the draws of the demonstration data.
    """

    code: str
    libelle: str
    categorie: str
    categorie_libelle: str
    dynamique: bool
    poids_synthetique: int
    depuis: date
    jusqu_a: date | None


@dataclass(frozen=True, slots=True)
class BaremeAidePoste:
    """The *aide au poste* of one type in one year, general case.

    ``montant_socle`` and ``dont_accompagnement`` are euros per ETP and year; ``part_modulee_max`` is a ratio of
    the socle (``0.10``).
    """

    annee: int
    type: str
    montant_socle: Decimal
    dont_accompagnement: Decimal | None
    part_modulee_max: Decimal


@cache
def types_structure() -> Mapping[str, TypeStructure]:
    """Return the types of structure by code."""
    return MappingProxyType(
        {
            r["code"]: TypeStructure(
                code=r["code"],
                libelle=r["libelle"],
                contrat_usuel=r["contrat_usuel"] or None,
                heures_par_etp=int(r["heures_par_etp"]) if r["heures_par_etp"] else None,
                seuil_sortie=r["seuil_sortie"] or None,
                conventionnable=r["conventionnable"] == "1" if r["conventionnable"] else None,
            )
            for r in read_rows("types_structure")
        }
    )


@cache
def types_prescripteur() -> Mapping[str, TypePrescripteur]:
    """Return the types of prescripteur by code.

    The last two, ``SPONTANEE`` and ``INCONNU``, are not organisations: no list of types offers them.
    """
    return MappingProxyType(
        {
            r["code"]: TypePrescripteur(r["code"], r["libelle"], r["code_asp"], r["sensible"] == "1")
            for r in read_rows("types_prescripteur")
        }
    )


@cache
def criteres_eligibilite() -> Mapping[str, CritereEligibilite]:
    """Return the criteria by code."""
    return MappingProxyType(
        {
            r["code"]: CritereEligibilite(r["code"], r["libelle"], int(r["niveau"]), int(r["rang"]))
            for r in read_rows("criteres_eligibilite")
        }
    )


@cache
def classements_sortie() -> tuple[MotifSortie, ...]:
    """Return the dated table of the reasons of exit, in the order of the file (by category, then by date)."""
    return tuple(
        MotifSortie(
            code=r["code"],
            libelle=r["libelle"],
            categorie=r["categorie"],
            categorie_libelle=r["categorie_libelle"],
            dynamique=r["dynamique"] == "1",
            poids_synthetique=int(r["poids_synthetique"]),
            depuis=date.fromisoformat(r["depuis"]),
            jusqu_a=date.fromisoformat(r["jusqu_a"]) if r["jusqu_a"] else None,
        )
        for r in read_rows("motifs_sortie")
    )


@cache
def motifs_sortie() -> Mapping[str, MotifSortie]:
    """Return the reasons of exit by code, each as last classed."""
    last = sorted(classements_sortie(), key=lambda motif: motif.depuis)
    by_code = {motif.code: motif for motif in last}
    return MappingProxyType({motif.code: by_code[motif.code] for motif in classements_sortie()})


@cache
def naf_divisions() -> Mapping[str, str]:
    """Return label by division (two digits) of the NAF, second revision."""
    return MappingProxyType({r["division"]: r["libelle"] for r in read_rows("naf_divisions")})


@cache
def jours_feries() -> Mapping[date, str]:
    """Return label by day of the 11 legal holidays of each year from 2015 to 2035, both included.

    Alsace-Moselle and overseas have others, which are not held.
    """
    return MappingProxyType({date.fromisoformat(r["date"]): r["libelle"] for r in read_rows("jours_feries")})


@cache
def baremes_aide_poste() -> Mapping[tuple[int, str], BaremeAidePoste]:
    """Return the barèmes by year and type of structure; a year or a type that is not held is absent."""
    return MappingProxyType(
        {
            (int(r["annee"]), r["type"]): BaremeAidePoste(
                annee=int(r["annee"]),
                type=r["type"],
                montant_socle=Decimal(r["montant_socle_eur"]),
                dont_accompagnement=Decimal(r["dont_accompagnement_eur"])
                if r["dont_accompagnement_eur"]
                else None,
                part_modulee_max=Decimal(r["part_modulee_max_pct"]) / 100,
            )
            for r in read_rows("baremes_aide_poste")
        }
    )


def type_structure(code: str) -> TypeStructure:
    """Return a type of structure, or raise :class:`UnknownCode`."""
    try:
        return types_structure()[code]
    except KeyError:
        raise UnknownCode("type de structure", code) from None


def type_prescripteur(code: str) -> TypePrescripteur:
    """Return a type of prescripteur, or raise :class:`UnknownCode`."""
    try:
        return types_prescripteur()[code]
    except KeyError:
        raise UnknownCode("type de prescripteur", code) from None


def critere_eligibilite(code: str) -> CritereEligibilite:
    """Return a criterion, or raise :class:`UnknownCode`."""
    try:
        return criteres_eligibilite()[code]
    except KeyError:
        raise UnknownCode("critère", code) from None


def motif_sortie(code: str, jour: date) -> MotifSortie:
    """Return a reason of exit as classed on the day of the exit, or raise :class:`UnknownCode` where no row says it."""
    for motif in classements_sortie():
        if motif.code == code and motif.depuis <= jour <= (motif.jusqu_a or jour):
            return motif
    raise UnknownCode("motif de sortie", code)


def bareme_aide_poste(annee: int, type_structure: str) -> BaremeAidePoste | None:
    """Return the barème of a year and a type, or None where none is held: the caller refuses, it never guesses."""
    return baremes_aide_poste().get((annee, type_structure))
