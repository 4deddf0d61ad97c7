"""Persons who resemble each other, and two of them made one: nothing is lost, nothing slips between, all is forgotten."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.access.scopes import Scope
from tests.factories.parcours import (
    make_contrat,
    make_identite,
    make_ligne,
    make_nir,
    make_orientation,
    make_personne,
    make_sortie,
)
from tests.factories.parcours_service import SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

READER = (*ALL_WRITES, Scope.IDENTITE_LECTURE)
OWNERS = """
    select * from (
        select 'agrement', id, personne_id from agrement union all select 'contrat', id, personne_id from contrat
        union all select 'candidature', id, personne_id from candidature
        union all select 'etape', id, personne_id from etape
    ) held order by 1, 2
"""
WHY = "Même personne, deux saisies"
FREIN = {"siret": SIRETS["ACI"], "nature": "FREIN", "date_debut": "2017-02-01", "frein": "SANTE", "intensite_entree": "FORT"}  # fmt: skip


async def enter(parcours: Parcours, reference: str, number: int, **changes: Any) -> str:
    await parcours.load("personnes", make_personne(reference, numero_agrement=f"{number:012d}", **changes))
    rows = await parcours.rows(
        "select object_id from line_reference where reference = :reference", reference=reference
    )
    return parcours.name(rows[0][0])


def operator_of(parcours: Parcours) -> Parcours:
    """Who runs the platform: names persons as the journal does."""
    return parcours.as_caller(client="exploitation", scopes=(Scope.EXPLOITATION,))


def reader_of(parcours: Parcours) -> Parcours:
    return parcours.as_caller(client="logiciel-fictif", scopes=READER)


async def merge(caller: Parcours, kept: str, absorbed: str) -> tuple[int, str | None]:
    answer = await caller.post(f"personnes/{kept}/fusion", {"absorbee": absorbed, "motif": WHY})
    return answer.status_code, answer.json()["code"] if answer.status_code != 204 else None


async def test_persons_who_resemble_each_other_are_listed_by_pairs(parcours: Parcours) -> None:
    nir, other_nir = make_nir("1900559350084"), make_nir("1900259350085")
    one = await enter(parcours, "P1", 1, nom="HAUTBOIS", prenom="Anne Lise", nir=nir, motif_absence_nir=None)
    swapped = await enter(parcours, "P2", 2, nom="Anne-Lise", prenom="Hautbois")
    eve = await enter(parcours, "P3", 3, nom="HAUTBOIS", prenom="Anne Lise", date_naissance="1990-05-16")
    heard = await enter(parcours, "P4", 4, nom="OTBOI", prenom="Anne", date_naissance="1990-02-02")
    apart = await enter(parcours, "P5", 5, nom="HAUTBOIS", prenom="Anne", date_naissance="1990-02-02", nir=other_nir, motif_absence_nir=None)  # fmt: skip
    listed = await enter(
        parcours, "P6", 6, nom="TILLEUL", prenom="Anne Lise", identifiant_france_travail="1234567a"
    )
    inscrit = await enter(
        parcours, "P7", 7, nom="BOULEAU", prenom="Elsa", identifiant_france_travail="1234567A"
    )
    reader = reader_of(parcours)
    pairs = {
        frozenset(pair["personnes"]): pair["ressemblances"]
        for pair in (await reader.get("personnes/doublons")).json()
    }
    assert pairs[frozenset({one, swapped})] == ["mots"]
    assert pairs[frozenset({one, eve})] == ["son_et_annee"]
    assert pairs[frozenset({one, heard})] == ["son_et_annee"]
    assert frozenset({one, apart}) not in pairs  # two NIR are two persons
    assert frozenset({heard, apart}) in pairs
    assert pairs[frozenset({listed, inscrit})] == ["france_travail"]
    assert (await parcours.get("personnes/doublons")).status_code == 403
    stranger = parcours.as_caller(client="autre", scopes=READER, departements=["62"])
    assert (await stranger.get("personnes/doublons")).json() == []
    unseen = [stranger.name(each, parcours) for each in (one, swapped)]
    assert await merge(stranger, *unseen) == (404, "introuvable")
    assert await merge(parcours, one, swapped) == (403, "portee_insuffisante")
    assert await merge(reader, one, one) == (409, "fusion_impossible")
    assert await merge(reader, swapped, one) == (409, "nir_a_conserver")


async def test_a_merge_attaches_everything_and_both_are_forgotten_together(parcours: Parcours) -> None:
    kept, absorbed = await enter(parcours, "P1", 1), await enter(parcours, "P2", 2, nom="MARJOLAINE")
    await parcours.load("contrats", make_contrat("K2", personne="P2"))
    await parcours.load("orientations", make_orientation("O2", personne="P2"))
    await parcours.write("etapes", {"personne": absorbed, **FREIN})
    reader = reader_of(parcours)
    assert await merge(reader, kept, absorbed) == (204, None)
    assert await merge(reader, kept, absorbed) == (204, None)  # done already
    third = await enter(parcours, "P3", 3, nom="ORIGAN")
    assert await merge(reader, third, absorbed) == (409, "fusion_impossible")
    operator = operator_of(parcours)
    ids = {name: operator.name(name, parcours) for name in (kept, absorbed, third)}
    for table in ("agrement", "contrat", "candidature", "etape"):
        assert await parcours.rows(
            f"select count(*) from {table} where personne_id = cast(:id as uuid)", id=ids[absorbed]
        ) == [(0,)]
    # Their former references and identifier, and the same identity again, name the person kept.
    await parcours.load("contrats", make_contrat("K3", personne="P2", date_debut="2017-10-02", date_fin_prevue="2018-03-30"))  # fmt: skip
    await parcours.write("etapes", {"personne": absorbed, **FREIN})
    again = make_orientation(None, personne=None, identite=make_identite(nom="marjolaine"))
    sent = await parcours.write("candidatures", again)
    assert (await parcours.get(f"candidatures/{sent}")).json()["personne_id"] == kept
    assert (await reader.get(f"personnes/{absorbed}")).json()["id"] == kept
    answer = await reader.post(f"personnes/{kept}/export", {"motif": WHY})
    assert [step["frein"] for step in answer.json()["accompagnement"]] == ["SANTE", "SANTE"]
    assert await merge(reader, third, kept) == (204, None)
    told = [
        (fact["personne_id"], fact["conservee_id"]) for fact in await parcours.facts("personne.fusionnees")
    ]
    assert told[0] == (ids[absorbed], ids[kept])
    assert sorted(told[1:]) == sorted([(ids[kept], ids[third]), (ids[absorbed], ids[third])])
    ((moved, client),) = await parcours.rows(
        "select objets, client_id from fusion where absorbee_id = cast(:id as uuid)", id=ids[absorbed]
    )
    assert {table: len(ids) for table, ids in moved.items()} == {
        "agrement": 1, "contrat": 1, "candidature": 1, "diagnostic": 0, "pass_iae": 0, "etape": 1,
    }  # fmt: skip
    assert client == "logiciel-fictif"
    erased = await operator.post(f"personnes/{ids[third]}/effacement", {"motif": WHY})
    assert erased.status_code == 204, erased.text
    assert await parcours.rows("select count(*) from cle_personne") == [(0,)]
    assert await parcours.rows("select count(*) from empreinte_proche") == [(0,)]
    assert await parcours.rows("select count(*) from personne where length(identite) > 0") == [(0,)]


async def undo(caller: Parcours, kept: str, absorbed: str) -> tuple[int, str | None]:
    answer = await caller.post(f"personnes/{kept}/separation", {"absorbee": absorbed, "motif": WHY})
    return answer.status_code, answer.json()["code"] if answer.status_code != 204 else None


async def test_a_merge_by_mistake_gives_back_what_it_took(parcours: Parcours) -> None:
    kept, absorbed = await enter(parcours, "P1", 1), await enter(parcours, "P2", 2, nom="MARJOLAINE")
    third = await enter(parcours, "P3", 3, nom="ORIGAN")
    for number, reference in enumerate(("P1", "P2"), 1):
        await parcours.load("contrats", make_contrat(f"K{number}", personne=reference))
        await parcours.load("orientations", make_orientation(f"O{number}", personne=reference))
        await parcours.write("etapes", {"personne": reference, **FREIN})
    before = await parcours.rows(OWNERS)
    reader = reader_of(parcours)
    assert await undo(reader, kept, absorbed) == (409, "fusion_impossible")
    assert await merge(reader, kept, absorbed) == (204, None)
    await parcours.write("etapes", {"personne": absorbed, **FREIN})  # came after: it stays
    assert await merge(reader, third, kept) == (204, None)
    stranger = parcours.as_caller(client="autre", scopes=READER, departements=["62"])
    assert await undo(stranger, stranger.name(third, reader), stranger.name(kept, reader)) == (
        404,
        "introuvable",
    )
    assert await undo(parcours, third, kept) == (403, "portee_insuffisante")
    assert await undo(reader, third, absorbed) == (
        409,
        "fusion_impossible",
    )  # through another: it comes first
    assert await undo(reader, third, kept) == (204, None)
    assert (await reader.get(f"personnes/{absorbed}")).json()["id"] == kept
    assert await undo(reader, kept, absorbed) == (204, None)
    assert await undo(reader, kept, absorbed) == (409, "fusion_impossible")
    assert (await parcours.rows(OWNERS))[: len(before)] == before
    assert await parcours.rows("select * from fusion") == []
    assert (await reader.get(f"personnes/{absorbed}")).json()["id"] == absorbed
    for person, steps in ((kept, 2), (absorbed, 1)):
        told = (await reader.post(f"personnes/{person}/export", {"motif": WHY})).json()
        assert [step["frein"] for step in told["accompagnement"]] == ["SANTE"] * steps
    told = await parcours.facts("personne.fusionnees")
    operator = operator_of(parcours)
    itself = operator.name(absorbed, parcours)
    assert told[-1] == {"personne_id": itself, "conservee_id": itself}
    ((version,),) = await parcours.rows(
        "select version from personne where id = cast(:id as uuid)", id=itself
    )
    corrected = reader_of(parcours)
    corrected.headers["If-Match"] = f'"{version}"'
    await corrected.write(f"personnes/{absorbed}/rectification", {"prenom": "Autre"})
    # What changed since was told of the person kept: nothing is undone by halves.
    assert await merge(reader, kept, absorbed) == (204, None)
    await parcours.load("sorties", make_sortie("K2"))
    assert await undo(reader, kept, absorbed) == (409, "fusion_suivie")


async def test_a_write_that_read_a_row_before_it_moved_is_played_again(parcours: Parcours) -> None:
    kept, absorbed = await enter(parcours, "P1", 1), await enter(parcours, "P2", 2, nom="MARJOLAINE")
    await parcours.load("contrats", make_contrat("K2", personne="P2"))
    reader = reader_of(parcours)
    assert await merge(reader, kept, absorbed) == (204, None)
    read = text("select personne_id from contrat")
    late = text("update contrat set personne_id = :personne, version = version + 1")
    async with parcours.engine.connect() as conn:
        before = (await conn.execute(read)).scalar_one()
        await conn.rollback()
        assert await undo(reader, kept, absorbed) == (204, None)
        with pytest.raises(DBAPIError) as refused:
            await conn.execute(late, {"personne": before})
        assert getattr(refused.value.orig, "sqlstate", None) == "40001"


async def test_hours_declared_after_a_merge_keep_it(parcours: Parcours) -> None:
    kept, absorbed = await enter(parcours, "P1", 1), await enter(parcours, "P2", 2, nom="MARJOLAINE")
    await parcours.load("contrats", make_contrat("K2", personne="P2"))
    reader = reader_of(parcours)
    assert await merge(reader, kept, absorbed) == (204, None)
    assert (await parcours.declare("2017-03", make_ligne("K2"))).status_code == 201
    assert await undo(reader, kept, absorbed) == (409, "fusion_suivie")


async def test_what_is_sent_during_a_merge_reaches_the_person_kept(parcours: Parcours) -> None:
    kept, absorbed = await enter(parcours, "P1", 1), await enter(parcours, "P2", 2, nom="MARJOLAINE")
    reader = reader_of(parcours)
    sendings = [parcours.post("candidatures", make_orientation(None, personne=absorbed)) for _ in range(10)]
    merges = [merge(reader, kept, absorbed) for _ in range(3)]
    answers = await asyncio.gather(*sendings[:5], *merges, *sendings[5:])
    assert {answer.status_code if isinstance(answer, httpx.Response) else answer for answer in answers} == {
        (204, None),
        201,
    }
    known = operator_of(parcours).name(kept, parcours)
    assert await parcours.rows("select distinct personne_id::text from candidature") == [(known,)]
    assert len(await parcours.facts("personne.fusionnees")) == 1
