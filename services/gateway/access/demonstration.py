"""Clients that exist from the first start: those of the services, of the takeover, and of the demonstration."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.access.clients import agent, client, digest
from shared.access.scopes import Audience, Scope
from shared.settings import Settings

SECRET = "demonstration"  # noqa: S105 -- public on purpose, refused outside demonstration mode
MIN_SECRET_LENGTH = 43
"""Characters: 256 random bits in base64url."""
DEPARTEMENTS_32 = ("02", "59", "60", "62", "80")
SIRET_SIAE = "00000001800010"
"""The first structure of the demonstration data, an ACI of the Nord; fictitious."""
TAKEOVER = "demo-reprise"
LOCAL_ISSUER = "demonstration"
"""Issuer of the agents that sign in with the public secret: the demonstration clients."""

_LECTURES = (Scope.STRUCTURES_LECTURE, Scope.PARCOURS_LECTURE, Scope.FINANCEMENT_LECTURE)
_ECRITURES = (Scope.STRUCTURES_ECRITURE, Scope.PARCOURS_ECRITURE, Scope.FINANCEMENT_ECRITURE)


class UnsafeSecret(RuntimeError):
    """Outside demonstration mode, a client has a secret that anyone can know or guess."""


@dataclass(frozen=True)
class KnownClient:
    """A client to register at start."""

    client_id: str
    libelle: str
    scopes: Iterable[Scope]
    perimetre: dict[str, Any] = field(default_factory=dict)


DEMONSTRATION = (
    KnownClient(
        "demo-prescripteur",
        "Agence fictive FT-59-01 (démonstration)",
        (
            Scope.STRUCTURES_LECTURE,
            Scope.PARCOURS_LECTURE,
            Scope.PARCOURS_ECRITURE,
            Scope.FLUX_LECTURE,
            Scope.WEBHOOKS_GESTION,
        ),
        {"organisations": ["FT-59-01"]},
    ),
    KnownClient(
        "demo-siae",
        "Logiciel de gestion d'un ACI fictif du Nord (démonstration)",
        (
            Scope.STRUCTURES_LECTURE,
            Scope.STRUCTURES_ECRITURE,
            Scope.PARCOURS_LECTURE,
            Scope.PARCOURS_ECRITURE,
            Scope.IDENTITE_LECTURE,
            Scope.FLUX_LECTURE,
            Scope.WEBHOOKS_GESTION,
            Scope.FINANCEMENT_LECTURE,
        ),
        {"sirets": [[SIRET_SIAE, "ACI"]]},
    ),
    KnownClient(
        "demo-ddets",
        "DDETS fictive du Nord (démonstration)",
        (*_LECTURES, Scope.FINANCEMENT_ECRITURE, Scope.STRUCTURES_ECRITURE),
        {"departements": ["59"]},
    ),
    KnownClient(
        "demo-lecteur",
        "Lecteur régional fictif (démonstration)",
        _LECTURES,
        {"departements": list(DEPARTEMENTS_32)},
    ),
)
_REPRISE = KnownClient(
    TAKEOVER,
    "Reprise des données",
    (*_LECTURES, *_ECRITURES, Scope.REPRISE),
    {"departements": list(DEPARTEMENTS_32)},
)
_SERVICES = tuple(
    KnownClient(f"service-{name}", f"Service {name}", (Scope.JOURNAL_LECTURE, Scope.EXPLOITATION))
    for name in Audience
)


async def register_clients(conn: AsyncConnection, settings: Settings) -> None:
    """Write the known clients, in the caller's transaction; a second call changes nothing.

    Service clients take their secret from the file ``client_<service>``; the takeover client exists as long as
    the file ``client_reprise`` does; the demonstration clients exist in demonstration mode only. Whether a
    client is active is left to the operator.

    Raises
    ------
    FileNotFoundError
        The secret of a service is missing.
    UnsafeSecret
        Outside demonstration mode, a short secret, or a client, old or new, whose secret is the public one.
    """
    secrets = {
        known.client_id: settings.secret(f"client_{name}")
        for known, name in zip(_SERVICES, Audience, strict=True)
    }
    clients = list(_SERVICES)
    if (settings.secrets_dir / "client_reprise").exists():
        secrets[TAKEOVER] = settings.secret("client_reprise")
        clients.append(_REPRISE)
    else:
        await conn.execute(delete(client).where(client.c.client_id == TAKEOVER))
    if settings.demonstration:
        secrets |= dict.fromkeys((known.client_id for known in DEMONSTRATION), SECRET)
        clients += DEMONSTRATION
    await _write(conn, [_row(known, secrets[known.client_id]) for known in clients])
    if settings.demonstration:
        await _write_agents(conn)
    else:
        await conn.execute(delete(agent).where(agent.c.issuer == LOCAL_ISSUER))
        short = [client_id for client_id, secret in secrets.items() if len(secret) < MIN_SECRET_LENGTH]
        public = select(client.c.client_id).where(client.c.secret_sha256 == digest(SECRET))
        if unsafe := sorted({*short, *(await conn.scalars(public))}):
            raise UnsafeSecret(
                f"clients with a demonstration or short secret outside demonstration mode: {', '.join(unsafe)}; "
                "delete them from the table client, or give them a random secret of 256 bits"
            )


def _row(known: KnownClient, secret: str) -> dict[str, Any]:
    return {
        "client_id": known.client_id,
        "libelle": known.libelle,
        "secret_sha256": digest(secret),
        "scopes": sorted(known.scopes),
        "perimetre": known.perimetre,
    }


async def _write(conn: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    # One order for everyone: two gateways that start together must not wait for each other in a circle.
    statement = insert(client).values(sorted(rows, key=lambda row: row["client_id"]))
    changed = {name: statement.excluded[name] for name in ("libelle", "secret_sha256", "scopes", "perimetre")}
    await conn.execute(statement.on_conflict_do_update(index_elements=[client.c.client_id], set_=changed))


async def _write_agents(conn: AsyncConnection) -> None:
    rows = [
        {
            "issuer": LOCAL_ISSUER,
            "subject": known.client_id,
            "client_id": known.client_id,
            "libelle": known.libelle,
            "scopes": sorted(known.scopes),
            "perimetre": known.perimetre,
            "administrateur": True,
        }
        for known in sorted(DEMONSTRATION, key=lambda known: known.client_id)
    ]
    statement = insert(agent).values(rows)
    changed = {name: statement.excluded[name] for name in ("client_id", "libelle", "scopes", "perimetre")}
    await conn.execute(
        statement.on_conflict_do_update(index_elements=[agent.c.issuer, agent.c.subject], set_=changed)
    )
