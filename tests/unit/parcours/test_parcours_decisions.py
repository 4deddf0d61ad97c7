"""Who grants a prolongation and why it is denied; how a hire moves; which PASS IAE may be cancelled."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.parcours.domain.dossier import ADMIN, AI_STOCK, DEFAULT, PE_APPROVAL, Dossier, Embauche
from services.parcours.domain.embauche import refus_de_report
from services.parcours.domain.fin_de_parcours import est_annulable, refus_d_annulation
from services.parcours.domain.habilitation import Habilitation, refus_du_prescripteur
from services.parcours.domain.prolongation import (
    fenetre,
    rappel_suivant,
    refus_de_la_reponse,
    refus_du_motif,
)
from services.parcours.domain.regles import Periode
from services.parcours.domain.siae import refus_du_type, type_de_regle
from shared.errors import BusinessError
from tests.factories.dossier import ELSEWHERE, HERE, a_pass

JOUR = date(2024, 3, 1)
D = timedelta


def told(refus: list[BusinessError]) -> list[tuple[str, str | None]]:
    assert all(each.source for each in refus)
    return [(each.code, each.champ) for each in refus]


@pytest.mark.parametrize(
    ("after", "due"), [(0, 10), (10, 10), (11, 20), (20, 20), (21, 30), (30, 30), (31, None)]
)
def test_who_is_asked_is_reminded_every_ten_days_for_thirty_days(after: int, due: int | None) -> None:
    assert rappel_suivant(JOUR, JOUR + D(after)) == (None if due is None else JOUR + D(due))


NO_REASON, NO_ACTION = ("champ_sans_objet", "motif_refus"), ("champ_sans_objet", "actions")


@pytest.mark.parametrize(
    ("accordee", "motif", "actions", "expected"),
    [
        (True, None, [], []),
        (True, "DURATION", [], [NO_REASON]),
        (True, None, ["OTHER"], [NO_ACTION]),
        (False, None, [], [NO_REASON]),
        (False, "DURATION", [], []),
        (False, "SIAE", ["OTHER"], [NO_ACTION]),
        (False, "IAE", [], [NO_ACTION]),
        (False, "IAE", ["EXIT_IAE", "SOCIAL_PARTNER"], []),
    ],
)
def test_a_refusal_has_a_reason_and_actions_when_the_iae_suits_no_more(
    *, accordee: bool, motif: str | None, actions: list[str], expected: list[tuple[str, str]]
) -> None:
    assert told(refus_de_la_reponse(motif, actions, accordee=accordee)) == expected


HELD, REFUSED = Habilitation("VALIDATED", None, JOUR), Habilitation("REFUSED", None, None)


@pytest.mark.parametrize(
    ("known", "de_type", "champ"),
    [
        ([HELD], True, None),
        ([], True, None),
        ([HELD], False, "type_prescripteur"),
        ([], False, "type_prescripteur"),
        ([REFUSED], True, "organisation"),
        ([replace(HELD, jusqu_a=JOUR - D(1))], True, "organisation"),
    ],
)
def test_only_a_prescripteur_habilite_diagnoses_or_grants(
    known: list[Habilitation], *, de_type: bool, champ: str | None
) -> None:
    expected = [("habilitation_manquante", champ)] if champ else []
    assert told(refus_du_prescripteur(known, JOUR, de_type=de_type)) == expected


BEGUN, TO_COME = Periode(JOUR, JOUR + D(20)), Periode(JOUR + D(1), JOUR + D(20))
MOVED, AFTER = ("report_impossible", "date_embauche"), ("embauche_apres_pass", "date_embauche")


@pytest.mark.parametrize(
    ("before", "after", "known", "expected"),
    [
        (1, 0, None, []),
        (1, 30, None, []),
        (1, 31, None, [MOVED]),
        (1, -1, None, [MOVED]),
        (0, 5, None, [MOVED]),
        (0, 31, None, [MOVED, MOVED]),
        (1, 19, BEGUN, []),
        (1, 20, BEGUN, [AFTER]),
        (1, 20, TO_COME, []),
    ],
)
def test_a_hire_that_has_not_begun_moves_within_thirty_days_and_before_the_end_of_a_pass_that_has(
    before: int, after: int, known: Periode | None, expected: list[tuple[str, str]]
) -> None:
    assert told(refus_de_report(JOUR + D(before), JOUR + D(after), known, JOUR)) == expected


NO = ("annulation_impossible", None)


@pytest.mark.parametrize(
    ("origine", "hires", "contract", "expected"),
    [
        (DEFAULT, 1, None, []),
        (ADMIN, 1, -1, []),
        (DEFAULT, 1, 0, [NO]),
        (DEFAULT, 0, None, [NO]),
        (DEFAULT, 2, None, [NO]),
        (PE_APPROVAL, 1, None, [NO]),
        (AI_STOCK, 2, 1, [NO, NO, NO]),
    ],
)
def test_a_pass_delivered_here_is_cancelled_with_its_only_hire_and_before_any_contract(
    origine: str, hires: int, contract: int | None, expected: list[tuple[str, None]]
) -> None:
    known = a_pass(JOUR, origine=origine)
    contracts = [] if contract is None else [Embauche(HERE, JOUR + D(contract))]
    assert told(refus_d_annulation(Dossier(passes=[known], contrats=contracts), known, hires)) == expected
    assert est_annulable(known) is (origine in {DEFAULT, ADMIN})


def test_a_contract_in_the_structure_from_that_day_on_is_known() -> None:
    dossier = Dossier(contrats=[Embauche(HERE, JOUR)])
    assert dossier.contrat_depuis(HERE, JOUR)
    assert not dossier.contrat_depuis(HERE, JOUR + D(1))
    assert not dossier.contrat_depuis(ELSEWHERE, JOUR)


def test_the_window_is_of_twelve_months_before_and_six_after_the_last_day() -> None:
    assert fenetre(date(2024, 8, 31)) == Periode(date(2023, 8, 31), date(2025, 2, 28))


def test_a_structure_whose_type_is_not_said_is_judged_as_an_aci() -> None:
    assert [type_de_regle(kind) for kind in ("AUTRE", "EI", "GEIQ")] == ["ACI", "EI", "GEIQ"]
    assert refus_du_type("AUTRE") == refus_du_type(None) == []
    assert refus_du_motif("PARTICULAR_DIFFICULTIES", "AUTRE", JOUR) == []
    assert told(refus_du_motif("PARTICULAR_DIFFICULTIES", "EI", JOUR)) == [("motif_reserve", "motif")]
