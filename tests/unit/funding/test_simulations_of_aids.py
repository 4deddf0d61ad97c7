"""The simulators of realisation, aids, movements and clauses; malformed input of all of them."""

from typing import Any

import httpx
import pytest

from tests.factories.funding_simulators import simulate


async def realisation(
    client: httpx.AsyncClient, heures: list[tuple[Any, str]], **changes: Any
) -> dict[str, Any]:
    """Simulate a year of an ACI of 10 ETP, changed."""
    demande = {"etp": "10", "montant_unitaire": "20441", "heures_par_etp": "1820", "duree_mois": 12}
    lines = [{"mois": mois, "heures": h} for mois, h in heures]
    return await simulate(client, "realisation", demande | {"heures": lines} | changes)


async def test_six_months_of_hours_are_told_whole(client: httpx.AsyncClient) -> None:
    hours = [("2020-01", "1516"), ("2020-02", "1517"), *((f"2020-{m:02d}", "1516.75") for m in range(3, 7))]
    told = await realisation(client, hours)
    assert told | {"regles": None} == {
        "acceptee": True,
        "refus": [],
        "regles": None,
        "etp_annuel": "5.00",
        "mois": [
            {"mois": "2020-01", "etp": "9.9956044"},
            {"mois": "2020-02", "etp": "10.0021978"},
            *({"mois": f"2020-{m:02d}", "etp": "10.00054945"} for m in range(3, 7)),
        ],
        "trous": [],
        "moyenne_mensuelle": "10.00",
        "taux_cumule": "1.0000",
        "classement": "CONFORME",
        "du_cumule": "102205.00",
        "verse_cumule": "102205.02",
        "regularisation": "-0.02",
        "atterrissage": "10.00027473",
        "etp_reprenables": "0.00",
    }
    assert {"F01", "F02", "F08", "F09", "F17", "F18", "F19", "F21"} <= {r["code"] for r in told["regles"]}


async def test_the_regularisation_of_a_real_annexe_is_found_again(client: httpx.AsyncClient) -> None:
    hours = [(f"2018-{m:02d}", "1160") for m in range(1, 6)]
    told = await realisation(client, hours, etp="8.15", montant_unitaire="19897")
    assert (told["du_cumule"], told["verse_cumule"], told["regularisation"]) == (
        "63408.02", "67566.90", "-4158.88",
    )  # fmt: skip
    assert (told["classement"], told["etp_reprenables"]) == ("SOUS", "0.50")


async def test_a_hole_is_told_and_counts_nowhere_and_lines_of_a_month_add_up(
    client: httpx.AsyncClient,
) -> None:
    hours = [("2021-02", "910"), ("2020-11", "1365"), ("2020-12", "1365"), ("2021-02", "455")]
    told = await realisation(client, hours, etp="9")
    assert [line["mois"] for line in told["mois"]] == ["2020-11", "2020-12", "2021-02"]
    assert (told["trous"], told["moyenne_mensuelle"], told["classement"]) == (["2021-01"], "9.00", "CONFORME")
    by_rank = await realisation(client, [(1, "1365"), (2, "1365"), (4, "1365")], etp="9")
    assert (by_rank["trous"], by_rank["moyenne_mensuelle"]) == ([3], "9.00")
    assert [line["mois"] for line in by_rank["mois"]] == [1, 2, 4]


async def test_nothing_is_said_of_no_month_and_zero_is_a_value(client: httpx.AsyncClient) -> None:
    told = await realisation(client, [])
    assert (told["moyenne_mensuelle"], told["taux_cumule"], told["classement"], told["atterrissage"]) == (
        None,
    ) * 4
    assert (told["etp_annuel"], told["du_cumule"], told["verse_cumule"]) == ("0.00", "0.00", "0.00")
    zero = await realisation(client, [("2020-01", "0")], etp="0")
    assert (zero["taux_cumule"], zero["classement"], zero["regularisation"]) == ("0.0000", "CONFORME", "0.00")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"heures_par_etp": "0"}, ["heures_etp_manquantes"]),
        ({"duree_mois": 1}, ["mois_hors_annexe"]),
        ({"duree_mois": 13}, ["periode_trop_longue"]),
    ],
)
async def test_refused_hours_keep_what_was_paid(
    client: httpx.AsyncClient, changes: dict[str, Any], codes: list[str]
) -> None:
    told = await realisation(client, [("2020-01", "10"), ("2020-02", "10")], **changes)
    assert [refus["code"] for refus in told["refus"]] == codes
    assert (
        told["verse_cumule"] == {12: "34068.34", 1: "17034.17", 13: "34068.34"}[changes.get("duree_mois", 12)]
    )


async def test_the_part_modulee_comes_from_scores_or_from_a_rate(client: httpx.AsyncClient) -> None:
    scores = {"publics": "0.8", "effort": "0.5", "resultats": "0.6"}
    told = await simulate(client, "modulation", {"socle_du": "162160.55", "scores": scores})
    assert (told["acceptee"], told["taux"], told["montant"]) == (True, "0.0650", "10540.44")
    given = await simulate(client, "modulation", {"socle_du": "162160.55", "taux": "0.065"})
    assert (given["taux"], given["montant"]) == ("0.0650", "10540.44")
    prison = {"socle_du": "1000", "milieu_penitentiaire": True}
    at_most = await simulate(client, "modulation", prison | {"taux": "0.05"})
    assert (at_most["acceptee"], at_most["montant"]) == (True, "50.00")
    above = await simulate(client, "modulation", prison | {"taux": "0.06"})
    assert (above["acceptee"], [r["code"] for r in above["refus"]]) == (False, ["modulation_excessive"])
    assert (above["plafond"], above["montant"]) == ("0.0500", None)
    assert (await simulate(client, "modulation", {"socle_du": "9", "taux": "0"}))["montant"] == "0.00"


async def test_the_departement_pays_88_percent_of_the_rsa_a_month(client: httpx.AsyncClient) -> None:
    demande = {"postes": 6, "mois": [f"2018-{m:02d}" for m in range(1, 13)]}
    told = await simulate(client, "cofinancement-departemental", demande)
    assert (told["acceptee"], told["montant"]) == (True, "34820.60")
    assert told["detail"][0] == {"mois": "2018-01", "rsa": "545.48", "montant": "2880.13"}
    assert told["detail"][3] == {"mois": "2018-04", "rsa": "550.93", "montant": "2908.91"}


async def test_an_unknown_rsa_refuses_the_sum_and_tells_the_known_months(client: httpx.AsyncClient) -> None:
    demande = {"postes": 1, "mois": ["2026-03", "2026-04"]}
    told = await simulate(client, "cofinancement-departemental", demande)
    assert (told["acceptee"], [r["code"] for r in told["refus"]]) == (False, ["bareme_absent"])
    assert told["montant"] is None
    assert told["detail"] == [
        {"mois": "2026-03", "rsa": "646.52", "montant": "568.94"},
        {"mois": "2026-04", "rsa": None, "montant": None},
    ]


async def test_a_movement_is_balanced_in_euros(client: httpx.AsyncClient) -> None:
    aci = {"type_structure": "ACI", "etp": "2", "montant_unitaire": "23921"}
    ai = {"type_structure": "AI", "etp": "29.55", "montant_unitaire": "1619"}
    told = await simulate(client, "redeploiement", {"retraits": [aci], "attributions": [ai]})
    assert (told["acceptee"], told["solde_etp"], told["solde_eur"]) == (True, "-27.55", "0.55")
    over = await simulate(client, "redeploiement", {"retraits": [ai], "attributions": [aci]})
    assert (over["acceptee"], over["solde_etp"], over["solde_eur"]) == (False, "27.55", "-0.55")
    assert [refus["code"] for refus in over["refus"]] == ["enveloppe_depassee"]


async def test_a_clause_gives_hours_and_etp(client: httpx.AsyncClient) -> None:
    demande = {"montant": "2400000", "part_main_oeuvre": "0.40", "taux_effort": "0.07", "cout_horaire": "28"}
    told = await simulate(client, "clause", demande)
    assert (told["acceptee"], told["heures"], told["etp"]) == (True, "2400.00", "1.49346609")
    free = await simulate(client, "clause", demande | {"cout_horaire": "0"})
    assert (free["acceptee"], free["heures"], free["refus"][0]["code"]) == (False, None, "cout_horaire_nul")


@pytest.mark.parametrize(
    ("masse", "annee", "montant"),
    [("900000", 2017, "15696.00"), ("480000", 2018, "0.00"), ("900000", 2019, "0.00")],
)
async def test_the_cits_is_due_in_2017_and_2018(
    client: httpx.AsyncClient, masse: str, annee: int, montant: str
) -> None:
    told = await simulate(client, "cits", {"masse_salariale": masse, "annee": annee})
    assert (told["acceptee"], told["montant"]) == (True, montant)
    assert [regle["code"] for regle in told["regles"]] == ["F26"]


async def test_an_independent_worker_is_aided_by_the_hours_up_to_1505(client: httpx.AsyncClient) -> None:
    half = await simulate(client, "eiti", {"heures": "752.5", "le": "2020-06-01"})
    assert (half["acceptee"], half["montant"], half["montant_maximal"]) == (True, "2807.00", "5614.00")
    assert [r["source"] for r in half["regles"]][1:] == ["arrêté du 7 février 2020"]
    given = await simulate(client, "eiti", {"heures": "2000", "le": "2022-03-01", "montant_maximal": "5900"})
    assert (given["acceptee"], given["montant"]) == (True, "5900.00")
    unknown = await simulate(client, "eiti", {"heures": "10", "le": "2022-03-01"})
    assert (unknown["acceptee"], unknown["montant"]) == (False, None)
    assert [refus["code"] for refus in unknown["refus"]] == ["bareme_absent"]


@pytest.mark.parametrize(
    ("type_structure", "le", "codes"),
    [
        ("ACI", "2016-12-31", ["EXONERATION_PROPRE"]),
        ("ACI", "2018-12-31", ["EXONERATION_PROPRE", "CITS"]),
        ("AI", "2019-01-01", ["ALLEGEMENT_RETRAITE", "ALLEGEMENT_CHOMAGE"]),
        ("EI", "2017-01-01", ["CITS"]),
        ("EI", "2019-09-30", ["ALLEGEMENT_RETRAITE"]),
        ("ETTI", "2019-10-01", ["ALLEGEMENT_RETRAITE", "ALLEGEMENT_CHOMAGE"]),
        ("EI", "2021-01-01", ["ALLEGEMENT_RETRAITE", "ALLEGEMENT_CHOMAGE", "PROFESSIONNALISATION"]),
        ("EITI", "2021-01-01", []),
    ],
)
async def test_what_helps_a_structure_beside_its_posts_is_told_by_date(
    client: httpx.AsyncClient, type_structure: str, le: str, codes: list[str]
) -> None:
    told = await simulate(client, "aides", {"type_structure": type_structure, "le": le})
    assert told["acceptee"] is True
    assert [aide["code"] for aide in told["aides"]] == [*codes, "FDI_CONSEIL"]
    assert (told["aides"][-1]["plafond"], told["aides"][-1]["part"]) == ("15000.00", "0.7000")
    assert all(aide["source"] for aide in told["aides"])


async def test_a_type_outside_the_iae_has_no_aid(client: httpx.AsyncClient) -> None:
    told = await simulate(client, "aides", {"type_structure": "GEIQ", "le": "2021-01-01"})
    assert ([r["code"] for r in told["refus"]], told["aides"]) == (["type_hors_iae"], [])


MALFORMED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("modulation", {"socle_du": "1"}, {"taux": "scores_ou_taux"}),
    (
        "modulation",
        {"socle_du": "1", "taux": "0", "scores": {"publics": "0", "effort": "0", "resultats": "0"}},
        {"taux": "scores_ou_taux"},
    ),
    (
        "modulation",
        {"socle_du": "-1", "scores": {"publics": "1.1", "effort": 1, "note": "1"}},
        {
            "socle_du": "valeur_hors_bornes",
            "scores.publics": "valeur_hors_bornes",
            "scores.effort": "decimal_invalide",
            "scores.resultats": "champ_manquant",
            "scores.note": "champ_inconnu",
        },
    ),
    ("cofinancement-departemental", {"postes": "6", "mois": ["2018-13"]}, {"postes": "type_invalide", "mois.0": "mois_invalide"}),
    ("cofinancement-departemental", {"postes": -1, "mois": ["2018-01"] * 2}, {"postes": "valeur_hors_bornes", "mois": "mois_en_double"}),
    ("cits", {"masse_salariale": "1,5", "annee": "2017"}, {"masse_salariale": "decimal_invalide", "annee": "type_invalide"}),
    (
        "realisation",
        {"etp": "NaN", "montant_unitaire": "1e3", "duree_mois": 0, "heures": [{"mois": "2018", "heures": "-1"}]},
        {
            "etp": "decimal_invalide",
            "montant_unitaire": "decimal_invalide",
            "heures_par_etp": "champ_manquant",
            "duree_mois": "valeur_hors_bornes",
            "heures.0.mois": "mois_invalide",
            "heures.0.heures": "valeur_hors_bornes",
        },
    ),
    ("clause", {"montant": "1", "part_main_oeuvre": "40", "taux_effort": "7", "cout_horaire": ""}, {
        "part_main_oeuvre": "valeur_hors_bornes", "taux_effort": "valeur_hors_bornes", "cout_horaire": "decimal_invalide",
    }),
    ("redeploiement", {"retraits": {}, "attributions": [{"type_structure": "OPCS", "etp": True}]}, {
        "retraits": "type_invalide", "attributions.0.type_structure": "valeur_inconnue", "attributions.0.etp": "decimal_invalide",
        "attributions.0.montant_unitaire": "champ_manquant",
    }),
    ("bareme", {"le": "2018-02-29"}, {"type_structure": "champ_manquant", "le": "date_invalide"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "demande", "faults"), MALFORMED)
async def test_every_fault_of_form_is_told_at_once(
    client: httpx.AsyncClient, name: str, demande: dict[str, Any], faults: dict[str, str]
) -> None:
    answer = await client.post(f"/v1/simulations/{name}", json=demande)
    assert answer.status_code == 422
    assert {fault["champ"]: fault["code"] for fault in answer.json()["erreurs"]} == faults


async def test_months_are_all_written_alike(client: httpx.AsyncClient) -> None:
    demande = {"etp": "1", "montant_unitaire": "1", "heures_par_etp": "1", "duree_mois": 2}
    lines = [{"mois": 1, "heures": "1"}, {"mois": "2018-02", "heures": "1"}]
    answer = await client.post("/v1/simulations/realisation", json=demande | {"heures": lines})
    assert [fault["code"] for fault in answer.json()["erreurs"]] == ["mois_melanges"]
