"""The catalogue on a small région: every indicator, on page, in files and in the API; nobody found by subtraction."""

import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from deploy.local.databases import Urls
from services.gateway.app import create_app
from services.gateway.catalogue import INDICATEURS, MANQUANTS, Indicateur
from services.gateway.catalogue.secret import SOMMES
from services.gateway.pages.formats import Absence, Unite, valeur
from services.gateway.tables import SCHEMA
from services.gateway.views import projections
from shared.db import create_engine
from shared.messaging.consumer import Consumer
from shared.messaging.source import JournalClient
from shared.settings import Settings
from tests.conftest import Databases, client_of
from tests.factories.region_facts import make_region_facts
from tests.integration.gateway.conftest import Gateway

DEPARTEMENTS = ("02", "59", "60", "62", "80")
TYPES = ("", "ACI", "EI")
Cle = tuple[str, str, str]


async def _no_token() -> str:
    return ""


@pytest.fixture(scope="module")
async def region(postgres: str, templates: dict[str, Urls], secrets_dir: Path) -> AsyncIterator[Gateway]:
    """One gateway for the module: its tests only read."""
    async with AsyncExitStack() as stack:
        urls = await Databases(postgres, templates, stack).clone("gateway")
        engine = create_engine(urls.appli, application="view", schema=SCHEMA)
        stack.push_async_callback(engine.dispose)
        settings = Settings(
            service_database_url=urls.appli,
            relay_database_url=urls.relais,
            secrets_dir=secrets_dir,
            demonstration=True,
        )
        application = create_app(settings)
        client = await stack.enter_async_context(client_of(application))
        gateway = Gateway(
            application, client, Consumer(engine, projections, JournalClient({}, _no_token, client))
        )
        facts = make_region_facts()
        for service in ("structures", "funding", "parcours"):
            await gateway.feed_together(*(fact for fact in facts if fact.service == service))
        yield gateway


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
        for bloc in ("etapes", "delais", "tranches", "suites", "sorties", "ecartees"):
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
            "Refus par motif",
            "Publics",
            "Freins par thème",
        }
    empty = unescape((await read(region, "/parcours?annee=2011")).text)
    assert "Aucune orientation, aucun contrat ni aucune sortie pour ce filtre en 2011" in empty


NAMES = {
    "ORIENTATIONS": "envoyees", "REPONDUES": "repondues", "ACCEPTEES": "acceptees", "EMBAUCHES": "embauches",
    "PERSONNES_ORIENTEES": "personnes_orientees", "PERSONNES_EMBAUCHEES": "personnes_embauchees",
    "EMPLOYEES": "personnes", "CONTRATS": "contrats", "ENTREES": "entrees", "SORTIES": "sorties",
    "COMPTEES": "comptees", "DYNAMIQUES": "dynamiques", "REFUSEES": "refusees", "SANS_REPONSE": "sans_reponse",
    "DUREE": "ecartees_duree", "HEURES": "ecartees_heures", "RETRAIT": "ecartees_retrait",
    "Emploi durable": "durables", "Emploi de transition": "transitions", "Sortie positive": "positives",
    "Autre sortie": "autres",
}  # fmt: skip
RATES = {"ORI-04": ("acceptees", "envoyees"), "ORI-16": ("personnes_embauchees", "personnes_orientees"),
         "SOR-01": ("dynamiques", "comptees"), "SOR-02": ("durables", "comptees"), "SOR-03": ("transitions", "comptees"),
         "SOR-04": ("positives", "comptees"), "SOR-05": ("autres", "comptees")}  # fmt: skip


async def test_no_small_count_is_found_by_subtraction_across_pages_files_and_api(region: Gateway) -> None:
    known, hidden = await _published(region)
    assert hidden, "rien n'est secret : l'attaque ne prouverait rien"
    found = _subtract(known, hidden, await _structures(region, known, hidden))
    small = {key: value for key, value in found.items() if 0 < value < 5}
    assert small == {}, "retrouvés par soustraction"


async def _published(region: Gateway) -> tuple[dict[Cle, int], set[Cle]]:
    """Read every count that any page, file or view gives, by name, territory and type; and those that are hidden."""
    known: dict[Cle, int] = {}
    hidden: set[Cle] = set()
    for place in ("region-32", *(f"departement-{code}" for code in DEPARTEMENTS)):
        for kind in TYPES:
            code = place.rpartition("-")[2]
            for name, value in await _told(region, place, kind):
                _note(known, hidden, (name, code, kind), value)
            for rate, (up, down) in RATES.items():
                path = f"indicateurs/{rate}?territoire={place}&annee=2017&type={kind}"
                told = (await view(region, path))["valeur"]
                if (down, code, kind) in known and told not in (Absence.SECRET, Absence.SANS_OBJET):
                    _note(known, hidden, (up, code, kind), round(Decimal(told) * known[(down, code, kind)]))
    return known, hidden - set(known)


def _note(known: dict[Cle, int], hidden: set[Cle], key: Cle, value: Any) -> None:
    if value == Absence.SECRET:
        hidden.add(key)
    elif value is not None and value != Absence.SANS_OBJET:
        assert known.setdefault(key, int(value)) == int(value), f"{key} n'a pas partout la même valeur"


async def _told(region: Gateway, place: str, kind: str) -> list[tuple[str, Any]]:
    body = await view(region, f"parcours/etapes?territoire={place}&annee=2017&type={kind}")
    lines = (*body["etapes"], *body["suites"], *body["sorties"], *body["ecartees"])
    named = [(NAMES.get(line.get("code", line["libelle"])), line["nombre"]) for line in lines]
    page = await _page_counts(region, place, kind)
    return [(name, value) for name, value in named if name] + list(page.items())


async def _page_counts(region: Gateway, place: str, kind: str) -> dict[str, Any]:
    nature, _, code = place.partition("-")
    path = f"/{nature}s/{code}?annee=2017&type={kind}&format=csv&variante=donnees&tableau=etapes"
    return {
        NAMES[row["code"]]: row["nombre"] or None
        for row in rows_of((await read(region, path)).text)
        if row["code"] in NAMES
    }


async def _structures(region: Gateway, known: dict[Cle, int], hidden: set[Cle]) -> list[list[Cle]]:
    """Read the exits of every structure; return the sums that tie them to their territory and type."""
    sums = []
    for code in DEPARTEMENTS:
        path = f"/departements/{code}?annee=2017&format=csv&variante=donnees&tableau=structures"
        for kind in ("ACI", "EI"):
            line: dict[str, list[Cle]] = {"comptees": [], "dynamiques": []}
            for row in rows_of((await read(region, path)).text):
                if row["type"] != kind:
                    continue
                counted, dynamic = ("comptees", row["nom"], ""), ("dynamiques", row["nom"], "")
                line["comptees"].append(counted)
                line["dynamiques"].append(dynamic)
                if row["sorties_comptees"] == Absence.SECRET:
                    hidden.add(counted)
                else:
                    known[counted] = int(row["sorties_comptees"])
                rate = row["taux_sorties_dynamiques"]
                if rate == Absence.SECRET or counted not in known:
                    hidden.add(dynamic)
                elif rate != Absence.SANS_OBJET:
                    known[dynamic] = round(Decimal(rate) * known[counted])
                else:
                    known[dynamic] = 0
            sums += [[(name, code, kind), *parts] for name, parts in line.items() if parts]
    return sums


def _subtract(known: dict[Cle, int], hidden: set[Cle], sums: list[list[Cle]]) -> dict[Cle, int]:
    """Solve every sum with one unknown, then those whose unknowns can only be one each, until nothing moves."""
    equations = [*sums]
    names = {name for name, _, _ in [*known, *hidden]}
    for name in names - {
        "personnes",
        "personnes_orientees",
        "personnes_embauchees",
    }:  # distinct persons never add up
        equations += [[(name, "32", kind), *((name, code, kind) for code in DEPARTEMENTS)] for kind in TYPES]
        equations += [
            [(name, code, ""), (name, code, "ACI"), (name, code, "EI")] for code in ("32", *DEPARTEMENTS)
        ]
    for whole, split in (couple for couples in SOMMES.values() for couple in couples):
        if whole in ("sorties", "dynamiques", "comptees"):
            equations += [
                [(whole, code, kind), *((part, code, kind) for part in split)]
                for code in ("32", *DEPARTEMENTS)
                for kind in TYPES
            ]
    found: dict[Cle, int] = {}
    moved = True
    while moved:
        moved = False
        for total, *parts in equations:
            unknown = [key for key in (total, *parts) if key not in known]
            if len(unknown) == 1:
                rest = (
                    known[total] - sum(known[p] for p in parts if p in known)
                    if unknown[0] != total
                    else sum(known[p] for p in parts)
                )
                known[unknown[0]] = found[unknown[0]] = rest
                moved = True
    return {key: value for key, value in found.items() if key in hidden}


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
