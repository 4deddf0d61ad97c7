"""A courier on PostgreSQL, and a subscriber on this machine."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.databases import Urls
from services.gateway.tables import SCHEMA
from shared.db import create_engine
from tests.conftest import Databases
from tests.factories.receiver import Receiver, receiving
from tests.factories.webhooks import Post


@pytest.fixture(scope="module")
async def post_engine(postgres: str, templates: dict[str, Urls]) -> AsyncIterator[AsyncEngine]:
    async with AsyncExitStack() as stack:
        urls = await Databases(postgres, templates, stack).clone("gateway")
        engine = create_engine(urls.appli, application="webhooks", schema=SCHEMA, by_key=True)
        stack.push_async_callback(engine.dispose)
        yield engine


@pytest.fixture
async def post(post_engine: AsyncEngine) -> Post:
    """Nobody subscribes yet, one client is known."""
    post = Post(post_engine)
    await post.execute("delete from abonnement")
    await post.execute("delete from client")
    await post.register()
    return post


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening
