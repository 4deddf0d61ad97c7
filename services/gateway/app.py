"""The HTTP process: ``python -m services.gateway.app``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI

from services.gateway import forward
from services.gateway.access.demonstration import register_clients
from services.gateway.access.token_server import TokenServer
from services.gateway.openapi import MergedOpenApi
from services.gateway.projections import VIEW
from services.gateway.queries.structures import structures_of_sirets
from services.gateway.rate import AnonymousRate
from services.gateway.reading import Reader
from services.gateway.routes import health, oauth, pages, registre, vues
from services.gateway.routes.errors import add_page_errors
from services.gateway.sources import Sources
from services.gateway.tables import SCHEMA
from shared.access.scopes import Audience
from shared.access.tokens import KeySet, Signer, TokenVerifier
from shared.client import open_client
from shared.db import create_engine
from shared.http import Edge, add_error_handlers
from shared.revision import check_head
from shared.service import serve
from shared.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Return the application of the gateway; it refuses to start on another schema than the head."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            engine = create_engine(settings.service_database_url, application="gateway-app", schema=SCHEMA)
            stack.push_async_callback(engine.dispose)
            await check_head(engine, "gateway")
            async with engine.begin() as conn:
                await register_clients(conn, settings)
            http = await stack.enter_async_context(open_client(httpx.Timeout(10, read=60)))
            keys = KeySet(settings.secrets_dir / "jwks.json")
            signer = Signer.from_json(settings.secret("signing_key.json"), settings.gateway_url)
            app.state.engine = engine
            app.state.token_server = TokenServer(engine, signer, keys, structures_of_sirets)
            app.state.token_verifier = TokenVerifier(
                keys, issuer=settings.gateway_url, audience=Audience.GATEWAY
            )
            app.state.forward = http
            app.state.reader = Reader(engine)
            app.state.sources = Sources(engine, settings.sources, http)
            app.state.merged_openapi = MergedOpenApi(app, settings.sources, http)
            watching = asyncio.create_task(app.state.sources.run())
            try:
                yield
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    app = FastAPI(
        title="Plateforme de l'IAE",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.settings = settings
    app.state.view = VIEW
    app.state.anonymous_rate = AnonymousRate(settings.debit_anonyme)
    add_error_handlers(app)
    add_page_errors(app)
    app.add_middleware(Edge, unlimited=("/v1/imports",))
    for router in (health.router, oauth.router, vues.router, pages.router, registre.router, forward.router):
        app.include_router(router)
    return app


if __name__ == "__main__":
    settings = Settings()
    serve(create_app(settings), settings)
