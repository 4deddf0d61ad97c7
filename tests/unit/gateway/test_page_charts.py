import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from services.gateway.pages import charts, maps, svg
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.pages.models import MonthlyEtp
from services.gateway.pages.scales import CLASSES_MAX, class_bounds, class_of, ticks
from shared.reference.carte import carte
from tests.factories.gateway_pages import make_departements, make_months, make_region, make_sorties

D = Decimal
NS = {"svg": "http://www.w3.org/2000/svg"}
MOIS = make_months("13402 12166 14831 12688 13559 14064 13013 13522 12534 13081 12114 11027")
CIBLE = D(9977)


def parse(drawing: str) -> Element:
    return ET.fromstring(drawing)


def side(shape: Element, name: str) -> float:
    return float(shape.get(name) or "nan")


def round_number(value: Decimal) -> bool:
    return value.normalize().as_tuple().digits in {(1,), (2,), (5,)}


@given(st.decimals("0.01", "999999", places=2))
def test_graduations_are_round_start_at_zero_and_reach_the_maximum(maximum: Decimal) -> None:
    graduations = ticks(maximum)
    assert graduations[0] == 0
    assert graduations[-2] < maximum <= graduations[-1]
    assert round_number(graduations[1])
    assert 2 <= len(graduations) <= 6


def test_an_axis_without_value_still_has_graduations() -> None:
    assert ticks(D(0)) == [D(0), D(1)]


@given(st.lists(st.decimals("0", "3", places=4), min_size=1, max_size=8))
def test_a_map_has_four_classes_at_most_with_round_bounds(ratios: list[Decimal]) -> None:
    bounds = class_bounds(ratios)
    assert len(bounds) - 1 <= CLASSES_MAX
    assert round_number(bounds[1] - bounds[0])
    for ratio in ratios:
        rank = class_of(ratio, bounds)
        assert bounds[rank] <= ratio < bounds[rank + 1]


def all_drawings() -> list[Markup]:
    page = make_region()
    return [
        charts.monthly_bars("a", "Titre", MOIS, CIBLE),
        charts.monthly_rows("b", "Titre", MOIS, CIBLE),
        charts.stacked_bar("c", "Titre", make_sorties()),
        charts.share_rows("d", "Titre", make_sorties()),
        charts.small_multiple("e", "Titre", MOIS, CIBLE),
        maps.region_map("f", "Titre", page.departements, page.contours, courant="62"),
    ]


@pytest.mark.parametrize("rank", range(6))
def test_each_drawing_is_named_described_scalable_and_stands_alone(rank: int) -> None:
    drawing = all_drawings()[rank]
    root = parse(drawing)
    assert root.get("viewBox")
    assert root.get("width") is None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{root.get('id')}-titre {root.get('id')}-description"
    assert root.findtext("svg:title", None, NS) == "Titre"
    assert root.findtext("svg:desc", None, NS)
    for shape in root.iter():
        kind = shape.tag.rpartition("}")[2]
        if kind in {"rect", "text", "path"}:
            assert re.fullmatch(
                r"#[0-9a-f]{6}|url\(#[\w-]+\)", shape.get("fill") or shape.get("stroke") or ""
            )
    assert "style=" not in drawing


def test_the_same_figures_give_the_same_drawing_to_the_byte() -> None:
    assert all_drawings() == all_drawings()


def test_bars_start_at_zero_and_their_heights_follow_the_values() -> None:
    root = parse(charts.monthly_bars("a", "Titre", MOIS, CIBLE))
    bars = root.findall("svg:rect", NS)
    heights = [side(bar, "height") for bar in bars]
    assert len({side(bar, "y") + side(bar, "height") for bar in bars}) == 1
    assert heights[0] / heights[2] == pytest.approx(13402 / 14831, abs=0.001)


def test_a_provisional_month_is_lighter_and_says_so() -> None:
    drawing = charts.monthly_bars("a", "Titre", MOIS, CIBLE)
    assert parse(drawing).findall("svg:rect", NS)[-1].get("fill") == svg.PROVISOIRE
    assert "déc. (p)" in drawing


@pytest.mark.parametrize("value", [None, Absence.SECRET])
def test_an_unknown_month_has_no_bar_at_all(value: Valeur) -> None:
    months = (MonthlyEtp(date(2017, 1, 1), value), *MOIS[1:])
    assert len(parse(charts.monthly_bars("a", "Titre", months, CIBLE)).findall("svg:rect", NS)) == 11
    assert len(parse(charts.small_multiple("a", "Titre", months, CIBLE)).findall("svg:rect", NS)) == 11


def test_the_target_line_is_drawn_over_a_white_casing() -> None:
    lines = parse(charts.monthly_bars("a", "Titre", MOIS, CIBLE)).findall("svg:line", NS)
    casing, target = lines[-2:]
    assert (casing.get("stroke"), target.get("stroke")) == (svg.PAPIER, svg.CIBLE)
    assert side(casing, "stroke-width") > side(target, "stroke-width")


def test_the_description_tells_start_end_maximum_and_target() -> None:
    sentence = charts.read_months(MOIS, CIBLE)
    assert sentence == (
        "De 13\u202f402 ETP en janvier 2017 à 11\u202f027 en décembre 2017 (provisoire), avec un maximum de 14\u202f831 en mars 2017. "
        "Tous les mois sont au-dessus des 9\u202f977 ETP conventionnés."
    )
    assert charts.read_months(MOIS, None).endswith("en mars 2017.")
    assert charts.read_months(MOIS, D(14000)).endswith(
        "2 mois sur 12 sont au-dessus des 14\u202f000 ETP conventionnés."
    )
    assert charts.read_months((), CIBLE) == "Aucun mois n'est connu."


def test_a_label_is_escaped() -> None:
    assert "<b>" not in charts.monthly_bars("a", "<b>Titre</b>", MOIS, CIBLE)
    assert parse(svg.element("text", "<&>", id='"')).text == "<&>"


def test_a_bar_in_a_cell_is_hidden_from_screen_readers_and_absent_without_a_value() -> None:
    assert parse(charts.rate_bar(D("1.3"))).get("aria-hidden") == "true"
    assert charts.rate_bar(None) == charts.share_bar(Absence.SECRET, 12) == charts.share_bar(3, 0) == ""


def test_a_secret_share_forbids_the_stacked_bar() -> None:
    sorties = make_sorties()
    assert charts.drawable(sorties)
    assert not charts.drawable((replace(sorties[0], part=Absence.SECRET), *sorties[1:]))


def test_an_unknown_rate_is_hatched_and_written() -> None:
    rows = tuple(
        replace(row, taux_realisation=None) if row.code == "62" else row for row in make_departements()
    )
    page = make_region()
    drawing = maps.region_map("carte", "Titre", rows, page.contours)
    assert drawing.count("url(#carte-inconnu)") == 1
    assert "n. c." in drawing
    assert "Pas-de-Calais : non communiqué" in drawing
    assert maps.legend(()) == []


def test_every_departement_carries_its_code_and_value_inside_its_outline() -> None:
    for code in ("02", "59", "60", "62", "80"):
        path = carte().departements[code].chemin
        x, y = maps.label_point(path)
        left, top, width, height = maps.frame([path])
        assert left < x < left + width
        assert top < y < top + height
    drawing = maps.region_map("carte", "Titre", make_departements(), make_region().contours)
    labels = [label.text for label in parse(drawing).findall("svg:text", NS)]
    assert labels[:2] == ["02", "129,2\u202f%"]


def test_the_map_is_framed_on_the_region() -> None:
    left, top, width, height = maps.frame(list(make_region().contours.values()))
    assert (round(left), round(top)) == (274, 0) or left < 285
    assert 100 < width < 160
    assert 100 < height < 160


def test_outlines_are_read_with_their_islands() -> None:
    assert maps.rings("m 0,0 4,0 0,4 z m 10,10 1,0 0,1 z") == [
        [(0, 0), (4, 0), (4, 4)],
        [(10, 10), (11, 10), (11, 11)],
    ]


def test_a_value_that_the_target_line_would_strike_out_is_written_over_the_line() -> None:
    months = make_months("24 18 25.2")
    drawing = parse(charts.monthly_bars("a", "Titre", months, D("24.8")))
    line = side(drawing.findall("svg:line", NS)[-1], "y1")
    feet = {shape.text: side(shape, "y") for shape in drawing.findall("svg:text", NS)}
    assert feet["24,0"] == line - 6
    assert feet["18,0"] > line + 12
    assert feet["25,2"] < line - 6
