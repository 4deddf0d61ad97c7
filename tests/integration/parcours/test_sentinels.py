"""Personal values sent by every route come out by none that does not give identities: answers, logs, journal, base."""

import json
import logging
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.parcours.domain.regles import plus_mois
from shared import clock
from shared.access.scopes import Scope
from shared.logs import JsonFormatter
from tests.factories.parcours import make_contrat, make_identite, make_nir, make_orientation
from tests.factories.parcours_service import ACI, REPRISE, SIRETS, Parcours

NIR, OTHER_NIR = make_nir("1900559350001"), make_nir("1900559350084")
IDENTITY = {
    "nom": "SENTINELLE", "prenom": "Sentinelline", "sexe": "H", "date_naissance": "1990-05-17", "code_insee": "2A004",
    "nir": NIR, "motif_absence_nir": None, "identifiant_france_travail": "7654321Q", "criteres": ["QPV", "RSA"],
}  # fmt: skip
FREIN = {"nature": "FREIN", "frein": "SURENDETTEMENT", "intensite_entree": "NON_RENSEIGNE"}
FORMATION = {
    "nature": "FORMATION",
    "objet": "Sentinelle d'objet",
    "heures": "7",
    "financeur": "Sentinelle financière",
}
WHY = "Sentinelle motivée"
SEALED = (
    "SENTINELLE", "Sentinelline", "sentinelle", "1990-05-17", "2A004", NIR, OTHER_NIR, "7654321Q", "QPV", "RSA",
    "SURENDETTEMENT", "Sentinelle d'objet", "Sentinelle financière", "SENTINELLE-CORRIGEE",
)  # fmt: skip
"""Nowhere in clear but in the answers of the routes of identities."""
UNPUBLISHED = (
    *SEALED,
    WHY,
    "CONTRACT_BROKEN",
    "SENIOR_CDI",
    "did_not_come",
    "CDI_SENTINELLE",
    "RQTH",
    "DURATION",
)
"""Reasons too: kept by the service, told to nobody else."""
IDENTITIES = re.compile(r"/v1/personnes/(identites|[0-9a-f-]{36}(/export)?)")
"""The routes whose business is to tell who somebody is, under a trace."""
PERSONAL = {
    "nom", "prenom", "date_naissance", "nir", "code_insee", "criteres", "sexe", "identifiant_france_travail", "motif",
}  # fmt: skip
TODAY = clock.today()


class Heard:
    """All that came out of the service while it was listened to."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.lines: list[str] = []

    async def answer(self, response: httpx.Response) -> None:
        """Keep an answer, its headers included, unless it is one of identities."""
        await response.aread()
        given = response.is_success and IDENTITIES.fullmatch(response.request.url.path)
        self.answers.append("" if given else f"{response.headers} {response.text}")

    def emit(self, record: logging.LogRecord) -> bool:
        """Keep a line of log as the process would write it."""
        self.lines.append(JsonFormatter().format(record))
        return False


@pytest.fixture
def heard(parcours: Parcours) -> Iterator[Heard]:
    heard = Heard()
    handler = logging.Handler()
    handler.addFilter(heard.emit)
    root, former = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("shared.http").setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as the processes do: here it is the caller's
    parcours.client.event_hooks["response"].append(heard.answer)
    yield heard
    parcours.client.event_hooks["response"].clear()
    logging.getLogger("shared.http").setLevel(logging.NOTSET)
    root.setLevel(former)
    root.removeHandler(handler)


def day(after: int = 0) -> str:
    return (TODAY + timedelta(after)).isoformat()


async def stored(parcours: Parcours, *, without: tuple[str, ...] = ("structure", "annexe")) -> str:
    """Return all the rows of the database, as text."""
    told = ""
    for (table,) in await parcours.rows("select tablename from pg_tables where schemaname = 'public'"):
        if table not in without:
            rows = await parcours.rows(f"select t::text from {table} t")  # a name of ours
            told += "\n".join(row[0] for row in rows)
    return told


async def tell_everything(parcours: Parcours) -> str:
    """Send sentinels by every route that takes something of a person; return the person."""
    office = parcours.as_caller(
        client="ft", scopes=(*REPRISE, Scope.IDENTITE_LECTURE), organisations=["FT-59-01"]
    )
    past = day(-600)
    line = make_orientation(None, personne=None, identite=make_identite(**IDENTITY), date_orientation=past)
    sent = await office.write("candidatures", line | {"connu_le": past})
    personne = str((await office.get(f"candidatures/{sent}")).json()["personne_id"])
    prescriber = {"type_prescripteur": "FT", "organisation": "FT-59-01"}
    diagnosis = {"personne": personne, **prescriber}
    await office.write("diagnostics", diagnosis | {"criteres": ["RSA", "QPV"], "date_diagnostic": past})
    hire = {"transition": "accept", "date_embauche": past, "connu_le": past}
    await office.write(f"candidatures/{sent}/decision", hire)
    pass_id = (await office.get(f"candidatures/{sent}")).json()["pass_id"]
    refused = await office.write("candidatures", line | {"siret": SIRETS["ETTI"], "type_structure": "ETTI"})
    await office.write(
        f"candidatures/{refused}/decision", {"transition": "refuse", "motif_refus": "did_not_come"}
    )
    await office.get(f"candidatures/{refused}/propositions")
    await office.get(f"candidatures/{refused}/avertissements")
    signed = make_contrat(None, personne=personne, date_debut=past, date_fin_prevue=day(90))
    contrat = await office.write("contrats", signed | {"connu_le": past})
    step = {"personne": personne, "siret": SIRETS["ACI"], "date_debut": past}
    frein = await office.write("etapes", step | FREIN)
    await office.write(f"etapes/{frein}/releve", {"intensite": "FAIBLE"})
    await office.write("etapes", step | FORMATION)
    asked = {"siret": SIRETS["ACI"], "date_fin": day(200), "motif": "RQTH", **prescriber}
    request = await office.write(f"pass/{pass_id}/prolongations", asked)
    await office.write(f"prolongations/{request}/reponse", {"accordee": False, "motif_refus": "DURATION"})
    stop = {"date_debut": day(-380), "date_fin": day(30), "motif": "CONTRACT_BROKEN", "connu_le": day(-380)}
    await office.write(f"pass/{pass_id}/suspensions", stop)
    await office.post(f"pass/{pass_id}/report", {"date_debut": day(20)})
    await office.write(f"pass/{pass_id}/cloture", {})
    sanction = {"date_debut": plus_mois(TODAY, 1).isoformat()}
    await office.write(f"structures/{ACI}/autoprescription/suspensions", sanction)
    office.headers["If-Match"] = '"1"'
    correction = {"nom": "SENTINELLE-CORRIGEE", "nir": OTHER_NIR, "identifiant_france_travail": "7654321Q"}
    await office.write(f"personnes/{personne}/rectification", correction)
    twin = {**IDENTITY, "nir": None, "motif_absence_nir": "NO_NIR", "prenom": "Sentinellin"}
    merged = (await office.post("personnes", make_identite(**twin))).json()["id"]
    for act in ("fusion", "separation", "fusion"):
        answer = await office.post(f"personnes/{personne}/{act}", {"absorbee": merged, "motif": WHY})
        assert answer.status_code == 204, answer.text
    for path in ("", "/pass", "/parcours"):
        assert (await office.get(f"personnes/{personne}{path}")).status_code == 200
    await office.get("personnes/doublons")
    await office.post("personnes/identites", {"personnes": [personne]})
    exported = await office.post(f"personnes/{personne}/export", {"motif": WHY})
    assert "SENTINELLE-CORRIGEE" in exported.text
    assert (await office.get(f"contrats/{contrat}")).status_code == 200
    return personne


async def test_personal_values_come_out_by_no_route_but_those_of_identities(
    parcours: Parcours, heard: Heard
) -> None:
    await tell_everything(parcours)
    good = make_identite(**IDENTITY | {"nir": None, "motif_absence_nir": "NO_NIR", "prenom": "Sentinellina"})
    lines = [
        good | {"reference": "L1"}, good | {"reference": "L2"},
        good | {"reference": "L3", "prenom": "Autre", "identifiant_france_travail": "SENTINELLE"},
        good | {"reference": "L4", "inconnu": "SENTINELLE", "sexe": "SENTINELLE"},
        good | {"reference": "L5", "prenom": "Sentinelline", "nir": NIR[:-2] + "00", "motif_absence_nir": None},
    ]  # fmt: skip
    _, report = await parcours.send("personnes", lines)
    assert len(report) == 5  # L4 has two faults
    await parcours.sequence()
    flow = parcours.as_caller(client="flux", scopes=(Scope.FLUX_LECTURE,))
    assert len((await flow.get("flux?limite=1000")).json()) > 15
    out = "\n".join(heard.answers) + "\n".join(heard.lines)
    kept = await stored(parcours)
    published = str(await parcours.rows("select data from journal"))
    for sentinel in SEALED:
        assert sentinel not in out, sentinel
        assert sentinel not in kept, sentinel
        assert len(sentinel) < 10 or sentinel.encode().hex() not in kept, sentinel
    for sentinel in UNPUBLISHED:
        assert sentinel not in published, sentinel
    assert WHY not in await stored(parcours, without=("structure", "annexe", "audit"))
    assert len(heard.lines) > 30


def filled(schema: dict[str, Any], known: dict[str, Any], depth: int = 0) -> Any:
    """Return a value of the shape of a schema whose every leaf is a sentinel."""
    if "$ref" in schema:
        return filled(known[schema["$ref"].rsplit("/", 1)[1]], known, depth)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return filled(schema[choice][0], known, depth)
    if schema.get("type") == "object" and depth < 4:
        return {name: filled(each, known, depth + 1) for name, each in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [filled(schema.get("items", {}), known, depth + 1)]
    return "SENTINELLE"


async def test_no_refusal_of_any_route_quotes_what_was_sent(parcours: Parcours, heard: Heard) -> None:
    told = (await parcours.client.get("/openapi.json")).json()
    known = told["components"]["schemas"]
    everything = parcours.as_caller(
        client="tout", scopes=[s for s in Scope if s is not Scope.JOURNAL_LECTURE]
    )
    heard.answers.clear()
    tried = 0
    for path, methods in told["paths"].items():
        for method, route in methods.items():
            named = {each["name"] for each in route.get("parameters", ()) if each["in"] in ("path", "query")}
            assert not named & PERSONAL, f"{method} {path} puts a personal value in an address"
            if "simulations" in path:  # judges what it is sent, keeps nothing, and may quote it
                continue
            body = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            whole = filled(body, known) if body else None
            headers = {**everything.headers, "Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
            query = {
                each["name"]: "SENTINELLE" for each in route.get("parameters", ()) if each["in"] == "query"
            }
            good = re.sub(r"\{mois\}", "2017-03", path)
            good = re.sub(r"\{[^}]*\}", lambda _: str(uuid.uuid4()), good)
            bad = re.sub(r"\{[^}]*\}", "SENTINELLE", path)
            for address, content, asked in (
                (good, json.dumps(whole), {}),
                (good, '{"nom": "SENTINELLE', {}),
                (bad, json.dumps(whole), query),
            ):
                if body is None and method != "get" and asked == {}:
                    continue  # nothing to get wrong
                answer = await everything.client.request(
                    method, address, headers=headers | {"Content-Type": "application/json"}, params=asked,
                    content=content if body else None,
                )  # fmt: skip
                assert answer.status_code < 500, f"{method} {path} {answer.text}"
                tried += 1
    assert tried > 80
    for answered in (*heard.answers, *heard.lines):
        assert "SENTINELLE" not in answered
