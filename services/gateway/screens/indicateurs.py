"""The catalogue on screen, in files and in the API: the same values, laid out three times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import Request

from services.gateway.catalogue import INDICATEURS, MANQUANTS, Indicateur
from services.gateway.catalogue.structures import raison_sans_structure
from services.gateway.pages.exports import Fichier, exact
from services.gateway.pages.formats import Absence, Unite, Valeur, date_longue, mois_nomme, valeur
from services.gateway.pages.indicateurs import (
    Absente,
    CataloguePage,
    Famille,
    Fiche,
    IndicateurPage,
    ValeurRow,
    colonnes,
    ecrit,
    tries,
)
from services.gateway.pages.models import Comparaison, Filtre, Nature, Option, Tendance, situe
from services.gateway.pages.secrecy import PAS
from services.gateway.pages.site import Adresse, Lien
from services.gateway.pages.tables import Cellule, Colonne
from services.gateway.queries.champ import Champ
from services.gateway.queries.reperes import TYPES
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.valeurs import Ligne, UneStructure, Valeurs, read_values
from shared.errors import Introuvable
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements, regions

FAMILLES = {
    "OFF": "Offre",
    "FIN": "ETP et financement",
    "VER": "ETP et financement",
    "COF": "ETP et financement",
    "ORI": "Orientations",
    "PAR": "Parcours",
    "PUB": "Publics",
    "ACC": "Accompagnement",
    "SOR": "Sorties",
    "CLA": "Commande publique",
    "QUA": "Qualité des données",
}


@dataclass(frozen=True, slots=True)
class Demande:
    """A territory and a period, as an address says them."""

    region: str
    departement: str | None
    champ: Champ
    structure: UneStructure | None = None

    @property
    def nature(self) -> Nature:
        """Kind of the territory."""
        return Nature.DEPARTEMENT if self.departement else Nature.REGION

    @property
    def code(self) -> str:
        """Code of the territory."""
        return self.departement or self.region

    @property
    def nom(self) -> str:
        """Name of the structure or of the territory."""
        if self.structure:
            return self.structure.nom
        return departements()[self.departement].nom if self.departement else regions()[self.region].nom

    @property
    def territoire(self) -> str:
        """The territory as addresses write it."""
        return f"{self.nature}-{self.code}"


def parse_territory(text: str, own_region: str) -> tuple[str, str | None]:
    """Return the région and the département of ``region-32``, ``departement-59`` or of a bare code.

    A bare code is the région of the platform, else a département, else a région.

    Raises
    ------
    Introuvable
        No such territory.
    """
    kind, _, code = text.rpartition("-")
    if (kind == "region" or (code == own_region and not kind)) and code in regions():
        return code, None
    if kind in ("departement", "") and code in departements():
        return departements()[code].code_region, code
    if not kind and code in regions():
        return code, None
    raise Introuvable("Ce territoire n'existe pas.")


def fiche(indicateur: Indicateur) -> Fiche:
    """Return the definition of an indicator as pages show it."""
    return Fiche(
        indicateur.code,
        indicateur.libelle,
        indicateur.formule,
        indicateur.unite,
        indicateur.source,
        indicateur.secret,
        indicateur.limites,
        indicateur.version,
    )


def catalogue_page() -> CataloguePage:
    """Return the catalogue, by family."""
    families: dict[str, list[Fiche]] = {}
    for indicateur in INDICATEURS:
        families.setdefault(FAMILLES[indicateur.code[:3]], []).append(fiche(indicateur))
    return CataloguePage(
        tuple(Famille(title, tuple(fiches)) for title, fiches in families.items()),
        tuple(Absente(m.code, m.libelle, m.raison) for m in MANQUANTS),
        (Lien("JSON", "/api/vues/v1/indicateurs"),),
    )


def catalogue_body() -> dict[str, Any]:
    """Return the catalogue as the API writes it."""
    return {
        "indicateurs": [definition_body(indicateur) for indicateur in INDICATEURS],
        "manquants": [{"code": m.code, "libelle": m.libelle, "raison": m.raison} for m in MANQUANTS],
    }


def definition_body(indicateur: Indicateur) -> dict[str, Any]:
    """Return one definition as the API writes it."""
    return {
        "code": indicateur.code,
        "libelle": indicateur.libelle,
        "formule": indicateur.formule,
        "unite": indicateur.unite,
        "source": indicateur.source,
        "secret": indicateur.secret,
        "limites": list(indicateur.limites),
        "version": indicateur.version,
        "par_structure": raison_sans_structure(indicateur) is None,
    }


async def values_body(
    request: Request, indicateur: Indicateur, asked: Demande
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the values of an indicator as the API writes them, and the positions they were read at."""
    found = await _read(request, indicateur, asked)
    champ, unite, structure, alike = asked.champ, indicateur.format, asked.structure, found.semblables

    def line(row: Ligne) -> dict[str, Any]:
        return {
            "valeur": json_value(row.valeur, unite),
            "a_date_egale": json_value(row.comparee, unite),
            "avant": json_value(row.avant, unite),
            "ecart": json_value(row.ecart, unite),
        }

    body = definition_body(indicateur) | {
        "territoire": asked.territoire,
        "annee": champ.annee,
        "type": champ.type,
        "structure": structure
        and {"id": str(structure.structure_id), "nom": structure.nom, "siret": structure.siret},
        "connu_le": champ.connu_le.isoformat() if champ.connu_le else None,
        "effectifs_arrondis_a": PAS if champ.connu_le else None,
        "periode": {"debut": champ.debut.isoformat(), "fin": champ.fin.isoformat()},
        "arrete_le": champ.arret.isoformat(),
        "mois_compares": list(found.mois),
        **line(found.ligne),
        "semblables": alike
        and {
            "critere": alike.critere,
            "nombre": alike.nombre,
            **{name: json_value(getattr(alike, name), unite) for name in ("q1", "mediane", "q3")},
        },
        "departements": [
            {"code": row.code, "nom": departements()[row.code].nom, **line(row)} for row in found.departements
        ],
    }
    return body, found.positions


def json_value(value: Valeur, unite: Unite) -> int | str | None:
    """Return a value as the API writes it: whole numbers, decimals as strings, the word of an absence."""
    match value:
        case None:
            return None
        case Absence():
            return str(value)
        case _:
            written = exact(value, unite)
            return int(value) if unite is Unite.NOMBRE else f"{written:f}"


async def indicator_page(
    request: Request, indicateur: Indicateur, asked: Demande, years: list[int]
) -> tuple[IndicateurPage, dict[str, int]]:
    """Return the page of an indicator and the positions it was read at."""
    found = await _read(request, indicateur, asked)
    champ, here = asked.champ, found.ligne
    rows = _rows(found, asked)
    parameters = parameters_of(asked)
    address = Adresse(f"/indicateurs/{indicateur.code}", parameters)
    whole = rows[0]
    page = IndicateurPage(
        fiche=fiche(indicateur),
        titre=f"{indicateur.libelle} {_placed(asked)} en {champ.annee}",
        adresse=address,
        api=Adresse(f"/api/vues/v1/indicateurs/{indicateur.code}", parameters).avec(),
        fraicheur=sources_freshness(request, champ.arret, None),
        filtres=filters_of(asked, years),
        annee=champ.annee,
        nom=asked.nom,
        unite=indicateur.format,
        valeur=here.valeur,
        comparaison=_comparison(found),
        periode=_period(found),
        provisoire=not found.complete,
        connu_le=champ.connu_le,
        lignes=tries(rows[1:]),
        entier=whole,
        entier_nom=regions()[asked.region].nom,
        semblables=_alike(found),
    )
    return page, found.positions


async def indicator_file(request: Request, indicateur: Indicateur, asked: Demande) -> Fichier:
    """Return the values of an indicator as a file holds them: the région, then its départements."""
    found = await _read(request, indicateur, asked)
    champ, structure = asked.champ, asked.structure
    return Fichier(
        indicateur.code,
        f"{indicateur.libelle} ({indicateur.code}). {indicateur.formule}",
        colonnes(indicateur.format, champ.annee),
        _rows(found, asked),
        structure.nom if structure else regions()[asked.region].nom,
        structure.siret if structure else f"region-{asked.region}",
        champ.annee,
        champ.type,
        champ.arret,
        champ.connu_le,
    )


async def _read(request: Request, indicateur: Indicateur, asked: Demande) -> Valeurs:
    return await read_values(request, indicateur, asked.champ, asked.departement, asked.structure)


def _placed(asked: Demande) -> str:
    return f": {asked.nom}" if asked.structure else situe(asked.nature, asked.code, asked.nom)


def _rows(found: Valeurs, asked: Demande) -> list[ValeurRow]:
    region = found.champ.region
    whole = found.region
    return [
        _row(whole, regions()[region].nom, "région"),
        *(_row(line, departements()[line.code].nom, "département") for line in found.departements),
        *([_row(found.ligne, asked.nom, "structure")] if asked.structure else []),
    ]


def _row(line: Ligne, nom: str, maille: str) -> ValeurRow:
    return ValeurRow(nom, line.code, maille, line.valeur, line.comparee, line.avant, line.ecart)


def _comparison(found: Valeurs) -> Comparaison:
    unite, here, year = found.indicateur.format, found.ligne, found.champ.annee - 1
    gap = here.ecart
    months = "" if found.complete else f" ({_months(found.mois)})"
    if gap is None or isinstance(gap, Absence):
        return Comparaison(f"Comparaison avec {year}{months} : {valeur(gap, unite)}")
    trend = Tendance.STABLE if gap == 0 else Tendance.HAUSSE if gap > 0 else Tendance.BAISSE
    return Comparaison(
        f"{ecrit(Decimal(gap), unite)} par rapport à {year}{months}, où la valeur était {valeur(here.avant, unite)}",
        trend,
    )


def _alike(found: Valeurs) -> str:
    alike, unite = found.semblables, found.indicateur.format
    if alike is None:
        return ""
    first, middle, third = (valeur(each, unite) for each in (alike.q1, alike.mediane, alike.q3))
    return (
        f"Parmi {alike.nombre} structures semblables ({alike.critere}) : médiane {middle}, premier quartile {first}, "
        f"troisième quartile {third}."
    )


def _period(found: Valeurs) -> str:
    champ = found.champ
    text = f"Du {date_longue(champ.debut)} au {date_longue(min(champ.fin, champ.arret))}"
    return text if found.complete else f"{text}, provisoire ; comparaison sur {_months(found.mois)}"


def _months(mois: tuple[int, int]) -> str:
    first, last = mois
    return mois_nomme(first) if first == last else f"{mois_nomme(first)} à {mois_nomme(last)}"


def parameters_of(asked: Demande) -> Mapping[str, str]:
    """Return what an address says of a territory and a period."""
    champ = asked.champ
    given: dict[str, str | None] = {
        "territoire": asked.territoire,
        "annee": str(champ.annee),
        "type": champ.type,
        "structure": str(asked.structure.structure_id) if asked.structure else None,
        "mois": str(champ.mois[0]) if champ.mois != (1, 12) else None,
        "connu_le": champ.connu_le.isoformat() if champ.connu_le else None,
    }
    return {name: value for name, value in given.items() if value}


def filters_of(asked: Demande, years: list[int]) -> tuple[Filtre, ...]:
    """Return the lists of the form of filters."""
    region = asked.region
    places = {f"region-{region}": regions()[region].nom} | {
        f"departement-{code}": departements()[code].nom for code in asked.champ.departements
    }
    kinds = {"": "tous les types", **{kind: types_structure()[kind].libelle for kind in TYPES}}
    held = sorted({*years, asked.champ.annee}, reverse=True)
    return (
        _filter("territoire", "Territoire", places, asked.territoire),
        _filter("annee", "Année", {str(y): str(y) for y in held}, str(asked.champ.annee)),
        _filter("type", "Type de structure", kinds, asked.champ.type or ""),
    )


def _filter(name: str, label: str, options: Mapping[str, str], chosen: str) -> Filtre:
    return Filtre(
        name, label, tuple(Option(value, text, choisie=value == chosen) for value, text in options.items())
    )


def json_row(colonnes: Sequence[Colonne[Any]], row: Any) -> dict[str, Any]:
    """Return a line of a table as the API writes it, by field."""
    return {colonne.cle: json_cell(colonne.lire(row), colonne.unite) for colonne in colonnes}


def json_cell(cell: Cellule, unite: Unite | None) -> int | str | None:
    """Return a cell as the API writes it: a text or a day as such, a figure in its unit."""
    match cell:
        case date():
            return cell.isoformat()
        case None | Absence() | int() | Decimal():
            return json_value(cell, unite or Unite.NOMBRE)
        case _:
            return cell
