"""Part modulée, département's part, FDI, CITS, clauses, envelopes: worked examples and boundaries."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.funding.domain import cits, fdi, marche, modulation
from services.funding.domain.cofinancement import (
    PART_RSA,
    brsa_equivalents,
    ecart_signale,
    equivalents,
    participation,
    participation_du_mois,
    rsa_du_mois,
)
from services.funding.domain.enveloppe import disponible
from services.funding.domain.errors import (
    BaremeAbsent,
    CoutHoraireNul,
    EnveloppeDepassee,
    GrilleIncoherente,
    ModulationExcessive,
    TypeHorsIae,
)
from services.funding.domain.formules import arrondir
from services.funding.domain.modulation import GRILLE_PAR_DEFAUT, Scores, taux_module
from services.funding.domain.redeploiement import Ligne, equilibre, refusals
from services.funding.domain.saisi import RSA, Saisi

D, F = Decimal, Fraction


def year(annee: int, first: int = 1, last: int = 12) -> list[str]:
    return [f"{annee}-{mois:02d}" for mois in range(first, last + 1)]


@pytest.mark.parametrize(
    ("scores", "penitentiaire", "taux"),
    [
        (("0.8", "0.5", "0.6"), False, "0.065"),  # 6.45 %, half up
        (("1", "1", "1"), False, "0.1"),
        (("0", "0", "0"), False, "0"),
        (("1", "1", "1"), True, "0.05"),
        (("0.8", "0.5", "0.6"), True, "0.032"),
        (("0.1", "0.01", "0"), False, "0.004"),  # 0.435 %
    ],
)
def test_a_rate_from_scores_is_rounded_to_a_tenth_of_a_point(
    scores: tuple[str, str, str], taux: str, *, penitentiaire: bool
) -> None:
    assert taux_module(Scores(*map(D, scores)), penitentiaire=penitentiaire) == D(taux)


def test_a_region_may_set_a_lower_ceiling_and_other_weights() -> None:
    grille = replace(GRILLE_PAR_DEFAUT, publics=D("0.5"), effort=D("0.25"), plafond=D("0.08"))
    modulation.ensure_grille(grille)
    assert taux_module(Scores(D(1), D(0), D(0)), grille) == D("0.04")
    assert taux_module(Scores(D(1), D(1), D(1)), grille, penitentiaire=True) == D("0.05")
    with pytest.raises(GrilleIncoherente):
        modulation.ensure_grille(replace(grille, resultats=D("0.26")))
    with pytest.raises(ModulationExcessive) as refusal:
        modulation.ensure_grille(replace(grille, plafond=D("0.101")))
    assert refusal.value.champ == "plafond"


@pytest.mark.parametrize(
    ("taux", "penitentiaire", "plafond"), [("0.1001", False, "10 %"), ("0.0501", True, "5 %")]
)
def test_a_rate_above_its_ceiling_is_refused(taux: str, plafond: str, *, penitentiaire: bool) -> None:
    with pytest.raises(ModulationExcessive, match=f"dépasse {plafond}"):
        modulation.ensure_taux(D(taux), penitentiaire=penitentiaire)


@pytest.mark.parametrize(
    ("mois", "rsa", "part"),
    [
        ("2014-09", "509.30", "448.18"),
        ("2016-01", "535.00", "470.80"),
        ("2017-03", "535.00", "470.80"),
        ("2017-04", "536.78", "472.37"),
        ("2017-08", "536.78", "472.37"),
        ("2017-09", "545.48", "480.02"),
        ("2018-04", "550.93", "484.82"),
        ("2019-04", "559.74", "492.57"),
        ("2020-04", "564.78", "497.01"),
        ("2021-04", "565.34", "497.50"),
        ("2022-04", "575.52", "506.46"),
        ("2022-07", "598.54", "526.72"),
        ("2023-04", "607.75", "534.82"),
        ("2024-04", "635.71", "559.42"),
        ("2025-04", "646.52", "568.94"),
        ("2026-03", "646.52", "568.94"),
    ],
)
def test_the_rsa_of_a_month_is_the_one_in_force(mois: str, rsa: str, part: str) -> None:
    assert rsa_du_mois(mois) == D(rsa)
    assert arrondir(D(rsa) * PART_RSA) == D(part) == arrondir(participation_du_mois(D(1), mois))


@pytest.mark.parametrize("mois", ["2014-08", "2026-04"])
def test_a_month_whose_rsa_is_unknown_is_refused(mois: str) -> None:
    with pytest.raises(BaremeAbsent):
        rsa_du_mois(mois)


@pytest.mark.parametrize(
    ("postes", "mois", "montant"),
    [
        (6, year(2018), "34820.60"),
        (6, year(2019), "35325.58"),
        (10, year(2018, 7), "29089.10"),
        (0, year(2018), "0.00"),
        (6, [], "0.00"),
    ],
)
def test_f14_finds_real_cofinancings_again(postes: int, mois: list[str], montant: str) -> None:
    assert participation([(D(postes), m) for m in mois]) == D(montant)


def test_f14_follows_posts_that_change_from_month_to_month() -> None:
    assert participation([(D(6), "2018-03"), (D(7), "2018-04")]) == arrondir(D("2880.1344") + D("3393.7288"))


def test_f15_finds_the_posts_of_a_cofinancing_again() -> None:
    assert arrondir(brsa_equivalents(D("29089.104"), year(2018, 7)), 4) == D("60.0000")
    assert equivalents("CD972", D("29089.104"), year(2018, 7)) == 60
    assert equivalents("FSE", D("29089.104"), year(2018, 7)) is None
    assert equivalents("CD972", D(1), ["2026-04"]) is None
    entered = [Saisi(RSA, "", "", date(2026, 4, 1), D(500), "décret fictif")]
    assert equivalents("CD972", D(880), ["2026-04", "2026-05"], entered) == 2


@pytest.mark.parametrize(
    ("inscrit", "theorique", "signale"),
    [
        ("29089.00", "29089.10", False),
        ("46543.00", "47286.84", True),  # the RSA of the year before, kept
        ("1010", "1000", False),
        ("1010.01", "1000", True),
        ("10050", "10000", False),
        ("10050.01", "10000", True),
        ("9949.99", "10000", True),
        ("0", "0", False),
    ],
)
def test_a_gap_of_more_than_one_percent_or_fifty_euros_is_told(
    inscrit: str, theorique: str, *, signale: bool
) -> None:
    assert ecart_signale(D(inscrit), D(theorique)) is signale


@pytest.mark.parametrize(
    ("montant", "part", "avance"), [("77363.55", "0.5", "38681.78"), ("10022", "0.6", "6013.20")]
)
def test_f22_is_a_part_of_the_aid(montant: str, part: str, avance: str) -> None:
    assert fdi.avance(D(montant), D(part)) == D(avance)


def test_a_real_advance_may_differ_by_a_euro() -> None:
    assert fdi.avance_inscrite_conforme(D("6013.00"), D(10022), D("0.6"))
    assert fdi.avance_inscrite_conforme(D("6014.20"), D(10022), D("0.6"))
    assert not fdi.avance_inscrite_conforme(D("6014.21"), D(10022), D("0.6"))


def test_f23_is_what_is_left_to_commit() -> None:
    assert disponible(D(1000), D(200), D(50), D(900)) == 250


@pytest.mark.parametrize(
    ("montant", "part", "effort", "cout", "heures"),
    [
        ("1000000", "0.5", "0.05", "30", F(2500, 3)),
        ("1500000", "0.7", "0.1", "30", F(3500)),
        ("2400000", "0.4", "0.07", "28", F(2400)),
        ("0", "0.4", "0.07", "28", F(0)),
    ],
)
def test_f24_gives_the_hours_of_a_clause(
    montant: str, part: str, effort: str, cout: str, heures: Fraction
) -> None:
    assert marche.heures_clause(D(montant), D(part), D(effort), D(cout)) == heures


def test_f24_is_refused_when_an_hour_costs_nothing_and_f25_divides_by_1607() -> None:
    with pytest.raises(CoutHoraireNul):
        marche.heures_clause(D(1), D(1), D(1), D(0))
    assert marche.etp_clause(F(3214)) == 2


@pytest.mark.parametrize(
    ("masse", "annee", "montant"),
    [
        ("900000", 2017, "15696.00"),
        ("480000", 2017, "0.00"),
        ("507600", 2017, "0.00"),
        ("507600.25", 2017, "0.01"),
        ("900000", 2018, "15696.00"),
        ("900000", 2016, "0.00"),
        ("900000", 2019, "0.00"),
        ("0", 2017, "0.00"),
    ],
)
def test_f26_is_due_on_the_wages_of_two_years(masse: str, annee: int, montant: str) -> None:
    assert cits.credit_impot(D(masse), annee) == D(montant)


def test_the_allowance_of_2016_is_known_though_no_credit_is_due() -> None:
    assert [cits.abattement(annee) for annee in (2016, 2017, 2018)] == [20283, 20304, 20304]


def test_a_movement_is_balanced_in_euros_not_in_etp() -> None:
    aci, ai = Ligne("ACI", D(2), D(23921)), Ligne("AI", D("29.55"), D(1619))
    left = equilibre([aci], [ai])
    assert (left.etp, arrondir(left.euros)) == (F("-27.55"), D("0.55"))
    assert refusals([aci], [ai]) == []
    assert refusals([aci], [Ligne("ACI", D(2), D(23921))]) == []
    (refusal,) = refusals([aci], [replace(ai, etp=D("29.56"))])
    assert isinstance(refusal, EnveloppeDepassee)
    assert "15,64\N{NO-BREAK SPACE}€" in refusal.detail


def test_a_type_without_annexe_takes_no_part_in_a_movement() -> None:
    found = refusals([Ligne("GEIQ", D(1), D(1))], [Ligne("GEIQ", D(2), D(1))])
    assert [type(refusal) for refusal in found] == [TypeHorsIae, EnveloppeDepassee]
