"""The worked examples of the rules of the money, one by one under their number."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain import bareme, cits, cofinancement, fdi, marche, modulation
from services.funding.domain.formules import (
    acomptes,
    arrondir,
    duree_mois,
    etp_annuel,
    etp_par_financeur,
    montant_annexe,
    montant_par_periodes,
    part_cofinancee,
    tronquer,
)
from services.funding.domain.realisation import (
    Annexe,
    Classement,
    classement,
    du_cumule,
    etp_annuel_realise,
    etp_mensuel_realise,
    realiser,
    regularisation,
    taux_mensuel,
    verse_theorique,
)
from services.funding.domain.redeploiement import Ligne, equilibre

D, F = Decimal, Fraction


def months(annee: int, first: int = 1, last: int = 12) -> list[str]:
    return [f"{annee}-{mois:02d}" for mois in range(first, last + 1)]


def example_10() -> tuple[Decimal, Decimal, Decimal]:
    montant = montant_annexe(D("8.15"), D(19897), 12)
    du = du_cumule(D(5800), D(1820), D(19897), montant)
    verse = verse_theorique(montant, 12, 5)
    return du, verse, regularisation(du, verse)


def example_12() -> tuple[Decimal, ...]:
    part = part_cofinancee(D("310393.20"), D("72150.90"))
    return arrondir(part, 5), *(arrondir(etp, 4) for etp in etp_par_financeur(D("15.60"), part, 12))


def example_14() -> tuple[Any, ...]:
    done = realiser(Annexe(D(10), D(20441), D(1820), 12), [F(9100, 6)] * 6)
    return done.etp_annuel, done.moyenne_mensuelle, done.classement


def example_18() -> tuple[Decimal, Decimal]:
    taken = equilibre([Ligne("ACI", D(2), D(23921))], []).euros
    return arrondir(taken), arrondir(taken / 1619)


def example_21() -> tuple[Decimal, ...]:
    montant = montant_annexe(D("24.76"), D(23921), 12)
    january = etp_mensuel_realise(D(3942), D(1820))
    rate = arrondir(taux_mensuel(january, D("24.76")) * 100)
    return montant, acomptes(montant, 12)[0], arrondir(january), rate


EXAMPLES: dict[int, tuple[Callable[[], Any], Any]] = {
    1: (lambda: etp_annuel_realise(D(13650), D(1820)), D("7.5")),
    2: (lambda: etp_mensuel_realise(D(1365), D(1820)), D("9.00")),
    3: (lambda: etp_mensuel_realise(D("2410.5"), D(1607)), D("18.00")),
    4: (
        lambda: (duree_mois(date(2019, 5, 1), date(2019, 12, 31)), arrondir(etp_annuel(D("7.43"), 8), 4)),
        (8, D("4.9533")),
    ),
    5: (lambda: montant_annexe(D("8.15"), D(19897), 12), D("162160.55")),
    6: (
        lambda: (acomptes(D("100052.40"), 8)[0], montant_annexe(D("7.43"), D(20199), 8)),
        (D("12506.55"), D("100052.40")),
    ),
    7: (
        lambda: (acomptes(D("34068.34"), 2)[0], montant_annexe(D(10), D(20441), 2)),
        (D("17034.17"), D("34068.34")),
    ),
    8: (
        lambda: montant_par_periodes(D(10), [(D(11087), 4), (D(11381), 3), (D(11609), 5)]),
        [D("36956.68"), D("28452.51"), D("48370.85")],  # 113 780.04
    ),
    9: (lambda: acomptes(D("162160.55"), 12), [D("13513.38")] * 11 + [D("13513.37")]),
    10: (example_10, (D("63408.02"), D("67566.90"), D("-4158.88"))),
    11: (lambda: modulation.part_modulee(D("162160.55"), D("0.065")), D("10540.44")),
    12: (example_12, (D("0.23245"), D("3.6262"), D("11.9738"))),
    13: (lambda: cofinancement.participation([(D(6), mois) for mois in months(2018)]), D("34820.60")),
    14: (example_14, (F(5), F(10), Classement.CONFORME)),
    15: (lambda: (tronquer(F("9.999")), classement(F("9.999"), D(10))), (D("9.99"), Classement.SOUS)),
    16: (lambda: fdi.avance(D("77363.55"), D("0.5")), D("38681.78")),
    17: (
        lambda: (
            fdi.avance(D(10022), D("0.6")),
            fdi.avance_inscrite_conforme(D("6013.00"), D(10022), D("0.6")),
        ),
        (D("6013.20"), True),
    ),
    18: (example_18, (D("47842.00"), D("29.55"))),
    19: (
        lambda: (cits.credit_impot(D(900000), 2017), cits.credit_impot(D(480000), 2017)),
        (D("15696.00"), D("0.00")),
    ),
    20: (lambda: marche.heures_clause(D(2400000), D("0.40"), D("0.07"), D(28)), F(2400)),
    21: (example_21, (D("592283.96"), D("49357.00"), D("25.99"), D("104.97"))),
}
"""What is computed and what the example says, by number."""


@pytest.mark.parametrize("numero", EXAMPLES)
def test_example(numero: int) -> None:
    computed, told = EXAMPLES[numero]
    assert computed() == told


@pytest.mark.parametrize(
    ("postes", "mois", "inscrit", "theorique", "signale"),
    [
        (6, months(2018), "34820.60", "34820.60", False),
        (6, months(2019), "35325.58", "35325.58", False),
        (10, months(2018, 7), "29089.00", "29089.10", False),  # rounded to the euro
        (12, months(2019, 5), "46543.00", "47286.84", True),  # the RSA of 2018, kept in 2019
        (6, months(2020), "35704.26", "35704.63", False),  # months cut to the cent
        (15, months(2021), "89460.00", "89527.68", True),  # the RSA of 2020, kept in 2021
    ],
)
def test_six_real_cofinancings_are_told_beside_their_theory(
    postes: int, mois: list[str], inscrit: str, theorique: str, *, signale: bool
) -> None:
    assert cofinancement.theorie_publiee("CD972", postes, D(inscrit), mois) == {
        "theorique": D(theorique),
        "ecart_signale": signale,
    }


SOCLES = sorted(
    {
        int(montant)
        for table in (bareme.GENERAL, bareme.A_MAYOTTE, bareme.PENITENTIAIRE)
        for palier in table
        for montant in palier.montants.values()
    }
)
"""Every amount of the barème, euros."""


@given(unitaire=st.sampled_from(SOCLES), centiemes=st.integers(0, 100_000), mois=st.integers(1, 12))
def test_f05_is_to_the_cent_what_whole_numbers_give_under_any_bareme(
    unitaire: int, centiemes: int, mois: int
) -> None:
    """Counted in cents, as the 71 real annexes are: the twelfth is rounded first, a whole year needs no rounding."""
    cents = centiemes * unitaire
    expected = cents if mois == 12 else (cents + 6) // 12 * mois
    assert montant_annexe(D(centiemes) / 100, D(unitaire), mois) == D(expected) / 100
