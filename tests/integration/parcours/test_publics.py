"""The daily count of publics: from what the vault holds to one fact a territory and a type, and nothing of a person."""

import asyncio
import json
from typing import Any

from shared.access.scopes import Scope
from tests.factories.parcours import make_contrat, make_identite, make_ligne, make_orientation, make_personne
from tests.factories.parcours_service import SIRETS, Parcours

NAMES = ("SENTINELLE-UN", "SENTINELLE-DEUX", "SENTINELLE-TROIS")
FIELDS = {
    "publics_id", "annee", "region", "departement", "type_structure", "effectif", "publics", "refus",
}  # fmt: skip


async def tell_a_story(parcours: Parcours) -> None:
    """Two persons work in an ACI in 2017, another is refused by it."""
    persons: tuple[dict[str, Any], ...] = (
        {"sexe": "F"},
        {"criteres": ["DETLD", "TH"], "date_naissance": "1960-05-17"},
        {},
    )
    lines = (
        make_personne(f"P{rank}", nom=NAMES[rank - 1], numero_agrement=f"{rank:012d}", **values)
        for rank, values in enumerate(persons, 1)
    )
    await parcours.load("personnes", *lines)
    await parcours.load("contrats", make_contrat("K1", personne="P1"), make_contrat("K2", personne="P2"))
    answer = await parcours.declare("2017-03", make_ligne("K1"), make_ligne("K2", "7"))
    assert answer.status_code == 201, answer.text
    refused = {"suite": "REFUS", "date_suite": "2017-02-01", "motif_refus": "not_mobile"}
    await parcours.load("orientations", make_orientation("O3", personne="P3", **refused))


def operator_of(parcours: Parcours) -> Parcours:
    return parcours.as_caller(client="exploitation", scopes=[Scope.EXPLOITATION], departements=[])


async def count(parcours: Parcours, manner: str = "") -> dict[str, int]:
    answer = await operator_of(parcours).post(f"publics/arrete{manner}", {})
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()
    return found


async def test_a_story_is_counted_once_at_each_level_and_again_when_it_changes(parcours: Parcours) -> None:
    await tell_a_story(parcours)
    assert await count(parcours, "?a_blanc=true") == {"comptes": 4, "changes": 4}
    assert await parcours.facts("publics.arretes") == []
    assert await count(parcours) == {"comptes": 4, "changes": 4}
    facts = await parcours.facts("publics.arretes")
    assert {(f["annee"], f["region"], f["departement"], f["type_structure"]) for f in facts} == {
        (2017, "32", place, kind) for place in (None, "59") for kind in (None, "ACI")
    }
    for fact in facts:
        assert fact["effectif"] == 2
        assert fact["publics"] == {
            "FEMME": 1, "RSA": 1, "QPV": 1, "DETLD": 1, "LONGUE_DUREE": 1, "TH": 1, "SENIOR": 1,
        }  # fmt: skip
        assert fact["refus"] == {"not_mobile": 1}

    assert await count(parcours) == {"comptes": 4, "changes": 0}
    answer = await parcours.declare("2017-03", make_ligne("K1"), match=1)
    assert answer.status_code == 200, answer.text
    assert await count(parcours) == {"comptes": 4, "changes": 4}
    assert (await parcours.facts("publics.arretes"))[-1]["publics"] == {"FEMME": 1, "RSA": 1, "QPV": 1}
    versions = await parcours.rows("select key, version from journal where aggregate = 'publics'")
    assert sorted(version for _, version in versions) == [1] * 4 + [2] * 4


async def test_two_counts_at_once_publish_one(parcours: Parcours) -> None:
    await tell_a_story(parcours)
    counts = await asyncio.gather(*(count(parcours) for _ in range(3)))
    assert sorted(each["changes"] for each in counts) == [0, 0, 4]
    assert len(await parcours.facts("publics.arretes")) == 4


async def test_somebody_erased_is_counted_among_those_of_whom_nothing_is_known(parcours: Parcours) -> None:
    await tell_a_story(parcours)
    async with parcours.engine.begin() as conn:
        await conn.exec_driver_sql(
            "delete from cle_personne k using contrat c join ligne_declaree l on l.contrat_id = c.id "
            "where k.personne_id = c.personne_id and l.heures = 100"
        )
    await count(parcours)
    for fact in await parcours.facts("publics.arretes"):
        assert fact["effectif"] == 2
        assert fact["publics"]["INCONNU"] == 1
        assert "FEMME" not in fact["publics"]


async def test_the_facts_hold_nothing_of_a_person_and_partners_never_read_them(parcours: Parcours) -> None:
    await tell_a_story(parcours)
    await count(parcours)
    persons = [str(row[0]) for row in await parcours.rows("select id from personne")]
    assert len(persons) == 3
    facts = await parcours.facts("publics.arretes")
    assert {name for fact in facts for name in fact} == FIELDS
    text = json.dumps([facts, [list(map(str, row)) for row in await parcours.rows("select * from publics")]])
    for personal in (*persons, *NAMES, make_identite()["prenom"], "1960", "1990", "59350", SIRETS["ACI"]):
        assert personal not in text
    (trace,) = await parcours.rows(
        "select client_id, action from audit where target_id = 'publics' order by id"
    )
    assert trace == ("exploitation", "exploiter")

    await parcours.sequence()
    everywhere: dict[str, Any] = {
        "client": "logiciel",
        "scopes": [Scope.FLUX_LECTURE, Scope.PARCOURS_LECTURE],
    }
    told = await parcours.as_caller(**everywhere).get("flux?apres=0&limite=1000")
    assert told.status_code == 200, told.text
    kinds = {event["type"] for event in told.json()}
    assert "fr.iae.parcours.declaration.recue" in kinds
    assert "fr.iae.parcours.publics.arretes" not in kinds
    assert (await parcours.post("publics/arrete", {})).status_code == 403
