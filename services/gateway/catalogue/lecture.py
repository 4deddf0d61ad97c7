"""What an indicator is computed from: the counts of a région and a period, small counts of persons hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from services.gateway.catalogue.secret import hide_cells
from services.gateway.pages.formats import Absence
from services.gateway.pages.secrecy import Compte, as_known
from services.gateway.queries.counts import Cellule, Comptes, Nombre
from services.gateway.queries.region import RegionFigures

INCONNUS = frozenset(
    {
        "permanents", "chiffre_affaires", "cofinance", "postes_cddi", "etp_cofinances", "module", "prevues", "theorique",
        "inscrit",
    }
)  # fmt: skip
"""Sums that are unknown, not zero, where nobody gave any."""


@dataclass(frozen=True)
class Compteur:
    """The counts of one source, and the same as they may be published; ``passe`` when they are of a day of the past."""

    source: str
    comptes: Comptes
    passe: bool = False

    @cached_property
    def montres(self) -> Mapping[tuple[str, Cellule], Compte]:
        """Counts of persons by name and cell, small ones hidden."""
        shown = hide_cells(self.source, self.comptes)
        return {key: as_known(count) for key, count in shown.items()} if self.passe else shown


@dataclass(frozen=True)
class Lecture:
    """The sources that an indicator reads, for one cell: a territory and a type of structure."""

    compteurs: Mapping[str, Compteur]
    cellule: Cellule

    @property
    def lieu(self) -> str | None:
        """Département; None for the région."""
        return self.cellule[0]

    @property
    def type(self) -> str | None:
        """Type of structure; None for all."""
        return self.cellule[1]

    def brut(self, source: str, nom: str) -> Nombre:
        """Return a figure that is not a count of persons; zero where nothing was counted."""
        empty = None if nom in INCONNUS else 0
        return self.compteurs[source].comptes.get(self.cellule, {}).get(nom, empty)

    def effectif(self, source: str, nom: str) -> int:
        """Return a count of persons to compute with; whoever does hides what comes of it where the count is."""
        count = int(self.brut(source, nom) or 0)
        return int(as_known(count) or 0) if self.compteurs[source].passe else count

    def montre(self, source: str, nom: str) -> Compte:
        """Return a count of persons as it may be published."""
        compteur = self.compteurs[source]
        if self.cellule not in compteur.comptes:
            return 0
        return compteur.montres[(nom, self.cellule)]

    def secret(self, source: str, *noms: str) -> bool:
        """Tell whether one of these counts of persons is hidden."""
        return any(self.montre(source, nom) is Absence.SECRET for nom in noms)


def lecture_of(figures: RegionFigures, departement: str | None, kind: str | None = None) -> Lecture:
    """Return what a territory page shows of persons: the counts read with its figures, hidden once for all pages.

    ``kind`` is a type of structure; by default that of the filter.
    """
    for source, comptes in figures.comptes.items():
        if source not in figures.memo:
            figures.memo[source] = Compteur(source, comptes, figures.champ.connu_le is not None)
    return Lecture(figures.memo, (departement, kind or figures.champ.type))
