"""States and activity of conventions (structures.md §4, §5)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.structures.domain import convention as rules
from services.structures.domain.errors import (
    AvisSansSeance,
    ConventionEnCours,
    ConventionPortee,
    ExperimentationTerminee,
    PeriodeInversee,
    PieceManquante,
    TransitionConventionInterdite,
    TypeNonConventionnable,
)

LE = date(2026, 11, 25)
SANS_ANNEXE = rules.Situation("ACTIVE", annexe_active=False)


def test_a_request_is_examined_gets_an_opinion_then_is_signed_and_activated() -> None:
    etat = "DEMANDEE"
    for transition in (
        "instruire",
        "ajourner",
        "rendre_avis",
        "signer",
        "activer",
        "desactiver",
        "reactiver",
    ):
        etat = rules.apply(etat, transition)
    assert etat == "ACTIVE"
    assert rules.apply(etat, "terminer") == "TERMINEE"


@given(st.sampled_from(rules.ETATS), st.sampled_from(sorted(rules.TRANSITIONS)))
def test_a_step_is_taken_only_from_the_states_of_the_table(etat: str, transition: str) -> None:
    regle = rules.TRANSITIONS[transition]
    if etat in regle.depuis:
        assert rules.apply(etat, transition) in rules.ETATS
        return
    with pytest.raises(TransitionConventionInterdite) as refused:
        rules.apply(etat, transition)
    assert refused.value.source == regle.source


def test_what_is_refused_or_ended_never_lives_again() -> None:
    assert not [code for code, t in rules.TRANSITIONS.items() if t.depuis & {"REFUSEE", "TERMINEE"}]


@pytest.mark.parametrize(
    ("transition", "numero", "told", "good"),
    [
        ("signer", "N1", (), True), ("signer", None, (), False), ("instruire", None, (), True),
        ("rendre_avis", None, ("dossier",), True), ("rendre_avis", None, ("avis", "repris"), True),
        ("rendre_avis", None, (), False), ("rendre_avis", None, ("avis",), False),
        ("rendre_avis", None, ("dossier", "avis", "repris"), False), ("signer", "N1", ("avis",), False),
        ("signer", "N1", ("dossier",), False), ("ajourner", None, ("avis", "repris"), False),
    ],
)  # fmt: skip
def test_a_step_comes_with_what_it_decides(
    transition: str,
    numero: str | None,
    told: tuple[str, ...],
    good: bool,  # noqa: FBT001 # a case
) -> None:
    given = {name: name in told for name in ("dossier", "avis", "repris")}
    if good:
        rules.ensure_pieces(transition, numero, **given)
        return
    with pytest.raises(PieceManquante):
        rules.ensure_pieces(transition, numero, **given)


def test_an_opinion_on_a_convention_is_that_of_a_closed_seance_on_a_file_of_the_structure() -> None:
    one, other = uuid4(), uuid4()
    good = rules.Examen(one, "CONVENTION", "DEFAVORABLE", "CLOSE")
    assert rules.avis_de(good, one) == "DEFAVORABLE"
    wrong = (
        None, replace(good, structure_id=other), replace(good, objet="FDI"), replace(good, objet="ANNEXE"),
        replace(good, etat_seance="OUVERTE"), replace(good, etat_seance=None), replace(good, avis="AJOURNE"),
        replace(good, avis=None),
    )  # fmt: skip
    for examen in wrong:
        with pytest.raises(AvisSansSeance):
            rules.avis_de(examen, one)


def test_an_experiment_ends_on_the_day_of_its_law_included() -> None:
    rules.ensure_en_experimentation("EITI", date(2026, 12, 22))
    rules.ensure_en_experimentation("ACI", date(2026, 12, 23))
    with pytest.raises(ExperimentationTerminee) as refused:
        rules.ensure_en_experimentation("EITI", date(2026, 12, 23))
    assert "2018-771" in (refused.value.source or "")


def test_a_later_file_lengthens_a_convention_and_never_shortens_it() -> None:
    assert rules.prolongation(date(2025, 12, 31), date(2026, 12, 31)) == date(2026, 12, 31)
    assert rules.prolongation(date(2026, 12, 31), date(2026, 12, 31)) is None
    assert rules.prolongation(date(2026, 12, 31), date(2025, 12, 31)) is None


@pytest.mark.parametrize("kind", ["GEIQ", "OPCS"])
def test_only_siae_sign_conventions(kind: str) -> None:
    with pytest.raises(TypeNonConventionnable):
        rules.ensure_conventionnable(kind, antenne=False)


def test_an_antenne_signs_no_convention() -> None:
    rules.ensure_conventionnable("ACI", antenne=False)
    with pytest.raises(ConventionPortee):
        rules.ensure_conventionnable("ACI", antenne=True)


def test_a_period_follows_or_precedes_the_one_in_force_but_never_meets_it() -> None:
    en_cours = (date(2020, 1, 1), date(2022, 12, 31))
    assert rules.succession(None, *en_cours) == "SEULE"
    assert rules.succession(en_cours, date(2023, 1, 1), date(2025, 12, 31)) == "SUIT"
    assert rules.succession(en_cours, date(2017, 1, 1), date(2019, 12, 31)) == "PRECEDE"
    with pytest.raises(ConventionEnCours):
        rules.succession(en_cours, date(2022, 12, 31), date(2025, 12, 31))
    with pytest.raises(PeriodeInversee):
        rules.ensure_periode(date(2022, 1, 2), date(2022, 1, 1))


def test_grace_lasts_thirty_days_and_the_guard_ninety() -> None:
    assert rules.en_grace(LE - timedelta(30), LE)
    assert not rules.en_grace(LE - timedelta(31), LE)
    assert not rules.en_grace(None, LE)
    assert rules.protegee(LE - timedelta(89), LE)
    assert not rules.protegee(LE - timedelta(90), LE)


@pytest.mark.parametrize(
    ("fields", "transition"),
    [
        ({"etat": "SIGNEE", "annexe_active": True}, "activer"),
        ({"etat": "SIGNEE", "annexe_active": False}, None),
        ({"etat": "ACTIVE", "annexe_active": True}, None),
        ({"etat": "ACTIVE", "annexe_active": False}, "desactiver"),
        ({"etat": "ACTIVE", "annexe_active": False, "reactivee_le": LE - timedelta(89)}, None),
        ({"etat": "ACTIVE", "annexe_active": False, "reactivee_le": LE - timedelta(90)}, "desactiver"),
        ({"etat": "SUSPENDUE", "annexe_active": True, "motif_suspension": "SANS_ANNEXE"}, "activer"),
        ({"etat": "SUSPENDUE", "annexe_active": True, "motif_suspension": "DECISION"}, None),
    ],
)
def test_a_convention_is_active_if_and_only_if_an_annexe_is(
    fields: dict[str, Any], transition: str | None
) -> None:
    assert rules.revision(rules.Situation(**fields), LE) == transition


@pytest.mark.parametrize(
    ("count", "le", "frozen"),
    [
        (200, date(2026, 1, 1), True), (200, date(2026, 6, 30), True), (199, date(2026, 3, 1), False),
        (200, date(2026, 7, 1), False), (5000, date(2026, 12, 31), False),
    ],
)  # fmt: skip
def test_two_hundred_deactivations_from_january_to_june_are_all_put_off(
    count: int,
    le: date,
    frozen: bool,  # noqa: FBT001 # a case
) -> None:
    returning = rules.Situation("SIGNEE", annexe_active=True)
    decided, told = rules.revue([SANS_ANNEXE] * count + [returning], le)
    assert told is frozen
    assert decided.count("desactiver") == (0 if frozen else count)
    assert decided[-1] == "activer"
