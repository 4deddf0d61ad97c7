"""Signing in at an OpenID Connect provider: authorization code and PKCE.

The browser holds one random secret for the time of a sign-in; ``state``, ``nonce`` and the PKCE verifier all derive
from it, so that nothing is kept here before the provider has answered.
"""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import BusinessError, Indisponible

ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY_S = 10
LOCAL = ("127.0.0.1", "localhost", "::1")


class ConnexionRefusee(BusinessError):
    """The provider, or what it answered, does not let this browser in."""

    code = "connexion_refusee"
    status = 403


class _Metadata(BaseModel):
    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class _IdClaims(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    iss: str
    sub: str
    aud: list[str] | str
    exp: int
    iat: int
    nonce: str
    azp: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says is in front of the browser."""

    subject: str
    id_token: str = field(repr=False)


def derived(secret: str, purpose: str) -> str:
    """Return a value of 43 characters that only who holds the secret can compute."""
    raw = blake2b(purpose.encode(), key=secret.encode()[:64], digest_size=32).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class OidcClient:
    """One provider, as configured.

    Parameters
    ----------
    issuer
        As the provider writes it; ``https``, or the local machine.
    redirect_uri
        Address of our callback, registered at the provider.
    pkce
        Whether to send a challenge: some providers refuse any parameter they do not know.

    Raises
    ------
    ValueError
        The issuer is reached in clear.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        issuer: str,
        client_id: str,
        secret: str,
        redirect_uri: str,
        pkce: bool,
    ) -> None:
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            raise ValueError("the OIDC issuer must be https")
        self.issuer = issuer
        self._http = http
        self._client_id = client_id
        self._secret = secret
        self._redirect_uri = redirect_uri
        self._pkce = pkce
        self._metadata: _Metadata | None = None

    async def authorization_url(self, secret: str) -> str:
        """Return where to send a browser that holds a secret."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": derived(secret, "state"),
            "nonce": derived(secret, "nonce"),
        }
        if self._pkce:
            challenge = sha256(derived(secret, "pkce").encode()).digest()
            asked["code_challenge"] = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
            asked["code_challenge_method"] = "S256"
        return f"{(await self._discover()).authorization_endpoint}?{urlencode(asked)}"

    async def identify(self, secret: str, state: str, code: str, now: datetime) -> Identity:
        """Exchange a code for an identity.

        Raises
        ------
        ConnexionRefusee
            Another browser began this sign-in, or the answer of the provider is not to be trusted.
        Indisponible
            The provider does not answer.
        """
        if not hmac.compare_digest(state.encode(), derived(secret, "state").encode()):
            raise ConnexionRefusee(
                "Cette connexion n'a pas commencé dans ce navigateur.", correction="Recommencez la connexion."
            )
        metadata = await self._discover()
        id_token = await self._exchange(metadata, secret, code)
        keys = await self._get(metadata.jwks_uri)
        try:
            signed = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type] # checked inside
            claims = _IdClaims.model_validate(signed.claims)
        except (JoseError, ValidationError, ValueError, TypeError, KeyError):
            raise _untrusted() from None
        self._check(claims, derived(secret, "nonce"), now)
        return Identity(claims.sub, id_token)

    def _check(self, claims: _IdClaims, nonce: str, now: datetime) -> None:
        audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        seconds = now.timestamp()
        right = (
            claims.iss == self.issuer
            and self._client_id in audience
            and (len(audience) == 1 or claims.azp == self._client_id)
            and hmac.compare_digest(claims.nonce.encode(), nonce.encode())
            and claims.exp + LEEWAY_S > seconds
            and claims.iat - LEEWAY_S <= seconds
        )
        if not right:
            raise _untrusted()

    async def _exchange(self, metadata: _Metadata, secret: str, code: str) -> str:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        if self._pkce:
            form["code_verifier"] = derived(secret, "pkce")
        auth: httpx.Auth = httpx.BasicAuth(self._client_id, self._secret)
        if "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
            auth = httpx.Auth()
        try:
            answer = await self._http.post(metadata.token_endpoint, data=form, auth=auth, timeout=5.0)
        except httpx.TransportError as error:
            raise _silent() from error
        if answer.status_code != httpx.codes.OK:
            raise ConnexionRefusee(
                "Le fournisseur d'identité refuse ce code.", correction="Recommencez la connexion."
            )
        try:
            return str(answer.json()["id_token"])
        except (ValueError, KeyError, TypeError):
            raise _untrusted() from None

    async def sign_out_url(self, id_token: str, back: str) -> str | None:
        """Return where to send the browser so that the provider signs it out too, when it knows how."""
        try:
            endpoint = (await self._discover()).end_session_endpoint
        except Indisponible:
            return None
        if endpoint is None:
            return None
        return f"{endpoint}?{urlencode({'id_token_hint': id_token, 'post_logout_redirect_uri': back})}"

    async def _discover(self) -> _Metadata:
        if self._metadata is None:
            found = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            try:
                metadata = _Metadata.model_validate(found)
            except ValidationError:
                raise _silent() from None
            if metadata.issuer != self.issuer:
                raise _untrusted()
            self._metadata = metadata
        return self._metadata

    async def _get(self, url: str) -> object:
        try:
            answer = await self._http.get(url, timeout=5.0)
            answer.raise_for_status()
            found: object = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _silent() from error
        return found


def _silent() -> Indisponible:
    return Indisponible("Le fournisseur d'identité ne répond pas. Réessayez dans un instant.")


def _untrusted() -> ConnexionRefusee:
    return ConnexionRefusee(
        "La réponse du fournisseur d'identité n'est pas digne de confiance.",
        correction="Recommencez la connexion ; si cela persiste, prévenez l'administrateur.",
    )
