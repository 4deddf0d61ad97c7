"""Eligibility, candidatures, exits and rates, case by case (``domaine/parcours.md`` §4, §6, §10)."""

from itertools import combinations
from typing import Any

import pytest

from services.parcours.domain.transitions import ETATS
from tests.factories.simulators import ask, refusals, simulate

ONE = ["RSA", "ASS", "AAH", "DETLD"]
TWO = ["CAP_BEP", "SENIOR", "JEUNE", "ASE", "DELD", "TH", "PI", "PSH_PR", "REF_DA", "ZRR", "QPV", "DETENTION_MJ",
       "FLE", "PM"]  # fmt: skip


def a_diagnosis(
    *criteres: str, kind: str = "ACI", auteur: str = "employeur", le: str = "2024-12-03"
) -> dict[str, Any]:
    return {"type_structure": kind, "auteur": auteur, "criteres": list(criteres), "le": le}


@pytest.mark.parametrize("kind", ["ACI", "AI", "EI", "ETTI", "EITI"])
async def test_an_employer_needs_one_criterion_of_level_one_or_two_or_three_of_level_two(kind: str) -> None:
    least = 2 if kind in {"AI", "ETTI"} else 3
    for critere in ONE:
        assert await refusals("eligibilite", a_diagnosis(critere, kind=kind)) == []
    for count in range(4):
        codes = [] if count >= least else ["criteres_insuffisants"]
        told = await simulate("eligibilite", a_diagnosis(*TWO[5 : 5 + count], kind=kind))
        assert ([refus["code"] for refus in told["refus"]], told["niveau_2"]) == (codes, count)


@pytest.mark.parametrize("kind", ["ACI", "AI", "EI", "ETTI", "EITI"])
async def test_a_prescripteur_needs_no_criterion(kind: str) -> None:
    assert await refusals("eligibilite", a_diagnosis(kind=kind, auteur="prescripteur_habilite")) == []


async def test_the_same_criterion_twice_counts_once() -> None:
    told = await simulate("eligibilite", a_diagnosis("QPV", "QPV", "ZRR"))
    assert (told["acceptee"], told["niveau_1"], told["niveau_2"]) == (False, 0, 2)


@pytest.mark.parametrize("auteur", ["employeur", "prescripteur_habilite"])
async def test_two_pairs_of_criteria_exclude_each_other_whoever_says_so(auteur: str) -> None:
    excluded = {frozenset({"SENIOR", "JEUNE"}), frozenset({"DETLD", "DELD"})}
    for pair in combinations([*ONE, *TWO], 2):
        codes = ["criteres_incompatibles"] if frozenset(pair) in excluded else []
        assert await refusals("eligibilite", a_diagnosis(*pair, kind="AI", auteur=auteur)) == codes


async def test_all_that_a_diagnosis_lacks_is_told_at_once() -> None:
    assert await refusals("eligibilite", a_diagnosis("SENIOR", "JEUNE")) == [
        "criteres_incompatibles",
        "criteres_insuffisants",
    ]
    told = await simulate("eligibilite", a_diagnosis("RSA", kind="GEIQ"))
    assert [refus["code"] for refus in told["refus"]] == ["type_hors_iae"]
    assert (told["niveau_1"], told["valable_jusqu_au"]) == (1, None)


@pytest.mark.parametrize(
    ("auteur", "le", "last"),
    [
        ("employeur", "2024-12-03", "2025-03-04"),
        ("employeur", "2024-01-01", "2024-04-01"),
        ("employeur", "2023-12-01", "2024-03-01"),
        ("prescripteur_habilite", "2024-12-03", "2025-06-02"),
        ("prescripteur_habilite", "2023-08-31", "2024-02-28"),
        ("prescripteur_habilite", "2023-08-29", "2024-02-28"),
        ("prescripteur_habilite", "2022-08-31", "2023-02-27"),
    ],
)
async def test_how_long_a_diagnosis_holds(auteur: str, le: str, last: str) -> None:
    assert (await simulate("eligibilite", a_diagnosis("RSA", auteur=auteur, le=le)))[
        "valable_jusqu_au"
    ] == last


TRANSITIONS = {
    "new": "process=processing postpone=postponed accept=accepted add_to_pool=pool refuse=refused transfer=new "
    "move_to_prior_to_hire=prior_to_hire render_obsolete=obsolete",
    "processing": "postpone=postponed accept=accepted add_to_pool=pool refuse=refused transfer=new "
    "move_to_prior_to_hire=prior_to_hire render_obsolete=obsolete",
    "postponed": "accept=accepted add_to_pool=pool refuse=refused transfer=new "
    "move_to_prior_to_hire=prior_to_hire render_obsolete=obsolete",
    "prior_to_hire": "postpone=postponed accept=accepted cancel_prior_to_hire=processing refuse=refused transfer=new",
    "accepted": "cancel=cancelled",
    "refused": "accept=accepted move_to_prior_to_hire=prior_to_hire transfer=new external_transfer=refused",
    "cancelled": "accept=accepted add_to_pool=pool move_to_prior_to_hire=prior_to_hire transfer=new",
    "obsolete": "accept=accepted add_to_pool=pool move_to_prior_to_hire=prior_to_hire transfer=new reset=new",
    "pool": "process=processing postpone=postponed accept=accepted refuse=refused transfer=new "
    "move_to_prior_to_hire=prior_to_hire",
}
ALL = sorted({pair.split("=")[0] for pairs in TRANSITIONS.values() for pair in pairs.split()})


@pytest.mark.parametrize("etat", ETATS)
async def test_a_state_admits_its_transitions_and_no_other(etat: str) -> None:
    admitted = dict(pair.split("=") for pair in TRANSITIONS[etat].split())
    told = await simulate("candidature", {"etat": etat})
    assert (told["transitions"], told["acceptee"], told["refus"]) == (admitted, True, [])
    assert len(ALL) == 12
    for transition in ALL:
        codes = [] if transition in admitted else ["transition_interdite"]
        assert await refusals("candidature", {"etat": etat, "transition": transition}) == codes


def an_exit(**changes: Any) -> dict[str, Any]:
    told = {
        "type_structure": "ACI", "motif": "CDI", "heures": "120", "date_entree": "2024-01-01",
        "date_sortie": "2024-03-22",
    } | changes  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


@pytest.mark.parametrize(
    ("motif", "categorie", "dynamique"),
    [
        *((m, "DURABLE", True) for m in ("CDI", "CDI_AIDE", "CDD_6M_PLUS", "FONCTION_PUBLIQUE", "CREATION")),
        *((m, "TRANSITION", True) for m in ("CDD_MOINS_6M", "CONTRAT_AIDE")),
        *((m, "POSITIVE", True) for m in ("FORMATION", "AUTRE_SIAE", "RETRAITE", "AUTRE_POSITIVE")),
        *((m, "AUTRE", False) for m in ("CHOMAGE", "INACTIF", "SANS_NOUVELLES")),
        *((m, "RETRAIT", False) for m in
          ("ESSAI", "FAUTE_GRAVE", "LONGUE_MALADIE", "DEMENAGEMENT", "JUSTICE", "DECES")),
    ],
)  # fmt: skip
async def test_a_reason_has_its_category(*, motif: str, categorie: str, dynamique: bool) -> None:
    told = await simulate("sortie", an_exit(motif=motif))
    assert (told["categorie"], told["dynamique"]) == (categorie, dynamique)
    assert (told["comptee"], told["raison"]) == (
        (False, "retrait") if categorie == "RETRAIT" else (True, "comptee")
    )
    by_category = await simulate("sortie", an_exit(motif=None, categorie=categorie))
    assert {**by_category, "regles": []} == {**told, "regles": []}


@pytest.mark.parametrize(
    ("kind", "jour", "heures", "raison"),
    [
        *((kind, "2024-03-21", "500", "duree_insuffisante") for kind in ("ACI", "EI")),
        *((kind, "2024-03-22", "1", "comptee") for kind in ("ACI", "EI")),
        *((kind, "2024-03-22", "0.99", "heures_insuffisantes") for kind in ("ACI", "EI")),
        *((kind, "2024-01-01", "150", "comptee") for kind in ("AI", "ETTI")),
        *((kind, "2024-12-31", "149.99", "heures_insuffisantes") for kind in ("AI", "ETTI")),
        ("EITI", "2024-01-01", "1", "comptee"),
        ("EITI", "2024-12-31", "0", "heures_insuffisantes"),
    ],
)
async def test_an_exit_counts_from_the_threshold_of_its_type(
    kind: str, jour: str, heures: str, raison: str
) -> None:
    told = await simulate("sortie", an_exit(type_structure=kind, date_sortie=jour, heures=heures))
    assert (told["acceptee"], told["comptee"], told["raison"]) == (True, raison == "comptee", raison)
    removed = an_exit(type_structure=kind, date_sortie=jour, heures=heures, motif="DECES")
    assert (await simulate("sortie", removed))["raison"] == "retrait"


@pytest.mark.parametrize(("mesure", "comptee"), [("ACIPA_DC", False), ("EIPA_DC", False), ("ACI_DC", True)])
async def test_an_exit_under_an_excluded_mesure_does_not_count(*, mesure: str, comptee: bool) -> None:
    told = await simulate("sortie", an_exit(mesure=mesure))
    assert (told["acceptee"], told["comptee"]) == (True, comptee)
    assert told["raison"] == ("comptee" if comptee else "mesure_exclue")


async def test_an_exit_of_any_date_is_judged_by_the_thresholds_of_today() -> None:
    old = {"date_entree": "2000-01-01", "date_sortie": "2000-03-21"}
    assert (await simulate("sortie", an_exit(**old)))["raison"] == "duree_insuffisante"
    assert (await simulate("sortie", an_exit(type_structure="EITI", heures="0", **old)))["comptee"] is False


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"type_structure": "GEIQ"}, ["type_hors_iae"]),
        ({"date_sortie": "2023-12-31"}, ["periode_inversee"]),
        ({"type_structure": "GEIQ", "date_sortie": "2023-12-31"}, ["type_hors_iae", "periode_inversee"]),
    ],
)
async def test_an_exit_out_of_rule_is_refused_with_its_category(
    changes: dict[str, Any], codes: list[str]
) -> None:
    told = await simulate("sortie", an_exit(**changes))
    assert [refus["code"] for refus in told["refus"]] == codes
    assert (told["acceptee"], told["categorie"], told["comptee"], told["raison"]) == (
        False,
        "DURABLE",
        False,
        codes[0],
    )


@pytest.mark.parametrize(
    ("counts", "rates"),
    [
        ((25, 20, 15, 40, 12), ("0.6000", "0.2500", 100)),
        ((1, 0, 0, 2, 0), ("0.333333", "0.333333", 3)),
        ((0, 2, 0, 1, 0), ("0.666667", "0.0000", 3)),
        ((0, 0, 0, 5, 3), ("0.0000", "0.0000", 5)),
        ((4, 3, 2, 0, 9), ("1.0000", "0.444444", 9)),
        ((0, 0, 0, 0, 7), (None, None, 0)),
        ((0, 0, 0, 0, 0), (None, None, 0)),
    ],
)
async def test_the_rates_leave_out_withdrawals_and_are_null_on_nothing(
    counts: tuple[int, ...], rates: tuple[str | None, str | None, int]
) -> None:
    names = ("durable", "transition", "positive", "autre", "retrait")
    told = await simulate("taux-sorties", dict(zip(names, counts, strict=True)))
    assert (told["taux_dynamique"], told["taux_durable"], told["denominateur"]) == rates


@pytest.mark.parametrize(
    ("name", "demande", "fields"),
    [
        ("eligibilite", {}, ["auteur", "criteres", "le", "type_structure"]),
        ("eligibilite", a_diagnosis("FATIGUE", "RSA", "ENVIE"), ["criteres.0", "criteres.2"]),
        ("eligibilite", a_diagnosis(auteur="orienteur", kind="XYZ"), ["auteur", "type_structure"]),
        ("candidature", {"etat": "perdue", "transition": "fuir"}, ["etat", "transition"]),
        ("sortie", {}, ["date_entree", "date_sortie", "heures", "motif", "type_structure"]),
        ("sortie", an_exit(categorie="DURABLE", heures="-1"), ["heures", "motif"]),
        ("sortie", an_exit(motif="ENVIE", heures="beaucoup"), ["heures", "motif"]),
        ("sortie", an_exit(motif=None, categorie="BONNE"), ["categorie"]),
        ("taux-sorties", {}, ["autre", "durable", "positive", "retrait", "transition"]),
        ("taux-sorties", {"durable": -1, "transition": 1.5, "positive": "2", "autre": 0, "retrait": None},
         ["durable", "positive", "retrait", "transition"]),
        ("identifiants", {"nir": 185, "telephone": "0"}, ["nir", "telephone"]),
    ],
)  # fmt: skip
async def test_malformed_input_tells_every_fault(
    name: str, demande: dict[str, Any], fields: list[str]
) -> None:
    answer = await ask(name, demande)
    assert answer.status_code == 422
    assert sorted(fault["champ"] for fault in answer.json()["erreurs"]) == fields
