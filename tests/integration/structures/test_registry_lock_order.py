"""Writers of the registry lock a structure before what hangs on it: none waits for another that waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import clock
from tests.factories.gouvernance import make_instance
from tests.factories.siret import make_siret
from tests.factories.structures_service import Registry, second_siret, until_it_waits

FICHE = {
    "siret": make_siret(1), "code_rome": "A1203", "appellation": "Jardinier fictif", "type_contrat": "CDDI",
}  # fmt: skip
Act = Callable[[], Awaitable[httpx.Response]]
Met = tuple[str, str, str, Act]
"""Table and identifier of what is locked first, table of what must stay free, and the act that waits."""


async def a_step(registre: Registry) -> Met:
    one = await registre.structure()
    convention = await registre.convention(one)
    path, step = f"/conventions/{convention}/etapes", {"transition": "suspendre"}
    return "structure", one, "convention", lambda: registre.send("POST", path, step)


async def a_new_content_of_a_fiche(registre: Registry) -> Met:
    one = await registre.structure()
    fiche = await registre.made("/fiches-de-poste", FICHE)
    content = {name: value for name, value in FICHE.items() if name != "siret"}
    path, version = f"/fiches-de-poste/{fiche}", {"If-Match": '"1"'}
    return "structure", one, "fiche_de_poste", lambda: registre.send("PUT", path, content, version)


async def a_reopening_of_an_antenne(registre: Registry) -> Met:
    mother = await registre.structure()
    antenne = await registre.structure(siret=second_siret(1), mere=mother)
    await registre.made(f"/structures/{antenne}/fermeture", {"motif": "ERREUR"})
    path = f"/structures/{antenne}/reouverture"
    return "structure", mother, "structure", lambda: registre.send("POST", path, {})


async def a_file_taken_up(registre: Registry) -> Met:
    await registre.structure()
    instance = await registre.made("/instances", make_instance())
    days = [(clock.today() + timedelta(n)).isoformat() for n in (0, 30)]
    call = {"instance": instance, "date_seance": days[0]}
    first = await registre.made("/seances", call)
    body = {"siret": make_siret(1), "objet": "CONVENTION", "etp_demandes": "1"}
    dossier = await registre.made(f"/seances/{first}/dossiers", body)
    second = await registre.made("/seances", call | {"date_seance": days[1]})
    for act in ("ouvrir", "clore"):  # written again, its row now comes after the second
        await registre.made(f"/seances/{first}/actes", {"acte": act})
    path = f"/seances/{second}/dossiers"
    return "seance", first, "seance", lambda: registre.send("POST", path, body | {"suite_de": dossier})


@pytest.mark.parametrize(
    "case", [a_step, a_new_content_of_a_fiche, a_reopening_of_an_antenne, a_file_taken_up]
)
async def test_who_waits_for_a_lock_holds_none_that_comes_after_it(
    registre: Registry, case: Callable[[Registry], Awaitable[Met]]
) -> None:
    first, identity, then, act = await case(registre)
    async with registre.engine.begin() as other:
        await other.exec_driver_sql(f"select 1 from {first} where id = '{identity}' for update")
        waiting: asyncio.Task[Any] = asyncio.ensure_future(act())
        await until_it_waits(registre.engine, waiting)
        await other.exec_driver_sql(f"select 1 from {then} for update nowait")
    assert (await waiting).status_code in (200, 201)


async def test_a_structure_that_the_asp_names_meanwhile_is_not_closed(registre: Registry) -> None:
    one = await registre.structure(source="STAFF_CREATED")
    await registre.execute("update structure set cree_le = cree_le - 91")
    async with registre.engine.begin() as other:
        await other.exec_driver_sql("update structure set source = 'ASP'")
        review = asyncio.ensure_future(registre.review("structures"))
        await until_it_waits(registre.engine, review)
    assert (await review)["comptes"] == {"fermees": 0}
    assert (await registre.read(f"/structures/{one}"))["fermee_le"] is None
