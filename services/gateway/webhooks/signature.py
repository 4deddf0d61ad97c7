"""Signatures of Standard Webhooks 1.0: HMAC-SHA256 of the identifier, the instant and the body of a message."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

PREFIX = "whsec_"
SECRET_BYTES = 32
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def new_secret() -> str:
    """Return a secret of 256 random bits, as the subscriber receives it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(held: Sequence[str], message_id: UUID, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message: one signature by each secret held, the newest first."""
    timestamp = str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = (f"v1,{base64.b64encode(_digest(secret, content)).decode()}" for secret in held)
    return {ID: str(message_id), TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def _digest(secret: str, content: bytes) -> bytes:
    return hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), content, "sha256")
