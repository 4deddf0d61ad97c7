"""The stream of changes over a real connection: it starts, moves, and ends by itself when the process stops."""

import asyncio
import json
import socket

import httpx
import uvicorn

from tests.factories.office import Office


async def test_a_stream_tells_a_move_and_ends_when_the_process_stops(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            office.application, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=30
        )
        server = uvicorn.Server(config)
        office.application.state.flux._leaving = lambda: server.should_exit
        serving = asyncio.create_task(server.serve([listener]))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            httpx.AsyncClient(base_url=base, timeout=30) as client,
            client.stream("GET", "/api/vues/v1/flux") as stream,
        ):
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            heard = []
            async for line in lines:
                if line.startswith("data: "):
                    heard.append(json.loads(line[6:])["sources_changees"])
                    if len(heard) == 1:
                        await office.move()
                    else:
                        server.should_exit = True
            assert heard[1] == ["structures"]
        await asyncio.wait_for(serving, 10)
        assert office.application.state.flux.listeners == 0
