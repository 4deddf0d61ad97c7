"""Who may do what: a table of cases, and what must hold whatever the case."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access.callers import Caller, Perimetre
from shared.access.errors import PorteeInsuffisante
from shared.access.rights import RULES, Action, Decision, Target, ensure, may, may_begin, related
from shared.access.scopes import Scope
from shared.errors import Introuvable
from tests.factories.access import STRUCTURE, make_caller

OTHER = UUID("00000000-0000-4000-8000-000000000002")
DEPARTEMENTS = ["02", "59", "60", "62", "80"]
ORGANISATIONS = ["FT-59-01", "FT-62-01", "ML-59-02"]

perimetres = st.builds(
    Perimetre,
    st.frozensets(st.sampled_from([STRUCTURE, OTHER])),
    st.frozensets(st.sampled_from(DEPARTEMENTS)),
    st.frozensets(st.sampled_from(ORGANISATIONS)),
)
callers = st.builds(
    Caller,
    client_id=st.just("client-fictif"),
    subject=st.just("client-fictif"),
    scopes=st.frozensets(st.sampled_from(Scope)),
    perimetre=perimetres,
)
targets = st.builds(
    Target,
    st.sampled_from([None, STRUCTURE, OTHER]),
    st.sampled_from([None, *DEPARTEMENTS]),
    st.sampled_from([None, *ORGANISATIONS]),
)
actions = st.sampled_from(Action)
BOUNDED = [action for action in Action if RULES[action].bounded]


def test_every_action_has_its_rule() -> None:
    assert set(RULES) == set(Action)


def test_what_is_not_bounded_by_a_perimeter_is_listed_here() -> None:
    assert set(Action) - set(BOUNDED) == {
        Action.LIRE_REGISTRE,
        Action.GERER_WEBHOOKS,
        Action.LIRE_JOURNAL,
        Action.EXPLOITER,
    }


@pytest.mark.parametrize(
    ("perimetre", "target", "decision"),
    [
        ({"structures": [STRUCTURE]}, Target(structure_id=STRUCTURE), Decision.ACCORDE),
        ({"structures": [OTHER]}, Target(structure_id=STRUCTURE), Decision.HORS_PERIMETRE),
        ({"departements": ["59"]}, Target(structure_id=STRUCTURE, departement="59"), Decision.ACCORDE),
        ({"departements": ["62"]}, Target(structure_id=STRUCTURE, departement="59"), Decision.HORS_PERIMETRE),
        # A prescriber sees and makes what it sends, to a structure outside its own list.
        ({"organisations": ["FT-59-01"]}, Target(OTHER, "62", "FT-59-01"), Decision.ACCORDE),
        ({"organisations": ["FT-59-01"]}, Target(OTHER, "62", "FT-62-01"), Decision.HORS_PERIMETRE),
        ({"organisations": ["FT-59-01"]}, Target(OTHER, "62"), Decision.HORS_PERIMETRE),
        ({"departements": ["59"]}, Target(), Decision.HORS_PERIMETRE),
        ({}, Target(STRUCTURE, "59", "FT-59-01"), Decision.HORS_PERIMETRE),
    ],
)
def test_a_relation_is_the_structure_its_departement_or_the_organisation_that_sent(
    perimetre: dict[str, Any], target: Target, decision: Decision
) -> None:
    assert may(make_caller(**perimetre), Action.LIRE_PARCOURS, target) is decision


def test_an_act_on_a_structure_is_never_its_own() -> None:
    public = {action for action in Action if RULES[action].public_act}
    assert public == {
        Action.CONVENTIONNER, Action.HABILITER, Action.ECRIRE_FINANCEMENT, Action.REPONDRE_SIGNALEMENT,
    }  # fmt: skip
    target = Target(STRUCTURE, "59", "FT-59-01")
    own = make_caller(scopes=list(Scope), structures=[STRUCTURE], organisations=["FT-59-01"])
    state = make_caller(scopes=list(Scope), departements=["59"])
    for action in public:
        assert (may(own, action, target), may(state, action, target)) == (
            Decision.HORS_PERIMETRE,
            Decision.ACCORDE,
        )


def test_the_registry_is_read_whatever_the_perimeter() -> None:
    reader = make_caller(scopes=[Scope.STRUCTURES_LECTURE, Scope.STRUCTURES_ECRITURE])

    assert may(reader, Action.LIRE_REGISTRE, Target(STRUCTURE, "59"))
    assert not may(reader, Action.ECRIRE_REGISTRE, Target(STRUCTURE, "59"))


def test_a_refusal_is_false_although_it_is_a_text() -> None:
    assert not Decision.PORTEE_ABSENTE
    assert not Decision.HORS_PERIMETRE
    assert Decision.ACCORDE
    assert [decision.allowed for decision in Decision] == [True, False, False]


def test_outside_the_perimeter_is_answered_as_unknown() -> None:
    with pytest.raises(Introuvable) as refusal:
        ensure(make_caller(departements=["62"]), Action.LIRE_PARCOURS, Target(departement="59"))
    assert (refusal.value.status, refusal.value.code) == (404, "introuvable")


def test_a_missing_scope_is_answered_403_even_outside_the_perimeter() -> None:
    with pytest.raises(PorteeInsuffisante) as refusal:
        ensure(make_caller(), Action.ECRIRE_PARCOURS, Target(departement="59"))
    assert refusal.value.status == 403
    assert refusal.value.headers["WWW-Authenticate"].endswith('scope="parcours.ecriture"')


def test_what_is_allowed_is_not_refused() -> None:
    ensure(make_caller(departements=["59"]), Action.LIRE_PARCOURS, Target(departement="59"))


@given(callers, st.sampled_from(BOUNDED), targets)
def test_a_caller_without_relation_never_gets_yes(caller: Caller, action: Action, target: Target) -> None:
    if not related(caller, target):
        assert not may(caller, action, target)


@given(callers, actions, targets)
def test_a_caller_without_the_scope_never_gets_yes(caller: Caller, action: Action, target: Target) -> None:
    without = replace(caller, scopes=caller.scopes - {RULES[action].scope})

    assert may(without, action, target) is Decision.PORTEE_ABSENTE


@given(callers, perimetres, st.frozensets(st.sampled_from(Scope)), actions, targets)
def test_removing_a_habilitation_never_adds_a_right(
    caller: Caller, kept: Perimetre, scopes: frozenset[Scope], action: Action, target: Target
) -> None:
    has = caller.perimetre
    less = replace(
        caller,
        scopes=caller.scopes & scopes,
        perimetre=Perimetre(
            has.structures & kept.structures,
            has.departements & kept.departements,
            has.organisations & kept.organisations,
        ),
    )

    if may(less, action, target):
        assert may(caller, action, target)


@given(callers, actions, targets)
def test_what_may_be_done_may_be_begun(caller: Caller, action: Action, target: Target) -> None:
    if may(caller, action, target):
        assert may_begin(caller, action)


@given(targets)
def test_an_unknown_part_of_a_target_relates_it_to_nobody(target: Target) -> None:
    everything = make_caller(
        structures=[STRUCTURE, OTHER], departements=DEPARTEMENTS, organisations=ORGANISATIONS
    )

    assert related(everything, target) is (target != Target())
