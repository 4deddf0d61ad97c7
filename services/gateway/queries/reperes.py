"""The key figures of a territory: one definition each, read by the page, the file and the API."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from services.gateway.queries.region import RegionFigures

TYPES = ("ACI", "EI", "AI", "ETTI", "EITI", "AUTRE")


class Reperes:
    """The key figures of a region, or of one of its départements, but for counts of persons: ``Lecture`` hides those.

    Every property is one indicator of the catalogue; quantities are exact, nothing is rounded here.
    """

    def __init__(self, figures: RegionFigures, departement: str | None = None) -> None:
        self._figures = figures
        self._departement = departement
        self._structures = figures.of(departement)

    @property
    def structures(self) -> int:
        """OFF-01."""
        return len(self._structures)

    @property
    def structures_par_type(self) -> dict[str, int]:
        """OFF-04; types without a structure are left out."""
        counts = Counter(s.type_structure for s in self._structures)
        return {kind: counts[kind] for kind in TYPES if counts[kind]}

    @property
    def etp_realises(self) -> Fraction:
        """FIN-03: Σ hours / hours per ETP."""
        return sum((s.etp_realises for s in self._structures), Fraction(0))

    @property
    def etp_conventionnes(self) -> Fraction:
        """FIN-02: Σ ETP × months / 12."""
        return sum((s.etp_conventionnes for s in self._structures), Fraction(0))

    @property
    def permanents(self) -> int | None:
        """OFF-09; None when no structure gave it."""
        known = [s.permanents for s in self._structures if s.permanents is not None]
        return sum(known) if known else None

    @property
    def chiffre_affaires(self) -> Decimal | None:
        """OFF-11; None when no structure gave it."""
        known = [s.chiffre_affaires for s in self._structures if s.chiffre_affaires is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def financement_etat(self) -> Decimal:
        """VER-01: what the State paid in the year."""
        return sum((s.financement_etat for s in self._structures), Decimal(0))

    @property
    def postes_cddi_cofinances(self) -> int | None:
        """COF-01; None where no annexe says it."""
        known = [s.cddi for s in self._structures if s.cddi is not None]
        return sum(known) if known else None

    @property
    def heures_clauses(self) -> Decimal | None:
        """CLA-01; None where no contract is known."""
        known = [h for d, h in self._figures.clauses.items() if self._departement in (None, d)]
        return sum(known, Decimal(0)) if known else None


def rounded(value: Fraction | Decimal | int, decimals: int = 2) -> Decimal:
    """Return a quantity rounded once, half up."""
    scale = 10**decimals
    fraction = Fraction(value) * scale
    whole = (2 * fraction.numerator + fraction.denominator) // (2 * fraction.denominator)
    return Decimal(whole).scaleb(-decimals)
