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
from typing import Any

from services.funding.domain import saisi
from services.funding.domain.bareme import deja_enregistre
from services.funding.domain.errors import AnnexeSansEffet, BaremeAbsent, CofinancementExcessif
from services.funding.domain.formules import Exact, arrondir
from shared.errors import BusinessError

PART_RSA = Decimal("0.88")
"""CT L. 5132-3-1 ; décret n° 2014-728 du 27 juin 2014."""
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


def rsa_du_mois(mois: str, saisis: saisi.Saisis = ()) -> Decimal:
    """Return the flat RSA of a single person in a month (``AAAA-MM``), euros.

    Raises
    ------
    BaremeAbsent
        No source gives it.
    """
    first_day = date.fromisoformat(f"{mois}-01")
    known = next((rsa for rsa in reversed(RSA) if rsa.a_compter_du <= first_day), None)
    entered = saisi.en_vigueur(saisis, saisi.RSA, "", "", first_day)
    if entered and (known is None or entered.a_compter_du >= known.a_compter_du):
        return entered.montant
    montant = known.montant if known else None
    if montant is None:
        raise BaremeAbsent(
            f"Aucun montant du RSA n'est connu pour {mois}.",
            champ="mois",
            correction="Retirez ce mois, ou faites enregistrer le montant.",
        )
    return montant


def participation_du_mois(postes: Exact, mois: str, saisis: saisi.Saisis = ()) -> Fraction:
    """Return the département's part of a month for some posts held by persons on RSA, euros, not rounded.

    Raises
    ------
    BaremeAbsent
        The RSA of the month is not known.
    """
    return Fraction(postes) * Fraction(PART_RSA) * Fraction(rsa_du_mois(mois, saisis))


def participation(postes_par_mois: Sequence[tuple[Exact, str]], saisis: saisi.Saisis = ()) -> Decimal:
    """F14: return the département's part over some months, rounded once, to the cent.

    Source: CT L. 5132-3-1, décret n° 2014-728; found again on real annexes of 2018 and 2019.

    Raises
    ------
    BaremeAbsent
        The RSA of a month is not known.
    """
    return arrondir(
        sum((participation_du_mois(postes, mois, saisis) for postes, mois in postes_par_mois), Fraction(0))
    )


def theorie(
    financeur: str, postes: int | None, mois: Sequence[str], saisis: saisi.Saisis = ()
) -> Decimal | None:
    """Return what a département would pay for posts over the months of an annexe (F14).

    None for another funder, without posts, or when the RSA of a month is not known.
    """
    if postes is None or not financeur.startswith("CD"):
        return None
    try:
        return participation([(Decimal(postes), one) for one in mois], saisis)
    except BaremeAbsent:
        return None


def theorie_publiee(
    financeur: str, postes: int | None, montant: Decimal, mois: Sequence[str], saisis: saisi.Saisis = ()
) -> dict[str, Any]:
    """Return what is told of a line beside its amount: the theory, and whether the gap is to be told."""
    expected = theorie(financeur, postes, mois, saisis)
    told = None if expected is None else ecart_signale(montant, expected)
    return {"theorique": expected, "ecart_signale": told}


def ensure_rsa_nouveau(jour: date) -> None:
    """Return if the table gives no RSA from this very day: what a text says is never overwritten.

    Raises
    ------
    BaremeDejaEnregistre
        It gives one.
    """
    if any(rsa.a_compter_du == jour and rsa.montant is not None for rsa in RSA):
        raise deja_enregistre()


def brsa_equivalents(cofinancement: Decimal, mois: Sequence[str], saisis: saisi.Saisis = ()) -> Fraction:
    """F15: return the posts on RSA that a cofinancing over the months of an annexe stands for, summed over them.

    Source: public calculation on the files of the ASP.

    Raises
    ------
    BaremeAbsent
        The RSA of a month is not known.
    """
    share = Fraction(cofinancement) / len(mois)
    return sum((share / participation_du_mois(Decimal(1), one, saisis) for one in mois), Fraction(0))


def equivalents(
    financeur: str, montant: Decimal, mois: Sequence[str], saisis: saisi.Saisis = ()
) -> Fraction | None:
    """Return the posts and months on RSA that a département's part stands for (F15).

    None for another funder, or when the RSA of a month is not known.
    """
    if not financeur.startswith("CD"):
        return None
    try:
        return brsa_equivalents(montant, mois, saisis)
    except BaremeAbsent:
        return None


def ecart_signale(inscrit: Decimal, theorique: Decimal) -> bool:
    """Tell whether what an annexe says is too far from the theory: over 1 % of it, or over 50 €."""
    gap = abs(inscrit - theorique)
    return gap > ECART_EUROS or gap > ECART_RELATIF * theorique


def financeur_asp(code: str | None, departement: str) -> str:
    """Return the funder that the ASP names: the structure's département (CD, CT), else another public one."""
    if code and code.upper().startswith(("CD", "CT", "CG")):
        return f"CD{departement}"
    return "AUTRE_PUBLIC"


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
