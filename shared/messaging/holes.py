"""What the broker never brought: positions missing in the middle of a view are read from the journal.

The version of a key tells a missing event only when a later one comes. Some never do: retention passed over a
reader that was away, or somebody made a topic again. A hole in the positions tells it every time.
"""

import logging

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.checkpoints import EVERY_PARTITION
from shared.messaging.consumer import Consumer
from shared.messaging.loop import Loop
from shared.messaging.source import BATCH, Batch, JournalClient

log = logging.getLogger(__name__)

EVERY_S = 3.0
FIRST_HOLES = text("""
    select source, (select lower(hole) from unnest(int8multirange(int8range(1, upper(applied))) - applied) hole limit 1)
           as first
    from progress where view = :view and not isempty(applied)
""")


class HoleFiller(Loop):
    """Fills the first hole of each source when it stays from one look to the next: partitions run ahead of each other."""

    name = "holes"

    def __init__(self, engine: AsyncEngine, view: str, consumer: Consumer, journals: JournalClient) -> None:
        super().__init__()
        self._engine = engine
        self._view = view
        self._consumer = consumer
        self._journals = journals
        self._seen: dict[str, int] = {}

    async def turn(self) -> float:
        """Look once; return how long to wait before the next look, in seconds."""
        async with self._engine.connect() as conn:
            rows = (await conn.execute(FIRST_HOLES, {"view": self._view})).all()
        holes = {row.source: row.first for row in rows if row.first}
        for source, first in holes.items():
            if self._seen.get(source) == first:
                await self._fill(source, first)
        self._seen = holes
        return EVERY_S

    async def _fill(self, source: str, first: int) -> None:
        log.warning("positions missing", extra={"view": self._view, "source": source, "position": first})
        journal_id, records = await self._journals.after(source, first - 1, limit=BATCH)
        if records:
            bus_id = f"journal:{journal_id}"
            await self._consumer.apply(Batch(source, EVERY_PARTITION, bus_id, tuple(records), 0))
