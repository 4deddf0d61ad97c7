"""The simulators, open to all: no token, no database."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.funding.routes import simulations
from shared.http import add_error_handlers
from tests.conftest import client_of


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_error_handlers(app)
    app.include_router(simulations.router)
    async with client_of(app) as client:
        yield client
