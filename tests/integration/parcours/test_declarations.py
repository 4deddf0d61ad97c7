"""Monthly declarations and exits: refused whole, versioned, and judged again when hours change."""

import asyncio
from typing import Any

import pytest

from tests.factories.facts import make_annexe
from tests.factories.parcours import (
    NUMERO,
    make_contrat,
    make_declaration,
    make_ligne,
    make_personne,
    make_sortie,
)
from tests.factories.parcours_service import ACI, SIRETS, Parcours
from tests.factories.siret import make_siret

EXIT = {"date": "2017-06-30", "motif": "CDI"}


@pytest.fixture
async def hired(parcours: Parcours) -> Parcours:
    """A person in an ACI (contract K1), another in an AI (contract K2, up to 16 h, without agrément)."""
    await parcours.load(
        "personnes",
        make_personne(),
        make_personne(
            "P2", nom="AUTRE", numero_agrement=None, date_agrement_debut=None, date_agrement_fin=None
        ),
    )
    association = {"siret": SIRETS["AI"], "type_structure": "AI", "type_contrat": "CDD_USAGE"}
    await parcours.load(
        "contrats", make_contrat(), make_contrat("K2", personne="P2", heures_hebdo="16", **association)
    )
    return parcours


def in_ai(mois: str, heures: str, **changes: Any) -> dict[str, Any]:
    place = {"siret": SIRETS["AI"], "type_structure": "AI", "reference": f"S2-{mois}"}
    return make_declaration(mois, make_ligne("K2", heures), **(place | changes))


async def test_a_declaration_is_received_replaced_and_kept(hired: Parcours) -> None:
    first = await hired.declare("2017-03", make_ligne(heures="100.50"))
    assert first.status_code == 201, first.text
    assert first.headers["etag"] == '"1"'
    assert first.json() | {"id": ""} == {
        "id": "", "structure_id": str(ACI), "mois": "2017-03", "version": 1, "a_blanc": False,
        "lignes": 1, "heures": "100.50", "sorties": 0,
    }  # fmt: skip
    second = await hired.declare("2017-03", make_ligne(heures="90"), match=1)
    assert (second.status_code, second.headers["etag"]) == (200, '"2"')
    facts = await hired.facts("declaration.recue")
    assert [fact["lignes"][0]["heures"] for fact in facts] == ["100.5", "90"]
    assert facts[1]["lignes"][0]["heures_eligibles"] == "90"
    assert facts[1]["lignes"][0]["annexe"] == NUMERO
    read = await hired.get(f"structures/{ACI}/declarations/2017-03")
    assert (read.headers["etag"], read.json()["lignes"][0]["heures"]) == ('"2"', "90")
    kept = await hired.rows("select declaration_version, heures::text from ligne_declaree order by 1")
    assert kept == [(1, "100.5"), (2, "90")]


async def test_what_is_replaced_must_be_said_and_be_the_present_version(hired: Parcours) -> None:
    path, body = f"/v1/structures/{ACI}/declarations/2017-03", {"lignes": [make_ligne()]}
    answer = await hired.client.put(path, json=body, headers=dict(hired.headers))
    assert (answer.status_code, answer.json()["code"]) == (428, "version_manquante")
    assert (await hired.declare("2017-03", make_ligne(), match=1)).status_code == 412
    assert (await hired.declare("2017-03", make_ligne())).status_code == 201
    again = await hired.declare("2017-03", make_ligne())
    assert (again.status_code, again.json()["code"]) == (412, "version_perimee")


async def test_writers_of_one_declaration_race_and_one_wins(hired: Parcours) -> None:
    for match, created in ((None, 201), (1, 200)):
        answers = await asyncio.gather(
            *(hired.declare("2017-03", make_ligne(heures=str(n)), match=match) for n in range(6))
        )
        assert sorted(a.status_code for a in answers) == [created] + [412] * 5
    assert [r[0] for r in await hired.rows("select version from declaration")] == [2]


async def test_the_same_key_declares_once_and_a_dry_run_never(hired: Parcours) -> None:
    path = f"/v1/structures/{ACI}/declarations/2017-03"
    headers = {**hired.headers, "If-None-Match": "*"}
    dry = await hired.client.put(f"{path}?a_blanc=true", json={"lignes": [make_ligne()]}, headers=headers)
    assert (dry.status_code, dry.json()["a_blanc"]) == (200, True)
    assert "etag" not in dry.headers
    wrong = {"lignes": [make_ligne("K9")]}
    assert (await hired.client.put(f"{path}?a_blanc=true", json=wrong, headers=headers)).status_code == 409
    assert await hired.facts("declaration.recue") == []
    answers = [await hired.declare("2017-03", make_ligne(), key="mars") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(await hired.facts("declaration.recue")) == 1


async def test_all_that_is_wrong_in_a_declaration_is_told_at_once(hired: Parcours) -> None:
    await hired.load(
        "contrats", make_contrat("K3", date_debut="2017-04-01"), make_contrat("K4"), make_contrat("K5")
    )
    lignes = [
        make_ligne("K9"),
        make_ligne("K2"),
        make_ligne("K3"),
        make_ligne("K1", "300"),
        make_ligne("K4", annexe="AI062170001A0M0"),
        make_ligne("K5", sortie=EXIT),
        make_ligne("K1"),
        make_ligne("K1"),
    ]
    answer = await hired.declare("2017-03", *lignes)
    assert (answer.status_code, answer.json()["code"]) == (409, "lignes_refusees")
    told = {fault["champ"]: fault["code"] for fault in answer.json()["erreurs"]}
    assert told == {
        "lignes.0.contrat": "contrat_inconnu",
        "lignes.1.contrat": "contrat_inconnu",
        "lignes.2.contrat": "contrat_hors_mois",
        "lignes.3.heures": "heures_excessives",
        "lignes.4.annexe": "annexe_introuvable",
        "lignes.5.sortie.date": "sortie_hors_mois",
        "lignes.7.contrat": "contrat_en_double",
    }
    unsourced = {fault["code"] for fault in answer.json()["erreurs"] if not fault.get("source")}
    assert unsourced == {"contrat_inconnu"}
    _, report = await hired.send("declarations", [make_declaration("2017-03", *lignes)])
    assert {line["champ"]: line["code"] for line in report} == told
    assert await hired.facts("declaration.recue") == []


async def test_the_form_of_a_declaration_is_told_by_line(hired: Parcours) -> None:
    answer = await hired.declare(
        "2017-03", {"contrat": "K1", "heures": 12.5}, {"heures": "-1", "contrat": "K1"}
    )
    assert answer.status_code == 422
    told = {fault["champ"]: fault["code"] for fault in answer.json()["erreurs"]}
    assert told == {"lignes.0.heures": "decimal_invalide", "lignes.1.heures": "valeur_hors_bornes"}
    assert (await hired.declare("2017-13", make_ligne())).status_code == 422


async def test_a_structure_a_month_or_a_perimeter_is_refused(hired: Parcours) -> None:
    unknown = make_declaration("2017-03", siret=make_siret(9))
    assert await hired.refusal("declarations", unknown) == "structure_inconnue"
    assert await hired.refusal("declarations", make_declaration("2099-12")) == "mois_futur"
    stranger = hired.as_caller(departements=["62"])
    assert (await stranger.declare("2017-03", make_ligne())).status_code == 404
    assert (await stranger.get(f"structures/{ACI}/declarations/2017-03")).status_code == 404
    nowhere = hired.client.put(
        f"/v1/structures/{make_annexe('X').annexe_id}/declarations/2017-03",
        json={"lignes": []},
        headers={**hired.headers, "If-None-Match": "*"},
    )
    assert (await nowhere).status_code == 404


async def test_two_annexes_of_a_month_must_be_told_apart(hired: Parcours) -> None:
    await hired.receive(make_annexe("A9", numero="ACI059170009A0M0", etat="CLOTURE"))
    await hired.receive(make_annexe("A8", numero="ACI059170008A0M0", etat="ANNULE"))
    answer = await hired.declare("2017-03", make_ligne())
    assert answer.json()["erreurs"][0]["code"] == "annexe_ambigue"
    assert (await hired.declare("2017-03", make_ligne(annexe=NUMERO))).status_code == 201


async def test_hours_without_an_agrement_are_not_eligible(hired: Parcours) -> None:
    await hired.load("declarations", in_ai("2017-03", "60"))
    (fact,) = await hired.facts("declaration.recue")
    assert (fact["lignes"][0]["heures"], fact["lignes"][0]["heures_eligibles"]) == ("60", "0")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contrat": "K9"}, "contrat_inconnu"),
        ({"date": "2017-09-01"}, "sortie_hors_contrat"),
        ({"motif": "INVENTE"}, "motif_inconnu"),
        ({"date": "2017-02-28"}, "heures_apres_sortie"),
    ],
)
async def test_an_exit_is_refused(hired: Parcours, changes: dict[str, Any], code: str) -> None:
    await hired.load("declarations", make_declaration("2017-03"))
    assert await hired.refusal("sorties", make_sortie(**changes)) == code


async def test_an_exit_is_told_once_and_ends_the_hours(hired: Parcours) -> None:
    await hired.load("declarations", make_declaration("2017-03"))
    await hired.load("sorties", make_sortie(connu_le="2017-07-05"))
    (fact,) = await hired.facts("contrat.termine")
    assert (fact["categorie"], fact["comptee"], fact["raison"]) == ("DURABLE", True, "comptee")
    assert "motif" not in fact
    assert await hired.refusal("sorties", make_sortie(reference="F2")) == "contrat_deja_termine"
    stranger = hired.as_caller(client="ailleurs", departements=["62"])
    for contrat in (fact["contrat_id"], fact["personne_id"]):  # one that exists, one that does not
        assert await stranger.refusal("sorties", make_sortie(contrat)) == "contrat_inconnu"
    late = await hired.declare("2017-07", make_ligne())
    assert late.json()["erreurs"][0]["code"] == "contrat_hors_mois"


async def test_an_exit_comes_with_the_hours_of_its_month_and_is_corrected_there(hired: Parcours) -> None:
    answer = await hired.declare("2017-06", make_ligne(heures="80", sortie=EXIT))
    assert (answer.status_code, answer.json()["sorties"]) == (201, 1)
    assert (await hired.declare("2017-06", make_ligne(heures="80", sortie=EXIT), match=1)).status_code == 200
    assert len(await hired.facts("contrat.termine")) == 1
    other = {"date": "2017-06-15", "motif": "ESSAI"}
    assert (await hired.declare("2017-06", make_ligne(heures="40", sortie=other), match=2)).status_code == 200
    raisons = [fact["raison"] for fact in await hired.facts("contrat.termine")]
    assert raisons == ["comptee", "retrait"]
    earlier = {"date": "2017-05-31", "motif": "CDI"}
    answer = await hired.declare("2017-05", make_ligne(heures="40", sortie=earlier))
    assert answer.json()["erreurs"][0]["code"] == "contrat_deja_termine"


async def test_later_hours_judge_the_exit_again(hired: Parcours) -> None:
    await hired.load("declarations", in_ai("2017-03", "100"))
    await hired.load("sorties", make_sortie("K2"))
    await hired.load("declarations", in_ai("2017-04", "50"), in_ai("2017-05", "10"))
    await hired.load("declarations", in_ai("2017-03", "20", reference="S2-2017-03-bis"))
    corrected = make_declaration(
        "2017-04", reference="S2-2017-04-bis", siret=SIRETS["AI"], type_structure="AI"
    ) | {"lignes": []}
    await hired.load("declarations", corrected)
    told = [(fact["raison"], fact["comptee"]) for fact in await hired.facts("contrat.termine")]
    assert told == [
        ("heures_insuffisantes", False),
        ("comptee", True),
        ("heures_insuffisantes", False),
    ]
    ((version, raison),) = await hired.rows(
        "select version, raison from contrat where date_sortie is not null"
    )
    assert (version, raison) == (4, "heures_insuffisantes")


async def test_in_one_file_an_exit_ends_the_hours_of_the_next_line(hired: Parcours) -> None:
    lines = [
        make_declaration("2017-05", make_ligne(heures="80")),
        make_declaration("2017-06", make_ligne(heures="80", sortie=EXIT)),
        make_declaration("2017-07", make_ligne(heures="80")),
    ]
    job, report = await hired.send("declarations", lines)
    assert (job["acceptees"], [line["code"] for line in report]) == (2, ["contrat_hors_mois"])
    (fact,) = await hired.facts("contrat.termine")
    assert fact["comptee"] is True
    again, _ = await hired.send("declarations", lines[:2])
    assert (again["acceptees"], again["deja_recues"]) == (0, 2)


@pytest.mark.parametrize(
    ("start", "raison"), [("2017-09-01", "comptee"), ("2017-09-02", "duree_insuffisante")]
)
async def test_the_exit_of_a_renewal_is_judged_since_the_first_contract(
    hired: Parcours, start: str, raison: str
) -> None:
    """The first contract ends on 31 August: one that begins the next day renews it, a day later it is another."""
    renewal = make_contrat("K3", date_debut=start, date_fin_prevue="2018-06-30")
    last = make_contrat("K4", date_debut="2018-07-01", date_fin_prevue="2018-12-31")
    await hired.load("contrats", renewal, last)
    out = {"date": "2017-10-15", "motif": "CDI"}
    answer = await hired.declare("2017-10", make_ligne("K3", "20", sortie=out))
    assert answer.status_code == 201, answer.text
    await hired.load("sorties", make_sortie("K4", date="2018-07-20"))
    told = [fact["raison"] for fact in await hired.facts("contrat.termine")]
    # The last one follows a contract that an exit ended: it stands alone, with too few days.
    assert told == [raison, "duree_insuffisante"]
