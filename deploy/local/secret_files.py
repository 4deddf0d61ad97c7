"""Secrets of a local installation: made once, one file each, readable by their owner only."""

import base64
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from joserfc.jwk import ECKey

SYMMETRIC_KEYS = ("kek", "index_key", "cursor_key", "webhook_key")
SYMMETRIC_BYTES = 32


def create_secret_files(folder: Path, services: Sequence[str]) -> None:
    """Create the secret files that are missing; an existing one is never changed.

    Parameters
    ----------
    folder
        What the processes receive as ``IAE_SECRETS_DIR``.
    services
        Names of the services that call each other, one client secret each.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in SYMMETRIC_KEYS:
        write_once(folder / name, base64.urlsafe_b64encode(secrets.token_bytes(SYMMETRIC_BYTES)).decode())
    for client in (*services, "reprise"):
        write_once(folder / f"client_{client}", secrets.token_urlsafe(32))
    private = folder / "signing_key.json"
    if not private.exists():
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
        write_once(private, json.dumps(key.as_dict(private=True)))
    public = ECKey.import_key(json.loads(private.read_text(encoding="utf-8"))).as_dict(private=False)
    write_once(folder / "jwks.json", json.dumps({"keys": [public]}))


def create_passwords(path: Path, roles: Sequence[str]) -> dict[str, str]:
    """Return the password of each PostgreSQL role, drawn the first time and kept in one file."""
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passwords = {role: kept.get(role) or secrets.token_urlsafe(24) for role in roles}
    if passwords != kept:
        write_private(path, json.dumps(passwords))
    return passwords


def write_once(path: Path, content: str) -> None:
    """Write a private file unless it exists."""
    if not path.exists():
        write_private(path, content)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads; a crash leaves the old one or the new one, whole."""
    draft = path.with_name(f".{path.name}.partiel")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(content)
    draft.replace(path)
