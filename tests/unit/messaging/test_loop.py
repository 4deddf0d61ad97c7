"""How a background loop ends."""

import asyncio

import pytest

from shared.messaging.loop import unending


async def test_a_loop_that_is_cancelled_ends() -> None:
    task = asyncio.create_task(unending(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_that_nobody_asked_for_is_an_error() -> None:
    """As a library lets out that of its own requests: the task would end in silence."""

    async def leaks() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError):
        await asyncio.create_task(unending(leaks()))


async def test_a_loop_that_returns_is_an_error() -> None:
    with pytest.raises(RuntimeError):
        await unending(asyncio.sleep(0))
