"""The rows of the data set, and the columns that their CSV files show.

A row holds natural units (dates, cents, hundredths of ETP) and references to other rows; what is only needed to draw
(size, quality) is not a column. A column is the path of an attribute, and its header the last name of the path.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

Row = dict[str, str]
"""A line of a CSV file by the names of its header, every value as text."""


def euros(centimes: int) -> str:
    """Return an amount in euros, with two decimals and a point."""
    return f"{centimes // 100}.{centimes % 100:02d}"


@dataclass(slots=True, eq=False)
class Structure:
    """A SIAE. ``taille`` and ``qualite`` only weigh draws; accounts are known once hours are."""

    id_structure: str
    siren: str
    siret: str
    raison_sociale: str
    type: str
    forme_juridique: str
    reseau: str
    activite: str
    division_naf: str
    code_rome: str
    adresse: str
    code_postal: str
    code_insee: str
    commune: str
    code_departement: str
    code_epci: str
    date_conventionnement: date
    taille: float
    qualite: float
    permanents: int = 0
    chiffre_affaires_eur: int = 0


@dataclass(slots=True, eq=False)
class Annexe:
    """The annexe financière of a structure for 2017: hundredths of ETP, amounts in cents.

    ``postes_cddi_cd`` is None where the source does not say (outside the Pas-de-Calais).
    """

    structure: Structure
    numero_convention: str
    mesure: str
    date_debut: date
    date_fin: date
    etat: str
    etp_centiemes: int
    heures_par_etp: int
    montant_unitaire_socle_eur: int
    socle: int
    module: int
    fdi: int
    postes_cddi_cd: int | None

    @property
    def numero_annexe(self) -> str:
        """Number of the initial act: no avenant, no modification."""
        return f"{self.numero_convention}A0M0"

    @property
    def etp_conventionnes(self) -> str:
        """ETP with two decimals."""
        return f"{self.etp_centiemes / 100:.2f}"

    @property
    def montant_socle_eur(self) -> str:
        """Socle in euros."""
        return euros(self.socle)

    @property
    def montant_module_eur(self) -> str:
        """Part modulée in euros."""
        return euros(self.module)

    @property
    def montant_fdi_eur(self) -> str:
        """FDI in euros."""
        return euros(self.fdi)


@dataclass(slots=True, eq=False)
class Versement:
    """A payment of a month, by the State or by the département."""

    id_versement: str
    annexe: Annexe
    mois: str
    financeur: str
    nature: str
    montant_eur: str


@dataclass(slots=True, eq=False)
class Personne:
    """A fictitious person: an employee with an agrément, or a candidate without one."""

    id_personne: str
    nom: str
    prenom: str
    sexe: str
    date_naissance: date
    motif_absence_nir: str
    code_insee: str
    code_departement: str
    niveau_formation: str
    criteres: str
    numero_agrement: str | None = None
    date_agrement_debut: date | None = None
    date_agrement_fin: date | None = None


@dataclass(slots=True, eq=False)
class Contrat:
    """A contract; ``date_sortie`` is None while it runs. ``heures`` counts those of 2017 once drawn."""

    id_contrat: str
    personne: Personne
    structure: Structure
    type_contrat: str
    date_debut: date
    date_fin_prevue: date
    date_sortie: date | None
    motif_sortie: str
    heures_hebdo: int
    code_rome: str
    sortie_comptabilisee: int | None = None
    heures: int = 0

    @property
    def connu_le(self) -> date:
        """A contract is known three days after it begins."""
        return self.date_debut + timedelta(3)

    @property
    def sortie_connue_le(self) -> date | None:
        """An exit is known five days after it happens."""
        return self.date_sortie and self.date_sortie + timedelta(5)

    @property
    def dernier_jour(self) -> date:
        """Last day: that of the exit, else the planned one."""
        return self.date_sortie or self.date_fin_prevue


@dataclass(slots=True, eq=False)
class Orientation:
    """A person sent to a structure by a prescripteur, and what came of it."""

    id_orientation: str
    date_orientation: date
    structure: Structure
    prescripteur: str
    prescripteur_libelle: str
    prescripteur_id: str
    personne: Personne
    tranche_age: str
    suite: str
    date_suite: date | None
    motif_refus: str
    id_contrat: str

    @property
    def connu_le(self) -> date:
        """An orientation is known the same day."""
        return self.date_orientation


@dataclass(slots=True, eq=False)
class Marche:
    """A public contract with a social clause; ``id_structure`` is empty for a company outside the IAE."""

    id_marche: str
    code_departement: str
    acheteur: str
    objet: str
    date_notification: date
    modalite: str
    id_structure: str
    heures_prevues: int
    heures_realisees: int


@dataclass(slots=True, eq=False)
class Dossier:
    """A file examined by a CDIAE."""

    id_dossier: str
    structure: Structure
    date_seance: date
    objet: str
    etp_demandes: str
    etp_accordes: str
    avis: str


_IDENTITE = (
    "nom prenom sexe date_naissance motif_absence_nir code_insee code_departement niveau_formation criteres"
)
COLUMNS = {
    name: paths.split()
    for name, paths in {
        "structures": "id_structure siren siret raison_sociale type forme_juridique reseau activite division_naf "
        "code_rome adresse code_postal code_insee commune code_departement code_epci date_conventionnement "
        "permanents chiffre_affaires_eur",
        "conventions": "numero_annexe numero_convention structure.id_structure mesure date_debut date_fin etat "
        "etp_conventionnes heures_par_etp montant_unitaire_socle_eur montant_socle_eur montant_module_eur "
        "montant_fdi_eur postes_cddi_cd",
        "financements": "id_versement annexe.structure.id_structure annexe.numero_annexe mois financeur nature "
        "montant_eur",
        "personnes": f"id_personne numero_agrement date_agrement_debut date_agrement_fin {_IDENTITE}",
        "candidats": f"id_personne {_IDENTITE}",
        "contrats": "id_contrat personne.id_personne structure.id_structure type_contrat date_debut date_fin_prevue "
        "date_sortie motif_sortie heures_hebdo code_rome sortie_comptabilisee connu_le sortie_connue_le",
        "heures": "id_contrat mois heures connu_le",
        "orientations": "id_orientation date_orientation structure.id_structure structure.code_departement "
        "prescripteur prescripteur_libelle prescripteur_id personne.id_personne personne.sexe tranche_age suite "
        "date_suite motif_refus id_contrat connu_le",
        "clauses": "id_marche code_departement acheteur objet date_notification modalite id_structure heures_prevues "
        "heures_realisees",
        "cdiae_dossiers": "id_dossier structure.code_departement date_seance structure.id_structure objet "
        "etp_demandes etp_accordes avis",
    }.items()
}


def write_table(directory: Path, name: str, rows: Iterable[object]) -> None:
    """Write ``<name>.csv`` in UTF-8 with commas and LF: one line per row, None as the empty text."""
    write_values(directory, name, map(attrgetter(*COLUMNS[name]), rows))


def write_values(directory: Path, name: str, values: Iterable[Sequence[Any]]) -> None:
    """Write ``<name>.csv`` from values already in the order of the columns."""
    with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(path.rpartition(".")[2] for path in COLUMNS[name])
        writer.writerows(values)


def read_values(directory: Path, name: str) -> Iterator[list[str]]:
    """Yield the lines of ``<name>.csv`` after its header, every value as text."""
    with (directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        yield from lines


def read_table(directory: Path, name: str) -> Iterator[Row]:
    """Yield the rows of ``<name>.csv``."""
    header = [path.rpartition(".")[2] for path in COLUMNS[name]]
    for line in read_values(directory, name):
        yield dict(zip(header, line, strict=True))


def count_rows(directory: Path, name: str) -> int:
    """Return the number of rows of ``<name>.csv``; no value of the data set holds a line feed."""
    return (directory / f"{name}.csv").read_bytes().count(b"\n") - 1
