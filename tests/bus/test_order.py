"""Positions follow the order of each key and forget nothing, whatever the transactions that race."""

import asyncio

from sqlalchemy import text

from shared.db import write
from shared.messaging.sequencer import sequence_batch
from shared.messaging.verify import verify_journal
from tests.bus.conftest import Journal
from tests.factories.journal import AUTHOR, key_of, make_new_fact


async def test_a_slow_transaction_is_read_after_a_fast_one_that_came_later(journal: Journal) -> None:
    """The slow one has the smaller ``seq``: a reader that followed ``seq`` would pass over it for ever."""
    async with journal.appli.connect() as slow:
        await write(slow, {}, [make_new_fact("S1")], AUTHOR)
        await journal.write(make_new_fact("S2"))
        await journal.sequence()
        seen = await journal.envelopes()
        await slow.commit()
    await journal.sequence()
    seen += await journal.envelopes(after=seen[-1].position)
    assert [envelope.key for envelope in seen] == [key_of("S2"), key_of("S1")]


async def test_an_old_transaction_that_writes_last_comes_last(journal: Journal) -> None:
    """The old one has the smaller transaction identifier: sorting by it would put version 2 before version 1."""
    async with journal.appli.connect() as old:
        await old.execute(text("select pg_current_xact_id()"))
        await journal.write(make_new_fact("S1", 1))
        await write(old, {}, [make_new_fact("S1", 2)], AUTHOR)
        await old.commit()
    await journal.sequence()
    assert [envelope.version for envelope in await journal.envelopes()] == [1, 2]


async def test_a_transaction_left_open_in_the_middle_hides_nothing_that_precedes_it(journal: Journal) -> None:
    async with journal.appli.connect() as middle:
        await journal.write(make_new_fact("S1", 1))
        await write(middle, {}, [make_new_fact("S2")], AUTHOR)
        await journal.write(make_new_fact("S1", 2))
        await journal.sequence()
        seen = [(e.position, e.key, e.version) for e in await journal.envelopes()]
        assert seen == [(1, key_of("S1"), 1), (2, key_of("S1"), 2)]
        await middle.commit()
    await journal.sequence()
    assert [e.key for e in await journal.envelopes(after=2)] == [key_of("S2")]


async def test_an_event_and_its_place_in_the_queue_are_one_transaction(journal: Journal) -> None:
    async with journal.appli.connect() as conn:
        seqs = await write(conn, {}, [make_new_fact("S1"), make_new_fact("S2")], AUTHOR)
        waiting = (await conn.execute(text("select seq from journal_pending order by seq"))).scalars().all()
    assert waiting == seqs
    assert await journal.scalar("select count(*) from journal") == 0
    assert await journal.scalar("select count(*) from journal_pending") == 0


async def test_facts_of_one_write_keep_their_order(journal: Journal) -> None:
    await journal.write(*(make_new_fact("S1", version) for version in range(1, 60)))
    await journal.sequence()
    assert [e.version for e in await journal.envelopes()] == list(range(1, 60))


async def test_a_second_sequencer_waits_for_its_turn(journal: Journal) -> None:
    await journal.write(make_new_fact("S1"))
    async with journal.relais.connect() as first, journal.relais.connect() as second:
        assert await sequence_batch(first) == 1
        assert await sequence_batch(second) is None
        await second.rollback()
        await first.rollback()
        assert await sequence_batch(second) == 1
        await second.commit()
    assert len(await journal.envelopes()) == 1


async def test_positions_stay_continuous_under_racing_writers_and_two_sequencers(journal: Journal) -> None:
    """What a cursor on ``seq`` loses within seconds: many short transactions, read as they come."""
    writing = True

    async def write_some(writer: int) -> None:
        for version in range(1, 26):
            async with journal.appli.begin() as conn:
                await write(conn, {}, [make_new_fact(f"S{writer}", version)], AUTHOR)
                if (version + writer) % 3 == 0:  # some transactions outlive their neighbours
                    await conn.execute(text("select pg_sleep(0.002)"))

    async def sequence_while_writing() -> None:
        while writing or await journal.scalar("select count(*) from journal_pending"):
            async with journal.relais.begin() as conn:
                await sequence_batch(conn)

    seen: list[int] = []

    async def read_while_writing() -> None:
        while writing or len(seen) < 150:
            seen.extend(e.position for e in await journal.envelopes(after=seen[-1] if seen else 0))

    async with asyncio.timeout(30):
        others = [asyncio.create_task(sequence_while_writing()) for _ in range(2)]
        others.append(asyncio.create_task(read_while_writing()))
        await asyncio.gather(*(write_some(writer) for writer in range(6)))
        writing = False
        await asyncio.gather(*others)
    assert seen == list(range(1, 151))
    assert not [f for f in await verify_journal(journal.appli) if f.fault]
