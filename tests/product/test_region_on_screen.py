"""The first thing a newcomer sees: the region computed from imported facts, on the page and by the API."""

import uuid
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser

from deploy.daily import REVIEWS
from tests.browser.checks import check_filter_by_keyboard, check_page, check_print
from tests.product.conftest import Product, running_product, token, until_loaded
from tests.product.figures import figures, read_all_topics_again

REPERES = "/api/vues/v1/reperes?region=32&annee=2017"


def headline(totals: dict[str, float]) -> dict[str, object]:
    return {
        "structures": int(totals["structures"]),
        "personnes_employees": int(totals["personnes"]),
        "etp_realises": Decimal(str(totals["etp_realises"])),
        "etp_conventionnes": Decimal(str(totals["etp_conventionnes"])),
        "permanents": int(totals["permanents"]),
        "chiffre_affaires_eur": Decimal(str(totals["chiffre_affaires_eur"])),
        "orientations": int(totals["orientations"]),
        "financement_etat_eur": Decimal(str(totals["financement_etat_eur"])),
    }


def answered(body: dict[str, object]) -> dict[str, object]:
    structures = body["structures"]
    assert isinstance(structures, dict)
    return {
        "structures": structures["total"],
        **{name: body[name] for name in ("personnes_employees", "permanents", "orientations")},
        **{
            name: Decimal(str(body[name]))
            for name in ("etp_realises", "etp_conventionnes", "chiffre_affaires_eur", "financement_etat_eur")
        },
    }


async def test_the_figures_are_exact_though_every_process_was_killed(
    product: Product, http: httpx.AsyncClient
) -> None:
    assert (await http.get("/sante/pret")).status_code == 200
    body = (await http.get(REPERES)).json()
    assert answered(body) == headline(product.expected)
    pas_de_calais = (await http.get(f"{REPERES}&departement=62")).json()
    assert pas_de_calais["postes_cddi_cofinances"] == product.expected["cddi_cd62"]
    assert Decimal(pas_de_calais["heures_clauses"]) == Decimal(str(product.expected["heures_clauses_62"]))


async def test_verify_finds_journals_states_and_views_in_agreement(product: Product) -> None:
    checked = product.iae("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert all(f"{name} :" in checked.stdout for name in ("gateway", "structures", "parcours", "funding"))
    assert checked.stdout.count("✓") >= 35
    assert "✗" not in checked.stdout


async def test_the_work_of_the_day_is_told_before_it_is_done(product: Product) -> None:
    told = product.iae("quotidien", "--a-blanc")
    assert told.returncode == 0, told.stdout + told.stderr
    assert [line.partition(" — ")[0] for line in told.stdout.splitlines()] == [title for _, title in REVIEWS]


@pytest.mark.parametrize("client", ["demo-prescripteur", "demo-siae"])
async def test_the_calls_of_a_partner_pass(product: Product, client: str) -> None:
    played = product.iae("conformite", product.url, "--client", client, "--secret", "demonstration")
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.count("✓") >= 6


async def test_loading_again_changes_nothing(product: Product, http: httpx.AsyncClient) -> None:
    before = (await http.get(REPERES)).json()["positions"]
    again = product.iae("demo", "--echelle", "0.05")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (await http.get(REPERES)).json()["positions"] == before


async def test_figures_do_not_move_when_all_is_read_twice_again_nor_when_views_are_rebuilt(
    product: Product, http: httpx.AsyncClient
) -> None:
    before = await figures(http)
    for _ in range(2):
        await read_all_topics_again(product)
    assert await figures(http) == before
    rebuilt = product.iae("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert await figures(http) == before


async def test_the_same_figures_without_a_broker(
    http: httpx.AsyncClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("journal")
    async with running_product(folder, "journal") as running:
        await until_loaded(running)
        async with httpx.AsyncClient(base_url=running.url, timeout=30) as without:
            body = (await without.get(REPERES)).json()
            assert answered(body) == headline(running.expected)
            assert await figures(without) == await figures(http)
            assert "journaux HTTP" in (await without.get("/")).text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/regions/32?annee=2017",
        "/departements/62?annee=2017&type=ACI",
        "/indicateurs/FIN-03",
    ],
)
async def test_every_page_passes_in_a_real_browser(
    product: Product, real_browser: Browser, path: str
) -> None:
    await check_page(real_browser, product.url + path)


async def test_a_filter_applies_by_keyboard_and_the_page_prints(
    product: Product, real_browser: Browser
) -> None:
    url = f"{product.url}/regions/32?annee=2017"
    await check_filter_by_keyboard(real_browser, url, "type")
    await check_print(real_browser, url, ["Hauts-de-France", "2017", "Total des 23 structures"])


async def test_a_prescriber_orients_and_only_those_concerned_see_it(http: httpx.AsyncClient) -> None:
    prescriber, siae, reader = [
        await token(http, c) for c in ("demo-prescripteur", "demo-siae", "demo-lecteur")
    ]
    siret = "00000001800010"
    line = {
        "identite": {
            "nom": "TOURNESOL-ESSAI", "prenom": "Brune", "sexe": "F", "date_naissance": "1990-05-17",
            "code_insee": "59350", "motif_absence_nir": "NO_NIR", "niveau_formation": "50", "criteres": ["RSA"],
        },
        "siret": siret, "type_structure": "ACI", "date_orientation": "2017-11-20",
        "type_prescripteur": "FT", "organisation": "FT-59-01",
    }  # fmt: skip
    key = {"Idempotency-Key": uuid.uuid4().hex, "Prefer": "position"}
    sent = await http.post("/api/parcours/v1/candidatures", json=line, headers=prescriber | key)
    assert sent.status_code == 201, sent.text
    assert (await http.get(sent.headers["location"], headers=prescriber)).status_code == 200
    assert (await http.get(sent.headers["location"], headers=siae)).status_code == 200
    assert (await http.get(sent.headers["location"])).status_code == 401
    position = sent.headers["positions"].replace("=", ":")
    after = await http.get(f"{REPERES}&au_moins={position}")
    assert after.json()["orientations"] == 901
    twin = await http.post("/api/parcours/v1/candidatures", json=line, headers=prescriber | key)
    assert (twin.status_code, twin.json()) == (201, sent.json())
    assert "TOURNESOL-ESSAI" not in (await http.get(sent.headers["location"], headers=reader)).text


async def test_a_wrong_token_and_a_foreign_perimeter_get_what_is_promised(http: httpx.AsyncClient) -> None:
    reader = await token(http, "demo-lecteur")
    bad = await http.get("/api/structures/v1/structures", headers={"Authorization": "Bearer x.y.z"})
    assert (bad.status_code, bad.json()["code"]) == (401, "jeton_invalide")
    line = {"siret": "00000001900018", "type": "EI", "raison_sociale": "Refus", "code_insee": "59350"}
    write = await http.post(
        "/api/structures/v1/structures", json=line, headers=reader | {"Idempotency-Key": "k"}
    )
    assert write.status_code == 403
    wrong = await http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=("demo-siae", "faux")
    )
    assert wrong.status_code == 401


async def test_the_merged_description_covers_every_service(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    for path in ("/api/structures/v1/structures", "/api/parcours/v1/candidatures", "/api/funding/v1/annexes"):
        assert path in document["paths"]
    assert not [p for p in document["paths"] if "journal" in p]
