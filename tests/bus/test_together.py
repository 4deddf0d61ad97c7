"""The batches of one fetch: together when all is well, each alone when one is not."""

from tests.bus.conftest import View
from tests.bus.test_consumer import Journals, batch_of, consumer_of, versions_of
from tests.factories.facts import Publisher


async def test_batches_that_came_together_are_applied_in_one_transaction(view: View) -> None:
    publisher = Publisher("structures")
    first, second = versions_of("S1", 1, publisher), versions_of("S2", 2, publisher)
    await consumer_of(view).apply_together([batch_of(second, partition=1), batch_of(first, partition=0)])
    assert await view.scalar("select count(*) from structure") == 2
    assert await view.scalar("select array_agg(next_offset order by partition) from checkpoint") == [1, 2]
    assert await view.scalar("select count(distinct xmin::text) from head") == 1


async def test_a_batch_to_repair_holds_back_none_of_those_that_came_with_it(view: View) -> None:
    publisher = Publisher("structures")
    missing, present = versions_of("S1", 2, publisher)
    other = versions_of("S2", 1, publisher)
    assert missing.envelope
    journals = Journals([missing.envelope])
    together = [batch_of([present], partition=0), batch_of(other, partition=1)]
    await consumer_of(view, journals).apply_together(together)
    assert await view.scalar("select array_agg(version order by version) from head") == [1, 2]
    assert len(journals.asked) == 1
    await consumer_of(view).apply_together(together)
    assert await view.scalar("select array_agg(version order by version) from head") == [1, 2]
