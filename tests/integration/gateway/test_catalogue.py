"""The catalogue on a small région: every indicator, on page, in files and in the API."""

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from services.gateway.catalogue import INDICATEURS, MANQUANTS, PAR_CODE, Indicateur
from services.gateway.pages.formats import Absence, Unite, valeur
from tests.factories.facts import identifier
from tests.integration.gateway.conftest import Gateway

DEPARTEMENTS = ("02", "59", "60", "62", "80")
TYPES = ("", "ACI", "EI")


async def read(gateway: Gateway, path: str) -> Any:
    answer = await gateway.client.get(path)
    assert answer.status_code == 200, f"{path} : {answer.text[:300]}"
    return answer


async def view(gateway: Gateway, path: str) -> dict[str, Any]:
    body: dict[str, Any] = (await read(gateway, f"/api/vues/v1/{path}")).json()
    return body


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_no_code_of_the_catalogue_is_given_twice_and_what_is_missing_says_why() -> None:
    codes = [i.code for i in INDICATEURS] + [m.code for m in MANQUANTS]
    assert len(codes) == len(set(codes))
    assert all(len(manquant.raison) > 20 for manquant in MANQUANTS)
    assert all(i.formule.endswith(".") and i.source and i.secret and i.version for i in INDICATEURS)


@pytest.mark.parametrize("indicateur", INDICATEURS, ids=lambda indicateur: indicateur.code)
async def test_page_files_and_api_read_the_same_value(region: Gateway, indicateur: Indicateur) -> None:
    path = f"indicateurs/{indicateur.code}?annee=2017"
    body = await view(region, path)
    told = {row["code"]: row["valeur"] for row in body["departements"]} | {"32": body["valeur"]}
    assert set(told) == {*DEPARTEMENTS, "32"}

    file = rows_of((await read(region, f"/{path}&format=csv&variante=donnees")).text)
    assert {row["code"]: row["valeur"] for row in file} == {
        code: "" if value is None else str(value) for code, value in told.items()
    }
    sheet = (
        zipfile.ZipFile(io.BytesIO((await read(region, f"/{path}&format=ods")).content))
        .read("content.xml")
        .decode()
    )
    page = unescape((await read(region, f"/{path}&territoire=departement-59")).text)
    for code in ("32", "59"):
        written = valeur(_exact(told[code]), indicateur.format)
        assert f">{written}<" in page or f"</svg>{written}<" in page, (code, written)
    for value in told.values():
        assert value is None or str(value) in sheet


def _exact(value: Any) -> Any:
    if value in (Absence.SECRET, Absence.SANS_OBJET):
        return Absence(value)
    return value if value is None else Decimal(value)


async def test_an_indicator_is_told_by_territory_type_month_and_day_known(region: Gateway) -> None:
    assert (await view(region, "indicateurs/OFF-01?annee=2017&type=EI"))["valeur"] == 3
    assert (await view(region, "indicateurs/OFF-01?annee=2017&territoire=59"))["valeur"] == 3
    assert (await view(region, "indicateurs/FIN-04?annee=2017&mois=3"))["valeur"] == "70.27"
    assert (await view(region, "indicateurs/FIN-04?annee=2017&mois=4"))["valeur"] == "0.00"
    assert (await view(region, "indicateurs/OFF-04?annee=2017&type=ACI"))["valeur"] == "0.571429"
    assert (await view(region, "indicateurs/OFF-01?annee=2017&connu_le=2000-01-01"))["valeur"] == 0
    persons = await region.client.get("/api/vues/v1/indicateurs/ORI-02?annee=2017&mois=2")
    assert (persons.status_code, persons.json()["code"]) == (409, "mois_de_personnes")
    before = await view(region, "indicateurs/OFF-01?annee=2017")
    assert (before["avant"], before["ecart"]) == ("sans objet", "sans objet")
    after = await view(region, "indicateurs/OFF-01?annee=2018")
    assert (after["avant"], after["ecart"]) == (7, -7)


async def test_an_indicator_is_told_of_one_structure_beside_those_alike(region: Gateway) -> None:
    one = f"structure={identifier('S1')}"
    body = await view(region, f"indicateurs/FIN-06?annee=2017&{one}")
    assert (body["structure"]["nom"], body["type"], body["territoire"]) == (
        "Chantier S1",
        "ACI",
        "departement-59",
    )
    assert body["valeur"] == "0.358516"  # 15 × 152.25 / 1 820, of 3.5 ETP
    assert body["semblables"] == {
        "critere": "même type, de la moitié au double de ses ETP conventionnés, Hauts-de-France",
        "nombre": 3, "q1": "sans objet", "mediane": "sans objet", "q3": "sans objet",
    }  # fmt: skip
    sheet = await view(region, f"structures/{identifier('S1')}?annee=2017")
    assert {line["code"]: line["valeur"] for line in sheet["semblables"]}["FIN-06"] == body["valeur"]
    for code in ("FIN-02", "FIN-03", "FIN-22", "VER-01", "OFF-09", "OFF-11", "COF-01", "QUA-01"):
        alone = await view(region, f"indicateurs/{code}?annee=2017&{one}")
        rows = rows_of(
            (await read(region, f"/indicateurs/{code}?annee=2017&{one}&format=csv&variante=donnees")).text
        )
        assert rows[-1]["maille"] == "structure"
        assert rows[-1]["valeur"] == str(alone["valeur"]), code
        page = unescape((await read(region, f"/indicateurs/{code}?annee=2017&{one}")).text)
        assert valeur(_exact(alone["valeur"]), PAR_CODE[code].format) in page
    for code, reason in (
        ("ORI-02", "soustraction"),
        ("OFF-01", "compte des structures"),
        ("CLA-01", "territoire entier"),
    ):
        refused = await region.client.get(f"/api/vues/v1/indicateurs/{code}?annee=2017&{one}")
        assert (refused.status_code, refused.json()["code"]) == (409, "indicateur_sans_structure")
        assert reason in refused.json()["detail"]
        assert not (await view(region, f"indicateurs/{code}?annee=2017"))["par_structure"]
    unknown = await region.client.get(f"/api/vues/v1/indicateurs/FIN-03?structure={identifier('inconnue')}")
    assert unknown.status_code == 404


async def test_the_structures_of_a_type_make_its_territory(region: Gateway) -> None:
    for code in ("FIN-02", "FIN-03", "VER-01", "OFF-09"):
        whole = Decimal(
            (await view(region, f"indicateurs/{code}?annee=2017&type=ACI&territoire=59"))["valeur"]
        )
        parts = [
            Decimal(
                (await view(region, f"indicateurs/{code}?annee=2017&structure={identifier(name)}"))["valeur"]
            )
            for name in ("S1", "S2")
        ]
        assert abs(sum(parts) - whole) <= Decimal("0.01"), code  # each is rounded once


VIEWS = {
    "reperes": "structures", "territoires/region/32": "reperes", "territoires/departement/59": "types",
    "structures": "resultats", f"structures/{identifier('S1')}": "etp", "parcours/etapes": "etapes",
    "financements": "financeurs", "clauses": "clauses", "indicateurs": "manquants", "indicateurs/OFF-01": "valeur",
}  # fmt: skip


async def test_every_view_of_the_product_has_its_address_and_its_filters(region: Gateway) -> None:
    for path, field in VIEWS.items():
        asked = "region=32&annee=2017&departement=59&type=ACI"
        assert field in await view(region, f"{path}?{asked}"), path
    for path in (
        "reperes",
        "parcours/etapes",
        "indicateurs/OFF-01",
        "financements",
        "structures",
        "diagnostic",
    ):
        bodies = [
            {k: v for k, v in (await view(region, f"{path}?{asked}")).items() if k not in ("sources", "positions")}
            for asked in (
                "region=32&annee=2017", "region=32&annee=2017&departement=59", "region=32&annee=2017&type=EI",
                "region=32&annee=2017&departement=59&type=EI",
            )
        ]  # fmt: skip
        assert all(left != right for n, left in enumerate(bodies) for right in bodies[:n]), path
    assert (await view(region, "indicateurs/OFF-01?annee=2017&departement=59"))[
        "territoire"
    ] == "departement-59"
    seance = await region.client.get("/api/vues/v1/cdiae/59/2017-06-09")
    assert seance.status_code == 401


async def test_the_headline_and_the_catalogue_are_one(region: Gateway) -> None:
    headline = await region.reperes()
    for field, code in {
        "personnes_employees": "PAR-10",
        "etp_realises": "FIN-03",
        "etp_conventionnes": "FIN-02",
        "permanents": "OFF-09",
        "chiffre_affaires_eur": "OFF-11",
        "orientations": "ORI-02",
        "financement_etat_eur": "VER-01",
    }.items():
        assert headline[field] == (await view(region, f"indicateurs/{code}?annee=2017"))["valeur"], field


async def test_steps_are_the_same_on_page_in_file_and_in_the_view(region: Gateway) -> None:
    for asked in ("annee=2017", "annee=2017&territoire=departement-59", "annee=2017&type=EI"):
        body = await view(region, f"parcours/etapes?{asked}")
        for bloc in ("etapes", "delais", "tranches", "suites", "refus", "publics", "sorties", "ecartees"):
            file = rows_of(
                (await read(region, f"/parcours?{asked}&format=csv&variante=donnees&tableau={bloc}")).text
            )
            for line, told in zip(file, body[bloc], strict=True):
                for name, value in told.items():
                    assert line[name] == ("" if value is None else str(value)), (bloc, name)
        page = unescape((await read(region, f"/parcours?{asked}")).text)
        for step in body["etapes"]:
            assert (
                f'{step["libelle"]}</th><td class="nombre">{valeur(_exact(step["nombre"]), Unite.NOMBRE)}'
                in page
            )
        assert {absent["libelle"] for absent in body["non_publies"]} == {
            "Résidence",
            "Freins par thème",
        }
    empty = unescape((await read(region, "/parcours?annee=2011")).text)
    assert "Aucune orientation, aucun contrat ni aucune sortie pour ce filtre en 2011" in empty


async def test_open_answers_say_where_they_stand_and_are_not_sent_twice(region: Gateway) -> None:
    for path in ("indicateurs", "indicateurs/FIN-03?annee=2017", "parcours/etapes?annee=2017"):
        first = await region.client.get(f"/api/vues/v1/{path}")
        assert first.headers["positions"].startswith("structures=")
        assert {source["nom"] for source in first.json()["sources"]} == {"structures", "parcours", "funding"}
        again = await region.client.get(
            f"/api/vues/v1/{path}", headers={"If-None-Match": first.headers["etag"]}
        )
        assert again.status_code == 304


async def test_files_carry_their_filter_and_their_date_in_their_name(region: Gateway) -> None:
    named = {
        "/indicateurs/FIN-03?annee=2017&type=ACI&format=csv": "iae_FIN-03_region-32_2017_ACI_arrete-2017-12-31.csv",
        "/parcours?annee=2017&territoire=59&connu_le=2017-10-24&format=ods&tableau=sorties":
            "iae_parcours-sorties_59_2017_arrete-2017-10-24_connu-le-2017-10-24.ods",
    }  # fmt: skip
    for path, name in named.items():
        assert re.search(f'filename="{name}"', (await read(region, path)).headers["content-disposition"])


@pytest.mark.parametrize("jeu", ["structures", "etp-mensuels", "orientations", "sorties", "indicateurs"])
async def test_an_open_data_set_is_the_same_in_every_format(region: Gateway, jeu: str) -> None:
    async def file(form: str) -> Any:
        answer = await region.client.get(f"/donnees/{jeu}?annee=2017&{form}")
        while answer.status_code == 202:
            answer = await region.client.get(answer.headers["location"])
        assert answer.status_code == 200, answer.text
        return answer

    document = (await file("format=json")).json()
    lines = [json.loads(line) for line in (await file("format=ndjson")).text.splitlines()]
    data = rows_of((await file("format=csv&variante=donnees")).text)
    sheet = (await file("format=ods")).content
    assert lines == document["lignes"]
    assert len(document["lignes"]) == len(data) > 6
    assert [field["cle"] for field in document["dictionnaire"]] == list(lines[0])
    for line, row in zip(lines, data, strict=True):
        assert {name: "" if value is None else str(value) for name, value in line.items()} == {
            name: row[name] for name in line
        }
    assert zipfile.ZipFile(io.BytesIO(sheet)).testzip() is None
    assert f"/donnees/{jeu}?annee=2017&amp;format=csv" in (await read(region, "/donnees?annee=2017")).text


async def test_open_data_hides_what_pages_hide(region: Gateway) -> None:
    rows = rows_of((await read(region, "/donnees/sorties?annee=2017&variante=donnees")).text)
    for row in rows:
        kind = "" if row["type"] == "tous" else row["type"]
        place = "region-32" if row["code"] == "32" else f"departement-{row['code']}"
        body = await view(region, f"parcours/etapes?annee=2017&territoire={place}&type={kind}")
        told = {step["code"]: str(step["nombre"]) for step in body["etapes"]}
        assert (row["sorties"], row["comptees"], row["dynamiques"]) == tuple(
            told[code] for code in ("SORTIES", "COMPTEES", "DYNAMIQUES")
        )


async def test_the_diagnosis_gives_no_small_count_back(region: Gateway) -> None:
    for kind in TYPES:
        for code in DEPARTEMENTS:
            asked = f"annee=2017&territoire=departement-{code}&type={kind}"
            body = await view(region, f"diagnostic?{asked}")
            steps = await view(region, f"parcours/etapes?{asked}")
            file = rows_of((await read(region, f"/diagnostic?{asked}&format=csv&variante=donnees")).text)
            told = [row["orientations"] for row in body["intercommunalites"]]
            assert [row["orientations"] for row in file] == [str(value) for value in told]
            whole = {step["code"]: step["nombre"] for step in steps["etapes"]}["ORIENTATIONS"]
            hidden = told.count(Absence.SECRET)
            if told and whole == Absence.SECRET:
                assert hidden
            elif hidden:
                assert hidden > 1
    assert "Par intercommunalité" in (await read(region, "/diagnostic?annee=2017")).text
