"""The HTTP process: ``python -m services.gateway.app``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI

from services.gateway import forward
from services.gateway.access.demonstration import register_clients
from services.gateway.access.oidc import OidcClient
from services.gateway.access.token_server import TokenServer
from services.gateway.counting import Counting
from services.gateway.flux import Flux
from services.gateway.openapi import MergedOpenApi
from services.gateway.projections import VIEW
from services.gateway.queries.structures import structures_of_sirets
from services.gateway.rate import AnonymousRate
from services.gateway.reading import Reader
from services.gateway.routes import (
    connexion,
    diagnostic,
    donnees,
    equipe,
    fichiers,
    financements,
    flux,
    health,
    indicateurs,
    oauth,
    orientations,
    pages,
    parcours,
    registre,
    saisie,
    signalements,
    vues,
    webhooks,
)
from services.gateway.routes.errors import add_page_errors
from services.gateway.screens.donnees import Jobs
from services.gateway.signalements import PER_MINUTE
from services.gateway.sources import Sources
from services.gateway.tables import SCHEMA
from services.gateway.webhooks.courier import seal_of
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
            app.state.webhook_seal = seal_of(settings)
            app.state.forward = http
            app.state.reader = Reader(engine)
            app.state.counting = Counting(app.state.reader)
            app.state.jobs = Jobs()
            app.state.oidc = _open_provider(settings, http)
            app.state.sources = Sources(engine, settings.sources, http)
            app.state.flux = Flux(app.state.sources, app.state.leaving)
            app.state.merged_openapi = MergedOpenApi(app, settings.sources, http)
            loops = [asyncio.create_task(loop.run()) for loop in (app.state.sources, app.state.flux)]
            try:
                yield
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)

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
    app.state.leaving = lambda: False
    app.state.anonymous_rate = AnonymousRate(settings.debit_anonyme)
    app.state.signalement_rate = AnonymousRate(PER_MINUTE)
    add_error_handlers(app)
    add_page_errors(app)
    app.add_middleware(Edge, unlimited=("/v1/imports",))
    for router in (
        health.router,
        oauth.router,
        vues.router,
        indicateurs.views,
        indicateurs.router,
        donnees.router,
        diagnostic.views,
        diagnostic.router,
        parcours.views,
        parcours.router,
        pages.router,
        registre.views,
        registre.router,
        financements.views,
        financements.router,
        connexion.router,
        equipe.router,
        fichiers.router,
        orientations.router,
        saisie.router,
        signalements.router,
        flux.router,
        webhooks.router,
        forward.router,
    ):
        app.include_router(router)
    return app


def _open_provider(settings: Settings, http: httpx.AsyncClient) -> OidcClient | None:
    if settings.oidc_issuer is None:
        return None
    return OidcClient(
        http,
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=settings.secret("oidc_client_secret"),
        redirect_uri=f"{settings.gateway_url}/connexion/retour",
        pkce=settings.oidc_pkce,
    )


if __name__ == "__main__":
    settings = Settings()
    serve(create_app(settings), settings)
