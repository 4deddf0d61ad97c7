"""Regions and départements of France; communes and EPCI of the Hauts-de-France.

Vintage: the administrative division of 2026. A commune that has disappeared since is found by its former code
with :func:`resolve_commune`. Outside the region, only the département of a commune is known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from shared.reference.files import UnknownCode, read_rows

_INSEE = re.compile(r"(?P<outre_mer>97\d)\d{2}|(?P<metropole>\d{2}|2[AB])\d{3}")


@dataclass(frozen=True, slots=True)
class Region:
    """A region. ``zone`` is ``metro`` or ``drom``; ``population`` is the sum of the legal ones of its communes."""

    code: str
    nom: str
    chef_lieu: str
    zone: str
    population: int


@dataclass(frozen=True, slots=True)
class Departement:
    """A département. ``zone`` is ``metro`` or ``drom``; ``chef_lieu`` is an INSEE code."""

    code: str
    nom: str
    code_region: str
    nom_region: str
    chef_lieu: str
    zone: str
    nb_communes: int
    population: int


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of the Hauts-de-France.

    ``population_2016`` is None for the one commune whose figure is not held; ``codes_postaux`` has at least one.
    """

    code_insee: str
    nom: str
    code_departement: str
    arrondissement: str
    codes_postaux: tuple[str, ...]
    population: int
    population_2016: int | None
    code_epci: str
    nom_epci: str


@dataclass(frozen=True, slots=True)
class Epci:
    """An intercommunal body with communes in the region. ``code`` is its SIREN; ``type`` is CC, CA, CU or METRO.

    ``population_municipale`` counts all its communes, ``nb_communes_hdf`` only those of the region.
    """

    code: str
    nom: str
    type: str
    population_municipale: int
    nb_communes_hdf: int


@cache
def regions() -> Mapping[str, Region]:
    """Return the 18 regions by code."""
    return MappingProxyType(
        {
            r["code"]: Region(r["code"], r["nom"], r["chef_lieu"], r["zone"], int(r["population"]))
            for r in read_rows("regions")
        }
    )


@cache
def departements() -> Mapping[str, Departement]:
    """Return the 101 départements by code (``"02"``, ``"2A"``, ``"971"``)."""
    return MappingProxyType(
        {
            r["code"]: Departement(
                code=r["code"],
                nom=r["nom"],
                code_region=r["code_region"],
                nom_region=r["nom_region"],
                chef_lieu=r["chef_lieu"],
                zone=r["zone"],
                nb_communes=int(r["nb_communes"]),
                population=int(r["population"]),
            )
            for r in read_rows("departements")
        }
    )


@cache
def communes() -> Mapping[str, Commune]:
    """Return the 3,782 communes of the Hauts-de-France by INSEE code, in the order of the codes."""
    return MappingProxyType(
        {
            r["code_insee"]: Commune(
                code_insee=r["code_insee"],
                nom=r["nom"],
                code_departement=r["code_departement"],
                arrondissement=r["arrondissement"],
                codes_postaux=tuple(r["codes_postaux"].split()),
                population=int(r["population"]),
                population_2016=int(r["population_2016"]) if r["population_2016"] else None,
                code_epci=r["code_epci"],
                nom_epci=r["nom_epci"],
            )
            for r in read_rows("communes_hdf")
        }
    )


@cache
def epcis() -> Mapping[str, Epci]:
    """Return the 92 EPCI of the region by SIREN."""
    return MappingProxyType(
        {
            r["code"]: Epci(
                code=r["code"],
                nom=r["nom"],
                type=r["type"],
                population_municipale=int(r["population_municipale"]),
                nb_communes_hdf=int(r["nb_communes_hdf"]),
            )
            for r in read_rows("epci_hdf")
        }
    )


@cache
def former_communes() -> Mapping[str, str]:
    """Return former INSEE code -> current INSEE code, for communes merged, associated or renumbered."""
    return MappingProxyType({r["code_ancien"]: r["code_actuel"] for r in read_rows("communes_hdf_passage")})


def region(code: str) -> Region:
    """Return a region, or raise :class:`UnknownCode`."""
    try:
        return regions()[code]
    except KeyError:
        raise UnknownCode("région", code) from None


def departement(code: str) -> Departement:
    """Return a département, or raise :class:`UnknownCode`."""
    try:
        return departements()[code]
    except KeyError:
        raise UnknownCode("département", code) from None


def epci(code: str) -> Epci:
    """Return an EPCI of the region by its SIREN, or raise :class:`UnknownCode`."""
    try:
        return epcis()[code]
    except KeyError:
        raise UnknownCode("EPCI", code) from None


def commune(code_insee: str) -> Commune:
    """Return a commune of the region by its current INSEE code.

    Raises
    ------
    UnknownCode
        The code is a former one (see :func:`resolve_commune`), is outside the region, or does not exist.
    """
    try:
        return communes()[code_insee]
    except KeyError:
        raise UnknownCode("commune", code_insee) from None


def resolve_commune(code_insee: str) -> Commune:
    """Return the commune of the region that a current or former INSEE code designates today.

    Raises
    ------
    UnknownCode
        The code is neither a current nor a former one of the region.
    """
    return commune(former_communes().get(code_insee, code_insee))


def departement_of_commune(code_insee: str) -> str:
    """Return the code of the département of a commune, anywhere in France.

    The commune itself is not looked up: its code tells the département (two characters, ``2A`` and ``2B`` in
    Corsica, three overseas), so former codes and communes of other regions work too.

    Raises
    ------
    UnknownCode
        The code is malformed or tells no département (other overseas territories, foreign countries).
    """
    match = _INSEE.fullmatch(code_insee)
    code: str = (match["outre_mer"] or match["metropole"]) if match else ""
    if code not in departements():
        raise UnknownCode("commune", code_insee)
    return code


def region_of_departement(code: str) -> str:
    """Return the code of the region of a département, or raise :class:`UnknownCode`."""
    return departement(code).code_region


@cache
def departements_of_region(code: str) -> tuple[str, ...]:
    """Return the codes of the départements of a region, sorted, or raise :class:`UnknownCode`."""
    region(code)
    return tuple(sorted(d.code for d in departements().values() if d.code_region == code))
