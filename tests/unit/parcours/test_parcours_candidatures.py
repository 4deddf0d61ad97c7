"""Candidatures: states, origins, outcomes (``domaine/parcours.md`` §2.2, §6.1 and §6.4)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from services.parcours.commands.candidature import MotifRefus
from services.parcours.domain.candidature import (
    MOTIFS_REFUS,
    Candidature,
    deja_adressee,
    origine_de,
    refus_automatique_le,
    verifier_suite,
)
from services.parcours.domain.errors import (
    OrganisationManquante,
    SuiteIncoherente,
    TransitionInterdite,
    TypePrescripteurInconnu,
)
from services.parcours.domain.transitions import ETATS, TRANSITIONS, apply
from tests.factories.dossier import ELSEWHERE, HERE, PERSON

# The table of §6.1, read the other way: what each state allows.
ALLOWED = {
    "new": "process postpone accept add_to_pool move_to_prior_to_hire refuse render_obsolete transfer",
    "processing": "postpone accept add_to_pool move_to_prior_to_hire refuse render_obsolete transfer",
    "postponed": "accept add_to_pool move_to_prior_to_hire refuse render_obsolete transfer",
    "prior_to_hire": "postpone accept cancel_prior_to_hire refuse transfer",
    "accepted": "cancel",
    "refused": "accept move_to_prior_to_hire transfer external_transfer",
    "cancelled": "accept add_to_pool move_to_prior_to_hire transfer",
    "obsolete": "accept add_to_pool move_to_prior_to_hire transfer reset",
    "pool": "process postpone accept move_to_prior_to_hire refuse transfer",
}


@pytest.mark.parametrize("etat", ETATS)
def test_each_state_allows_what_the_table_says(etat: str) -> None:
    allowed = {name for name, (depuis, _) in TRANSITIONS.items() if etat in depuis}
    assert allowed == set(ALLOWED[etat].split())


def test_a_transition_leads_to_its_state_or_is_refused() -> None:
    assert apply("new", "accept") == "accepted"
    assert apply("refused", "transfer") == "new"
    with pytest.raises(TransitionInterdite):
        apply("accepted", "refuse")


@pytest.mark.parametrize(
    ("kind", "organisation", "origine"),
    [
        ("FT", "FT-59-01", "PRESCRIPTEUR"),
        ("ML", "ML-59-01", "PRESCRIPTEUR"),
        ("OHPD", "OHPD-59-01", "PRESCRIPTEUR"),
        ("Orienteur", "X-1", "ORIENTEUR"),
        ("Autre", "X-1", "ORIENTEUR"),
        ("INCONNU", "X-1", "ORIENTEUR"),
        ("SPONTANEE", None, "CANDIDAT"),
    ],
)
def test_the_origin_follows_the_type_of_who_sends(kind: str, organisation: str | None, origine: str) -> None:
    assert origine_de(kind, organisation) == origine


def test_an_unknown_type_and_an_unnamed_organisation_are_refused() -> None:
    with pytest.raises(TypePrescripteurInconnu):
        origine_de("INVENTE", "X-1")
    with pytest.raises(OrganisationManquante):
        origine_de("FT", None)


@pytest.mark.parametrize(
    ("transition", "date_suite", "motif"),
    [
        pytest.param(None, date(2017, 2, 1), None, id="a date without outcome"),
        pytest.param("accept", None, None, id="no date"),
        pytest.param("accept", date(2017, 1, 1), None, id="before the orientation"),
        pytest.param("accept", date(2017, 2, 1), "other", id="hired with a reason of refusal"),
        pytest.param("refuse", date(2017, 2, 1), None, id="refused without a reason"),
    ],
)
def test_an_outcome_that_contradicts_itself_is_refused(
    transition: str | None, date_suite: date | None, motif: str | None
) -> None:
    with pytest.raises(SuiteIncoherente):
        verifier_suite(transition, date(2017, 1, 2), date_suite, motif)


def test_the_api_takes_the_reasons_of_the_domain() -> None:
    assert get_args(MotifRefus) == MOTIFS_REFUS


def a_sending(number: int, jour: date, **changes: Any) -> Candidature:
    known = Candidature(
        UUID(int=number), 1, PERSON, HERE, "PRESCRIPTEUR", "FT", "FT-59-01", date_orientation=jour, etat="new"
    )  # fmt: skip
    return replace(known, **changes)


TODAY = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (a_sending(1, TODAY), date(2024, 4, 30)),
        (a_sending(1, TODAY, etat="processing", change_le=date(2024, 3, 11)), date(2024, 5, 10)),
        (a_sending(1, TODAY, etat="postponed"), None),
        (a_sending(1, TODAY, archivee_le=TODAY), None),
        (a_sending(1, date(2021, 8, 31)), None),
        (a_sending(1, date(2021, 9, 1)), date(2021, 10, 31)),
    ],
)
def test_what_nobody_touches_is_refused_sixty_days_later_since_the_pass_iae(
    sent: Candidature, due: date | None
) -> None:
    assert refus_automatique_le(sent) == due


def test_the_last_sending_to_the_same_structure_in_twelve_months_is_told() -> None:
    sent = a_sending(9, TODAY)
    year_ago = date(2023, 3, 1)
    assert deja_adressee(sent, []) is None
    assert deja_adressee(sent, [sent]) is None
    assert deja_adressee(sent, [a_sending(1, year_ago)]) is None
    assert deja_adressee(sent, [a_sending(1, year_ago + timedelta(1), structure_id=ELSEWHERE)]) is None
    assert deja_adressee(sent, [a_sending(10, TODAY)]) is None  # it came after
    assert deja_adressee(sent, [a_sending(1, TODAY + timedelta(1))]) is None
    first, last = a_sending(1, year_ago + timedelta(1)), a_sending(2, date(2023, 6, 1))
    assert deja_adressee(sent, [first]) == first
    assert deja_adressee(sent, [last, first]) == last
    same_day = a_sending(3, last.date_orientation)
    assert deja_adressee(sent, [same_day, last]) == same_day
    assert deja_adressee(sent, [a_sending(4, TODAY), last]) == a_sending(4, TODAY)
