"""Figures computed from facts: exact, once each, whatever the order of the sources."""

import itertools
import re
from decimal import Decimal

import pytest

from shared.contracts.fact import Fact
from tests.factories.facts import (
    decide,
    end,
    make_annexe,
    make_candidature,
    make_contrat,
    make_declaration,
    make_marche,
    make_structure,
    make_versement,
)
from tests.integration.gateway.conftest import Gateway

PEOPLE = [f"P{n}" for n in range(1, 8)]


async def test_key_figures_are_those_of_the_facts(gateway: Gateway) -> None:
    await gateway.feed(
        make_structure(),
        make_annexe(etp="7.5"),
        make_declaration(3, dict.fromkeys(PEOPLE, "1950")),
        make_versement("V1", "100.10"),
        make_versement("V2", "0.05"),
        make_versement("V3", "50", financeur="CD59"),
        *(make_candidature(f"O{n}") for n in range(6)),
        make_candidature("seul", origine="EMPLOYEUR"),
    )
    body = await gateway.reperes()
    assert body["structures"] == {"total": 1, "ACI": 1}
    assert body["personnes_employees"] == 7
    assert body["etp_realises"] == "7.50"  # 13 650 h / 1 820 (financement.md §14, example 1)
    assert body["etp_conventionnes"] == "7.50"
    assert body["permanents"] == 4
    assert body["chiffre_affaires_eur"] == "1000.50"
    assert body["financement_etat_eur"] == "100.15"
    assert body["orientations"] == 6
    assert body["positions"] == {"structures": 1, "parcours": 8, "funding": 4}


async def test_a_person_in_two_structures_counts_once(gateway: Gateway) -> None:
    await gateway.feed(
        make_structure(),
        make_structure("S2", number=2),
        make_annexe(),
        make_annexe("A2", structure="S2", numero="ACI059170002A0M0"),
        make_declaration(3, dict.fromkeys(PEOPLE, "10")),
        make_declaration(4, dict.fromkeys(PEOPLE, "10"), structure="S2", annexe="ACI059170002A0M0"),
    )
    assert (await gateway.reperes())["personnes_employees"] == 7


async def test_a_correction_replaces_what_was_declared(gateway: Gateway) -> None:
    await gateway.feed(
        make_structure(),
        make_annexe(),
        make_declaration(3, dict.fromkeys([*PEOPLE, "parti"], "182")),
        make_declaration(4, dict.fromkeys(PEOPLE, "182")),
    )
    before = await gateway.reperes()
    assert (before["personnes_employees"], before["etp_realises"]) == (8, "1.50")
    await gateway.feed(make_declaration(3, dict.fromkeys(PEOPLE, "91")))
    after = await gateway.reperes()
    assert (after["personnes_employees"], after["etp_realises"]) == (7, "1.05")


async def test_two_versions_of_a_declaration_in_one_batch_count_once(gateway: Gateway) -> None:
    await gateway.feed(make_structure(), make_annexe())
    await gateway.feed_together(
        make_declaration(3, dict.fromkeys([*PEOPLE, "parti"], "182")),
        make_declaration(3, dict.fromkeys(PEOPLE, "182")),
    )
    body = await gateway.reperes()
    assert (body["personnes_employees"], body["etp_realises"]) == (7, "0.70")


SOURCES: dict[str, list[Fact]] = {
    "structure": [make_structure()],
    "funding": [make_annexe(), make_versement("V1", "12.34")],
    "parcours": [make_declaration(3, dict.fromkeys(PEOPLE, "260")), make_candidature("O1")],
}


@pytest.mark.parametrize("order", list(itertools.permutations(SOURCES)), ids="-".join)
async def test_the_order_of_the_sources_does_not_matter(gateway: Gateway, order: tuple[str, ...]) -> None:
    for source in order:
        await gateway.feed(*SOURCES[source])
    body = await gateway.reperes()
    assert (body["etp_realises"], body["financement_etat_eur"]) == ("1.00", "12.34")
    assert body["personnes_employees"] == 7


@pytest.mark.parametrize(
    ("change", "counted"),
    [
        ({"etat": "HISTORISE"}, 0),
        ({"etat": "CLOTURE"}, 1),
        ({"etat": "PROVISOIRE"}, 1),
        ({"mesure": "FDI_DC"}, 0),
        ({"date_debut": "2016-01-01", "date_fin": "2016-12-31"}, 0),
        ({"date_debut": "2016-07-01", "date_fin": "2017-01-31"}, 1),
    ],
)
async def test_a_structure_counts_by_its_annexe(
    gateway: Gateway, change: dict[str, str], counted: int
) -> None:
    await gateway.feed(make_structure(), make_annexe(**change))
    assert (await gateway.reperes())["structures"]["total"] == counted


async def test_the_sum_is_divided_last_and_rounded_once(gateway: Gateway) -> None:
    numbers = [f"ACI05917{n:04d}A0M0" for n in range(1, 4)]
    for n, numero in enumerate(numbers, 1):
        await gateway.feed(
            make_structure(f"S{n}", number=n),
            make_annexe(f"A{n}", structure=f"S{n}", numero=numero, heures_par_etp="3"),
            make_declaration(1, {"P1": "0.005"}, structure=f"S{n}", annexe=numero),
        )
    # 3 × 0.005 / 3 = 0.005 exactly: half up gives 0.01, three rounded thirds would give 0.00 or 0.004999…
    assert (await gateway.reperes())["etp_realises"] == "0.01"


async def test_small_counts_of_persons_are_not_told(gateway: Gateway) -> None:
    await gateway.feed(
        make_structure(), make_annexe(), make_declaration(3, {"P1": "10"}), make_candidature("O1")
    )
    body = await gateway.reperes()
    assert body["personnes_employees"] is None
    assert body["orientations"] is None


async def test_a_departement_adds_what_only_it_knows(gateway: Gateway) -> None:
    await gateway.feed(
        make_structure("S1", commune="62041"),
        make_annexe(postes_cddi_cd=12),
        make_structure("S2", number=2),
        make_annexe("A2", structure="S2", numero="ACI059170002A0M0"),
        make_marche("M1", "100.5"),
        make_marche("M2", "20"),
    )
    pas_de_calais = await gateway.reperes(departement="62")
    assert pas_de_calais["postes_cddi_cofinances"] == 12
    assert pas_de_calais["heures_clauses"] == "120.50"
    nord = await gateway.reperes(departement="59")
    assert nord["postes_cddi_cofinances"] is None
    assert nord["heures_clauses"] is None
    assert "heures_clauses" not in await gateway.reperes()


async def test_page_file_and_api_read_the_same_value(gateway: Gateway) -> None:
    signed = [make_contrat(f"K{n}") for n in range(12)]
    sent = [make_candidature(f"O{n}") for n in range(20)]
    await gateway.feed(
        make_structure(),
        make_annexe(etp="12.34"),
        make_declaration(3, dict.fromkeys(PEOPLE, "1234.5")),
        make_versement("V1", "123456.78"),
        *signed,
        *(end(k, "DURABLE" if n < 6 else "AUTRE") for n, k in enumerate(signed)),
        *sent,
        *(decide(c) for c in sent[:10]),
    )
    body = await gateway.reperes()
    territory = (await gateway.client.get("/api/vues/v1/territoires/departement/59?annee=2017")).json()
    file = (
        await gateway.client.get("/departements/59?annee=2017&format=csv&variante=donnees&tableau=structures")
    ).text
    page = (await gateway.client.get("/departements/59?annee=2017")).text
    header, line = (row.split(",") for row in file.strip().splitlines())
    cells = dict(zip(header, line, strict=True))
    assert body["etp_realises"] == cells["etp_realises"] == territory["reperes"]["etp_realises"] == "4.75"
    assert body["financement_etat_eur"] == cells["financement_etat_eur"] == "123456.78"
    assert territory["etapes"]["orientations"] == {"envoyees": 20, "acceptees": 10, "embauches": 10}
    assert territory["etapes"]["sorties"] == {"sorties": 12, "comptees": 12, "dynamiques": 6}
    assert Decimal(cells["taux_sorties_dynamiques"]) == Decimal("0.5")
    assert re.search(r"4,7(5|\b)|4,8", page)
    assert "0,1 M€".replace(" ", "\u00a0") in page


async def test_an_answer_says_where_it_stands(gateway: Gateway) -> None:
    await gateway.feed(make_structure())
    path = "/api/vues/v1/reperes?region=32&annee=2017"
    answer = await gateway.client.get(path)
    assert answer.headers["positions"] == "structures=1, parcours=0, funding=0"
    assert {s["nom"] for s in answer.json()["sources"]} == {"structures", "parcours", "funding"}
    etag = {"If-None-Match": answer.headers["etag"]}
    assert (await gateway.client.get(path, headers=etag)).status_code == 304
    await gateway.feed(make_annexe())
    assert (await gateway.client.get(path, headers=etag)).status_code == 200


async def test_at_least_is_waited_for_then_refused_in_time(gateway: Gateway) -> None:
    await gateway.feed(make_structure())
    path = "/api/vues/v1/reperes?region=32&annee=2017&au_moins=structures:"
    assert (await gateway.client.get(f"{path}1")).status_code == 200
    late = await gateway.client.get(f"{path}2")
    assert late.status_code == 503
    assert late.headers["retry-after"] == "2"
    assert (await gateway.client.get(f"{path}beaucoup")).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/api/vues/v1/reperes?region=99&annee=2017",
        "/api/vues/v1/reperes?region=32&annee=2017&departement=75",
        "/api/vues/v1/territoires/departement/99?annee=2017",
        "/api/structures/v1/journal",
        "/api/inconnu/v1/structures",
        "/regions/99",
        "/indicateurs/XXX-99",
    ],
)
async def test_what_does_not_exist_is_404(gateway: Gateway, path: str) -> None:
    assert (await gateway.client.get(path)).status_code == 404


async def test_with_a_service_down_the_page_says_it_and_keeps_its_figures(gateway: Gateway) -> None:
    await gateway.feed(make_structure(), make_annexe())
    page = await gateway.client.get("/regions/32?annee=2017")
    assert page.status_code == 200
    forwarded = await gateway.client.get("/api/structures/v1/structures")
    assert forwarded.status_code == 503
    assert forwarded.headers["retry-after"]
