"""Persons who resemble each other, and two of them made one: nothing is lost, nothing slips between, all is forgotten."""

import asyncio
from typing import Any

import httpx

from shared.access.scopes import Scope
from tests.factories.parcours import make_contrat, make_identite, make_nir, make_orientation, make_personne
from tests.factories.parcours_service import SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

READER = (*ALL_WRITES, Scope.IDENTITE_LECTURE)
WHY = "Même personne, deux saisies"
FREIN = {"siret": SIRETS["ACI"], "nature": "FREIN", "date_debut": "2017-02-01", "frein": "SANTE", "intensite_entree": "FORT"}  # fmt: skip


async def enter(parcours: Parcours, reference: str, number: int, **changes: Any) -> str:
    await parcours.load("personnes", make_personne(reference, numero_agrement=f"{number:012d}", **changes))
    rows = await parcours.rows(
        "select object_id::text from line_reference where reference = :reference", reference=reference
    )
    return str(rows[0][0])


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
    await enter(parcours, "P6", 6, nom="TILLEUL", prenom="Anne Lise")
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
    assert (await parcours.get("personnes/doublons")).status_code == 403
    stranger = parcours.as_caller(client="autre", scopes=READER, departements=["62"])
    assert (await stranger.get("personnes/doublons")).json() == []
    assert await merge(stranger, one, swapped) == (404, "introuvable")
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
    for table in ("agrement", "contrat", "candidature", "etape"):
        assert await parcours.rows(
            f"select count(*) from {table} where personne_id = cast(:id as uuid)", id=absorbed
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
    assert told[0] == (absorbed, kept)
    assert sorted(told[1:]) == sorted([(kept, third), (absorbed, third)])
    ((moved, client),) = await parcours.rows(
        "select objets, client_id from fusion where absorbee_id = cast(:id as uuid)", id=absorbed
    )
    assert {table: len(ids) for table, ids in moved.items()} == {
        "agrement": 1, "contrat": 1, "candidature": 1, "diagnostic": 0, "pass_iae": 0, "etape": 1,
    }  # fmt: skip
    assert client == "logiciel-fictif"
    operator = parcours.as_caller(client="exploitation", scopes=(Scope.EXPLOITATION,))
    erased = await operator.post(f"personnes/{third}/effacement", {"motif": WHY})
    assert erased.status_code == 204, erased.text
    assert await parcours.rows("select count(*) from cle_personne") == [(0,)]
    assert await parcours.rows("select count(*) from empreinte_proche") == [(0,)]
    assert await parcours.rows("select count(*) from personne where length(identite) > 0") == [(0,)]


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
    assert await parcours.rows("select distinct personne_id::text from candidature") == [(kept,)]
    assert len(await parcours.facts("personne.fusionnees")) == 1
