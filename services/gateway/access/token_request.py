"""Reading a request to the token endpoint: strictly, and without ever quoting it."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from services.gateway.access.errors import TokenRefused, invalid_client, invalid_request

MAX_BODY = 8_192
"""Bytes."""
_FORM = "application/x-www-form-urlencoded"
_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A client, its secret, and the scopes it asks for (``None``: all of its own)."""

    client_id: str
    secret: str = field(repr=False)
    scope: str | None


def read_token_request(headers: Mapping[str, str], body: bytes) -> TokenRequest:
    """Read the form and the credentials, from the header (``client_secret_basic``) or the form (``client_secret_post``).

    Raises
    ------
    TokenRefused
        ``invalid_request``, ``unsupported_grant_type``, or ``invalid_client`` without usable credentials.
    """
    form = _read_form(headers.get("content-type", ""), body)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise invalid_request("Le champ grant_type manque.")
    if grant_type != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "Seul client_credentials est admis.")
    client_id, secret = _credentials(headers.get("authorization"), form)
    if not _CLIENT_ID.fullmatch(client_id):
        raise invalid_client()
    return TokenRequest(client_id, secret, form.get("scope"))


def _read_form(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.partition(";")[0].strip().lower() != _FORM:
        raise invalid_request(f"Le corps attendu est un formulaire ({_FORM}).")
    try:
        # A field without a value counts as absent (RFC 6749 §3.2): parse_qsl drops it.
        fields = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError as error:
        raise invalid_request("Le formulaire est illisible.") from error
    if any(times > 1 for times in Counter(name for name, _ in fields).values()):
        raise invalid_request("Un champ figure deux fois.")
    return dict(fields)


def _credentials(authorization: str | None, form: Mapping[str, str]) -> tuple[str, str]:
    if authorization is None:
        if "client_id" not in form or "client_secret" not in form:
            raise invalid_client()
        return form["client_id"], form["client_secret"]
    if "client_secret" in form:
        raise invalid_request("Le secret est soit dans Authorization, soit dans le formulaire.")
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise invalid_client() from None
    if scheme.lower() != "basic" or not colon:
        raise invalid_client()
    return unquote_plus(client_id), unquote_plus(secret)  # RFC 6749 §2.3.1: both are form-encoded first
