"""Defects to plant, one at a time, in a copy of the tree: each must make a test fail."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """A text of a file, there once, and what takes its place."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Defect:
    """A mistake that looks like a simplification.

    Attributes
    ----------
    first
        Test, or file of tests, that is tried before all others: it should be enough.
    """

    name: str
    first: str
    changes: Sequence[Change]


FEED = "shared/messaging/feed.py"
SEQUENCER = "shared/messaging/sequencer.py"
RELAY = "shared/messaging/relay.py"
CONSUMER = "shared/messaging/consumer.py"
CHECKPOINTS = "shared/messaging/checkpoints.py"
KAFKA_SOURCE = "shared/messaging/kafka_source.py"
JOURNAL = "shared/messaging/journal.py"
LOOP = "shared/messaging/loop.py"
SOURCE = "shared/messaging/source.py"
WRITING = "shared/writing.py"

DEFECTS = (
    Defect(
        "the reader's cursor is `seq` instead of the position",
        "tests/bus/test_order.py::test_a_slow_transaction_is_read_after_a_fast_one_that_came_later",
        [
            Change(FEED, " p.position, j.occurred_at,", " j.seq as position, j.occurred_at,"),
            Change(
                FEED,
                "where p.position > :after and p.position <= :after + :limit order by p.position",
                "where j.seq > :after order by j.seq limit :limit",
            ),
        ],
    ),
    Defect(
        "events are ordered by transaction identifier",
        "tests/bus/test_order.py::test_an_old_transaction_that_writes_last_comes_last",
        [
            Change(
                SEQUENCER, "        returning seq\n", "        returning seq, xmin::text::bigint as xid\n"
            ),
            Change(SEQUENCER, "using (seq) order by j.seq", "using (seq) order by taken.xid, j.seq"),
        ],
    ),
    Defect(
        "the relay's cursor moves before the acknowledgement",
        "tests/bus/test_relay.py::test_the_cursor_waits_for_the_acknowledgement",
        [
            Change(
                RELAY,
                "            async with asyncio.timeout(SEND_TIMEOUT_S):\n"
                "                await self._publish(producer, bus, events)\n"
                '            reach("relay.before_cursor")\n',
                "",
            ),
            Change(
                RELAY,
                '"bus_id": bus.cluster_id})\n        return 0 if',
                '"bus_id": bus.cluster_id})\n'
                "        async with asyncio.timeout(SEND_TIMEOUT_S):\n"
                "            await self._publish(producer, bus, events)\n"
                "        return 0 if",
            ),
        ],
    ),
    Defect(
        "two batches are in flight in a partition",
        "tests/bus/test_relay.py::test_a_batch_waits_until_the_one_before_is_acknowledged",
        [
            Change(
                RELAY,
                "                await self._send(producer, bus, batch, partition)\n                batch =",
                "                sending.append(asyncio.create_task(self._send(producer, bus, batch, partition)))\n"
                "                batch =",
            ),
            Change(
                RELAY,
                "        batch = producer.create_batch()\n        for envelope",
                "        batch, sending = producer.create_batch(), []\n        for envelope",
            ),
            Change(
                RELAY,
                "        await self._send(producer, bus, batch, partition)\n\n",
                "        await asyncio.gather(*sending, self._send(producer, bus, batch, partition))\n\n",
            ),
        ],
    ),
    Defect(
        "the producer is kept after an error",
        "tests/bus/test_relay.py::test_a_producer_that_met_an_error_is_replaced",
        [
            Change(
                LOOP,
                "            await self.recover()\n            return backoff",
                "            return backoff",
            )
        ],
    ),
    Defect(
        "the reader's position is committed before its view",
        "tests/bus/test_consumer.py::test_a_position_moves_only_with_its_view",
        [
            Change(
                CONSUMER,
                "            await self._projections.apply(conn, [event for work in works for event in work.apply])\n",
                "",
            ),
            Change(
                CONSUMER,
                '            reach("consumer.before_commit")\n',
                '            reach("consumer.before_commit")\n'
                "        async with self._engine.begin() as conn:\n"
                "            await self._projections.apply(conn, [event for work in works for event in work.apply])\n",
            ),
        ],
    ),
    Defect(
        "the version guard is removed",
        "tests/bus/test_consumer.py::test_a_version_already_applied_never_comes_back",
        [
            Change(
                CONSUMER,
                "if envelope.version <= head.version or envelope.key in gaps:",
                "if envelope.key in gaps:",
            )
        ],
    ),
    Defect(
        "the sequencer's queue is written outside the transaction",
        "tests/bus/test_order.py::test_an_event_and_its_place_in_the_queue_are_one_transaction",
        [
            Change(
                JOURNAL,
                "pending as (insert into journal_pending select seq from recorded returning seq)",
                "pending as (select seq from recorded)",
            ),
            Change(
                WRITING,
                '            reach("write.after_commit")\n',
                '            reach("write.after_commit")\n'
                "            async with begin() as late:\n"
                "                queue = text('insert into journal_pending select unnest(cast(:seqs as bigint[]))')\n"
                "                await late.execute(queue, {'seqs': result[1]})\n",
            ),
        ],
    ),
    Defect(
        "the answer comes before the COMMIT",
        "tests/bus/test_commit.py::test_nothing_is_answered_before_the_commit",
        [
            Change(
                WRITING,
                "            async with begin() as conn:\n"
                "                result = await _write_prefix(conn, tables, nature, lines[:size], writer, extras, closing)\n",
                "            opened = begin()\n"
                "            conn = await opened.__aenter__()\n"
                "            try:\n"
                "                result = await _write_prefix(conn, tables, nature, lines[:size], writer, extras, closing)\n"
                "            except BaseException as error:\n"
                "                await opened.__aexit__(type(error), error, error.__traceback__)\n"
                "                raise\n"
                "            else:\n"
                "                import asyncio\n"
                "                asyncio.ensure_future(opened.__aexit__(None, None, None))\n",
            )
        ],
    ),
    Defect(
        "the name of the bus is ignored",
        "tests/bus/test_consumer.py::test_low_offsets_of_another_bus_are_new_events",
        [
            Change(
                CHECKPOINTS,
                "starts = {(row.source, row.partition, row.bus_id): int(row.next_offset) for row in rows}",
                "starts = {(row.source, row.partition): int(row.next_offset) for row in rows}",
            ),
            Change(
                CHECKPOINTS,
                "starts.get((batch.source, batch.partition, batch.bus_id), 0)",
                "starts.get((batch.source, batch.partition), 0)",
            ),
            Change(KAFKA_SOURCE, "if row is not None and row.bus_id == self._bus_id", "if row is not None"),
        ],
    ),
    Defect(
        "a reader asks for the name of its cluster only when it starts",
        "tests/bus/test_kafka_source.py::test_a_reader_that_meets_a_longer_topic_of_another_cluster_reads_it_whole",
        [Change(KAFKA_SOURCE, "if await _bus_id_now(admin) != bus_id:", "if False:")],
    ),
    Defect(
        "a relay does not look at where its records are written",
        "tests/bus/test_relay.py::test_a_topic_made_again_under_a_running_relay_is_published_from_the_start",
        [
            Change(
                RELAY,
                "self.replaced = self.replaced or offset < self._ends[partition]",
                "self.replaced = False",
            )
        ],
    ),
    Defect(
        "a reader counts on its rebalance listener alone",
        "tests/bus/test_kafka_source.py::test_a_database_away_when_partitions_are_assigned_is_only_a_delay",
        [Change(KAFKA_SOURCE, "        await positions.seek([error.args[0]])\n", "")],
    ),
    Defect(
        "a reader keeps its checkpoint when its topic was made again",
        "tests/bus/test_kafka_source.py::test_a_topic_made_again_under_a_running_reader_is_read_whole",
        [
            Change(
                KAFKA_SOURCE,
                '                await conn.execute(FORGET, {"view": self._view, "bus_id": self._bus_id, **where})\n',
                "                pass\n",
            )
        ],
    ),
    Defect(
        "a late instance moves the checkpoint back",
        "tests/bus/test_consumer.py",
        [Change(CHECKPOINTS, "greatest(c.next_offset, b.next_offset)", "b.next_offset")],
    ),
    Defect(
        "a batch is cut at an offset that two records share",
        "tests/bus/test_consumer.py::test_interleaved_records_survive_a_cut",
        [
            Change(
                SOURCE,
                "pivot = min(self.next_offset, *(record.offset for record in second))",
                "pivot = second[0].offset + 1",
            )
        ],
    ),
    Defect(
        "a loop that ends by itself ends in silence",
        "tests/unit/messaging/test_loop.py",
        [Change(LOOP, '    raise RuntimeError("a loop ended")\n', "")],
    ),
)
