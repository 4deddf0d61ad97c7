"""Persons in the vault: what is refused, what is stored, who reads, how one is forgotten."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from shared.access.scopes import Scope
from tests.factories.parcours import make_contrat, make_identite, make_nir, make_orientation, make_personne
from tests.factories.parcours_service import REPRISE, SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

NIR = make_nir("1900559350001")
READER = (*ALL_WRITES, Scope.IDENTITE_LECTURE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"date_naissance": "2001-05-01"}, "age_hors_bornes"),
        ({"nir": "190055935000112"}, "nir_ou_motif"),
        ({"nir": "190055935000112", "motif_absence_nir": None}, "nir_invalide"),
        ({"nir": NIR, "motif_absence_nir": None, "sexe": "F"}, "nir_incoherent"),
        ({"motif_absence_nir": None}, "nir_ou_motif"),
        ({"identifiant_france_travail": "1234567é"}, "identifiant_france_travail_invalide"),
        ({"criteres": ["INVENTE"]}, "critere_inconnu"),
        ({"criteres": "SENIOR JEUNE"}, "criteres_incompatibles"),
        ({"numero_agrement": None}, "agrement_incomplet"),
        ({"date_agrement_fin": "2019-01-02"}, "agrement_invalide"),
        ({"numero_agrement": "12"}, "forme_invalide"),
    ],
)
async def test_a_person_is_refused(parcours: Parcours, changes: dict[str, Any], code: str) -> None:
    line = make_personne(**({"connu_le": "2017-01-02"} | changes))
    assert await parcours.refusal("personnes", line) == code
    assert await parcours.rows("select id from personne") == []


async def test_the_same_identity_or_number_is_refused(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne(nir=NIR, motif_absence_nir=None))
    again = make_personne("P2", nom="marjolaine origan", numero_agrement="000000000002")
    assert await parcours.refusal("personnes", again) == "personne_deja_connue"
    same_nir = make_personne(
        "P3", nom="AUTRE", nir=NIR, motif_absence_nir=None, numero_agrement="000000000003"
    )
    assert await parcours.refusal("personnes", same_nir) == "personne_deja_connue"
    same_number = make_personne("P4", nom="AUTRE")
    assert await parcours.refusal("personnes", same_number) == "agrement_deja_connu"


async def test_two_lines_of_one_file_are_one_person(parcours: Parcours) -> None:
    lines = [make_personne(), make_personne("P2", numero_agrement="000000000002"), make_personne("P3", nom="AUTRE", numero_agrement="000000000003")]  # fmt: skip
    job, report = await parcours.send("personnes", lines)
    assert (job["acceptees"], job["refusees"]) == (2, 1)
    assert [(line["reference"], line["code"]) for line in report] == [("P2", "personne_deja_connue")]


async def test_two_writers_of_one_identity_race_and_one_wins(parcours: Parcours) -> None:
    lines = [make_personne(None, numero_agrement=f"{n:012d}") for n in range(8)]
    answers = await asyncio.gather(*(parcours.post("personnes", line) for line in lines))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"personne_deja_connue"}
    assert len(await parcours.rows("select id from personne")) == 1


async def test_a_person_who_comes_twice_by_orientations_is_one_in_silence(parcours: Parcours) -> None:
    line = make_orientation(None, personne=None, identite=make_identite())
    answers = await asyncio.gather(*(parcours.post("candidatures", line) for _ in range(6)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 6
    assert len(await parcours.rows("select id from personne")) == 1
    assert len(await parcours.facts("personne.enregistree")) == 1


async def test_nothing_personal_is_stored_in_clear_published_or_told(parcours: Parcours) -> None:
    sentinels = ("SENTINELLE", "Sentinelline", "1990-05-17", NIR, "2A004", "QPV", "RSA")
    identity: dict[str, Any] = {
        "nom": "SENTINELLE", "prenom": "Sentinelline", "code_insee": "2A004", "nir": NIR, "motif_absence_nir": None,
    }  # fmt: skip
    good = make_personne(**identity)
    twin = make_personne("P2", **identity, numero_agrement="000000000002")
    wrong = make_personne("P3", **identity | {"prenom": "Autre", "nir": NIR[:-2] + "00"})
    _, report = await parcours.send("personnes", [good, twin, wrong])
    assert [line["code"] for line in report] == ["personne_deja_connue", "nir_invalide"]
    strange = identity | {
        "prenom": "Autre",
        "nir": None,
        "motif_absence_nir": "NO_NIR",
        "criteres": ["SENTINELLE"],
    }
    answer = await parcours.post("personnes", make_personne(None, **strange))
    assert answer.status_code == 422
    told = str(report) + answer.text
    stored = ""
    for (table,) in await parcours.rows("select tablename from pg_tables where schemaname = 'public'"):
        if table not in ("structure", "annexe"):
            for row in await parcours.rows(f"select t::text from {table} t"):  # a name of ours
                stored += row[0]
    for sentinel in sentinels:
        assert sentinel not in told
        assert sentinel not in stored
        assert len(sentinel) < 10 or sentinel.encode().hex() not in stored


async def test_an_identity_is_read_under_a_trace_and_only_in_the_perimeter(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    ((person,),) = await parcours.rows("select id from personne")
    assert (await parcours.get(f"personnes/{parcours.name(person)}")).status_code == 403
    employer = parcours.as_caller(client="siae-fictive", scopes=READER, departements=["59"])
    answer = await employer.get(f"personnes/{employer.name(person)}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "id": employer.name(person), "version": 1, "nom": "MARJOLAINE-ORIGAN", "prenom": "Jonquin",
        "date_naissance": "1990-05-17", "code_insee": "59350",
        "identifiant_france_travail": None,
    }  # fmt: skip
    stranger = parcours.as_caller(client="ailleurs", scopes=READER, departements=["62"])
    assert (await stranger.get(f"personnes/{stranger.name(person)}")).status_code == 404
    trace = await parcours.rows(
        "select client_id, target_id, result from audit where action = 'lire_identite' order by id"
    )
    assert trace == [
        ("siae-fictive", str(person), "accorde"),
        ("ailleurs", str(person), "hors_perimetre"),
    ]


async def test_a_person_of_others_cannot_be_named(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    ((person,),) = await parcours.rows("select id from personne")
    stranger = parcours.as_caller(client="ailleurs", scopes=REPRISE, departements=["62"])
    line = make_contrat(None, personne=parcours.name(person), siret=SIRETS["AI"], type_structure="AI")
    for name in (stranger.name(person), parcours.name(person), str(person), str(uuid.uuid4()), "P1"):
        answer = await stranger.post("contrats", line | {"personne": name})
        assert (answer.status_code, answer.json()["code"]) == (409, "personne_inconnue")
    assert (await parcours.post("contrats", line)).status_code == 201
    named = line | {"personne": stranger.name(person)}
    assert (await stranger.post("contrats", named)).status_code == 201  # hired in their perimeter: nameable


async def test_without_their_key_nothing_of_a_person_is_readable(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    ((person,),) = await parcours.rows("select id from personne")
    async with parcours.engine.begin() as conn:
        await conn.execute(text("delete from cle_personne"))
        await conn.execute(text("update personne set index_identite = null, index_nir = null"))
    reader = parcours.as_caller(scopes=READER)
    assert (await reader.get(f"personnes/{reader.name(person)}")).status_code == 404
    assert await parcours.refusal("orientations", make_orientation()) == "personne_inconnue"
    ((private,),) = await parcours.rows("select private from journal where private is not null")
    assert b"MARJOLAINE" not in bytes(private)


async def test_a_waiting_file_is_kept_encrypted(parcours: Parcours) -> None:
    async with parcours.engine.connect() as lock:
        # Holding the table keeps the runner from writing, so that the part is still there to be read.
        await lock.execute(text("lock table personne in access exclusive mode"))
        sending = asyncio.create_task(parcours.send("personnes", [make_personne()]))
        async with asyncio.timeout(10):
            while not (parts := await parcours.rows("select content from import_part")):
                await asyncio.sleep(0.02)
        assert b"MARJOLAINE" not in bytes(parts[0][0])
        await lock.rollback()
    job, _ = await sending
    assert job["acceptees"] == 1
