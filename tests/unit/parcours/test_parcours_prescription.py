"""Who may prescribe, and how a pathway is postponed or closed: the rules alone."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.parcours.domain.dossier import AI_STOCK, Dossier, Embauche, PassIae, Suspension
from services.parcours.domain.fin_de_parcours import clore, refus_de_cloture, refus_de_report, reporter
from services.parcours.domain.habilitation import (
    Habilitation,
    Sanction,
    est_habilitee,
    refus_d_autoprescription,
    refus_de_sanction,
)
from shared.errors import BusinessError

TODAY = date(2026, 11, 25)
ONE, HERE = UUID(int=1), UUID(int=2)
D = timedelta


def codes(refus: list[BusinessError]) -> list[tuple[str, str | None]]:
    assert all(each.source for each in refus)
    return [(each.code, each.champ) for each in refus]


@pytest.mark.parametrize(
    ("known", "habilitated"),
    [
        ([], True),
        ([Habilitation("VALIDATED", None, None)], True),
        ([Habilitation("VALIDATED", TODAY, TODAY)], True),
        ([Habilitation("VALIDATED", TODAY + D(1), None)], False),
        ([Habilitation("VALIDATED", None, TODAY - D(1))], False),
        ([Habilitation("NOT_SET", None, None)], False),
        ([Habilitation("REFUSED", None, None), Habilitation("VALIDATED", None, None)], True),
    ],
)
def test_the_registry_says_who_is_habilitated_and_the_type_alone_when_it_says_nothing(
    known: list[Habilitation], *, habilitated: bool
) -> None:
    assert est_habilitee(known, TODAY) is habilitated


MONTH = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("sanction", "expected"),
    [
        (Sanction(MONTH, None), []),
        (Sanction(MONTH, MONTH), []),
        (Sanction(MONTH - D(1), None), [("sanction_invalide", "date_debut")]),
        (Sanction(MONTH, MONTH - D(1)), [("sanction_invalide", "date_fin")]),
        (
            Sanction(TODAY, TODAY - D(1)),
            [("sanction_invalide", "date_debut"), ("sanction_invalide", "date_fin")],
        ),
    ],
)
def test_a_sanction_starts_in_a_month_at_the_earliest(
    sanction: Sanction, expected: list[tuple[str, str]]
) -> None:
    assert codes(refus_de_sanction(sanction, TODAY)) == expected


@pytest.mark.parametrize(
    ("sanctions", "words"),
    [
        ([Sanction(TODAY, TODAY)], "jusqu'au 25/11/2026"),
        ([Sanction(TODAY, TODAY), Sanction(TODAY - D(9), TODAY + D(1))], "jusqu'au 26/11/2026"),
        ([Sanction(TODAY, TODAY), Sanction(TODAY, None)], "définitivement"),
        ([Sanction(TODAY - D(9), TODAY - D(1))], None),
        ([Sanction(TODAY + D(1), None)], None),
        ([], None),
    ],
)
def test_the_longest_sanction_prevails(sanctions: list[Sanction], words: str | None) -> None:
    refus = refus_d_autoprescription(sanctions, TODAY)
    if words is None:
        assert refus == []
    else:
        assert codes(refus) == [("autoprescription_suspendue", None)]
        assert words in refus[0].detail


def make_pass(debut: date, fin: date) -> PassIae:
    return PassIae(ONE, 3, ONE, "XXXXX0000001", AI_STOCK, debut, fin, False, HERE, None)


def make_suspension(debut: date, fin: date) -> Suspension:
    return Suspension(UUID(int=9), 1, ONE, HERE, "CONTRACT_BROKEN", debut, fin, annulee=False)


FUTURE = make_pass(TODAY + D(1), TODAY + D(730))


@pytest.mark.parametrize(
    ("known", "hires", "debut", "expected"),
    [
        (FUTURE, [], TODAY + D(30), []),
        (FUTURE, [], TODAY, []),
        (FUTURE, [], TODAY - D(1), [("embauche_passee", "date_embauche")]),
        (FUTURE, [], date(2027, 5, 26), [("embauche_lointaine", "date_embauche")]),
        (FUTURE, [TODAY + D(5)], TODAY + D(6), [("report_impossible", "date_debut")]),
        (FUTURE, [TODAY + D(1)], TODAY + D(2), [("report_impossible", "date_debut")]),
        (FUTURE, [TODAY + D(5)], TODAY + D(5), []),
        (FUTURE, [TODAY], TODAY + D(6), []),
        (make_pass(TODAY, TODAY + D(729)), [], TODAY + D(30), [("report_impossible", "date_debut")]),
    ],
)
def test_a_pass_is_postponed_before_it_begins_and_before_its_contracts(
    known: PassIae, hires: list[date], debut: date, expected: list[tuple[str, str]]
) -> None:
    dossier = Dossier(passes=[known], contrats=[Embauche(HERE, jour) for jour in hires])
    assert codes(refus_de_report(dossier, known, debut, "ACI", TODAY)) == expected


def test_a_postponed_pass_has_its_whole_length() -> None:
    moved = reporter(FUTURE, date(2027, 1, 1))
    assert (moved.version, moved.date_debut, moved.date_fin) == (4, date(2027, 1, 1), date(2028, 12, 30))


RUNNING = make_pass(TODAY - D(600), TODAY + D(400))


@pytest.mark.parametrize(
    ("suspension", "hires", "expected"),
    [
        ((TODAY - D(366), TODAY + D(9)), [], []),
        ((TODAY - D(365), TODAY + D(9)), [], [("cloture_impossible", None)]),
        ((TODAY - D(366), TODAY + D(9)), [TODAY + D(20)], []),
        ((TODAY - D(500), TODAY - D(134)), [], []),
        ((TODAY - D(500), TODAY - D(135)), [], [("cloture_impossible", None)]),
        ((TODAY - D(500), TODAY - D(134)), [TODAY - D(133)], [("cloture_impossible", None)]),
        ((TODAY - D(500), TODAY - D(134)), [TODAY - D(134)], []),
        ((TODAY - D(366), TODAY), [TODAY + D(1)], []),
    ],
)
def test_a_pathway_is_closed_after_a_suspension_of_more_than_a_year_without_a_hire(
    suspension: tuple[date, date], hires: list[date], expected: list[tuple[str, None]]
) -> None:
    stops, others = [make_suspension(*suspension)], [Embauche(HERE, jour) for jour in hires]
    for dossier in (
        Dossier(passes=[RUNNING], suspensions=stops, embauches=others),
        Dossier(passes=[RUNNING], suspensions=stops, contrats=others),
    ):
        assert codes(refus_de_cloture(dossier, RUNNING, TODAY)) == expected


@pytest.mark.parametrize("known", [FUTURE, make_pass(TODAY - D(800), TODAY - D(1))])
def test_only_a_running_pass_is_closed(known: PassIae) -> None:
    assert codes(refus_de_cloture(Dossier(passes=[known]), known, TODAY)) == [("pass_pas_en_cours", None)]


def test_what_is_closed_ends_today_with_its_suspension() -> None:
    current = make_suspension(TODAY - D(400), TODAY + D(9))
    closed, ended = clore(Dossier(passes=[RUNNING], suspensions=[current]), RUNNING, TODAY)
    assert (closed.version, closed.date_fin) == (4, TODAY)
    assert ended is not None
    assert (ended.version, ended.date_debut, ended.date_fin) == (2, current.date_debut, TODAY)
    for last in (TODAY, TODAY - D(1)):
        over = make_suspension(TODAY - D(400), last)
        assert clore(Dossier(passes=[RUNNING], suspensions=[over]), RUNNING, TODAY)[1] is None
