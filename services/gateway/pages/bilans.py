"""A year of a structure: what its sheet, the dialogue de gestion and the file of the CDIAE show of it."""

from dataclasses import dataclass
from decimal import Decimal

from services.gateway.pages.formats import Absence, Unite, Valeur, ecart
from services.gateway.pages.tables import Colonne

Compte = tuple[str, str, Valeur]
"""Code, label, number."""


@dataclass(frozen=True, slots=True)
class SortiesBloc:
    """Exits of a year: those that count, by category, and those left out, by reason; ``total`` is all of them."""

    total: Valeur
    comptees: Valeur
    dynamiques: Valeur
    taux: Valeur
    categories: tuple[Compte, ...]
    exclues: Valeur
    exclusions: tuple[Compte, ...]


@dataclass(frozen=True, slots=True)
class FinanceurRow:
    """What a funder paid in the year, in euros."""

    code: str
    nom: str
    montant: Decimal


@dataclass(frozen=True, slots=True)
class AnneeRow:
    """A year of a structure; objectives are those of its annexes, ETP are yearly."""

    annee: int
    etp_conventionnes: Valeur
    etp_realises: Valeur
    ecart_etp: Valeur
    taux_realisation: Valeur
    mois_attendus: int
    mois_recus: int
    sorties_prevues: int | None
    taux_prevu: Valeur
    sorties: SortiesBloc
    financeurs: tuple[FinanceurRow, ...]

    @property
    def tenue(self) -> bool:
        """Whether anything is known of the year: an annexe, an hour, an exit or a payment."""
        nothing = (None, 0)
        known = (self.etp_conventionnes, self.etp_realises, self.sorties.total)
        return bool(self.financeurs) or any(value not in nothing for value in known)

    @property
    def declarations(self) -> str:
        """How many of the months that are over are declared."""
        return f"{self.mois_recus} sur {self.mois_attendus}" if self.mois_attendus else Absence.SANS_OBJET

    @property
    def ecart_ecrit(self) -> str:
        """The gap between ETP done and ETP due, with its sign."""
        return ecart(self.ecart_etp, 1)

    @property
    def finance(self) -> Decimal:
        """Euros paid by all funders."""
        return sum((row.montant for row in self.financeurs), Decimal(0))


OBJECTIFS: tuple[Colonne[AnneeRow], ...] = (
    Colonne("exercice", "Exercice", lambda a: str(a.annee)),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda a: a.etp_conventionnes, Unite.ETP),
    Colonne("etp_realises", "ETP réalisés", lambda a: a.etp_realises, Unite.ETP),
    Colonne("ecart_etp", "Écart", lambda a: a.ecart_etp, Unite.ETP, ecriture=lambda a: a.ecart_ecrit),
    Colonne("taux_realisation", "Taux de réalisation", lambda a: a.taux_realisation, Unite.TAUX),
    Colonne("declarations", "Mois déclarés", lambda a: a.declarations),
)

SORTIES: tuple[Colonne[AnneeRow], ...] = (
    Colonne("exercice", "Exercice", lambda a: str(a.annee)),
    Colonne("sorties", "Sorties", lambda a: a.sorties.total, Unite.NOMBRE),
    Colonne("exclues", "Exclues du taux", lambda a: a.sorties.exclues, Unite.NOMBRE),
    Colonne("comptees", "Comptées", lambda a: a.sorties.comptees, Unite.NOMBRE),
    Colonne("dynamiques", "Dynamiques", lambda a: a.sorties.dynamiques, Unite.NOMBRE),
    Colonne("taux", "Taux de sorties dynamiques", lambda a: a.sorties.taux, Unite.TAUX),
    Colonne("taux_prevu", "Objectif des annexes", lambda a: a.taux_prevu, Unite.TAUX),
)

CATEGORIES: tuple[Colonne[Compte], ...] = (
    Colonne("code", "Code", lambda c: c[0]),
    Colonne("libelle", "Sorties", lambda c: c[1]),
    Colonne("nombre", "Nombre", lambda c: c[2], Unite.NOMBRE),
)

VERSEMENTS: tuple[Colonne[FinanceurRow], ...] = (
    Colonne("financeur", "Financeur", lambda f: f.nom),
    Colonne("montant", "Versé dans l'année", lambda f: f.montant, Unite.EUROS),
)
