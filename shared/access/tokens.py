"""Access tokens: JWT of the profile RFC 9068, signed ES256, valid 25 minutes at most.

A token says who calls and what they may do, so that a service decides without asking anyone. The public keys
come from a file that everyone holds; withdrawing a key from it refuses its tokens, remembered ones included.
"""

import json
import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.access.callers import Caller, Perimetre
from shared.access.errors import JetonExpire, JetonInvalide
from shared.access.scopes import Audience, Scope, audiences, write_scopes

log = logging.getLogger(__name__)

ALGORITHM = "ES256"
MAX_LIFETIME = timedelta(minutes=25)
LEEWAY = timedelta(seconds=10)
"""How much the clocks of two machines may differ."""
REREAD_PAUSE = timedelta(seconds=10)
"""A stranger naming keys at random must not make us read a file at each request."""

_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_SCOPES = frozenset(Scope)


class KeySet:
    """Public keys by ``kid``, read from a ``jwks.json`` file and read again when a new ``kid`` appears.

    Parameters
    ----------
    path
        A JWK set. Only P-256 keys that sign are kept.

    Raises
    ------
    ValueError
        The file is not a JWK set, holds no usable key, or gives a private key away.
    OSError
        The file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = _read_public_keys(path)
        self._read_at = datetime.min.replace(tzinfo=UTC)

    def __contains__(self, kid: str) -> bool:
        return kid in self._keys

    def find(self, kid: str, now: datetime) -> ECKey | None:
        """Return the key of this ``kid``, or ``None`` when even the present file does not know it."""
        if kid not in self._keys and now - self._read_at >= REREAD_PAUSE:
            self._read_at = now
            try:
                self._keys = _read_public_keys(self._path)
            except (OSError, ValueError):
                # A rotation may be half written: the keys we hold are still good.
                log.warning("public keys could not be read again")
        return self._keys.get(kid)

    def as_json(self) -> dict[str, Any]:
        """Return the JWK set to publish, without any private part."""
        return {"keys": [key.as_dict(private=False) for key in self._keys.values()]}


def _read_public_keys(path: Path) -> dict[str, ECKey]:
    try:
        found = [_public_key(jwk) for jwk in json.loads(path.read_bytes())["keys"]]
    except (KeyError, TypeError, AttributeError, JoseError) as error:
        raise ValueError(f"{path.name} is not a JWK set") from error
    keys = dict(filter(None, found))
    if not keys:
        raise ValueError(f"{path.name} holds no P-256 key that signs")
    return keys


def _public_key(jwk: dict[str, Any]) -> tuple[str, ECKey] | None:
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or jwk.get("use", "sig") != "sig":
        return None
    if "d" in jwk:
        raise ValueError("a private key lies in the public set")
    key = ECKey.import_key(jwk)
    return _kid(key), key


def _kid(key: ECKey) -> str:
    return key.kid or key.thumbprint()


@dataclass(frozen=True)
class Signer:
    """Signs tokens; only the gateway holds one.

    Attributes
    ----------
    key
        Private P-256 key.
    issuer
        Public origin of the gateway, the ``iss`` of every token.
    """

    key: ECKey
    issuer: str

    @classmethod
    def from_json(cls, text: str, issuer: str) -> Self:
        """Read the private JWK.

        Raises
        ------
        ValueError
            Not a private P-256 key.
        """
        try:
            key = ECKey.import_key(json.loads(text))
        except (TypeError, ValueError, JoseError) as error:
            raise ValueError("the signing key is not a JWK") from error
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError("the signing key is not a private P-256 key")
        return cls(key, issuer)

    @property
    def kid(self) -> str:
        """Name of the key in the public set."""
        return _kid(self.key)

    def issue(
        self, caller: Caller, *, now: datetime, lifetime: timedelta = MAX_LIFETIME, act: str | None = None
    ) -> str:
        """Return a signed token for this caller.

        Its ``aud`` is every service that the scopes reach. ``act`` names who carries the words of the subject: the
        gateway for a browser session, else the client when it is another; ``pour`` is whom the subject acts for.
        """
        if lifetime > MAX_LIFETIME:
            raise ValueError("a token lives 25 minutes at most")
        issued_at = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": sorted(audiences(caller.scopes)),
            "sub": caller.subject,
            "client_id": caller.client_id,
            "scope": write_scopes(caller.scopes),
            "perimetre": caller.perimetre.as_json(),
            "iat": issued_at,
            "exp": issued_at + int(lifetime.total_seconds()),
            "jti": str(uuid4()),
        }
        if act is not None or caller.subject != caller.client_id:
            claims["act"] = act or caller.client_id
        if caller.acts_for is not None:
            claims["pour"] = caller.acts_for
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": self.kid}
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])


class Claims(BaseModel):
    """What we read of a token; strict, so that ``true`` is no date and ``NaN`` no number."""

    model_config = ConfigDict(strict=True, frozen=True)

    iss: str
    aud: list[str] | str
    sub: str
    client_id: str
    scope: str
    jti: str
    iat: int
    exp: int
    nbf: int = 0
    perimetre: Perimetre = Perimetre()
    pour: str | None = None

    def check(self, *, issuer: str, audience: Audience, now: datetime) -> None:
        """Refuse a token of another issuer, for another service, or outside its time."""
        seconds, leeway = now.timestamp(), LEEWAY.total_seconds()
        if self.iss != issuer:
            raise JetonInvalide("Le jeton vient d'un autre émetteur.")
        if audience not in ([self.aud] if isinstance(self.aud, str) else self.aud):
            raise JetonInvalide("Le jeton n'est pas destiné à ce service.")
        if self.exp + leeway <= seconds:
            raise JetonExpire
        if max(self.iat, self.nbf) - leeway > seconds:
            raise JetonInvalide("Le jeton n'est pas encore valable.")
        if self.exp - self.iat > MAX_LIFETIME.total_seconds():
            raise JetonInvalide("Le jeton vit plus longtemps que la règle ne le permet.")

    def caller(self) -> Caller:
        """Return the caller; a scope that a newer issuer invented opens nothing here."""
        return Caller(
            client_id=self.client_id,
            subject=self.sub,
            scopes=frozenset(Scope(name) for name in self.scope.split() if name in _SCOPES),
            perimetre=self.perimetre,
            acts_for=self.pour,
        )


@dataclass(frozen=True, slots=True)
class _Verified:
    caller: Caller
    kid: str
    exp: int


class TokenVerifier:
    """Turns a token into its caller, for one service.

    Checking a signature costs some 100 µs and a caller sends the same token for minutes, so good tokens are
    remembered until they expire, the most recently used first. Not safe across threads: one event loop.

    Parameters
    ----------
    keys
        Public keys of the issuer.
    issuer
        Expected ``iss``.
    audience
        This service; must be in ``aud``.
    capacity
        Tokens remembered at most.
    """

    def __init__(self, keys: KeySet, *, issuer: str, audience: Audience, capacity: int = 2048) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._capacity = capacity
        self._known: OrderedDict[str, _Verified] = OrderedDict()

    def verify(self, token: str, now: datetime) -> Caller:
        """Return the caller that this token describes.

        Raises
        ------
        JetonInvalide
            Not a token of this issuer for this service, or not signed by a key it publishes.
        JetonExpire
            Its time is over.
        """
        known = self._known.get(token)
        if known is None or known.kid not in self._keys:
            known = self._check(token, now)
            self._known[token] = known
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
        elif known.exp + LEEWAY.total_seconds() <= now.timestamp():
            del self._known[token]
            raise JetonExpire
        else:
            self._known.move_to_end(token)
        return known.caller

    def _check(self, token: str, now: datetime) -> _Verified:
        signed, kid = _open(token)
        key = self._keys.find(kid, now)
        if key is None:
            raise JetonInvalide("Le jeton est signé par une clé inconnue.")
        if not _signature_holds(signed, key):
            raise JetonInvalide("La signature du jeton est fausse.")
        try:
            claims = Claims.model_validate_json(signed.payload)
        except ValidationError:
            # The claims stay out of the trace: the error quotes them.
            raise JetonInvalide("Le contenu du jeton n'a pas la forme attendue.") from None
        claims.check(issuer=self._issuer, audience=self._audience, now=now)
        return _Verified(claims.caller(), kid, claims.exp)


def _open(token: str) -> tuple[jws.CompactSignature, str]:
    """Return the token, not yet checked, and the ``kid`` of its header; refuse any other algorithm or type."""
    try:
        signed = jws.extract_compact(token.encode("ascii"))
        header = signed.headers()
        algorithm, typ, kid = header["alg"], header["typ"].lower(), header["kid"]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        # A header is whatever a stranger wrote: a list, a number, a text instead of an object.
        raise JetonInvalide("Ce texte n'est pas un jeton d'accès.") from error
    if algorithm != ALGORITHM or typ not in _TYPES or not isinstance(kid, str):
        raise JetonInvalide("L'algorithme ou le type du jeton n'est pas admis.")
    return signed, kid


def _signature_holds(signed: jws.CompactSignature, key: ECKey) -> bool:
    try:
        return jws.validate_compact(signed, key, algorithms=[ALGORITHM])
    except JoseError:  # a header that we do not understand, `crit` above all
        return False
