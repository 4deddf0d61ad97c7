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
    """A mistake that looks like a simplification."""

    name: str
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
        [
            Change(
                SEQUENCER, "        returning seq\n", "        returning seq, xmin::text::bigint as xid\n"
            ),
            Change(SEQUENCER, "using (seq) order by j.seq", "using (seq) order by taken.xid, j.seq"),
        ],
    ),
    Defect(
        "the relay's cursor moves before the acknowledgement",
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
        [
            Change(
                CHECKPOINTS,
                "return int(row.next_offset) if row.bus_id == batch.bus_id else 0",
                "return int(row.next_offset)",
            ),
            Change(KAFKA_SOURCE, "if row is not None and row.bus_id == self._bus_id", "if row is not None"),
        ],
    ),
    Defect(
        "a reader asks for the name of its cluster only when it starts",
        [Change(KAFKA_SOURCE, "if await _bus_id_now(admin) != bus_id:", "if False:")],
    ),
    Defect(
        "a relay does not look at where its records are written",
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
        [Change(KAFKA_SOURCE, "        await positions.seek([error.args[0]])\n", "")],
    ),
    Defect(
        "a reader keeps its checkpoint when its topic was made again",
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
        [Change(CHECKPOINTS, "greatest(next_offset, :next_offset)", ":next_offset")],
    ),
    Defect(
        "a batch is cut at an offset that two records share",
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
        [Change(LOOP, '    raise RuntimeError("a loop ended")\n', "")],
    ),
)
