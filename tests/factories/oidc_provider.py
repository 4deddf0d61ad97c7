"""A small OpenID Connect provider that refuses what a strict one refuses; its users are fictitious."""

import asyncio
import base64
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "plateforme-iae", "secret-fictif"
ASKED = {
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
}  # fmt: skip


@dataclass
class Provider:
    """Its address, who is in front of it, and what it puts in a token besides the usual."""

    url: str
    redirect_uri: str
    subject: str = "agent-oidc"
    claims: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    signer: ECKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.keys),
            ]
        )

    async def describe(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "end_session_endpoint": f"{self.url}/logout",
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        right = (
            set(asked) == ASKED
            and (asked["client_id"], asked["redirect_uri"]) == (CLIENT, self.redirect_uri)
            and (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
            and min(len(asked["state"]), len(asked["nonce"])) >= 32
        )
        if not right:
            return JSONResponse({"error": "invalid_request"}, 400)
        code = sha256(asked["state"].encode()).hexdigest()
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode(answer)}", 303)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        given = base64.b64decode(request.headers["authorization"].split()[1]).decode()
        verifier = sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or given != f"{CLIENT}:{SECRET}" or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": self.subject, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 60,
        } | self.claims  # fmt: skip
        header = {"alg": "ES256", "kid": self.key.kid}
        signed = jwt.encode(header, claims, self.signer or self.key, algorithms=["ES256"])
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "id_token": signed})

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@asynccontextmanager
async def running_provider(redirect_uri: str) -> AsyncIterator[Provider]:
    """Serve a provider on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}", redirect_uri)
        config = uvicorn.Config(provider.app(), log_level="warning", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield provider
        finally:
            server.should_exit = True
            await serving
