"""Plans, innovations, votes and the shared watch over HTTP, on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.plans import PLANS
from services.structures.service import SERVICE
from shared.access.scopes import Scope
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.tokens import bearer
from tests.integration.structures.test_gouvernance import Secretary

PLAN: dict[str, Any] = {
    "maille": "DEPARTEMENT",
    "territoire": "59",
    "titre": "Plan fictif du Nord",
    "date_debut": "2017-01-01",
    "date_fin": "2019-12-31",
    "axes": [
        {
            "code": "1",
            "titre": "Accompagnement",
            "actions": [{"code": "1.1", "titre": "Référents communs", "echeance": "2018-06-30"}],
            "indicateurs": [{"indicateur": "SOR-01", "annee": 2017, "cible": "0.60"}],
        }
    ],
}
PROJET = {
    "maille": "DEPARTEMENT",
    "territoire": "59",
    "titre": "Garage solidaire fictif",
    "besoin": "La mobilité est le premier frein cité.",
    "ptce": True,
    "partenaires": ["CD-59", "RESEAU-R01"],
}


@pytest.fixture
async def secretary(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[Secretary]:
    settings = settings_of(await databases.clone("structures"))
    async with client_of(create_service_app(SERVICE, settings)) as client:
        yield Secretary(client, bearer(secrets_dir))


def axe(**changes: Any) -> dict[str, Any]:
    return PLAN | {"axes": [PLAN["axes"][0] | changes]}


async def test_a_plan_is_recorded_then_replaced_and_its_faults_are_told(secretary: Secretary) -> None:
    first = await secretary.made("/plans", PLAN)
    assert await secretary.made("/plans", PLAN | {"titre": "Plan révisé"}) == first
    (read,) = await secretary.read("/plans?territoire=59")
    assert (read["version"], read["titre"]) == (2, "Plan révisé")
    assert read["axes"][0]["indicateurs"][0]["cible"] == "0.60"
    assert "valeur" not in read["axes"][0]["indicateurs"][0]
    late = [{"code": "1.1", "titre": "Trop tard", "echeance": "2020-01-01"}]
    assert await secretary.refused("/plans", axe(actions=late)) == "hors_periode_du_plan"
    after = [{"indicateur": "SOR-01", "annee": 2020, "cible": "0.60"}]
    assert await secretary.refused("/plans", axe(indicateurs=after)) == "hors_periode_du_plan"
    elsewhere = [{"indicateur": "SOR-01", "annee": 2017, "departement": "75", "cible": "0.60"}]
    assert await secretary.refused("/plans", axe(indicateurs=elsewhere)) == "territoire_inconnu"
    twice = PLAN | {"axes": PLAN["axes"] * 2}
    assert await secretary.refused("/plans", twice) == "code_en_double"
    assert await secretary.refused("/plans", PLAN | {"territoire": "00"}) == "territoire_inconnu"
    value = [{"indicateur": "SOR-01", "annee": 2017, "cible": "0.60", "valeur": "0.58"}]
    assert (await secretary.post("/plans", axe(indicateurs=value))).status_code == 422


async def test_the_plans_of_the_demonstration_are_accepted(secretary: Secretary) -> None:
    for line in PLANS:
        fields = {name: value for name, value in line.items() if name not in ("reference", "connu_le")}
        assert await secretary.made("/plans", fields)
    (region,) = await secretary.read("/plans?territoire=32")
    assert [axe["titre"] for axe in region["axes"]] == [
        "Développement social et économique", "Formation", "Accompagnement", "Sorties dynamiques",
    ]  # fmt: skip


async def test_an_organisation_votes_once_even_when_it_asks_twice_at_once(
    secretary: Secretary, secrets_dir: Path
) -> None:
    projet = await secretary.made("/projets", PROJET)
    vote = {"organisation": "CD-59"}
    answers = await asyncio.gather(*(secretary.post(f"/projets/{projet}/votes", vote) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"vote_deja_exprime"}
    member = bearer(
        secrets_dir, scopes=[Scope.STRUCTURES_ECRITURE], departements=[], organisations=["FT-59-01"]
    )
    outside = Secretary(secretary.client, member)
    await outside.made(f"/projets/{projet}/votes", {"organisation": "FT-59-01"})
    assert (
        await outside.refused(f"/projets/{projet}/votes", {"organisation": "ML-59-02"}, 404) == "introuvable"
    )
    assert await outside.refused(f"/projets/{projet}/stades", {"stade": "ETUDE"}, 404) == "introuvable"
    (read,) = await secretary.read("/projets?stade=IDEE")
    assert (read["votes"], read["ptce"]) == (2, True)


async def test_a_filter_that_is_no_code_is_malformed(secretary: Secretary) -> None:
    codes = ("plans?territoire", "projets?stade", "instances?nature", "instances?departement")
    for query in (
        *(f"{code}=inconnu" for code in codes),
        *(f"{q}=%00" for q in (*codes, "veille?etiquette")),
    ):
        answer = await secretary.client.get(f"/v1/{query}", headers=secretary.headers)
        assert answer.status_code == 422, query


async def test_an_innovation_goes_from_stage_to_stage(secretary: Secretary) -> None:
    projet = await secretary.made("/projets", PROJET)
    assert await secretary.refused(f"/projets/{projet}/stades", {"stade": "DEPLOIEMENT"}) == "stade_interdit"
    for stade in ("ETUDE", "EXPERIMENTATION", "DEPLOIEMENT"):
        await secretary.made(f"/projets/{projet}/stades", {"stade": stade})
    (read,) = await secretary.read("/projets?stade=DEPLOIEMENT")
    assert read["version"] == 4


async def test_a_reading_is_shared_with_its_tags(secretary: Secretary) -> None:
    entry = {
        "maille": "REGION",
        "territoire": "32",
        "titre": "Lecture fictive",
        "lien": "https://exemple.invalid/lecture",
        "etiquettes": ["mobilite", "ptce"],
    }
    await secretary.made("/veille", entry)
    assert [read["titre"] for read in await secretary.read("/veille?etiquette=ptce")] == ["Lecture fictive"]
    assert await secretary.read("/veille?etiquette=logement") == []
    assert (await secretary.post("/veille", entry | {"lien": "javascript:alert(1)"})).status_code == 422
