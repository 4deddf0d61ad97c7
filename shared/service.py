"""Assembly of the HTTP process of a service that owns facts, by hand and in one place; ``worker`` is the other one."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.access.edge import open_to_all
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.access.tokens import KeySet, TokenVerifier
from shared.db import create_engine
from shared.http import Edge, add_error_handlers
from shared.imports.routes import imports_router
from shared.imports.runner import ImportRunner, ImportService
from shared.imports.sealing import ClearSeal, Seal
from shared.keys import derive_key
from shared.logs import configure_logs
from shared.messaging.feed import journal_state
from shared.messaging.feed_routes import feed_router
from shared.revision import check_head
from shared.settings import Settings
from shared.tables import ServiceTables
from shared.work import spare_collector
from shared.writing import Nature

log = logging.getLogger(__name__)

STARTUP_FAILURE = 3


@dataclass(frozen=True)
class Service:
    """What a service is made of.

    Attributes
    ----------
    projections
        How it follows the other services, in local reading tables.
    reading
        The action that opens its reading routes, imports included.
    open_tools
        Opens, from the settings, what its commands need besides the database: the keys of a vault.
    """

    name: Audience
    title: str
    tables: ServiceTables
    natures: Sequence[Nature[Any, Any]]
    routers: Sequence[APIRouter]
    reading: Action
    personal: bool = False
    open_tools: Callable[[Settings], Any] = lambda _: None


def create_service_app(service: Service, settings: Settings) -> FastAPI:
    """Return the HTTP application of a service; it refuses to start on another schema than the head."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            engine = create_engine(
                settings.service_database_url, application=f"{service.name}-app", by_key=True
            )
            stack.push_async_callback(engine.dispose)
            await check_head(engine, service.name)
            app.state.engine = engine
            app.state.imports = _imports(service, settings, engine, app.state.tools)
            app.state.import_runner = ImportRunner(app.state.imports)
            runner = asyncio.create_task(app.state.import_runner.run())
            stack.push_async_callback(_cancel, runner)
            yield

    app = FastAPI(
        title=service.title, version="1", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.service = service
    app.state.view = service.name
    app.state.settings = settings
    app.state.tools = service.open_tools(settings)
    app.state.digest_key = derive_key(settings.secret("cursor_key"), "digest")
    app.state.token_verifier = TokenVerifier(
        KeySet(settings.secrets_dir / "jwks.json"), issuer=settings.gateway_url, audience=service.name
    )
    add_error_handlers(app)
    app.add_middleware(Edge, unlimited=("/v1/imports",))
    for router in (
        *service.routers,
        imports_router(service.name, service.reading),
        feed_router(service.name),
    ):
        app.include_router(router)
    app.include_router(health_router())
    _serve_openapi(app)
    return app


def _imports(service: Service, settings: Settings, engine: AsyncEngine, tools: Any) -> ImportService:
    seal: Seal = ClearSeal()
    if service.personal:
        from shared.imports.sealing import KeySeal  # noqa: PLC0415 # only where files hold personal data

        seal = KeySeal(derive_key(settings.secret("kek"), "imports"))
    return ImportService(
        engine=engine,
        natures={nature.name: nature for nature in service.natures},
        write_tables=service.tables.write,
        tables=service.tables.imports,
        digest_key=derive_key(settings.secret("cursor_key"), "digest"),
        seal=seal,
        tools=tools,
    )


def health_router() -> APIRouter:
    """Return the health routes of a writing service."""
    router = APIRouter(prefix="/sante", tags=["sante"], dependencies=[Depends(open_to_all)])

    @router.get("/vivant", summary="Le processus répond")
    async def alive() -> dict[str, str]:
        return {"etat": "VIVANT"}

    @router.get("/pret", summary="Le service est prêt ; où en est son journal")
    async def ready(request: Request) -> dict[str, Any]:
        async with request.app.state.engine.connect() as conn:
            position, _, pending = await journal_state(conn)
        return {"etat": "PRET", "journal": {"position": position, "en_attente": pending}}

    return router


def _serve_openapi(app: FastAPI) -> None:
    @app.get("/openapi.json", include_in_schema=False, dependencies=[Depends(open_to_all)])
    async def openapi(response: Response) -> dict[str, Any]:
        response.headers["Cache-Control"] = "public, max-age=300"
        return app.openapi()


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve an application until a signal, then let requests end; ``app.state.leaving`` tells streams to stop."""
    configure_logs()
    spare_collector()
    config = uvicorn.Config(
        app,
        host=settings.service_host,
        port=settings.service_port,
        loop="uvloop",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = uvicorn.Server(config)
    app.state.leaving = lambda: server.should_exit
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)
