"""Instances, séances and opinions over HTTP, on PostgreSQL."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.structures.service import SERVICE
from shared import clock
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.gouvernance import make_instance
from tests.factories.siret import make_siret
from tests.factories.structures_service import until_it_waits
from tests.factories.tokens import bearer

MOTIFS = "Le projet répond au diagnostic du territoire."
PRESENTS = ["DDETS-59", "CD-59", "FT-59", "INVITE-1"]


class Secretary:
    """Someone who keeps the secretariat of the instances of the Nord."""

    def __init__(
        self, client: httpx.AsyncClient, headers: dict[str, str], engine: AsyncEngine | None = None
    ) -> None:
        self.client, self.headers, self._engine = client, headers, engine

    @property
    def engine(self) -> AsyncEngine:
        assert self._engine is not None
        return self._engine

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return await self.client.post(f"/v1{path}", json=body, headers=self.headers | key)

    async def made(self, path: str, body: dict[str, Any]) -> str:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        told = await self.client.get(answer.headers["location"], headers=self.headers)
        assert told.status_code != 404, answer.headers["location"]
        identity: str = answer.json()["id"]
        return identity

    async def refused(self, path: str, body: dict[str, Any], status: int = 409) -> str:
        answer = await self.post(path, body)
        assert answer.status_code == status, answer.text
        code: str = answer.json()["code"]
        return code

    async def read(self, path: str) -> Any:
        answer = await self.client.get(f"/v1{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def structure(self, number: int = 1, code_insee: str = "59350") -> str:
        line = {
            "siret": make_siret(number), "type": "ACI", "raison_sociale": f"Chantier fictif {number}",
            "code_insee": code_insee,
        }  # fmt: skip
        await self.made("/structures", line)
        return make_siret(number)

    async def request(self, siret: str) -> str:
        """A convention asked for and taken up."""
        found = await self.read(f"/structures?siret={siret}")
        structure = (found if isinstance(found, list) else found["structures"])[0]["id"]
        body = {"structure": structure, "date_debut": "2026-01-01", "date_fin": "2028-12-31"}
        convention = await self.made("/conventions/demandes", body)
        await self.made(f"/conventions/{convention}/etapes", {"transition": "instruire"})
        return convention

    async def seance(self, instance: str, days: int = 0, **others: Any) -> str:
        day = (clock.today() + timedelta(days)).isoformat()
        return await self.made("/seances", {"instance": instance, "date_seance": day} | others)

    async def dossier(self, seance: str, siret: str, **others: Any) -> str:
        body = {"siret": siret, "objet": "CONVENTION", "etp_demandes": "12.5"} | others
        return await self.made(f"/seances/{seance}/dossiers", body)


@pytest.fixture
async def secretary(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[Secretary]:
    settings = settings_of(await databases.clone("structures"))
    app = create_service_app(SERVICE, settings)
    async with client_of(app) as client:
        yield Secretary(client, bearer(secrets_dir), app.state.engine)


async def test_a_seance_goes_from_its_convocation_to_its_releve(secretary: Secretary) -> None:
    instance = await secretary.made("/instances", make_instance())
    siret = await secretary.structure()
    seance = await secretary.seance(instance, questions=["Diagnostic du territoire"])
    convention = await secretary.dossier(seance, siret)
    fdi = await secretary.dossier(seance, siret, objet="FDI", etp_demandes="0", montant_demande="12000")
    elsewhere = {"siret": await secretary.structure(2, "62041"), "objet": "CONVENTION", "etp_demandes": "1"}
    assert await secretary.refused(f"/seances/{seance}/dossiers", elsewhere) == "objet_hors_competence"
    (other,) = await secretary.read(f"/structures?siret={elsewhere['siret']}")
    await secretary.made(f"/structures/{other['id']}/fermeture", {"motif": "CESSATION"})
    assert await secretary.refused(f"/seances/{seance}/dossiers", elsewhere) == "structure_fermee"
    again = {"siret": siret, "objet": "CONVENTION", "etp_demandes": "1"}
    assert await secretary.refused(f"/seances/{seance}/dossiers", again) == "dossier_deja_inscrit"
    favorable = {"avis": "FAVORABLE", "motifs": MOTIFS, "etp_accordes": "10"}
    assert await secretary.refused(f"/dossiers/{convention}/avis", favorable) == "acte_interdit"
    opening = {"acte": "ouvrir", "presents": PRESENTS}
    too_early = opening | {"conclusions": ["Deux séances par an au moins."]}
    assert await secretary.refused(f"/seances/{seance}/actes", too_early) == "acte_interdit"
    await secretary.made(f"/seances/{seance}/actes", opening)
    await secretary.made(f"/dossiers/{convention}/avis", favorable)
    assert await secretary.refused(f"/dossiers/{convention}/avis", favorable) == "avis_deja_rendu"
    assert await secretary.refused(f"/seances/{seance}/actes", {"acte": "clore"}) == "dossiers_sans_avis"
    too_much = {"avis": "FAVORABLE", "motifs": MOTIFS, "montant_accorde": "12000.01"}
    assert await secretary.refused(f"/dossiers/{fdi}/avis", too_much) == "montant_accorde_superieur"
    await secretary.made(
        f"/dossiers/{fdi}/avis", {"avis": "AJOURNE", "motifs": MOTIFS, "montant_accorde": "0"}
    )
    request = await secretary.request(siret)
    early = {"transition": "rendre_avis", "dossier": convention}
    assert await secretary.refused(f"/conventions/{request}/etapes", early) == "avis_sans_seance"
    await secretary.made(
        f"/seances/{seance}/actes", {"acte": "clore", "conclusions": ["Deux séances par an au moins."]}
    )
    releve = await secretary.read(f"/seances/{seance}/releve")
    assert releve["seance"]["etat"] == "CLOSE"
    await _take_the_opinion_of(secretary, convention, fdi)
    assert (releve["seance"]["voix_presentes"], releve["seance"]["quorum_atteint"]) == (3, True)
    assert [m["organisation"] for m in releve["membres_absents"]] == ["RESEAU-R01"]
    assert [(d["objet"], d["avis"], d["etp_accordes"], d["montant_accorde"]) for d in releve["dossiers"]] == [
        ("CONVENTION", "FAVORABLE", "10", None),
        ("FDI", "AJOURNE", "0", "0"),
    ]
    later = await secretary.seance(instance, days=30)
    taken_up = {"siret": siret, "objet": "FDI", "montant_demande": "9000"}
    assert (
        await secretary.refused(f"/seances/{later}/dossiers", taken_up | {"suite_de": convention})
        == "suite_impossible"
    )
    await secretary.made(f"/seances/{later}/dossiers", taken_up | {"suite_de": fdi})
    assert [d["suite_de"] for d in (await secretary.read(f"/seances/{later}/releve"))["dossiers"]] == [fdi]


async def _take_the_opinion_of(secretary: Secretary, dossier: str, fdi: str) -> None:
    """The convention that waits takes the opinion of the closed séance, once; no other file gives one."""
    (waiting,) = await secretary.read("/conventions?etat=EN_INSTRUCTION")
    path = f"/conventions/{waiting['id']}"
    for wrong in (fdi, str(uuid.uuid4())):
        told = {"transition": "rendre_avis", "dossier": wrong}
        assert await secretary.refused(f"{path}/etapes", told) == "avis_sans_seance"
    step = {"transition": "rendre_avis", "dossier": dossier}
    await secretary.made(f"{path}/etapes", step)
    view = await secretary.read(path)
    assert (view["avis"], view["dossier_id"], view["avis_repris_du"]) == ("FAVORABLE", dossier, None)
    await secretary.made(f"{path}/etapes", {"transition": "refuser"})
    again = await secretary.request(make_siret(1))
    assert await secretary.refused(f"/conventions/{again}/etapes", step) == "avis_deja_pris"


async def test_without_its_quorum_a_seance_gives_no_opinion_and_its_files_come_back(
    secretary: Secretary,
) -> None:
    instance = await secretary.made("/instances", make_instance())
    siret = await secretary.structure()
    seance = await secretary.seance(instance)
    dossier = await secretary.dossier(seance, siret)
    here = {"acte": "ouvrir", "presents": ["CD-59", "DDETS-59", "INVITE-1"]}
    await secretary.made(f"/seances/{seance}/actes", here)
    avis = {"avis": "DEFAVORABLE", "motifs": MOTIFS}
    assert await secretary.refused(f"/dossiers/{dossier}/avis", avis) == "quorum_non_atteint"
    await secretary.made(f"/seances/{seance}/actes", {"acte": "clore"})
    later = await secretary.seance(instance, days=20)
    assert await secretary.dossier(later, siret, suite_de=dossier)
    body = {"siret": siret, "objet": "ANNEXE", "etp_demandes": "1", "suite_de": dossier}
    assert await secretary.refused(f"/seances/{later}/dossiers", body) == "dossier_deja_inscrit"


async def test_two_opinions_on_one_file_race_and_one_stands(secretary: Secretary) -> None:
    instance = await secretary.made("/instances", make_instance())
    siret = await secretary.structure()
    seance = await secretary.seance(instance)
    dossier = await secretary.dossier(seance, siret)
    await secretary.made(f"/seances/{seance}/actes", {"acte": "ouvrir", "presents": PRESENTS})
    answers = await asyncio.gather(
        *(
            secretary.post(f"/dossiers/{dossier}/avis", {"avis": avis, "motifs": MOTIFS})
            for avis in ("FAVORABLE", "DEFAVORABLE", "AJOURNE", "FAVORABLE_AVEC_RESERVES")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"avis_deja_rendu"}


async def test_an_opinion_of_the_past_is_taken_over_once(secretary: Secretary) -> None:
    line = {
        "departement": "59", "date_seance": "2017-06-09", "siret": await secretary.structure(), "objet": "EXTENSION",
        "etp_demandes": "12.5", "etp_accordes": "10", "avis": "FAVORABLE",
    }  # fmt: skip
    answers = await asyncio.gather(*(secretary.post("/dossiers-cdiae", line) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"avis_deja_rendu"}
    assert await secretary.made("/dossiers-cdiae", line | {"date_seance": "2017-12-08"})


async def test_an_opinion_waits_for_a_closing_that_came_first_and_is_refused(secretary: Secretary) -> None:
    instance = await secretary.made("/instances", make_instance())
    siret = await secretary.structure()
    seance = await secretary.seance(instance)
    dossier = await secretary.dossier(seance, siret)
    await secretary.made(f"/seances/{seance}/actes", {"acte": "ouvrir", "presents": PRESENTS})
    async with secretary.engine.begin() as closing:
        await closing.exec_driver_sql("update seance set etat = 'CLOSE', version = version + 1")
        opinion = asyncio.create_task(
            secretary.post(f"/dossiers/{dossier}/avis", {"avis": "FAVORABLE", "motifs": MOTIFS})
        )
        await until_it_waits(secretary.engine, opinion)
    answer = await opinion
    assert (answer.status_code, answer.json()["code"]) == (409, "acte_interdit")


async def test_a_cta_sees_numbers_and_counts_and_nothing_of_them_is_published(
    secretary: Secretary,
) -> None:
    cta = make_instance(nature="CTA", secteur="Lille", libelle="CTA fictif de Lille")
    instance = await secretary.made("/instances", cta)
    situation = {"numero": "2017-12", "orientations": 4, "refus": 3, "suspensions": 0, "duree_mois": 9}
    told = situation | {"nom": "Untel"}
    day = clock.today().isoformat()
    body = {"instance": instance, "date_seance": day, "situations": [told]}
    assert (await secretary.post("/seances", body)).status_code == 422
    texts = {"instance": instance, "date_seance": day, "questions": ["Situation de M. Untel"]}
    assert await secretary.refused("/seances", texts) == "texte_interdit"
    seance = await secretary.seance(instance, situations=[situation])
    await secretary.made(f"/seances/{seance}/actes", {"acte": "ouvrir", "presents": ["FT-59"]})
    suites = [{"numero": "2017-12", "suite": "PROPOSITION_CDIAE"}]
    await secretary.made(f"/seances/{seance}/actes", {"acte": "clore", "suites": suites})
    read = await secretary.read(f"/seances/{seance}")
    assert read["situations"] == [situation | {"suite": "PROPOSITION_CDIAE"}]
    async with secretary.engine.connect() as conn:
        rows = await conn.exec_driver_sql("select data::text from journal where aggregate = 'seance'")
        published = "".join(rows.scalars())
    assert '"nombre_situations": 1' in published or '"nombre_situations":1' in published
    assert "2017-12" not in published


async def test_an_instance_is_composed_again_and_its_territory_is_guarded(
    secretary: Secretary, secrets_dir: Path
) -> None:
    first = await secretary.made("/instances", make_instance())
    assert await secretary.made("/instances", make_instance(quorum=2)) == first
    (read,) = await secretary.read("/instances?departement=59")
    assert (read["version"], read["quorum"]) == (2, 2)
    car = make_instance(nature="CAR_IAE", maille="REGION", territoire="32")
    assert await secretary.made("/instances", car)
    nord = Secretary(secretary.client, bearer(secrets_dir, departements=["59"]))
    assert await nord.refused("/instances", car, 404) == "introuvable"
    seance = await secretary.seance(first)
    oise = Secretary(secretary.client, bearer(secrets_dir, departements=["60"]))
    dossier = await secretary.dossier(seance, await secretary.structure())
    unknown, opinion = uuid.uuid4(), {"avis": "FAVORABLE", "motifs": MOTIFS}
    for mine, path, body in (
        (seance, "/seances/{}/actes", {"acte": "annuler"}),
        (seance, "/seances/{}/dossiers", {"siret": make_siret(1), "objet": "ANNEXE", "etp_demandes": "1"}),
        (dossier, "/dossiers/{}/avis", opinion),
    ):  # what exists elsewhere and what does not are told alike
        told = [await oise.post(path.format(each), body) for each in (mine, unknown)]
        assert [(a.status_code, a.json()["code"], a.json()["detail"]) for a in told] == [
            (404, "introuvable", "Cet objet n'existe pas, ou il est hors de votre périmètre.")
        ] * 2
    for each in (first, str(unknown)):
        call = {"instance": each, "date_seance": clock.today().isoformat()}
        assert await oise.refused("/seances", call, 404) == "introuvable"
    assert (await oise.client.get(f"/v1/dossiers/{dossier}", headers=oise.headers)).status_code == 404
    assert (await secretary.read(f"/dossiers/{dossier}"))["avis"] is None
    assert await oise.read("/seances") == []
    assert (await oise.client.get(f"/v1/seances/{seance}/releve", headers=oise.headers)).status_code == 404
    day = clock.today().isoformat()
    twice = {"instance": first, "date_seance": day}
    assert await secretary.refused("/seances", twice) == "seance_deja_convoquee"
    await secretary.made(f"/seances/{seance}/actes", {"acte": "annuler", "motif_annulation": "Salle fermée"})
    assert await secretary.made("/seances", twice)
