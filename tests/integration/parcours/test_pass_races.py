"""Two acts on one pathway at once: the row of the person makes them wait, and constraints say the rest."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.candidature import Candidature
from services.parcours.queries import candidature as candidatures
from services.parcours.queries.dossier import read_dossiers
from services.parcours.tables import candidature
from shared.constraints import constraint_of
from tests.factories.parcours_service import ACI, SIRETS, Parcours
from tests.factories.pathways import PAST, TODAY, People, day

WAITING = text("""
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
""")
ALL_OF_PERSONS = select(*(candidature.c[name] for name in Candidature.__slots__)).where(
    candidature.c.personne_id == any_(bindparam("personnes", type_=ARRAY(Uuid)))
)
HELD = text("select id from personne for no key update")


async def at_once(parcours: Parcours, *acts: Awaitable[httpx.Response]) -> list[httpx.Response]:
    """Start acts while their person is locked, let them go once all of them wait; return the answers."""
    async with parcours.engine.connect() as holder, parcours.engine.connect() as watcher:
        await holder.execute(HELD)
        started = [asyncio.ensure_future(act) for act in acts]
        while (await watcher.execute(WAITING)).scalar_one() < len(acts):
            assert not any(task.done() for task in started), "an act did not wait for the person"
            await watcher.rollback()  # what is going on is read once a transaction
            await asyncio.sleep(0.01)
        await holder.rollback()
        return await asyncio.wait_for(asyncio.gather(*started), 10)


@pytest.fixture
def people(parcours: Parcours) -> People:
    return People.around(parcours)


async def in_two_pools(people: People) -> tuple[str, str]:
    """Return two candidatures of one person that an acceptance of the other leaves as it is."""
    sent = await people.send(), await people.send("AI")
    for each in sent:
        assert (await people.decide(each, transition="add_to_pool")).status_code == 201
    await people.diagnose(sent[0])
    return sent


async def live(parcours: Parcours) -> int:
    ((number,),) = await parcours.rows("select count(*) from pass_iae where not annule")
    return int(number)


async def test_two_acceptances_at_once_deliver_one_pass(parcours: Parcours, people: People) -> None:
    first, second = await in_two_pools(people)
    answers = await at_once(parcours, people.accept(first), people.accept(second))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert await people.pass_of(first) == await people.pass_of(second)
    assert await live(parcours) == 1


async def test_an_acceptance_and_a_cancellation_at_once_leave_the_hire_its_pass(
    parcours: Parcours, people: People
) -> None:
    first, second = await in_two_pools(people)
    assert (await people.accept(first)).status_code == 201
    answers = await at_once(parcours, people.decide(first, transition="cancel"), people.accept(second))
    assert [answer.status_code for answer in answers] == [201, 201]
    resting = await parcours.rows(
        "select p.annule from candidature c join pass_iae p on p.id = c.pass_id where c.etat = 'accepted'"
    )
    assert (resting, await live(parcours)) == ([(False,)], 1)


async def test_two_suspensions_at_once_make_one(parcours: Parcours, people: People) -> None:
    path = f"pass/{await people.hired_in_the_past()}/suspensions"
    month = {"date_debut": day(TODAY), "date_fin": day(TODAY + timedelta(30)), "motif": "CONTRACT_BROKEN"}
    earlier = month | {"date_debut": day(TODAY - timedelta(30)), "date_fin": day(TODAY)}
    answers = await at_once(parcours, people.employer.post(path, month), people.employer.post(path, earlier))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    ((days,),) = await parcours.rows("select date_fin - date_debut from suspension")
    ((end,),) = await parcours.rows("select date_fin from pass_iae")
    assert end == PAST + timedelta(729 + days)


async def test_two_prolongations_at_once_make_one(parcours: Parcours, people: People) -> None:
    path = f"pass/{await people.hired_in_the_past()}/prolongations"
    end = PAST + timedelta(729)
    asked = {"siret": SIRETS["ACI"], "date_fin": day(end + timedelta(90)), "motif": "COMPLETE_TRAINING"}
    answers = await at_once(parcours, people.employer.post(path, asked), people.employer.post(path, asked))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await parcours.rows("select date_debut, date_fin from prolongation") == [
        (end, end + timedelta(90))
    ]
    assert await parcours.rows("select date_fin from pass_iae") == [(end + timedelta(90),)]


async def test_a_hire_and_a_suspension_at_once_end_in_a_pathway_that_holds(
    parcours: Parcours, people: People
) -> None:
    pass_id = await people.hired_in_the_past()
    sent = await people.send("ACI")
    month = {"date_debut": day(TODAY), "date_fin": day(TODAY + timedelta(30)), "motif": "CONTRACT_BROKEN"}
    await at_once(parcours, people.accept(sent), people.employer.post(f"pass/{pass_id}/suspensions", month))
    stops = await parcours.rows("select date_fin - date_debut from suspension where not annulee")
    ((end,),) = await parcours.rows("select date_fin from pass_iae")
    assert end == PAST + timedelta(729 + sum(days for (days,) in stops))


@contextmanager
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the locks away, and let two acceptances read the same pathway before either writes."""
    together, calls = asyncio.Barrier(2), count()

    async def read_together(*args: Any) -> Any:
        found = await read_dossiers(*args)
        if next(calls) < 2:
            await together.wait()
        return found

    persons = text(candidatures.LOCK_PERSONS.text.replace("for no key update", ""))
    with monkeypatch.context() as patch:
        patch.setattr("services.parcours.commands.decision.read_dossiers", read_together)
        patch.setattr(candidatures, "LOCK_PERSONS", persons)
        patch.setattr(candidatures, "LOCK_ALL_OF_PERSONS", ALL_OF_PERSONS)
        yield


async def test_without_the_lock_the_constraint_still_delivers_one_pass(
    parcours: Parcours, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await in_two_pools(people)
    with unlocked(monkeypatch):
        answers = await asyncio.gather(people.accept(first), people.accept(second))
    assert [(answer.status_code, answer.text) for answer in answers if answer.status_code != 201] == []
    assert await people.pass_of(first) == await people.pass_of(second)
    assert await live(parcours) == 1


SUSPENSION = (
    "insert into suspension values (:id, 1, :pass, :structure, 'CONTRACT_BROKEN', :debut, :fin, false)"
)
PROLONGATION = """
    insert into prolongation (id, version, pass_id, structure_id, motif, date_debut, date_fin, etat, demandee_le, decidee_le)
    values (:id, 1, :pass, :structure, 'RQTH', :debut, :fin, '{etat}', :debut, {decidee})
"""
GRANTED = PROLONGATION.format(etat="GRANTED", decidee=":debut")
ASKED = PROLONGATION.format(etat="PENDING", decidee="null")
SECOND_PASS = """
    insert into pass_iae (id, version, personne_id, origine, date_debut, date_fin, annule)
    select :id, 1, personne_id, 'pe_approval', :debut, :fin, false from pass_iae where id = :pass
"""


CASES = [  # what is inserted, days of the first (None: the PASS IAE itself) and of the second, what refuses
    (SUSPENSION, (0, 10), (10, 20), "ex_suspension_chevauchante"),
    (SUSPENSION, (0, 10), (11, 20), None),
    (GRANTED, (0, 10), (9, 20), "ex_prolongation_chevauchante"),
    (GRANTED, (0, 10), (10, 20), None),
    (ASKED, (0, 10), (20, 30), "uq_prolongation_pending"),
    (SECOND_PASS, None, (729, 800), "ex_pass_iae_concurrent"),
    (SECOND_PASS, None, (730, 800), None),
]


async def test_the_database_alone_keeps_periods_apart(parcours: Parcours, people: People) -> None:
    pass_id = UUID(await people.hired_in_the_past())

    async def add(conn: AsyncConnection, insert: str, days: tuple[int, int]) -> str | None:
        debut, fin = (PAST + timedelta(n) for n in days)
        values: dict[str, Any] = {"id": uuid4(), "pass": pass_id, "debut": debut, "fin": fin}
        if ":structure" in insert:
            values["structure"] = ACI
        try:
            async with conn.begin_nested():
                await conn.execute(text(insert), values)
        except IntegrityError as refused:
            return constraint_of(refused)
        return None

    for insert, first, second, constraint in CASES:
        async with parcours.engine.connect() as conn:  # taken back at its end
            assert first is None or await add(conn, insert, first) is None
            assert await add(conn, insert, second) == constraint, (insert, first, second)
