"""Tokens of callers, signed by the key of the tests."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from shared import clock
from shared.access.callers import Caller, Perimetre
from shared.access.scopes import Scope
from shared.access.tokens import Signer

ISSUER = "http://127.0.0.1:8000"
ALL_WRITES = (
    Scope.STRUCTURES_LECTURE, Scope.STRUCTURES_ECRITURE, Scope.PARCOURS_LECTURE, Scope.PARCOURS_ECRITURE,
    Scope.FINANCEMENT_LECTURE, Scope.FINANCEMENT_ECRITURE,
)  # fmt: skip
REGION = ("02", "59", "60", "62", "80")


def make_caller(
    *,
    client: str = "logiciel-fictif",
    scopes: Iterable[Scope] = ALL_WRITES,
    structures: Iterable[UUID] = (),
    departements: Iterable[str] = REGION,
    organisations: Iterable[str] = (),
) -> Caller:
    perimetre = Perimetre(frozenset(structures), frozenset(departements), frozenset(organisations))
    return Caller(client, client, frozenset(scopes), perimetre)


def bearer(secrets_dir: Path, caller: Caller | None = None, **caller_fields: object) -> dict[str, str]:
    """The header of a caller."""
    signer = Signer.from_json((secrets_dir / "signing_key.json").read_text(), ISSUER)
    caller = caller or make_caller(**caller_fields)  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {signer.issue(caller, now=clock.now())}"}
