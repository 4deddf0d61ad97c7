"""Forwarding: ``/api/<service>/v1/…`` reaches the service that owns the facts, streamed both ways.

The service checks token, scope and perimeter itself; the gateway adds nothing and hides what is internal.
"""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.gateway.rate import anonymous_rate
from shared.access.edge import open_to_all
from shared.contracts.topics import SERVICES
from shared.errors import Indisponible, Introuvable
from shared.http import SECURITY_HEADERS
from shared.logs import request_id

SIMULATORS = "simulations"


async def anonymous_rate_unless_token(request: Request, response: Response) -> None:
    """Dependency: 429 past the anonymous rate. No token is looked at here: one before a simulator spares nothing."""
    is_simulator = request.path_params["path"].partition("/")[0] == SIMULATORS
    if is_simulator or "authorization" not in request.headers:
        await anonymous_rate(request, response)


# Each service decides.
router = APIRouter(dependencies=[Depends(open_to_all), Depends(anonymous_rate_unless_token)])
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
INTERNAL = ("journal",)
DOTS = frozenset({".", ".."})
# Of one connection, not of the message (RFC 9110 §7.6.1); lengths are those of the stream itself.
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade", "host",
}  # fmt: skip


@router.api_route("/api/{service}/v1/{path:path}", methods=METHODS, include_in_schema=False)
async def forward(request: Request, service: str, path: str) -> Response:
    """Send a request to its service and its answer back."""
    segments = path.split("/")
    # An address with dots would be shortened on the way: judged here as one, it would reach another.
    if service not in SERVICES or segments[0] in INTERNAL or not DOTS.isdisjoint(segments):
        raise Introuvable("Cette adresse n'existe pas.")
    http: httpx.AsyncClient = request.app.state.forward
    base = request.app.state.settings.sources[service]
    # Read once, written again once: what was encoded twice stays so for the service.
    url = httpx.URL(f"{base}/v1/{quote(path)}", query=request.url.query.encode() or None)
    headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
    headers = [pair for pair in headers if pair[0] != "x-request-id"]
    headers.append(("x-request-id", request_id.get() or ""))
    with_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    sent = http.build_request(
        request.method, url, headers=headers, content=request.stream() if with_body else None
    )
    try:
        answer = await http.send(sent, stream=True)
    except httpx.TransportError as error:
        raise Indisponible(
            f"Le service « {service} » ne répond pas.", correction="Réessayez avec la même Idempotency-Key."
        ) from error
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
    for name in (*SECURITY_HEADERS, "x-request-id", "date"):
        kept.pop(name.lower(), None)
    if kept.get("location", "").startswith("/v1/"):
        kept["location"] = f"/api/{service}{kept['location']}"
    return StreamingResponse(_body(answer), answer.status_code, kept)


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for block in answer.aiter_raw():
            yield block
    finally:
        await answer.aclose()
