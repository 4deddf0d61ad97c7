"""From a committed write to the view, on both buses."""

import asyncio
import uuid

from services.gateway.rebuild import rebuild
from services.gateway.tables import vues
from services.gateway.views import projections
from services.structures.tables import metadata
from shared.messaging.commands import replay
from shared.messaging.source import Batch, Record
from shared.messaging.verify import verify_journal, verify_states, verify_view
from tests.bus.conftest import World, eventually


async def check_all(world: World) -> None:
    findings = await verify_journal(world.publisher)
    findings += await verify_states(world.publisher, metadata)
    findings += await verify_view(world.view, world.view_owner_url, vues, projections, world.journals)
    assert not [f for f in findings if f.fault], findings


async def test_what_is_written_is_seen_once_in_order(world: World) -> None:
    async with world.running():
        answers = await asyncio.gather(*(world.register(n) for n in range(1, 61)))
        assert {a.status_code for a in answers} == {201}
        await world.visible(60)
        await eventually(lambda: _equals(world.position(), 60))
    await check_all(world)


async def _equals(value: "asyncio.Future[int] | object", expected: int) -> bool:
    return bool(await value == expected)  # type: ignore[misc,operator] # a coroutine of int


async def test_a_restarted_consumer_goes_on_where_it_was(world: World) -> None:
    async with world.running():
        await asyncio.gather(*(world.register(n) for n in range(1, 11)))
        await world.visible(10)
    async with world.running(consume=False):
        await asyncio.gather(*(world.register(n) for n in range(11, 21)))
    async with world.running():
        await world.visible(20)
    await check_all(world)


async def test_the_same_batch_twice_changes_nothing(world: World) -> None:
    await asyncio.gather(*(world.register(n) for n in range(1, 6)))
    await world.sequence()
    journal_id, records = await world.journals.after("structures", 0)
    consumer = world.consumer()
    for bus in (f"journal:{journal_id}", "kafka:another", f"journal:{journal_id}"):
        await consumer.apply(Batch("structures", 0, bus, tuple(records), 6))
    assert await world.scalar(world.view, "select count(*) from structure") == 5
    assert await world.position() == 5
    await check_all(world)


async def test_a_jump_of_versions_is_repaired_from_the_journal(world: World) -> None:
    identity = (await world.register(1)).json()["id"]
    await world.execute(
        world.publisher,
        "with j as (insert into journal (id, aggregate, key, version, type, major, occurred_at, known_on,"
        " actor, correlation_id, data) select gen_random_uuid(), aggregate, key, 2, type, major, occurred_at, known_on, actor,"
        " correlation_id, data from journal where key = :key returning seq)"
        " insert into journal_pending select seq from j",
        key=uuid.UUID(identity),
    )
    await world.sequence()
    journal_id, records = await world.journals.after("structures", 0)
    late = Batch("structures", 0, f"journal:{journal_id}", tuple(records[1:]), 3)
    await world.consumer().apply(late)
    assert await world.scalar(world.view, "select version from head") == 2
    assert await world.scalar(world.view, "select count(*) from structure") == 1


async def test_an_event_nobody_can_read_waits_aside_and_comes_back(world: World) -> None:
    bad, good = [(await world.register(n)).json()["id"] for n in (1, 2)]
    await world.sequence()
    journal_id, records = await world.journals.after("structures", 0)
    spoiled = [
        Record(r.offset, replace_data(r.envelope, "{}")) if r.envelope and str(r.envelope.key) == bad else r
        for r in records
    ]
    await world.consumer().apply(Batch("structures", 0, f"journal:{journal_id}", tuple(spoiled), 3))
    assert str(await world.scalar(world.view, "select structure_id from structure")) == good
    assert await world.scalar(world.view, "select count(*) from dead_letter where resolved_at is null") == 1
    assert await world.position() == 2
    assert await replay(world.view, projections, world.journals, uuid.UUID(bad)) == 1
    assert await world.scalar(world.view, "select count(*) from dead_letter where resolved_at is null") == 0
    await check_all(world)


def replace_data(envelope: object, data: str) -> object:
    from dataclasses import replace  # noqa: PLC0415

    return replace(envelope, data=data)  # type: ignore[type-var]


async def test_views_rebuilt_aside_equal_those_that_serve(world: World) -> None:
    async with world.running():
        await asyncio.gather(*(world.register(n) for n in range(1, 21)))
        await world.visible(20)

        class OnlyStructures:
            """The other journals are not running in this test."""

            async def after(self, service: str, position: int, **options: object) -> object:
                if service != "structures":
                    return "none", []
                return await world.journals.after(service, position, **options)  # type: ignore[arg-type]

            versions = world.journals.versions

        await rebuild(world.view_owner_url, OnlyStructures())  # type: ignore[arg-type]
        assert await world.scalar(world.view, "select count(*) from structure") == 20
        await asyncio.gather(*(world.register(n) for n in range(21, 31)))
        await world.visible(30)
    await check_all(world)


async def test_two_consumers_apply_each_event_once(world: World) -> None:
    async with world.running():
        second = asyncio.create_task(world.consumer().run(world.source()))
        await asyncio.gather(*(world.register(n) for n in range(1, 41)))
        await world.visible(40)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
    await check_all(world)
