"""What the worker of a service runs: sequencer, relay, consumer. Nothing of it serves HTTP, nor loads what does."""

import asyncio
from contextlib import AsyncExitStack

import httpx

from shared.access.scopes import Audience
from shared.access.service_tokens import ServiceTokens
from shared.client import open_client
from shared.db import create_engine
from shared.messaging.consumer import Consumer, Projections
from shared.messaging.holes import HoleFiller
from shared.messaging.kafka_source import KafkaSource
from shared.messaging.loop import Loop, unending
from shared.messaging.relay import Relay
from shared.messaging.sequencer import Sequencer
from shared.messaging.source import JournalClient, JournalSource
from shared.settings import Settings


async def run_service_worker(name: Audience, projections: Projections, settings: Settings) -> None:
    """Run the sequencer, the relay (on Kafka) and the consumer of a service until cancelled."""
    if settings.relay_database_url is None:
        raise ValueError("IAE_RELAY_DATABASE_URL is missing")
    async with AsyncExitStack() as stack:
        relay_engine = create_engine(
            settings.relay_database_url, application=f"{name}-relay", pool_size=2, by_key=True
        )
        stack.push_async_callback(relay_engine.dispose)
        placed = asyncio.Event()
        loops: list[Loop] = [Sequencer(relay_engine, placed)]
        if settings.bus == "kafka":
            loops.append(Relay(relay_engine, name, bootstrap_of(settings), placed, settings.topic_prefix))
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(unending(loop.run()))
            group.create_task(unending(follow(name, projections, settings)))


async def follow(name: str, projections: Projections, settings: Settings, schema: str | None = None) -> None:
    """Run the consumer of a view until cancelled, on the bus of the settings."""
    async with AsyncExitStack() as stack:
        engine = create_engine(
            settings.service_database_url, application=f"{name}-consumer", schema=schema, by_key=True
        )
        stack.push_async_callback(engine.dispose)
        journals = await journal_client(name, settings, stack)
        consumer = Consumer(engine, projections, journals)
        view, services = projections.view, projections.services
        async with asyncio.TaskGroup() as group:
            if settings.bus == "kafka":
                source = KafkaSource(
                    engine, view, services, bootstrap_of(settings), settings.topic_prefix, projections.follows
                )
                group.create_task(unending(consumer.run(source)))
                group.create_task(unending(HoleFiller(engine, view, consumer, journals).run()))
            else:
                for service in services:
                    journal = JournalSource(engine, view, service, journals)
                    group.create_task(unending(consumer.run(journal)))


async def journal_client(name: str, settings: Settings, stack: AsyncExitStack) -> JournalClient:
    """Return a client of the journals, with the token of a service."""
    http = await stack.enter_async_context(open_client(httpx.Timeout(10, read=40)))
    token = ServiceTokens(
        http,
        token_url=f"{settings.gateway_internal_url or settings.gateway_url}/oauth/token",
        client_id=f"service-{name}",
        secret=settings.secret(f"client_{name}"),
    )
    return JournalClient(settings.sources, token, http)


def bootstrap_of(settings: Settings) -> str:
    """Return the address of Kafka.

    Raises
    ------
    ValueError
        The bus is Kafka and ``IAE_KAFKA_BOOTSTRAP`` is missing.
    """
    if not settings.kafka_bootstrap:
        raise ValueError("IAE_KAFKA_BOOTSTRAP is missing")
    return settings.kafka_bootstrap
