"""What a structure without software does, in a real browser and without any script."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser
from sqlalchemy import text

from services.gateway.pages.models import Bloc
from services.gateway.pages.signalements import lien_signaler
from services.gateway.pages.site import Adresse
from tests.browser.checks import check_no_horizontal_scroll, check_page, open_page
from tests.conftest import Databases, SettingsOf
from tests.factories.office import Office, open_office
from tests.factories.parcours import make_contrat, make_identite, make_orientation, make_personne
from tests.factories.parcours_service import ACI

MONTH = f"/saisie/{ACI}/mois/2017-03"
SIGNAL = lien_signaler(Adresse("/departements/59", {"annee": "2017"}), Bloc.EVOLUTION)


@dataclass(frozen=True)
class Place:
    """A served office, the session of an agent of the ACI, and an orientation that waits."""

    url: str
    office: Office
    session: str
    orientation: str


@pytest.fixture
async def place(databases: Databases, settings_of: SettingsOf, secrets_dir: Path) -> AsyncIterator[Place]:
    async with open_office(databases, settings_of, secrets_dir) as office:
        await office.parcours.load(
            "personnes",
            make_personne(),
            make_personne("P2", nom="SARRIETTE-THYM", numero_agrement="000000000002"),
        )
        await office.parcours.load("contrats", make_contrat(), make_contrat("K2", personne="P2"))
        line = make_orientation(None, personne=None, identite=make_identite(nom="ROMARIN-CIBOULETTE"))
        waiting = await office.parcours.write("candidatures", line)
        signed = await office.sign_in()
        async with office.engine.begin() as conn:
            await conn.execute(text("update agent set administrateur = true"))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            config = uvicorn.Config(office.application, log_level="warning", ws="none", lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve([listener]))
            yield Place(f"http://127.0.0.1:{listener.getsockname()[1]}", office, signed.key, waiting)
            server.should_exit = True
            await serving


async def test_the_pages_of_an_agent_are_sound_accessible_and_need_no_script(
    browser: Browser, place: Place
) -> None:
    for path in ("/connexion", SIGNAL, "/signalements", "/invitation"):
        await check_page(browser, place.url + path)
    received = f"/saisie/{ACI}/orientations"
    for path in (
        "/espace",
        f"/saisie/{ACI}",
        MONTH,
        received,
        f"/saisie/orientations/{place.orientation}",
        "/saisie/fichiers",
        "/equipe",
    ):
        await check_page(browser, place.url + path, session=place.session)
    await check_page(browser, f"{place.url}/cdiae/59/2017-06-09", status=403, session=place.session)


async def test_a_month_is_declared_from_the_keyboard_without_script(browser: Browser, place: Place) -> None:
    async with open_page(browser, f"{place.url}/saisie", script=False, status=401) as (page, _):
        await page.get_by_role("link", name="Se connecter").click()
        assert "suite=%2Fsaisie" in page.url
    async with open_page(browser, place.url + MONTH, script=False, width=320, session=place.session) as (
        page,
        _,
    ):
        await page.focus("#heures-1")
        await page.keyboard.type("100,5")
        await page.focus("#heures-2")
        await page.keyboard.type("999")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")  # the first button of the form: a trial
        await check_no_horizontal_scroll(page)
        assert await page.locator("#heures-2").get_attribute("aria-invalid") == "true"
        await page.locator(".resume-erreurs a").first.click()
        assert page.url.endswith("#heures-2")
        await page.fill("#heures-2", "9")
        await page.get_by_role("button", name="Vérifier avant d'envoyer").click()
        assert "109,5 h" in await page.locator("main").inner_text()
        await check_no_horizontal_scroll(page)
        await page.get_by_role("button", name="Envoyer la déclaration").click()
        assert await page.locator("h1").inner_text() == "Mars 2017 est déclaré"
    assert len(await place.office.parcours.facts("declaration.recue")) == 1


async def test_someone_signs_in_answers_an_orientation_and_signs_out(browser: Browser, place: Place) -> None:
    async with open_page(browser, f"{place.url}/connexion?suite=/espace", script=False) as (page, _):
        await page.fill("#identifiant", "demo-siae")
        await page.fill("#secret", "faux")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert "n'est pas juste" in await page.locator(".resume-erreurs").inner_text()
        await page.fill("#secret", "demonstration")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/espace")
        await page.get_by_role("button", name="Se déconnecter").click()
        await page.goto(f"{place.url}/espace")
        assert "Accès réservé" in await page.locator("h1").inner_text()
    path = f"{place.url}/saisie/orientations/{place.orientation}"
    async with open_page(browser, path, script=False, session=place.session) as (page, _):
        await page.check("#transition-refuse")
        await page.select_option("#motif_refus", "no_position")
        await page.get_by_role("button", name="Envoyer la réponse").click()
        assert "Réponse enregistrée" in await page.locator("main").inner_text()


async def test_the_page_is_told_when_the_views_move(browser: Browser, place: Place) -> None:
    async with open_page(browser, f"{place.url}/regions/32?annee=2017") as (page, load):
        async with asyncio.timeout(10):
            while not place.office.application.state.flux.listeners:
                await asyncio.sleep(0.05)
        await place.office.move()
        told = page.locator(".fraicheur + [role=status]")
        await told.locator("a").wait_for()
        assert re.search(r"Données plus récentes reçues à \d+\s?h\s?\d\d", await told.inner_text())
        assert [error for error in load.errors if "/flux" not in error] == []  # it closes its stream
