"""Which bus runs: a given Kafka, a local one, or the HTTP journals of the services."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from deploy.local.errors import StartRefused
from deploy.local.kafka import KafkaUnavailable, is_ready, kafka_version, running_kafka
from deploy.local.options import BusChoice, Options
from deploy.local.processes import Notify


@dataclass(frozen=True)
class Bus:
    """The bus resolved.

    Attributes
    ----------
    bootstrap
        Address of the broker; the HTTP journals carry the facts when absent.
    title
        French words for the screen, with the reason of a fallback.
    """

    bootstrap: str | None
    title: str


async def open_bus(options: Options, stack: AsyncExitStack, notify: Notify) -> Bus:
    """Resolve the bus; a broker started here stops with the stack.

    Raises
    ------
    StartRefused
        A Kafka was asked for and does not answer, or cannot run here.
    """
    if options.bus == BusChoice.JOURNAL:
        return Bus(None, "journaux HTTP des services (demandé par IAE_BUS)")
    if options.kafka_bootstrap:
        if not await is_ready(options.kafka_bootstrap):
            raise StartRefused(f"Aucun Kafka ne répond à IAE_KAFKA_BOOTSTRAP={options.kafka_bootstrap}.")
        return Bus(options.kafka_bootstrap, f"Kafka donné ({options.kafka_bootstrap})")
    try:
        bootstrap = await stack.enter_async_context(running_kafka(options.state, notify=notify))
    except (KafkaUnavailable, StartRefused) as reason:
        if options.bus == BusChoice.KAFKA:
            raise StartRefused(f"IAE_BUS=kafka, mais {reason}.") from reason
        return Bus(None, f"journaux HTTP des services, car {reason}")
    return Bus(bootstrap, f"Apache Kafka {kafka_version()} local ({bootstrap})")
