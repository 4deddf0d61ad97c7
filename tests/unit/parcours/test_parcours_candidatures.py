"""Candidatures: states, origins, outcomes (``domaine/parcours.md`` §2.2, §6.1 and §6.4)."""

from datetime import date
from typing import get_args

import pytest

from services.parcours.commands.candidature import MotifRefus
from services.parcours.domain.candidature import MOTIFS_REFUS, origine_de, verifier_suite
from services.parcours.domain.errors import (
    OrganisationManquante,
    SuiteIncoherente,
    TransitionInterdite,
    TypePrescripteurInconnu,
)
from services.parcours.domain.transitions import ETATS, TRANSITIONS, apply

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
