"""Persons of whom nothing happens are told, then erased when it is asked for; twice at once changes nothing."""

import asyncio
from datetime import date, timedelta

from sqlalchemy import text

from shared import clock
from shared.access.scopes import Scope
from tests.factories.parcours import make_contrat, make_orientation, make_personne
from tests.factories.parcours_service import Parcours

TODAY = clock.today()


async def run(operator: Parcours, query: str = "") -> tuple[int, int, int]:
    answer = await operator.post(f"personnes/conservation{query}", {})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["avisees"], body["a_effacer"], body["effacees"]


async def age(parcours: Parcours, days: int) -> None:
    async with parcours.engine.begin() as conn:
        await conn.execute(
            text("update avis_conservation set avise_le = avise_le - cast(:days as int)"), {"days": days}
        )


def sent(reference: str, personne: str, jour: date) -> dict[str, object]:
    return make_orientation(
        reference, personne=personne, date_orientation=jour.isoformat(), connu_le=jour.isoformat()
    )


async def test_inactive_persons_are_told_once_then_erased_on_demand(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    plain = {"numero_agrement": None, "date_agrement_debut": None, "date_agrement_fin": None}
    for n, days in ((2, 699), (3, 700), (4, 731)):
        await parcours.load("personnes", make_personne(f"P{n}", nom=f"FICTIF{'I' * n}", **plain))
        await parcours.load("orientations", sent(f"O{n}", f"P{n}", TODAY - timedelta(days)))
    await parcours.load("personnes", make_personne("P5", nom="SANS ACTE", **plain))
    operator = parcours.as_caller(client="exploitation", scopes=(Scope.EXPLOITATION,))
    assert (await parcours.post("personnes/conservation", {})).status_code == 403
    assert await run(operator, "?a_blanc=true&effacer=true") == (3, 0, 0)
    both = await asyncio.gather(run(operator), run(operator))
    assert sorted(both) == [(0, 0, 0), (3, 0, 0)]
    await age(parcours, 29)
    assert await run(operator, "?effacer=true") == (0, 0, 0)
    await age(parcours, 1)
    assert await run(operator) == (0, 2, 0)  # the third is at 700 days: told, not due
    await parcours.load("orientations", sent("O9", "P4", TODAY - timedelta(1)))
    assert await run(operator, "?a_blanc=true&effacer=true") == (0, 1, 0)
    both = await asyncio.gather(run(operator, "?effacer=true"), run(operator, "?effacer=true"))
    assert sorted(erased for _, _, erased in both) == [0, 1]
    assert len(await parcours.facts("personne.effacee")) == 1
    assert await run(operator, "?effacer=true") == (0, 0, 0)
