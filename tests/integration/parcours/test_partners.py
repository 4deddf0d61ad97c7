"""What partners are told of persons: each under their own name, from the facts of their own perimeter."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared import clock
from shared.access.scopes import Scope
from tests.factories.parcours import make_contrat, make_identite, make_ligne, make_orientation, make_personne
from tests.factories.parcours_service import ACI, AI, SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

TODAY = clock.today().isoformat()
PARTNER = (*ALL_WRITES, Scope.IDENTITE_LECTURE, Scope.FLUX_LECTURE)
FREIN = {"nature": "FREIN", "frein": "SANTE", "intensite_entree": "FORT"}
SENTINELS = ("SENTINELLE", "Sentinelline", "1990-05-17", "QPV", "RSA", "59350")


@pytest.fixture
def office(parcours: Parcours) -> Parcours:
    """A prescripteur habilité."""
    return parcours.as_caller(client="ft", scopes=PARTNER, departements=[], organisations=["FT-59-01"])


@pytest.fixture
def employer(parcours: Parcours) -> Parcours:
    """The software of an ACI."""
    return parcours.as_caller(client="logiciel-aci", scopes=PARTNER, departements=[], structures=[ACI])


@pytest.fixture
def neighbour(parcours: Parcours) -> Parcours:
    """The software of an AI."""
    return parcours.as_caller(client="logiciel-ai", scopes=PARTNER, departements=[], structures=[AI])


def sending(nom: str = "SENTINELLE", **changes: Any) -> dict[str, Any]:
    identite = make_identite(nom=nom, prenom="Sentinelline")
    return make_orientation(None, personne=None, identite=identite, date_orientation=TODAY) | changes


def alone(nom: str) -> dict[str, Any]:
    """Somebody who goes to the AI without being sent."""
    to_the_ai = {"siret": SIRETS["AI"], "type_structure": "AI", "type_prescripteur": "SPONTANEE"}
    return sending(nom, **to_the_ai, organisation=None)


async def person_of(caller: Parcours, candidature: str) -> str:
    return str((await caller.get(f"candidatures/{candidature}")).json()["personne_id"])


async def flow(caller: Parcours, after: int = 0, **asked: Any) -> tuple[list[dict[str, Any]], int]:
    """Return all the events that a caller reads after a position, and how far it is."""
    found: list[dict[str, Any]] = []
    query = "".join(f"&{name}={value}" for name, value in asked.items())
    while True:
        answer = await caller.get(f"flux?apres={after}{query}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("application/cloudevents-batch+json")
        after = int(answer.headers["positions"].removeprefix("parcours="))
        page = orjson.loads(answer.content)
        if not page:
            return found, after
        found += page


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("fr.iae.parcours.") for event in events]


async def hire(office: Parcours, employer: Parcours) -> tuple[str, str]:
    """Send somebody to the ACI, which hires them; return the candidature and the contract."""
    sent = await office.write("candidatures", sending())
    diagnosis = {"type_prescripteur": "FT", "organisation": "FT-59-01", "criteres": ["RSA"]}
    await office.write("diagnostics", {"personne": await person_of(office, sent), **diagnosis})
    answer = {"transition": "accept", "date_embauche": TODAY}
    await employer.write(f"candidatures/{sent}/decision", answer)
    until = (clock.today() + timedelta(200)).isoformat()
    signed = make_contrat(
        None, personne=await person_of(employer, sent), date_debut=TODAY, date_fin_prevue=until
    )
    return sent, await employer.write("contrats", signed)


async def test_each_partner_has_its_own_name_of_a_person(
    parcours: Parcours, office: Parcours, employer: Parcours
) -> None:
    sent, contrat = await hire(office, employer)
    ((known,),) = await parcours.rows("select id::text from personne")
    told = {
        "office": await person_of(office, sent),
        "employer": await person_of(employer, sent),
        "region": await person_of(parcours, sent),
    }
    assert len({known, *told.values()}) == 4
    assert (await employer.get(f"contrats/{contrat}")).json()["personne_id"] == told["employer"]
    (listed,) = (await office.get("candidatures")).json()
    assert listed["personne_id"] == told["office"]
    entered = await office.post("personnes", make_identite(nom="AUTRE"), key="une")
    again = await office.post("personnes", make_identite(nom="AUTRE"), key="une")
    assert entered.json() == again.json()
    assert again.headers["location"] == f"/v1/personnes/{again.json()['id']}"
    assert not await parcours.rows("select 1 from personne where id = cast(:id as uuid)", **again.json())
    for path in (again.json()["id"], told["office"]):
        assert (await office.get(f"personnes/{path}")).json()["id"] == path
    for stranger in (known, told["employer"], told["region"]):
        assert (await office.get(f"personnes/{stranger}")).status_code == 404
        assert (await office.get(f"personnes/{stranger}/pass")).status_code == 404
        assert (await office.get(f"personnes/{stranger}/parcours")).status_code == 404
        step = {"personne": stranger, "siret": SIRETS["ACI"], "date_debut": TODAY, **FREIN}
        own = stranger == told["employer"]
        assert (await employer.post("etapes", step)).status_code == (201 if own else 409)
    both = {"personnes": [told["office"], told["employer"]]}
    assert [each["demandee"] for each in (await office.post("personnes/identites", both)).json()] == [
        told["office"]
    ]


async def test_both_names_lead_to_the_person_kept_and_die_with_them(
    parcours: Parcours, office: Parcours, employer: Parcours, neighbour: Parcours
) -> None:
    first = await office.write("candidatures", sending("SENTINELLE-UN"))
    second = await neighbour.write("candidatures", alone("SENTINELLE-DEUX"))
    kept, absorbed = await person_of(office, first), await person_of(neighbour, second)
    region = parcours.as_caller(client="region", scopes=PARTNER)
    both = [region.name(kept, office), region.name(absorbed, neighbour)]
    merged = await region.post(
        f"personnes/{both[0]}/fusion", {"absorbee": both[1], "motif": "Doublon fictif"}
    )
    assert merged.status_code == 204, merged.text
    for caller, name in ((office, kept), (neighbour, absorbed)):
        read = (await caller.get(f"personnes/{name}")).json()
        assert (read["nom"], read["id"]) == ("SENTINELLE-UN", caller.name(kept, office))
        (batch,) = (await caller.post("personnes/identites", {"personnes": [name]})).json()
        assert (batch["demandee"], batch["id"]) == (name, read["id"])
        assert (await caller.get(f"personnes/{name}/parcours")).status_code == 200
        assert (await caller.post(f"personnes/{name}/export", {"motif": "Demande"})).json()["id"] == read[
            "id"
        ]
    await parcours.sequence()
    events, _ = await flow(neighbour)
    assert {event["data"]["personne_id"] for event in events} >= {absorbed}
    (merge,) = (event for event in events if event["type"].endswith("personne.fusionnees"))
    assert merge["subject"] == merge["data"]["personne_id"] == absorbed
    assert merge["data"]["conservee_id"] == neighbour.name(kept, office)
    operator = parcours.as_caller(client="exploitation", scopes=(Scope.EXPLOITATION,))
    demande = {"motif": "Demande de la personne", "partenaire": "logiciel-ai"}
    erased = await operator.post(f"personnes/{absorbed}/effacement", demande)
    assert erased.status_code == 204, erased.text
    for caller, name in ((office, kept), (neighbour, absorbed)):
        assert (await caller.get(f"personnes/{name}")).status_code == 404
        assert (await caller.get("candidatures")).json()[0]["personne_id"] is None
    await parcours.sequence()
    forgotten, _ = await flow(neighbour)
    assert kinds(forgotten) == ["personne.effacee"] * 2
    assert {event["subject"] for event in forgotten} == {absorbed, neighbour.name(kept, office)}


async def test_a_flow_tells_a_partner_its_own_perimeter_and_nobody_else(
    parcours: Parcours, office: Parcours, employer: Parcours, neighbour: Parcours
) -> None:
    sent, contrat = await hire(office, employer)
    elsewhere = await neighbour.write("candidatures", alone("SENTINELLE-AILLEURS"))
    await parcours.sequence()
    ((end,),) = await parcours.rows("select max(position) from journal_position")
    for caller in (office, employer):
        events, reached = await flow(caller, limite=2)
        assert reached == end
        assert kinds(events) == [
            "personne.enregistree", "candidature.envoyee", "diagnostic.etabli", "pass_iae.delivre",
            "candidature.decidee", "contrat.signe",
        ]  # fmt: skip
        assert {event["data"]["personne_id"] for event in events} == {await person_of(caller, sent)}
        assert elsewhere not in str(events)
        assert (await flow(caller, end)) == ([], end)
    events, reached = await flow(neighbour)
    assert (kinds(events), reached) == (["personne.enregistree", "candidature.envoyee"], end)
    assert sent not in str(events)
    assert contrat not in str(events)
    told = str([(await flow(caller))[0] for caller in (office, employer, neighbour)])
    internal = [identity for (identity,) in await parcours.rows("select id::text from personne")]
    for secret in (*SENTINELS, *internal):
        assert secret not in told
    nobody = parcours.as_caller(client="personne", scopes=PARTNER, departements=[])
    assert await flow(nobody) == ([], end)
    assert (await parcours.get("flux")).status_code == 403
    assert (await office.get(f"flux?apres={2**60}")).status_code == 422
    assert await flow(office, end + 9) == ([], end + 9)


async def test_a_flow_waits_for_what_comes(parcours: Parcours, office: Parcours) -> None:
    waiting = asyncio.create_task(office.get("flux?attente=20"))
    sent = await office.write("candidatures", sending())
    await parcours.sequence()
    async with asyncio.timeout(10):
        answer = await waiting
    assert answer.headers["positions"] == "parcours=2"
    assert orjson.loads(answer.content)[1]["subject"] == sent


async def test_a_declaration_names_its_persons_as_the_partner_does(
    parcours: Parcours, employer: Parcours
) -> None:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    assert (await parcours.declare("2017-03", make_ligne())).status_code == 201
    await parcours.sequence()
    (event,) = [each for each in (await flow(employer))[0] if each["type"].endswith("declaration.recue")]
    ((known,),) = await parcours.rows("select id from personne")
    assert [line["personne"] for line in event["data"]["lignes"]] == [employer.name(known)]
    operator = parcours.as_caller(client="exploitation", scopes=(Scope.EXPLOITATION,))
    assert (await operator.post(f"personnes/{known}/effacement", {"motif": "Demande"})).status_code == 204
    (event,) = [each for each in (await flow(employer))[0] if each["type"].endswith("declaration.recue")]
    assert [(line["personne"], line["heures"]) for line in event["data"]["lignes"]] == [(None, "100")]
