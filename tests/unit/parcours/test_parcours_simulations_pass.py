"""PASS IAE, suspension, prolongation and hire, case by case (``domaine/parcours.md`` §5 and §6.3)."""

from typing import Any

import pytest

from tests.factories.simulators import ask, refusals, simulate


def days(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"debut": debut, "fin": fin} for debut, fin in pairs]


def a_pass(**changes: Any) -> dict[str, Any]:
    pass_iae = {"date_debut": "2021-03-25", "au": "2022-11-22", "suspensions": [], "prolongations": []}
    return pass_iae | changes


THREE = days(("2023-03-24", "2023-03-28"), ("2023-03-28", "2023-04-02"), ("2023-04-02", "2023-05-02"))
PAST_AND_PRESENT = days(("2022-03-01", "2022-03-06"), ("2022-11-01", "2022-12-01"))


@pytest.mark.parametrize(
    ("changes", "fin", "left", "etat"),
    [
        ({}, "2023-03-24", 123, "VALID"),
        ({"date_fin": "2023-03-24"}, "2023-03-24", 123, "VALID"),
        ({"prolongations": THREE}, "2023-05-02", 162, "VALID"),
        ({"prolongations": THREE, "suspensions": PAST_AND_PRESENT}, "2023-06-06", 187, "SUSPENDED"),
        (
            {"prolongations": THREE, "suspensions": PAST_AND_PRESENT, "date_fin": "2023-06-06"},
            "2023-06-06",
            187,
            "SUSPENDED",
        ),
    ],
)
async def test_the_reference_example_is_right_to_the_day(
    changes: dict[str, Any], fin: str, left: int, etat: str
) -> None:
    told = await simulate("pass-iae", a_pass(**changes))
    assert (told["date_fin"], told["jours_restants"], told["etat"]) == (fin, left, etat)


@pytest.mark.parametrize(
    ("au", "etat", "left", "valide", "carence"),
    [
        ("2021-03-24", "FUTURE", 730, True, False),
        ("2021-03-25", "VALID", 730, True, False),
        ("2023-03-24", "VALID", 1, True, False),
        ("2023-03-25", "EXPIRED", 0, False, True),
        ("2025-03-24", "EXPIRED", 0, False, True),
        ("2025-03-25", "EXPIRED", 0, False, False),
    ],
)
async def test_each_state_has_its_days(*, au: str, etat: str, left: int, valide: bool, carence: bool) -> None:
    told = await simulate("pass-iae", a_pass(au=au))
    assert (told["etat"], told["jours_restants"], told["valide"]) == (etat, left, valide)
    assert told["carence"] == {"en_cours": carence, "fin": "2025-03-24"}
    assert told["duree_jours"] == 730


@pytest.mark.parametrize(
    ("au", "etat"),
    [
        ("2022-02-28", "VALID"),
        ("2022-03-01", "SUSPENDED"),
        ("2022-03-06", "SUSPENDED"),
        ("2022-03-07", "VALID"),
    ],
)
async def test_a_suspension_holds_on_both_its_ends(au: str, etat: str) -> None:
    told = await simulate("pass-iae", a_pass(au=au, suspensions=days(("2022-03-01", "2022-03-06"))))
    assert (told["etat"], told["date_fin"]) == (etat, "2023-03-29")


async def test_a_pass_that_is_over_is_expired_even_suspended() -> None:
    demande = a_pass(au="2023-04-01", date_fin="2023-03-24", suspensions=days(("2023-03-01", "2023-05-01")))
    assert (await simulate("pass-iae", demande))["etat"] == "EXPIRED"


async def test_a_suspension_of_one_day_adds_none() -> None:
    told = await simulate("pass-iae", a_pass(suspensions=days(("2022-03-01", "2022-03-01"))))
    assert told["date_fin"] == "2023-03-24"


async def test_two_years_after_29_february_is_the_28th() -> None:
    told = await simulate("pass-iae", a_pass(date_debut="2022-03-02", date_fin="2024-02-29"))
    assert told["carence"]["fin"] == "2026-02-28"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"date_fin": "2021-03-25"}, "pass_invalide"),
        ({"date_fin": "2021-03-24"}, "pass_invalide"),
        ({"suspensions": days(("2022-03-02", "2022-03-01"))}, "periode_inversee"),
        ({"prolongations": days(("2023-03-24", "2023-03-24"))}, "periode_inversee"),
        ({"suspensions": days(("1800-01-01", "2999-12-31"))}, "hors_calendrier"),
    ],
)
async def test_dates_that_contradict_themselves_are_refused(changes: dict[str, Any], code: str) -> None:
    assert await refusals("pass-iae", a_pass(**changes)) == [code]


def a_suspension(**changes: Any) -> dict[str, Any]:
    suspension = {
        "pass": {"debut": "2022-01-10", "fin": "2024-01-09"}, "au": "2022-11-22", "derniere_embauche": "2022-01-10",
        "autres": [], "debut": "2022-11-01", "fin": "2022-12-01",
    }  # fmt: skip
    return suspension | changes


@pytest.mark.parametrize(
    ("debut", "fin", "most", "end"),
    [
        ("2022-11-01", "2022-12-01", "2025-10-31", "2024-02-08"),
        ("2022-11-01", "2022-11-01", "2025-10-31", "2024-01-09"),
        ("2022-11-22", "2025-11-21", "2025-11-21", "2027-01-08"),
        ("2022-10-31", "2022-11-30", "2025-10-30", "2024-02-08"),
    ],
)
async def test_a_suspension_pushes_the_last_day_back(debut: str, fin: str, most: str, end: str) -> None:
    told = await simulate("suspension", a_suspension(debut=debut, fin=fin))
    assert (told["acceptee"], told["fin_maximale"], told["nouvelle_fin_pass"]) == (True, most, end)


async def test_the_longest_suspension_from_29_february_ends_on_the_27th() -> None:
    demande = a_suspension(debut="2024-02-29", au="2024-02-29", derniere_embauche="2024-01-01")
    demande["pass"] = {"debut": "2024-01-01", "fin": "2025-12-30"}
    assert (await simulate("suspension", demande | {"fin": "2027-02-27"}))["acceptee"] is True
    told = await simulate("suspension", demande | {"fin": "2027-02-28"})
    assert (told["acceptee"], told["fin_maximale"]) == (False, "2027-02-27")
    assert told["nouvelle_fin_pass"] is None


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"fin": "2025-10-31"}, []),
        ({"fin": "2025-11-01"}, ["suspension_trop_longue"]),
        ({"fin": "2022-10-31"}, ["periode_inversee"]),
        ({"debut": "2022-11-22"}, []),
        ({"debut": "2022-11-23"}, ["suspension_future"]),
        # Bounds of the PASS, included.
        ({"debut": "2022-01-10"}, []),
        ({"debut": "2022-01-09", "derniere_embauche": "2022-01-09"}, ["suspension_hors_pass"]),
        ({"debut": "2024-01-09", "fin": "2024-02-01", "au": "2024-01-09"}, []),
        ({"debut": "2024-01-10", "fin": "2024-02-01", "au": "2024-01-09"},
         ["suspension_future", "suspension_hors_pass"]),
        # The PASS runs.
        ({"au": "2024-01-10", "debut": "2024-01-09", "fin": "2024-02-01"}, ["pass_pas_en_cours"]),
        ({"au": "2022-01-09", "debut": "2022-01-09", "derniere_embauche": None},
         ["pass_pas_en_cours", "suspension_hors_pass"]),
        # No day in common, bounds included.
        ({"autres": [["2022-09-01", "2022-10-31"]]}, []),
        ({"autres": [["2022-09-01", "2022-11-01"]]}, ["suspension_chevauchante", "suspension_trop_ancienne"]),
        ({"autres": [["2022-12-01", "2022-12-31"]]}, ["suspension_chevauchante"]),
        ({"autres": [["2022-12-02", "2022-12-31"]]}, []),
        ({"autres": [["2022-11-10", "2022-11-22"]]}, ["pass_suspendu", "suspension_chevauchante"]),
        ({"autres": [["2022-11-22", "2022-11-22"]], "fin": "2022-11-21"}, ["pass_suspendu"]),
        ({"autres": [["2022-12-31", "2022-12-02"]]}, ["periode_inversee"]),
        # How far back.
        ({"derniere_embauche": "2022-11-01"}, []),
        ({"derniere_embauche": "2022-11-02"}, ["suspension_trop_ancienne"]),
        ({"derniere_embauche": "2023-01-02"}, ["suspension_trop_ancienne"]),
        ({"derniere_embauche": "2022-11-02", "autres": [["2022-09-01", "2022-10-31"]]}, []),
        ({"autres": [["2022-09-01", "2022-10-31"], ["2022-06-01", "2022-06-30"]], "debut": "2022-10-01",
          "fin": "2022-10-02"}, ["suspension_chevauchante", "suspension_trop_ancienne"]),
        ({"autres": [["2022-09-01", "2022-09-30"], ["2022-06-01", "2022-06-30"]], "debut": "2022-10-01"}, []),
        ({"autres": [["2022-09-01", "2022-09-30"]], "debut": "2022-08-01", "fin": "2022-08-31"},
         ["suspension_trop_ancienne"]),
    ],
)  # fmt: skip
async def test_a_suspension_is_refused_for_every_reason(changes: dict[str, Any], codes: list[str]) -> None:
    assert await refusals("suspension", a_suspension(**changes)) == codes


@pytest.mark.parametrize("embauche", [None, "2022-01-10", "2022-11-21"])
@pytest.mark.parametrize(
    ("debut", "codes"), [("2022-11-22", []), ("2022-11-21", ["suspension_trop_ancienne"])]
)
async def test_a_suspension_goes_back_365_days_at_most(
    embauche: str | None, debut: str, codes: list[str]
) -> None:
    demande = a_suspension(au="2023-11-22", derniere_embauche=embauche, debut=debut)
    assert await refusals("suspension", demande) == codes


@pytest.mark.parametrize(
    ("motif", "kind", "codes"),
    [
        *((motif, kind, []) for motif in
          ("CONTRACT_SUSPENDED", "CONTRACT_BROKEN", "FINISHED_CONTRACT", "APPROVAL_BETWEEN_CTA_MEMBERS")
          for kind in ("ACI", "AI", "EI", "ETTI", "EITI", None)),
        *(("CONTRAT_PASSERELLE", kind, []) for kind in ("ACI", "EI", None)),
        *(("CONTRAT_PASSERELLE", kind, ["motif_reserve"]) for kind in ("AI", "ETTI", "EITI")),
        *((motif, "ACI", ["motif_ferme"]) for motif in
          ("SICKNESS", "MATERNITY", "INCARCERATION", "TRIAL_OUTSIDE_IAE", "DETOXIFICATION", "FORCE_MAJEURE")),
        ("CONTRACT_BROKEN", "GEIQ", ["type_hors_iae"]),
        (None, "GEIQ", ["type_hors_iae"]),
        (None, None, []),
    ],
)  # fmt: skip
async def test_the_reasons_of_a_suspension(motif: str | None, kind: str | None, codes: list[str]) -> None:
    assert await refusals("suspension", a_suspension(motif=motif, type_structure=kind)) == codes


def a_prolongation(**changes: Any) -> dict[str, Any]:
    prolongation = {
        "pass": {"debut": "2022-01-10", "fin": "2024-01-09"}, "au": "2024-01-02", "debut": "2024-01-09",
        "fin": "2024-06-09", "motif": "RQTH", "type_structure": "ACI", "jours_deja_prolonges": 0,
    }  # fmt: skip
    return prolongation | changes


@pytest.mark.parametrize(
    ("motif", "deja", "most", "longest"),
    [
        ("SENIOR_CDI", 0, "2034-01-06", "2034-01-06"),
        ("SENIOR_CDI", 5000, "2034-01-06", "2034-01-06"),
        ("COMPLETE_TRAINING", 0, "2025-01-08", "2025-01-08"),
        ("COMPLETE_TRAINING", 4000, "2025-01-08", "2025-01-08"),
        ("RQTH", 0, "2027-01-08", "2025-01-08"),
        ("RQTH", 365, "2026-01-08", "2025-01-08"),
        ("RQTH", 900, "2024-07-22", "2024-07-22"),
        ("SENIOR", 0, "2029-01-07", "2025-01-08"),
        ("SENIOR", 1600, "2024-08-21", "2024-08-21"),
        ("PARTICULAR_DIFFICULTIES", 0, "2027-01-08", "2025-01-08"),
        ("PARTICULAR_DIFFICULTIES", 1094, "2024-01-10", "2024-01-10"),
    ],
)
async def test_a_prolongation_meets_both_its_ceilings(motif: str, deja: int, most: str, longest: str) -> None:
    demande = a_prolongation(motif=motif, jours_deja_prolonges=deja)
    told = await simulate("prolongation", demande | {"fin": longest})
    assert (told["acceptee"], told["fin_maximale"], told["nouvelle_fin_pass"]) == (True, most, longest)
    past = f"{longest[:8]}{int(longest[8:]) + 1:02}"
    told = await simulate("prolongation", demande | {"fin": past})
    assert (told["acceptee"], told["fin_maximale"], told["nouvelle_fin_pass"]) == (False, most, None)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"fin": "2025-01-09"}, ["duree_de_prolongation"]),
        ({"fin": "2024-07-23", "jours_deja_prolonges": 900}, ["plafond_de_prolongation"]),
        ({"fin": "2025-01-09", "jours_deja_prolonges": 900},
         ["duree_de_prolongation", "plafond_de_prolongation"]),
        ({"jours_deja_prolonges": 1095}, ["plafond_de_prolongation"]),
        ({"fin": "2024-01-10"}, []),
        ({"fin": "2024-01-09"}, ["prolongation_trop_courte"]),
        ({"fin": "2024-01-08"}, ["prolongation_trop_courte"]),
        ({"debut": "2024-01-10"}, ["debut_hors_fin_de_pass"]),
        ({"debut": "2024-01-08"}, ["debut_hors_fin_de_pass"]),
        ({"pass": {"debut": "2024-01-09", "fin": "2024-01-09"}}, ["pass_invalide"]),
    ],
)  # fmt: skip
async def test_a_prolongation_is_refused_for_every_reason(changes: dict[str, Any], codes: list[str]) -> None:
    assert await refusals("prolongation", a_prolongation(**changes)) == codes


@pytest.mark.parametrize(
    ("au", "is_open"),
    [("2023-01-08", False), ("2023-01-09", True), ("2024-01-09", True), ("2024-07-09", True), ("2024-07-10", False)],
)  # fmt: skip
async def test_the_window_is_twelve_months_before_to_six_after(*, au: str, is_open: bool) -> None:
    told = await simulate("prolongation", a_prolongation(au=au))
    assert (told["fenetre_ouverte"], told["acceptee"]) == (is_open, is_open)
    assert [refus["code"] for refus in told["refus"]] == ([] if is_open else ["fenetre_fermee"])
    assert told["fin_maximale"] == "2027-01-08"


@pytest.mark.parametrize(
    ("au", "is_open"),
    [("2023-02-27", False), ("2023-02-28", True), ("2024-08-29", True), ("2024-08-30", False)],
)
async def test_the_window_of_a_pass_that_ends_on_29_february(*, au: str, is_open: bool) -> None:
    demande = a_prolongation(au=au, debut="2024-02-29")
    demande["pass"] = {"debut": "2022-03-02", "fin": "2024-02-29"}
    assert (await simulate("prolongation", demande))["fenetre_ouverte"] is is_open


@pytest.mark.parametrize(
    ("motif", "required"),
    [("SENIOR_CDI", False), ("COMPLETE_TRAINING", False), ("RQTH", True), ("SENIOR", True),
     ("PARTICULAR_DIFFICULTIES", True), ("HEALTH_CONTEXT", False)],
)  # fmt: skip
async def test_who_grants_a_prolongation(*, motif: str, required: bool) -> None:
    told = await simulate("prolongation", a_prolongation(motif=motif))
    assert told["prescripteur_requis"] is required


@pytest.mark.parametrize(
    ("motif", "kind", "codes"),
    [
        *((motif, kind, []) for motif in ("SENIOR_CDI", "COMPLETE_TRAINING", "RQTH", "SENIOR")
          for kind in ("ACI", "AI", "EI", "ETTI", "EITI", None)),
        *(("PARTICULAR_DIFFICULTIES", kind, []) for kind in ("ACI", "AI", None)),
        *(("PARTICULAR_DIFFICULTIES", kind, ["motif_reserve"]) for kind in ("EI", "ETTI", "EITI")),
        *((motif, "GEIQ", ["type_hors_iae"]) for motif in ("RQTH", "PARTICULAR_DIFFICULTIES")),
        ("HEALTH_CONTEXT", "ACI", ["motif_ferme"]),
    ],
)  # fmt: skip
async def test_the_reasons_of_a_prolongation(motif: str, kind: str | None, codes: list[str]) -> None:
    assert await refusals("prolongation", a_prolongation(motif=motif, type_structure=kind)) == codes


@pytest.mark.parametrize(("au", "codes"), [("2021-11-30", []), ("2021-12-01", ["motif_ferme"])])
async def test_the_sanitary_reason_closed_on_1_december_2021(au: str, codes: list[str]) -> None:
    demande = a_prolongation(motif="HEALTH_CONTEXT", au=au, debut="2021-12-31", fin="2022-12-31")
    demande["pass"] = {"debut": "2020-01-02", "fin": "2021-12-31"}
    assert await refusals("prolongation", demande) == codes


def a_hire(**changes: Any) -> dict[str, Any]:
    return {"au": "2024-08-30", "date_embauche": "2024-09-02", "type_structure": "ACI"} | changes


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"date_embauche": "2024-08-30"}, []),
        ({"date_embauche": "2024-08-29"}, ["embauche_passee"]),
        ({"date_embauche": "2024-08-29", "type_structure": "GEIQ"}, []),
        ({"date_embauche": "2025-02-28"}, []),
        ({"date_embauche": "2025-03-01"}, ["embauche_lointaine"]),
        ({"date_embauche": "2025-03-01", "type_structure": "GEIQ"}, ["embauche_lointaine"]),
        ({"pass_fin": "2024-09-02"}, []),
        ({"pass_fin": "2024-09-01"}, ["embauche_apres_pass"]),
        ({"pass_fin": "2024-09-01", "type_structure": "GEIQ"}, []),
        ({"date_fin": "2024-09-02"}, []),
        ({"date_fin": "2024-09-01"}, ["periode_inversee"]),
        ({"date_fin": "2024-08-28", "date_embauche": "2024-08-29", "pass_fin": "2024-08-28"},
         ["embauche_passee", "embauche_apres_pass", "periode_inversee"]),
        *(({"type_structure": kind}, []) for kind in ("ACI", "AI", "EI", "ETTI", "EITI", "GEIQ")),
    ],
)  # fmt: skip
async def test_the_dates_of_a_hire(changes: dict[str, Any], codes: list[str]) -> None:
    assert await refusals("embauche", a_hire(**changes)) == codes


@pytest.mark.parametrize(
    ("name", "demande", "fields"),
    [
        ("pass-iae", {}, ["au", "date_debut", "prolongations", "suspensions"]),
        ("pass-iae", a_pass(date_debut="2021-02-29", au="hier", de_trop=1), ["au", "date_debut", "de_trop"]),
        ("pass-iae", a_pass(suspensions=[{"debut": "2022-01-01"}]), ["suspensions.0.fin"]),
        ("suspension", {}, ["au", "autres", "debut", "fin", "pass"]),
        ("suspension", a_suspension(motif="ENVIE", type_structure="XYZ"), ["motif", "type_structure"]),
        ("suspension", a_suspension(autres=[["2022-01-01"]]), ["autres.0.1"]),
        ("suspension", a_suspension(pass_iae={"debut": "2022-01-10", "fin": "2024-01-09"}), ["pass_iae"]),
        ("prolongation", {}, ["au", "debut", "fin", "jours_deja_prolonges", "motif", "pass"]),
        ("prolongation", a_prolongation(jours_deja_prolonges=-1), ["jours_deja_prolonges"]),
        ("prolongation", a_prolongation(jours_deja_prolonges="12"), ["jours_deja_prolonges"]),
        ("prolongation", a_prolongation(jours_deja_prolonges=True), ["jours_deja_prolonges"]),
        ("embauche", {}, ["au", "date_embauche", "type_structure"]),
        ("embauche", a_hire(type_structure="AUTRE"), ["type_structure"]),
    ],
)
async def test_malformed_input_tells_every_fault(
    name: str, demande: dict[str, Any], fields: list[str]
) -> None:
    answer = await ask(name, demande)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted(fault["champ"] for fault in answer.json()["erreurs"]) == fields
