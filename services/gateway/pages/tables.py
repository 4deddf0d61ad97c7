"""The tables of the pages, defined once: the page and the file read the same columns, hence the same figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar

from services.gateway.pages.formats import Absence, Unite, Valeur, date_courte, mois, valeur
from services.gateway.pages.models import (
    CategorieSortie,
    DepartementRow,
    Etape,
    MonthlyEtp,
    Seance,
    StructureRow,
    StructureTotals,
    TypeRow,
)

R = TypeVar("R")
Cellule: TypeAlias = Valeur | str | date


@dataclass(frozen=True, slots=True)
class Colonne(Generic[R]):
    """One column of a table.

    Parameters
    ----------
    cle
        Name of the field in the API and in files; sort key where the table is sorted.
    libelle
        Heading.
    lire
        Reads the exact value in a row.
    unite
        Unit of a figure; ``None`` for a text or a day.
    barre
        Whether the page draws a bar beside the figure, a ratio compared to 1.
    fichier
        Reads what a file holds, when it is not what the page shows.
    ecriture
        Writes the figure on the page, when the format of its unit does not do: a difference has a sign.
    """

    cle: str
    libelle: str
    lire: Callable[[R], Cellule]
    unite: Unite | None = None
    barre: bool = False
    fichier: Callable[[R], Cellule] | None = None
    ecriture: Callable[[R], str] | None = None

    def ecrire(self, row: R) -> str:
        """Return the cell as the page shows it."""
        if self.ecriture:
            return self.ecriture(row)
        match self.lire(row):
            case date() as jour:
                return date_courte(jour)
            case None | Absence() | int() | Decimal() as figure:
                return valeur(figure, self.unite or Unite.NOMBRE)
            case texte:
                return texte

    def exporter(self, row: R) -> Cellule:
        """Return the cell as a file holds it."""
        return (self.fichier or self.lire)(row)


Tableaux: TypeAlias = Mapping[str, tuple[tuple[Colonne[Any], ...], Sequence[Any]]]
"""The tables of a page that have a file, by block: columns and lines."""


def filled(tables: Tableaux) -> Tableaux:
    """Return the tables that have a line: an empty one has no file."""
    return {bloc: (columns, rows) for bloc, (columns, rows) in tables.items() if rows}


ETP_MENSUELS: tuple[Colonne[MonthlyEtp], ...] = (
    Colonne("mois", "Mois", lambda m: mois(m.mois), fichier=lambda m: f"{m.mois:%Y-%m}"),
    Colonne("etp_realises", "ETP réalisés", lambda m: m.etp, Unite.ETP),
    Colonne("statut", "Statut", lambda m: "provisoire (p)" if m.provisoire else "définitif"),
)

DEPARTEMENTS: tuple[Colonne[DepartementRow], ...] = (
    Colonne("nom", "Département", lambda d: d.nom),
    Colonne("code", "Code", lambda d: d.code),
    Colonne("structures", "Structures", lambda d: d.structures, Unite.NOMBRE),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda d: d.etp_conventionnes, Unite.ETP),
    Colonne("etp_realises", "ETP réalisés", lambda d: d.etp_realises, Unite.ETP),
    Colonne("taux_realisation", "Taux de réalisation", lambda d: d.taux_realisation, Unite.TAUX, barre=True),
    Colonne("orientations", "Orientations", lambda d: d.orientations, Unite.NOMBRE),
)

TYPES: tuple[Colonne[TypeRow], ...] = (
    Colonne("libelle", "Type de structure", lambda t: t.libelle),
    Colonne("type", "Sigle", lambda t: t.type),
    Colonne("structures", "Structures", lambda t: t.structures, Unite.NOMBRE),
    Colonne("personnes", "Personnes employées", lambda t: t.personnes, Unite.NOMBRE),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda t: t.etp_conventionnes, Unite.ETP),
    Colonne("etp_realises", "ETP réalisés", lambda t: t.etp_realises, Unite.ETP),
    Colonne("taux_realisation", "Taux de réalisation", lambda t: t.taux, Unite.TAUX, barre=True),
)

ETAPES: tuple[Colonne[Etape], ...] = (
    Colonne("population", "Population", lambda e: e.population),
    Colonne("code", "Code", lambda e: e.code),
    Colonne("libelle", "Étape", lambda e: e.libelle),
    Colonne("nombre", "Nombre", lambda e: e.nombre, Unite.NOMBRE),
    Colonne("taux", "Taux de passage", lambda e: e.taux, Unite.TAUX),
    Colonne("rapporte_a", "Rapporté à", lambda e: e.rapporte_a),
    Colonne("note", "Note", lambda e: e.note),
)

SORTIES: tuple[Colonne[CategorieSortie], ...] = (
    Colonne("libelle", "Catégorie", lambda c: c.libelle),
    Colonne("nombre", "Sorties comptées", lambda c: c.nombre, Unite.NOMBRE),
    Colonne("part", "Part", lambda c: c.part, Unite.TAUX),
)

STRUCTURES: tuple[Colonne[StructureRow], ...] = (
    Colonne("nom", "Structure", lambda s: s.nom),
    Colonne("type", "Type", lambda s: s.type),
    Colonne("commune", "Commune", lambda s: s.commune),
    Colonne("departement", "Dép.", lambda s: s.departement),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda s: s.etp_conventionnes, Unite.ETP),
    Colonne("etp_realises", "ETP réalisés", lambda s: s.etp_realises, Unite.ETP),
    Colonne("taux_realisation", "Taux de réalisation", lambda s: s.taux, Unite.TAUX, barre=True),
    Colonne("financement_etat_eur", "Financement de l'État", lambda s: s.financement_etat_eur, Unite.EUROS),
    Colonne("sorties_comptees", "Sorties comptées", lambda s: s.sorties_comptees, Unite.NOMBRE),
    Colonne("taux_sorties_dynamiques", "Sorties dynamiques", lambda s: s.taux_sorties_dynamiques, Unite.TAUX),
)

SEANCES: tuple[Colonne[Seance], ...] = (
    Colonne("jour", "Séance", lambda s: s.jour),
    Colonne("dossiers", "Dossiers", lambda s: s.dossiers, Unite.NOMBRE),
    Colonne("etp_demandes", "ETP demandés", lambda s: s.etp_demandes, Unite.ETP),
    Colonne("etp_accordes", "ETP accordés", lambda s: s.etp_accordes, Unite.ETP),
)


def total_row(totals: StructureTotals, total: int) -> StructureRow:
    """Return the last line of the table of structures: exact totals, whatever the page of the table."""
    return StructureRow(
        nom=f"Total des {total} structures",
        type="",
        commune="",
        departement="",
        etp_conventionnes=totals.etp_conventionnes,
        etp_realises=totals.etp_realises,
        taux=totals.taux,
        financement_etat_eur=totals.financement_etat_eur,
        sorties_comptees=totals.sorties_comptees,
        taux_sorties_dynamiques=totals.taux_sorties_dynamiques,
    )
