import pytest
from playwright.async_api import Browser

from tests.browser.checks import check_filter_by_keyboard, check_page, check_print, open_page
from tests.factories.registre_pages import SHEET

PAGES = [
    "/",
    "/regions/32?annee=2017",
    "/departements/62?annee=2017&type=ACI",
    "/structures",
    f"{SHEET}?annee=2017",
    "/cdiae/59/2017-06-09",
    "/cdiae/59/2017-06-09/imprimer",
    f"{SHEET}/dialogue",
    "/plans",
    "/projets",
    "/veille",
    "/regions/32/plan",
    "/financements?annee=2017",
    "/financements/simulation?faute=1",
    "/financements/simulation?rempli=1",
    "/indicateurs",
    "/indicateurs/FIN-03",
    "/parcours?annee=2017",
    "/diagnostic?annee=2017",
    "/donnees?annee=2017",
    "/etat",
    "/accessibilite",
    "/mentions-legales",
    "/donnees-personnelles",
]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_sound_accessible_light_and_needs_no_script(
    browser: Browser, sample_url: str, path: str
) -> None:
    report = await check_page(browser, sample_url + path)
    assert report.rules_passed > 15


async def test_a_page_that_does_not_exist_is_as_sound_as_the_others(
    browser: Browser, sample_url: str
) -> None:
    await check_page(browser, f"{sample_url}/inconnue", status=404)


async def test_a_filter_is_applied_from_the_keyboard_and_the_title_says_it(
    browser: Browser, sample_url: str
) -> None:
    title = await check_filter_by_keyboard(browser, f"{sample_url}/regions/32?annee=2017", "type")
    assert title == "L'IAE dans les Hauts-de-France en 2017\u00a0: Ateliers et chantiers d'insertion"


async def test_a_column_is_sorted_by_its_link_and_the_filter_stays(browser: Browser, sample_url: str) -> None:
    async with open_page(browser, f"{sample_url}/regions/32?annee=2017&type=ACI") as (page, _):
        await page.get_by_role("link", name="Commune").click()
        assert page.url.endswith("/regions/32?annee=2017&type=ACI&tri=commune#structures")


async def test_the_printed_page_has_its_title_its_filter_and_its_total(
    browser: Browser, sample_url: str
) -> None:
    texts = [
        "L'IAE dans le Pas-de-Calais en 2017",
        "Filtre : année : 2017 ; type de structure : Ateliers et chantiers d'insertion.",
        "Total des 454 structures",
        "13 000",
        "édité le 15 janvier 2018 à 14 h 10",
    ]
    pages = await check_print(browser, f"{sample_url}/departements/62?annee=2017&type=ACI", texts)
    assert pages == 4


@pytest.mark.parametrize(("width", "shown", "hidden"), [(1280, "large", "etroit"), (320, "etroit", "large")])
async def test_a_phone_gets_the_narrow_drawing_of_a_figure(
    browser: Browser, sample_url: str, width: int, shown: str, hidden: str
) -> None:
    async with open_page(browser, f"{sample_url}/regions/32", width=width) as (page, _):
        assert await page.locator(f"#mois-{shown}").is_visible()
        assert not await page.locator(f"#mois-{hidden}").is_visible()


async def test_text_twice_as_large_still_fits(browser: Browser, sample_url: str) -> None:
    async with open_page(browser, f"{sample_url}/regions/32", width=640) as (page, _):
        await page.add_style_tag(content="html { font-size: 200% }")
        wide, window = await page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window


async def test_the_printed_releve_has_its_opinions_its_members_and_its_quorum(
    browser: Browser, sample_url: str
) -> None:
    texts = [
        "CDIAE dans le Nord, séance du 9 juin 2017",
        "atteint, 3 voix présentes pour 3 requises",
        "favorable avec réserves",
        "Réseau fictif R01",
        "Le plan d'action est approuvé.",
    ]
    assert await check_print(browser, f"{sample_url}/cdiae/59/2017-06-09", texts) == 2


async def test_the_printed_money_has_its_title_its_filter_and_its_totals(
    browser: Browser, sample_url: str
) -> None:
    texts = [
        "Financements de l'IAE dans les Hauts-de-France en 2017",
        "Filtre : région : Hauts-de-France ; département : toute la région ; année : 2017",
        "Total des 454 structures",
        "Part du département : théorie et inscription",
    ]
    assert await check_print(browser, f"{sample_url}/financements?annee=2017", texts) <= 7


async def test_the_field_at_fault_of_the_simulator_is_reached_from_the_top(
    browser: Browser, sample_url: str
) -> None:
    async with open_page(browser, f"{sample_url}/financements/simulation?faute=1") as (page, _):
        await page.get_by_role("link", name="Écrivez un nombre d'ETP").click()
        assert await page.evaluate("() => location.hash") == "#attribution-1-etp"
        field = page.locator("#attribution-1-etp")
        assert await field.get_attribute("aria-invalid") == "true"
        assert await field.input_value() == "beaucoup"


async def test_the_file_of_a_seance_prints_a_cover_then_one_structure_a_page(
    browser: Browser, sample_url: str
) -> None:
    texts = ["Un dossier par page", "ETP sur trois ans", "Avis du CDIAE", "Points à trancher"]
    assert await check_print(browser, f"{sample_url}/cdiae/59/2017-06-09/imprimer", texts) == 4


async def test_the_new_pages_print_their_title_and_their_filter(browser: Browser, sample_url: str) -> None:
    filter_of = "Filtre : territoire : Hauts-de-France ; année : 2017 ; type de structure : tous les types"
    printed = {
        "/parcours?annee=2017": [
            "De l'orientation à la sortie dans les Hauts-de-France",
            f"{filter_of}.",
            "18 000",
        ],
        "/indicateurs/FIN-03": [
            "ETP réalisés dans les Hauts-de-France en 2017",
            "13 000",
            "connus le 15 janvier 2018",
        ],
        "/diagnostic": ["Diagnostic de l'offre dans le Nord", "Métropole européenne de Lille"],
    }
    for path, texts in printed.items():
        assert await check_print(browser, f"{sample_url}{path}", texts) <= 4
