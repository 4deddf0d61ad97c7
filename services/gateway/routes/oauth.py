"""The token endpoint (RFC 6749 §4.4) and what describes it (RFC 8414, RFC 7517)."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from services.gateway.access.errors import TokenRefused
from services.gateway.access.token_request import MAX_BODY, read_token_request
from services.gateway.access.token_server import TokenServer
from shared import clock
from shared.access.edge import open_to_all
from shared.access.scopes import Scope, write_scopes
from shared.access.tokens import MAX_LIFETIME

router = APIRouter(tags=["Accès"], dependencies=[Depends(open_to_all)])

_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_KEPT = {"Cache-Control": "public, max-age=300"}
_FORM = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "scope": {
            "type": "string",
            "description": "Portées voulues, séparées par une espace ; sinon toutes.",
        },
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
    },
}
_TOKEN_REQUEST = {
    "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}
}


@router.post(
    "/oauth/token",
    summary="Obtenir un jeton d'accès (client_credentials)",
    openapi_extra=_TOKEN_REQUEST,
    max_body_size=MAX_BODY,
)
async def give_token(request: Request) -> JSONResponse:
    server: TokenServer = request.app.state.token_server
    address = request.client.host if request.client else ""
    try:
        asked = read_token_request(request.headers, await request.body())
        token, scopes = await server.grant(asked, address=address, now=clock.now())
    except TokenRefused as refused:
        body = {"error": refused.error, "error_description": refused.description}
        return JSONResponse(body, refused.status, {**_NOT_KEPT, **refused.headers})
    return JSONResponse(
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(MAX_LIFETIME.total_seconds()),
            "scope": write_scopes(scopes),
        },
        headers=_NOT_KEPT,
    )


@router.get("/.well-known/jwks.json", summary="Clés publiques qui vérifient les jetons")
async def show_keys(request: Request) -> JSONResponse:
    server: TokenServer = request.app.state.token_server
    return JSONResponse(server.keys.as_json(), headers=_KEPT)


@router.get("/.well-known/oauth-authorization-server", summary="Description du serveur de jetons")
async def describe_server(request: Request) -> JSONResponse:
    server: TokenServer = request.app.state.token_server
    return JSONResponse(_description(server.signer.issuer), headers=_KEPT)


def _description(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": sorted(Scope),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
