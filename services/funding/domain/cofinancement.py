"""What a département pays for posts held by persons on RSA (F14, F15), and the gap with what an annexe says.

88 % of the flat RSA of a single person, a month and a post: the real annexes that follow this rule differ by
their rounding and by the date of the RSA they keep, so the amount written in the annexe is kept as it is, the
theory is computed beside it, and a gap is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.funding.domain.errors import AnnexeSansEffet, BaremeAbsent, CofinancementExcessif
from services.funding.domain.formules import Exact, arrondir
from shared.errors import BusinessError

PART_RSA = Decimal("0.88")
SOURCE_PART_RSA = "CT L. 5132-3-1 ; décret n° 2014-728 du 27 juin 2014"
ECART_RELATIF = Decimal("0.01")
ECART_EUROS = Decimal(50)
"""Above either, a gap between the theory and the annexe is told (choice of this project)."""


@dataclass(frozen=True, slots=True)
class Rsa:
    """Flat RSA of a single person from a day, euros a month; None where no source gives it."""

    a_compter_du: date
    montant: Decimal | None


def _rsa(jour: str, montant: str | None) -> Rsa:
    return Rsa(date.fromisoformat(jour), Decimal(montant) if montant else None)


RSA = (
    _rsa("2014-09-01", "509.30"),
    _rsa("2016-01-01", "535.00"),
    _rsa("2017-04-01", "536.78"),
    _rsa("2017-09-01", "545.48"),
    _rsa("2018-04-01", "550.93"),
    _rsa("2019-04-01", "559.74"),
    _rsa("2020-04-01", "564.78"),
    _rsa("2021-04-01", "565.34"),
    _rsa("2022-04-01", "575.52"),
    _rsa("2022-07-01", "598.54"),
    _rsa("2023-04-01", "607.75"),
    _rsa("2024-04-01", "635.71"),
    _rsa("2025-04-01", "646.52"),
    _rsa("2026-04-01", None),
)
"""Source: decrees revalorising the RSA; 2018 to 2020 found again on real annexes."""
SOURCE_RSA = "décrets de revalorisation du RSA, montant forfaitaire d'une personne seule"


def rsa_du_mois(mois: str) -> Decimal:
    """Return the flat RSA of a single person in a month (``AAAA-MM``), euros.

    Raises
    ------
    BaremeAbsent
        No source gives it.
    """
    first_day = date.fromisoformat(f"{mois}-01")
    montant = next((rsa.montant for rsa in reversed(RSA) if rsa.a_compter_du <= first_day), None)
    if montant is None:
        raise BaremeAbsent(
            f"Aucun montant du RSA n'est connu pour {mois}.",
            champ="mois",
            correction="Retirez ce mois, ou faites enregistrer le montant.",
        )
    return montant


def participation_du_mois(postes: Exact, mois: str) -> Fraction:
    """Return the département's part of a month for some posts held by persons on RSA, euros, not rounded.

    Raises
    ------
    BaremeAbsent
        The RSA of the month is not known.
    """
    return Fraction(postes) * Fraction(PART_RSA) * Fraction(rsa_du_mois(mois))


def participation(postes_par_mois: Sequence[tuple[Exact, str]]) -> Decimal:
    """F14: return the département's part over some months, rounded once, to the cent.

    Raises
    ------
    BaremeAbsent
        The RSA of a month is not known.
    """
    return arrondir(
        sum((participation_du_mois(postes, mois) for postes, mois in postes_par_mois), Fraction(0))
    )


def brsa_equivalents(cofinancement: Decimal, mois: Sequence[str]) -> Fraction:
    """F15: return the posts on RSA that a cofinancing over the months of an annexe stands for, summed over them.

    Raises
    ------
    BaremeAbsent
        The RSA of a month is not known.
    """
    share = Fraction(cofinancement) / len(mois)
    return sum((share / participation_du_mois(Decimal(1), one) for one in mois), Fraction(0))


def ecart_signale(inscrit: Decimal, theorique: Decimal) -> bool:
    """Tell whether what an annexe says is too far from the theory: over 1 % of it, or over 50 €."""
    gap = abs(inscrit - theorique)
    return gap > ECART_EUROS or gap > ECART_RELATIF * theorique


SANS_COFINANCEMENT = ("REJETE", "HISTORISE", "CLOTURE", "ANNULE")
"""States in which an annexe takes no more cofunder."""


def ensure_cofinancable(etat: str) -> None:
    """Return if an annexe in this state may take a cofunder.

    Raises
    ------
    AnnexeSansEffet
        It is over, or was never signed.
    """
    if etat in SANS_COFINANCEMENT:
        raise AnnexeSansEffet(
            "Cette annexe n'est plus en vigueur : elle ne reçoit plus de cofinanceur.", champ="annexe"
        )


def ensure_cofinance(montant: Decimal, cofinance: Decimal) -> None:
    """Return if all the cofunders together pay no more than the annexe.

    Raises
    ------
    CofinancementExcessif
        They would.
    """
    if cofinance > montant:
        raise excessif()


def excessif() -> BusinessError:
    """Return the refusal of more cofinancing than the annexe is worth."""
    return CofinancementExcessif(
        "Le cofinancement dépasse le montant de l'annexe.",
        champ="cofinancement",
        correction="Le montant de l'annexe comprend la part cofinancée : vérifiez les deux.",
    )
