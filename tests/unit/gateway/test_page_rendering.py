import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import pytest

from services.gateway.catalogue import INDICATEURS, MANQUANTS, PAR_CODE
from services.gateway.pages import rendering
from services.gateway.pages.formats import Absence
from services.gateway.pages.models import Bloc, Nature, situe
from services.gateway.pages.site import Adresse, ErrorPage
from services.gateway.pages.tables import STRUCTURES
from tests.factories.catalogue_pages import (
    make_catalogue,
    make_diagnostic_page,
    make_indicator_page,
    make_open_data_page,
    make_parcours_page,
)
from tests.factories.financements_pages import make_financements
from tests.factories.gateway_pages import (
    make_etapes,
    make_freshness,
    make_home,
    make_pas_de_calais,
    make_region,
    make_site,
    make_state,
    make_structures,
)
from tests.factories.registre_pages import (
    make_annee,
    make_dialogue,
    make_impression,
    make_plan_page,
    make_registre,
    make_seance_page,
    make_sheet,
)

SITE = make_site()
TERRITOIRE = (
    Bloc.CHIFFRES,
    Bloc.EVOLUTION,
    Bloc.CARTE,
    Bloc.TYPES,
    Bloc.ETAPES,
    Bloc.STRUCTURES,
    Bloc.CDIAE,
)
PAGES = {
    "accueil": lambda: rendering.render_home(make_home(), SITE),
    "région": lambda: rendering.render_territory(make_region(), SITE),
    "département": lambda: rendering.render_territory(
        make_pas_de_calais(type_choisi="ACI", panne=True), SITE
    ),
    "indicateurs": lambda: rendering.render_indicators(make_catalogue(), SITE),
    "indicateur": lambda: rendering.render_indicator(make_indicator_page(), SITE),
    "parcours": lambda: rendering.render_parcours(make_parcours_page(), SITE),
    "parcours vide": lambda: rendering.render_parcours(make_parcours_page(vide=True), SITE),
    "diagnostic": lambda: rendering.render_diagnostic(make_diagnostic_page(), SITE),
    "diagnostic vide": lambda: rendering.render_diagnostic(make_diagnostic_page(vide=True), SITE),
    "données": lambda: rendering.render_open_data(make_open_data_page(), SITE),
    "structures": lambda: rendering.render_registre(make_registre(), SITE),
    "structure": lambda: rendering.render_structure(make_sheet(), SITE),
    "dialogue": lambda: rendering.render_dialogue(make_dialogue(), SITE),
    "séance": lambda: rendering.render_seance(make_seance_page(), SITE),
    "dossiers imprimés": lambda: rendering.render_impression(make_impression(), SITE),
    "plan": lambda: rendering.render_plan(make_plan_page(), SITE),
    "état": lambda: rendering.render_state(make_state(), SITE),
    "accessibilité": lambda: rendering.render_accessibility(SITE),
    "mentions": lambda: rendering.render_legal(SITE),
    "données personnelles": lambda: rendering.render_privacy(SITE),
    "erreur": lambda: rendering.render_error(ErrorPage(404, "3f2a-19"), SITE),
}


def region(**changes: Any) -> str:
    return rendering.render_territory(replace(make_region(), **changes), SITE)


def readable(html: str) -> str:
    return unescape(re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", html)))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_title_one_h1_no_skipped_heading_and_the_landmarks(name: str) -> None:
    html = PAGES[name]()
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert re.search(r"<title>.+ – Plateforme IAE</title>", html)
    assert '<html lang="fr">' in html
    assert html.count("<main ") == html.count("<header ") == html.count("<footer ") == 1
    assert re.findall(r"<nav(?! (?:class=\"\w+\" )?aria-label)", html) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_script_no_inline_style_and_no_repeated_identifier(name: str) -> None:
    html = PAGES[name]()
    scripts = re.findall(r"<script[^>]*>", html)
    assert all(re.fullmatch(r'<script src="/static/fraicheur\.js\?v=\w+" defer>', tag) for tag in scripts)
    assert " style=" not in html
    assert not re.search(r" on\w+=", html)
    identifiers = re.findall(r' id="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_the_same_from_a_rendering_to_the_next(name: str) -> None:
    assert PAGES[name]() == PAGES[name]()


@pytest.mark.parametrize("name", PAGES)
def test_a_demonstration_says_so_on_every_page(name: str) -> None:
    assert "Démonstration, données fictives." in PAGES[name]()


def test_an_installation_with_real_data_does_not() -> None:
    assert "fictives" not in rendering.render_home(make_home(), make_site(demonstration=False))


def test_the_blocks_of_a_steering_page_come_in_the_agreed_order() -> None:
    html = PAGES["région"]()
    marks = [
        "<h1>",
        'class="fraicheur"',
        "<form",
        *(f'<h2 id="{bloc}"' for bloc in TERRITOIRE if bloc is not Bloc.CDIAE),
        'id="methode"',
    ]
    places = [html.index(mark) for mark in marks]
    assert places == sorted(places)


def test_the_key_figures_carry_their_exact_value_and_their_definition() -> None:
    html = PAGES["région"]()
    for value in ("454", "34000", "13000.00", "18000", "140000000.00", "220000000.00"):
        assert f'<data value="{value}">' in html
    codes = re.findall(r'href="/indicateurs/([^"]+)"', html + PAGES["département"]())
    assert codes
    assert set(codes) <= set(PAR_CODE)


def test_every_definition_says_its_formula_its_source_and_its_limits() -> None:
    assert len(PAR_CODE) == len(INDICATEURS)
    html = PAGES["indicateur"]()
    for heading in ("Formule", "Source", "Secret", "Limites"):
        assert heading in html
    assert not set(PAR_CODE) & {absent.code for absent in MANQUANTS}


def test_a_title_places_its_territory() -> None:
    assert make_pas_de_calais().titre == "L'IAE dans le Pas-de-Calais en 2017"
    assert make_region().titre == "L'IAE dans les Hauts-de-France en 2017"
    assert situe(Nature.DEPARTEMENT, "02", "Aisne") == "dans l'Aisne"
    assert situe(Nature.DEPARTEMENT, "32", "Gers") == "(Gers)"


def test_an_address_changes_one_parameter_and_keeps_the_others() -> None:
    adresse = Adresse("/regions/32", {"annee": "2017", "type": "ACI"})
    assert adresse.avec(page=2) == "/regions/32?annee=2017&type=ACI&page=2"
    assert adresse.avec(type=None) == "/regions/32?annee=2017"
    assert Adresse("/etat").avec() == "/etat"


def test_sort_links_reverse_the_current_column_and_start_figures_from_the_largest() -> None:
    html = PAGES["région"]()
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a href="/regions/32?annee=2017&amp;tri=etp_realises#structures"' in html
    assert 'href="/regions/32?annee=2017&amp;tri=-taux_realisation#structures"' in html
    assert 'href="/regions/32?annee=2017&amp;tri=nom#structures"' in html
    assert len(re.findall(r"&amp;tri=", html)) == len(STRUCTURES)


def test_pages_of_the_table_are_links_that_keep_the_filter() -> None:
    html = rendering.render_territory(make_region(type_choisi="ACI", page=2, total=45), SITE)
    assert "Page 2 sur 3" in html
    assert 'rel="prev" href="/regions/32?annee=2017&amp;type=ACI&amp;page=1#structures"' in html
    assert 'rel="next" href="/regions/32?annee=2017&amp;type=ACI&amp;page=3#structures"' in html
    assert "Structures 16 à 30 sur 45" in html
    assert '<nav class="pagination"' not in rendering.render_territory(make_region(total=15), SITE)


def test_the_total_is_the_one_of_the_filter_not_of_the_page_of_the_table() -> None:
    total = PAGES["région"]().rpartition("<tfoot>")[2]
    assert "Total des 454 structures" in total
    assert "13\u202f000" in total


def test_an_empty_table_says_why_and_where_to_go() -> None:
    page = replace(
        make_region(type_choisi="EI"), structures=make_structures(total=0), mois=(), etapes=(), types=()
    )
    html = rendering.render_territory(page, SITE)
    assert "Aucune structure pour ce filtre en 2017." in html
    assert "Aucune heure n'est encore déclarée" in readable(html)
    assert html.count("Élargir à tous les types de structure") == 4


@pytest.mark.parametrize("bloc", TERRITOIRE)
def test_a_block_that_fails_keeps_its_place_and_says_since_when(bloc: Bloc) -> None:
    sentence = "Les versements ne répondent pas depuis 14 h 10."
    html = rendering.render_territory(replace(make_pas_de_calais(), absents={bloc: sentence}), SITE)
    assert html.count(sentence) == 1
    assert html.index(f'id="{bloc}"') < html.index(sentence)


def test_a_silent_source_is_told_and_the_figures_stay() -> None:
    html = rendering.render_territory(make_region(panne=True), SITE)
    assert "« Financements » ne répond pas depuis 14\u00a0h\u00a010" in readable(html)
    assert '<data value="13000.00">' in html
    never_read = tuple(replace(source, age=None, position=None) for source in make_freshness().sources)
    assert "en partie" in region(fraicheur=replace(make_freshness(), sources=never_read))


def test_a_secret_count_is_written_and_never_drawn() -> None:
    etapes = tuple(replace(etape, nombre=Absence.SECRET, taux=Absence.SECRET) for etape in make_etapes())
    sorties = tuple(
        replace(sortie, nombre=Absence.SECRET, part=Absence.SECRET) for sortie in make_region().sorties
    )
    html = region(etapes=etapes, sorties=sorties)
    assert "la répartition n'est pas dessinée" in readable(html)
    assert 'id="sorties-large"' not in html


def test_text_from_the_data_is_escaped() -> None:
    row = replace(make_structures().rows[0], nom="<script>alert(1)</script>")
    html = region(structures=replace(make_structures(), rows=(row,)))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_an_error_page_gives_an_identifier_to_quote() -> None:
    for status in (403, 404, 500, 503, 418):
        html = rendering.render_error(ErrorPage(status, "3f2a-19"), SITE)
        assert "<code>3f2a-19</code>" in html


def test_static_files_are_addressed_by_their_content() -> None:
    assert re.fullmatch(r"/static/site\.css\?v=[0-9a-f]{10}", rendering.static_url("site.css"))


def test_every_block_of_a_page_offers_to_signal_its_figure() -> None:
    html = rendering.render_territory(make_region(), make_site(contact=None))
    assert "mailto:" not in html
    links = re.findall(r'href="(/signalements/nouveau\?[^"]+)"', html)
    assert len(links) >= 4
    assert "indicateur=FIN-03" in links[0]
    assert all("page=%2Fregions%2F32" in link and "arrete_le=2017-12-31" in link for link in links)


def test_a_steering_page_and_its_files_weigh_less_than_a_hundred_kilobytes() -> None:
    files = sum(path.stat().st_size for path in rendering.STATIC.iterdir())
    assert len(PAGES["département"]().encode()) + files < 100_000


@pytest.mark.parametrize(
    ("name", "blocs"),
    [
        ("structure", ["conventions", "etp", "sorties", "financeurs", "semblables", "annexes", "postes"]),
        ("dialogue", ["objectifs", "sorties", "semblables", "decisions", "conventions"]),
        ("séance", ["dossiers", "membres"]),
    ],
)
def test_a_table_of_a_structure_or_a_seance_has_its_files_and_its_doubt(name: str, blocs: list[str]) -> None:
    html = unescape(PAGES[name]())
    assert re.findall(r"format=csv&tableau=([a-z]+)\"", html) == blocs
    assert re.findall(r"format=ods&tableau=([a-z]+)\"", html) == blocs
    assert re.findall(r"/signalements/nouveau\?bloc=([a-z]+)&page=%2F\S+arrete_le=2017-12-31", html) == blocs


def test_an_empty_table_has_no_file() -> None:
    html = rendering.render_structure(replace(make_sheet(), postes=(), annexes=()), SITE)
    assert "tableau=postes" not in html
    assert "tableau=annexes" not in html
    assert "tableau=financeurs" in html


def test_a_target_of_a_plan_is_doubted_with_its_own_indicator() -> None:
    html = unescape(PAGES["plan"]())
    codes = re.findall(r"bloc=cibles&page=%2Fregions%2F32%2Fplan&indicateur=([A-Z]{3}-\d\d)", html)
    assert codes == ["FIN-03", "SOR-01", "CLA-01"] * 2


def test_a_structure_is_compared_to_what_it_was_due_and_to_the_year_before() -> None:
    text = readable(PAGES["structure"]())
    assert "▼ 92,5\u202f% des 24,8 ETP conventionnés ; 22,9 en 2016" in text
    assert "objectif des annexes : 60,0\u202f% ; 53,6\u202f% en 2016" in text
    assert "sur 545\u202f657\u00a0€ de tous les financeurs" in text


def test_a_column_that_nobody_filled_is_not_on_the_screen() -> None:
    page = make_diagnostic_page()
    assert "Capacité déclarée" in rendering.render_diagnostic(page, SITE)
    blank = replace(page, lignes=tuple(replace(line, capacite=None) for line in page.lignes))
    assert "Capacité déclarée" not in rendering.render_diagnostic(blank, SITE)


def test_the_simulator_starts_from_what_the_first_annexes_could_give_back() -> None:
    page = make_financements()
    assert page.simulation is not None
    assert page.simulation.count("retrait_etp=") == page.simulation.count("retrait_type=ACI") == 3
    assert "annee=2017" in page.simulation
    assert replace(page, suivi=()).simulation is None


def test_a_year_of_which_nothing_is_known_is_not_a_year_of_zeros() -> None:
    text = readable(PAGES["dossiers imprimés"]())
    assert "Rien n'est enregistré pour 2015." in text
    nothing = replace(
        make_annee(2015), etp_conventionnes=0, etp_realises=None, financeurs=(),
        sorties=replace(make_annee(2015).sorties, total=0),
    )  # fmt: skip
    assert not nothing.tenue
    assert make_annee(2015).tenue
