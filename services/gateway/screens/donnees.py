"""The open data sets: the values of the pages, one observation a line, in every format."""

import asyncio
import base64
import binascii
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.answers import read_territory
from services.gateway.catalogue import INDICATEURS
from services.gateway.catalogue.lecture import Lecture
from services.gateway.counting import Counting
from services.gateway.pages.donnees import DonneesPage, Jeu, colonne
from services.gateway.pages.exports import Fichier
from services.gateway.pages.exports import exact as written
from services.gateway.pages.formats import Unite
from services.gateway.pages.site import Adresse
from services.gateway.pages.tables import STRUCTURES
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures
from services.gateway.queries.reperes import TYPES
from services.gateway.screens.assembly import exact, structure_rows
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.indicateurs import json_row
from services.gateway.screens.valeurs import value_at
from shared.errors import Introuvable
from shared.reference.territories import departements, regions

Row = Mapping[str, Any]
_TERRITOIRE = (colonne("territoire", "Territoire"), colonne("code", "Code"))
_TYPE = colonne("type", "Type de structure")
ENVOIS = {
    "envoyees": "Orientations",
    "acceptees": "Acceptées",
    "refusees": "Refusées",
    "sans_reponse": "Sans réponse",
    "embauches": "Suivies d'une embauche",
    "personnes_orientees": "Personnes orientées",
    "personnes_embauchees": "Personnes embauchées",
}
DEPARTS = {
    "sorties": "Sorties",
    "comptees": "Sorties comptées",
    "dynamiques": "Sorties dynamiques",
    "durables": "Emploi durable",
    "transitions": "Emploi de transition",
    "positives": "Sorties positives",
    "autres": "Autres sorties",
}


def _counts(names: Mapping[str, str]) -> tuple[Any, ...]:
    return tuple(colonne(name, label, Unite.NOMBRE) for name, label in names.items())


JEUX = (
    Jeu("structures", "Structures conventionnées", "Une ligne par structure : ETP, financement de l'État, sorties de l'année.",
        "Registre des structures, annexes financières, déclarations, versements", True,
        tuple(colonne(c.cle, c.libelle, c.unite) for c in STRUCTURES)),
    Jeu("etp-mensuels", "ETP par mois, département et type", "Une ligne par mois, département et type de structure.",
        "Déclarations mensuelles et annexes financières", False,
        (colonne("mois", "Mois"), colonne("code", "Département"), _TYPE,
         colonne("etp_realises", "ETP réalisés du mois", Unite.ETP), colonne("etp_conventionnes", "ETP conventionnés du mois", Unite.ETP))),
    Jeu("orientations", "Orientations et suites", "Une ligne par territoire et type ; la région et tous les types ont leur ligne.",
        "Orientations reçues", True, (*_TERRITOIRE, _TYPE, *_counts(ENVOIS))),
    Jeu("sorties", "Sorties par catégorie", "Une ligne par territoire et type ; la région et tous les types ont leur ligne.",
        "Sorties déclarées", True, (*_TERRITOIRE, _TYPE, *_counts(DEPARTS))),
    Jeu("indicateurs", "Tous les indicateurs", "Une ligne par indicateur, territoire et type : le catalogue entier.",
        "Toutes les sources", True,
        (colonne("indicateur", "Indicateur"), colonne("libelle", "Libellé"), *_TERRITOIRE, _TYPE,
         colonne("unite", "Unité"), colonne("valeur", "Valeur")), long=True),
)  # fmt: skip
PAR_CODE = {jeu.code: jeu for jeu in JEUX}


class Export(BaseModel):
    """Which file is asked for: all that its address of follow-up says."""

    model_config = ConfigDict(frozen=True)

    jeu: str
    region: str
    annee: int
    connu_le: date | None = None
    format: str = "csv"
    variante: str = "tableur"

    def token(self) -> str:
        """Return the address of follow-up: any instance of the gateway reads it, none keeps it."""
        return base64.urlsafe_b64encode(self.model_dump_json(exclude_none=True).encode()).decode().rstrip("=")

    @staticmethod
    def of(token: str) -> "Export":
        """Return the export of an address of follow-up.

        Raises
        ------
        Introuvable
            It is none.
        """
        try:
            return Export.model_validate_json(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        except (binascii.Error, ValidationError, ValueError):
            raise Introuvable("Cet export n'existe pas.") from None


class Jobs:
    """Long files being made in this process; the last ones are kept."""

    KEPT = 8

    def __init__(self) -> None:
        self._tasks: OrderedDict[tuple[Export, str], asyncio.Task[Fichier]] = OrderedDict()

    def get(self, export: Export, state: str, make: Callable[[], Any]) -> asyncio.Task[Fichier]:
        """Return the task that makes a file at a state of the views; start it if nobody has."""
        key = (export, state)
        task = self._tasks.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._tasks[key] = asyncio.create_task(make())
        while len(self._tasks) > self.KEPT:
            _, old = self._tasks.popitem(last=False)
            old.cancel()
        return task


async def open_data_page(request: Request, champ: Champ, years: Sequence[int]) -> DonneesPage:
    """Return the page of the open data of a year."""
    parameters = {"annee": str(champ.annee)}
    if champ.connu_le:
        parameters["connu_le"] = champ.connu_le.isoformat()
    return DonneesPage(
        champ.annee,
        regions()[champ.region].nom,
        Adresse("/donnees", parameters),
        sources_freshness(request, champ.arret, None),
        tuple(sorted({*years, champ.annee}, reverse=True)),
        JEUX,
        champ.connu_le,
    )


async def make_file(request: Request, jeu: Jeu, champ: Champ) -> Fichier:
    """Return a set as a file holds it."""
    rows = await _rows(request, jeu, champ)
    return Fichier(
        f"donnees-{jeu.code}",
        f"{jeu.titre}. {jeu.description}",
        jeu.colonnes,
        rows,
        regions()[champ.region].nom,
        f"region-{champ.region}",
        champ.annee,
        None,
        champ.arret,
        champ.connu_le,
    )


async def _rows(request: Request, jeu: Jeu, champ: Champ) -> list[Row]:
    if jeu.code in ("structures", "etp-mensuels"):
        figures = (await read_territory(request, champ)).figures
        return _structures(figures) if jeu.code == "structures" else _months(figures)
    counting: Counting = request.app.state.counting
    if jeu.code == "indicateurs":
        sources = {source for indicateur in INDICATEURS for source in indicateur.mesure.sources}
        return await asyncio.to_thread(_all, champ, (await counting.read(champ, sources)).compteurs)
    names = ENVOIS if jeu.code == "orientations" else DEPARTS
    compteurs = (await counting.read(champ, ("candidatures", "orientes", "sorties"))).compteurs
    return [
        {**place, "type": kind or "tous"}
        | {name: Lecture(compteurs, (code, kind)).montre(_source(name), name) for name in names}
        for code, place in _places(champ).items()
        for kind in (None, *TYPES)
    ]


def _source(name: str) -> str:
    if name in DEPARTS:
        return "sorties"
    return "orientes" if name.startswith("personnes_") else "candidatures"


def _structures(figures: RegionFigures) -> list[Row]:
    rows = structure_rows(figures, None, "nom")
    return [{c.cle: c.lire(row) for c in STRUCTURES} for row in rows]


def _months(figures: RegionFigures) -> list[Row]:
    keys = sorted({*figures.months, *figures.targets}, key=lambda key: (key[2], key[0], key[1]))
    return [
        {
            "mois": f"{figures.champ.annee}-{month:02d}",
            "code": code,
            "type": kind,
            "etp_realises": exact(figures.months.get((code, kind, month), Fraction(0))),
            "etp_conventionnes": exact(figures.targets.get((code, kind, month), 0)),
        }
        for code, kind, month in keys
    ]


def _all(champ: Champ, compteurs: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for indicateur in INDICATEURS:
        for code, place in _places(champ).items():
            for kind in (None, *TYPES):
                value = written(value_at(indicateur, compteurs, (code, kind)), indicateur.format)
                rows.append(
                    {
                        "indicateur": indicateur.code,
                        "libelle": indicateur.libelle,
                        **place,
                        "type": kind or "tous",
                        "unite": indicateur.unite,
                        "valeur": None if value is None else str(value),
                    }
                )
    return rows


def _places(champ: Champ) -> dict[str | None, Row]:
    whole = {"territoire": regions()[champ.region].nom, "code": champ.region}
    return {None: whole} | {
        code: {"territoire": departements()[code].nom, "code": code} for code in champ.departements
    }


def json_rows(fichier: Fichier) -> list[dict[str, Any]]:
    """Return the lines of a file as JSON objects, with the names of the API."""
    return [json_row(fichier.colonnes, row) for row in fichier.lignes]


def ndjson_file(fichier: Fichier) -> bytes:
    """Return the table as one JSON object a line."""
    return b"".join(orjson.dumps(row) + b"\n" for row in json_rows(fichier))


def json_body(jeu: Jeu, fichier: Fichier) -> dict[str, Any]:
    """Return the table as one JSON document, which says what it is."""
    return {
        "jeu": jeu.code,
        "titre": jeu.titre,
        "source": jeu.source,
        "licence": "Licence Ouverte 2.0",
        "territoire": fichier.code,
        "annee": fichier.annee,
        "arrete_le": fichier.arrete_le.isoformat(),
        "connu_le": fichier.connu_le.isoformat() if fichier.connu_le else None,
        "dictionnaire": [{"cle": c.cle, "libelle": c.libelle, "nature": c.nature} for c in jeu.dictionnaire],
        "lignes": json_rows(fichier),
    }
