"""The file of a structure for its CDIAE, on one printed page, and its dialogue de gestion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.gateway.pages.bilans import OBJECTIFS, SORTIES, AnneeRow
from services.gateway.pages.comparaisons import COMPARAISONS, ComparaisonRow
from services.gateway.pages.models import KeyFigure
from services.gateway.pages.registre import CONVENTIONS, Champ, ConventionRow
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.pages.tables import Colonne, Tableaux, filled


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a CDIAE said of a structure on a day, and what followed as far as the views tell."""

    jour: date
    objet: str
    demande: str
    accorde: str
    avis: str
    motifs: str
    suite: str


@dataclass(frozen=True, slots=True)
class DossierImprime:
    """The file of a structure for a séance, on one page; ``points`` are what the members have to settle.

    ``inconnues`` are the years of which nothing is known.
    """

    structure: Lien
    type: str
    objet: str
    demande: str
    identite: tuple[Champ, ...]
    conventions: tuple[ConventionRow, ...]
    annees: tuple[AnneeRow, ...]
    inconnues: tuple[int, ...]
    decisions: tuple[DecisionRow, ...]
    points: tuple[str, ...]
    avis: str | None
    accorde: str
    motifs: str

    @property
    def financeurs(self) -> Sequence[tuple[str, tuple[Decimal | None, ...]]]:
        """One row a funder: its name and what it paid each year."""
        names = {row.code: row.nom for annee in self.annees for row in annee.financeurs}
        paid = [{row.code: row.montant for row in annee.financeurs} for annee in self.annees]
        return [(nom, tuple(year.get(code) for year in paid)) for code, nom in names.items()]


@dataclass(frozen=True, slots=True)
class ImpressionPage:
    """The printed file of a séance: a cover, then one structure a page."""

    titre: str
    adresse: Adresse
    fraicheur: Freshness
    etat: str
    quorum: str
    questions: tuple[str, ...]
    dossiers: tuple[DossierImprime, ...]
    couverture: bool


@dataclass(frozen=True, slots=True)
class DialoguePage:
    """The dialogue de gestion of a structure: objectives, results, gaps, decisions, year after year.

    ``chiffres`` are those of ``annee``, the last one that is over, or the present one.
    """

    titre: str
    adresse: Adresse
    fraicheur: Freshness
    fiche: Lien
    annee: int | None
    chiffres: tuple[KeyFigure, ...]
    conventions: tuple[ConventionRow, ...]
    annees: tuple[AnneeRow, ...]
    semblables: tuple[ComparaisonRow, ...]
    points: tuple[str, ...]
    decisions: tuple[DecisionRow, ...]

    @property
    def fichiers(self) -> Tableaux:
        """Tables that have a file."""
        return filled(
            {
                "objectifs": (OBJECTIFS, self.annees),
                "sorties": (SORTIES, self.annees),
                "semblables": (COMPARAISONS, self.semblables),
                "decisions": (DECISIONS, self.decisions),
                "conventions": (CONVENTIONS, self.conventions),
            }
        )


DECISIONS: tuple[Colonne[DecisionRow], ...] = (
    Colonne("jour", "Séance", lambda d: d.jour),
    Colonne("objet", "Objet", lambda d: d.objet),
    Colonne("demande", "Demandé", lambda d: d.demande),
    Colonne("accorde", "Accordé", lambda d: d.accorde),
    Colonne("avis", "Avis et motifs", lambda d: f"{d.avis}. {d.motifs}" if d.motifs else d.avis),
    Colonne("suite", "Ce qui a suivi", lambda d: d.suite),
)
