"""Looking for structures: around a commune, page after page, all at once, or only what changed."""

import asyncio

import orjson

from shared.db import create_engine
from shared.messaging.sequencer import Sequencer
from tests.factories.siret import make_siret
from tests.factories.structures_service import Registry

LILLE, ROUBAIX, VILLENEUVE, ARRAS, AMIENS = "59350", "59512", "59009", "62041", "80021"


async def populate(registre: Registry) -> dict[str, str]:
    """Structures by commune; nearest to Lille first."""
    places = {"lille": LILLE, "villeneuve": VILLENEUVE, "roubaix": ROUBAIX, "arras": ARRAS, "amiens": AMIENS}
    return {
        name: await registre.structure(
            n, code_insee=code, raison_sociale=f"Élan d'{name} n°{n}", reseau=f"R0{n}"
        )
        for n, (name, code) in enumerate(places.items(), start=1)
    }


def names(found: dict[str, list[dict[str, str]]]) -> list[str]:
    return [row["raison_sociale"].split("'")[1].split(" ")[0] for row in found["resultats"]]


async def test_structures_are_found_around_a_commune_by_distance(registre: Registry) -> None:
    await populate(registre)
    near = await registre.read(f"/structures/recherche?commune={LILLE}")
    assert names(near) == ["lille", "villeneuve", "roubaix"]
    assert near["autour"] == {"code_insee": LILLE, "rayon_km": 25, "precision": "lieu"}
    assert near["resultats"][0]["distance_km"] == "0.0"
    far = await registre.read(f"/structures/recherche?commune={LILLE}&rayon_km=50")
    assert names(far) == ["lille", "villeneuve", "roubaix", "arras"]


NARROWED: dict[str, set[str]] = {
    "departement=62": {"arras"},
    "departement=62&limitrophes=true": {"lille", "villeneuve", "roubaix", "arras", "amiens"},
    "texte=ELAN%20amiens": {"amiens"},
    "texte=inconnu": set(),
    "reseau=r03": {"roubaix"},
    "type_structure=EI": set(),
    "type_structure=EI&type_structure=ACI&departement=80": {"amiens"},
    "code_rome=A1203": {"arras", "lille"},
    "code_rome=A1203&postes_ouverts=true": {"lille"},
    "postes_ouverts=true": {"lille", "roubaix"},
}


async def test_a_search_is_narrowed_by_what_it_asks_for(registre: Registry) -> None:
    made = await populate(registre)
    await registre.changed("PATCH", f"/structures/{made['arras']}", {"code_rome": "A1203"}, 1)
    fiche = {
        "siret": make_siret(1), "code_rome": "A1203", "appellation": "Jardinier fictif", "type_contrat": "CDDI",
    }  # fmt: skip
    await registre.made("/fiches-de-poste", fiche)
    await registre.made("/fiches-de-poste", fiche | {"siret": make_siret(3), "code_rome": "K2204"})
    for query, expected in NARROWED.items():
        found = await registre.read(f"/structures/recherche?{query}")
        assert set(names(found)) == expected, query


async def test_pages_lose_and_repeat_nobody_while_structures_come_and_go(registre: Registry) -> None:
    made = await populate(registre)
    path = f"/structures/recherche?commune={LILLE}&rayon_km=100&limite=2"
    first = await registre.read(path)
    await registre.structure(8, code_insee=LILLE, raison_sociale="Élan d'avant n°8")
    await registre.made(f"/structures/{made['villeneuve']}/fermeture", {"motif": "CESSATION"})
    second = await registre.read(f"{path}&curseur={first['suivant']}")
    third = await registre.read(f"{path}&curseur={second['suivant']}")
    assert names(first) + names(second) + names(third) == [
        "lille",
        "villeneuve",
        "roubaix",
        "arras",
        "amiens",
    ]
    assert third["suivant"] is None
    other = await registre.send("GET", f"{path.replace(LILLE, ARRAS)}&curseur={first['suivant']}")
    assert (other.status_code, other.json()["code"]) == (422, "curseur_invalide")
    answer = await registre.send("GET", path)
    assert "curseur=" in answer.headers["link"]


async def test_a_commune_without_position_and_a_malformed_search_are_refused_clearly(
    registre: Registry,
) -> None:
    answer = await registre.send("GET", "/structures/recherche?commune=75056")
    assert (answer.status_code, answer.json()["code"]) == (409, "commune_sans_coordonnees")
    assert answer.json()["source"]
    bad = await registre.send("GET", "/structures/recherche?rayon_km=101&inconnu=1")
    assert {fault["champ"] for fault in bad.json()["erreurs"]} == {"rayon_km", "inconnu"}


async def test_a_page_already_known_is_not_sent_again_and_all_comes_line_by_line(registre: Registry) -> None:
    await populate(registre)
    path = f"/v1/structures/recherche?commune={LILLE}"
    headers = registre.headers()
    first = await registre.client.get(path, headers=headers)
    known = headers | {"If-None-Match": first.headers["etag"]}
    assert (await registre.client.get(path, headers=known)).status_code == 304
    await registre.structure(8, code_insee=LILLE)
    assert (await registre.client.get(path, headers=known)).status_code == 200
    lines = await registre.client.get(
        "/v1/structures/recherche", headers=headers | {"Accept": "application/x-ndjson"}
    )
    assert len({orjson.loads(line)["id"] for line in lines.text.splitlines()}) == 6


async def test_what_changed_since_a_position_comes_once_with_what_is_gone(registre: Registry) -> None:
    made = await populate(registre)
    relay = create_engine(registre.relay_url, application="test", pool_size=2)
    sequencer = Sequencer(relay, asyncio.Event())
    try:
        while await sequencer.turn() == 0:
            pass
        first = await registre.read("/structures/changements")
        assert (len(first["changements"]), first["fin"]) == (5, True)
        await registre.changed("PATCH", f"/structures/{made['arras']}", {"adresse": "1 rue Fictive"}, 1)
        await registre.made(f"/structures/{made['lille']}/fusion", {"absorbante": made["roubaix"]})
        while await sequencer.turn() == 0:
            pass
    finally:
        await relay.dispose()
    then = await registre.read(f"/structures/changements?depuis={first['jusqu_a']}")
    told = [(row["id"], row["fait"], row["fermee"], row["absorbante_id"]) for row in then["changements"]]
    assert told == [
        (made["arras"], "corrigee", False, None), (made["lille"], "fusionnee", True, made["roubaix"]),
    ]  # fmt: skip
    assert (await registre.read(f"/structures/changements?depuis={then['jusqu_a']}"))["changements"] == []


async def test_an_opcs_is_active_if_and_only_if_it_is_shown_and_a_geiq_always_is(registre: Registry) -> None:
    opcs = await registre.structure(1, type="OPCS", raison_sociale="Élan d'opcs 1")
    geiq = await registre.structure(2, type="GEIQ", raison_sociale="Élan d'geiq 2")
    assert set(names(await registre.read("/structures/recherche"))) == {"opcs", "geiq"}
    for made in (opcs, geiq):
        assert (await registre.read(f"/structures/{made}/activite"))["active"]
        await registre.changed("PATCH", f"/structures/{made}", {"visible": False}, 1)
    assert names(await registre.read("/structures/recherche")) == []
    assert not (await registre.read(f"/structures/{opcs}/activite"))["active"]
    assert (await registre.read(f"/structures/{geiq}/activite"))["active"]
