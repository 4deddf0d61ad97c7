"""The views say of an annexe what the service says: the same formulas on the same facts."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from services.funding.domain import formules, marche, realisation, suivi
from services.funding.domain.enveloppe import realise_etat
from services.gateway.queries.suivi import Termes, attendu_clause, en_retard, etat_de

D = Decimal
AMOUNTS = st.decimals(D(0), D(40), places=2)
DAYS = st.dates(date(2017, 1, 1), date(2018, 12, 31))


@given(
    etp=AMOUNTS,
    heures=st.lists(st.tuples(st.decimals(D(0), D(9000), places=2), st.integers(0, 100)), max_size=12),
    first=st.integers(1, 12),
    length=st.integers(1, 12),
    share=st.integers(0, 100),
)
@example(etp=D(10), heures=[(D("1516.67"), 100)] * 5, first=1, length=12, share=0)
@example(etp=D(10), heures=[(D("1200"), 100)] * 9, first=1, length=12, share=25)
def test_an_annexe_stands_where_funding_says(
    etp: Decimal, heures: list[tuple[Decimal, int]], first: int, length: int, share: int
) -> None:
    start = date(2017, first, 1)
    last = 2017 * 12 + first + length - 2
    end = date(last // 12, last % 12 + 1, 28)
    socle = formules.montant_annexe(etp, D(19655), length)
    cofinance = (socle * share / 100).quantize(D("0.01"))
    termes = Termes(etp, D(1820), D(19655), socle, cofinance, start, end)
    told = dict(
        zip(termes.mois, [(h, (h * part / 100).quantize(D("0.01"))) for h, part in heures], strict=False)
    )
    declared = [suivi.MoisDeclare(f"{y:04d}-{m:02d}", *told[y, m]) for y, m in termes.mois if (y, m) in told]
    annexe = suivi.AnnexeSuivie(etp, D(19655), D(1820), start, end, socle, cofinance)
    ours = etat_de(termes, told, (2017, 12))
    theirs = suivi.suivre(annexe, declared, D(0), "2017-12")
    assert (ours.conventionne, ours.realise) == (theirs.conventionne, theirs.realise.etp_annuel)
    assert (ours.moyenne, ours.taux) == (theirs.realise.moyenne_mensuelle, theirs.realise.taux_cumule)
    assert (ours.classement, ours.atterrissage) == (theirs.realise.classement, theirs.realise.atterrissage)
    assert (ours.reprenables, ours.alerte) == (theirs.realise.etp_reprenables, theirs.alerte)
    assert (ours.manquants, ours.suspendu) == (len(theirs.manquants), theirs.suspendu)
    assert ours.du_etat == realise_etat(theirs.realise.du_cumule, socle, cofinance)
    assert realisation.suspendue(ours.manquants) == ours.suspendu


@given(prevues=AMOUNTS, realisees=AMOUNTS, start=DAYS, end=DAYS, day=DAYS)
def test_a_contract_with_a_clause_is_late_when_funding_says(
    prevues: Decimal, realisees: Decimal, start: date, end: date, day: date
) -> None:
    end = max(start, end)
    assert attendu_clause(prevues, start, end, day) == marche.heures_attendues(prevues, start, end, day)
    assert en_retard(prevues, realisees, start, end, day) == marche.en_retard(
        prevues, realisees, start, end, day
    )


def test_half_the_time_asks_for_half_the_hours_and_four_fifths_of_them_are_enough() -> None:
    year = (date(2017, 1, 1), date(2017, 12, 31))
    assert attendu_clause(D(365), *year, date(2017, 7, 2)) == Fraction(183)
    assert not en_retard(D(365), D("146.4"), *year, date(2017, 7, 2))
    assert en_retard(D(365), D("146.39"), *year, date(2017, 7, 2))
    assert not en_retard(D(365), D(0), *year, date(2016, 12, 31))
