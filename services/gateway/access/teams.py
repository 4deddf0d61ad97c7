"""The team of an organisation: who signs in for it, who is invited, to whom its structures are lent.

An organisation is the ``client_id`` that its agents share. It always keeps one active administrator: the rows of its
agents are locked, in one order, before one of them is withdrawn or loses the role.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, delete, exists, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.access.clients import agent, client, delegation, digest, invitation, session
from services.gateway.access.sessions import Agent, find_agent, new_key
from shared.errors import BusinessError
from shared.uuids import uuid7

INVITATION = timedelta(days=14)
"""How long an invitation waits (structures §3.3)."""
INVITATIONS_MAX = 20
"""Invitations of one organisation that wait at a time."""


class AdministrateurRequis(BusinessError):
    """The agent does not administer its organisation."""

    code = "administrateur_requis"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Seul un administrateur de votre organisme ouvre cette page.",
            correction="Demandez à un administrateur de votre organisme.",
        )


class DernierAdministrateur(BusinessError):
    """The organisation would have nobody left to administer it."""

    code = "dernier_administrateur"


class InvitationsEpuisees(BusinessError):
    """Too many invitations wait already."""

    code = "invitations_epuisees"


class DelegataireInconnu(BusinessError):
    """Nobody bears the name of the organisation to which a structure would be lent, or it is one's own."""

    code = "delegataire_inconnu"


@dataclass(frozen=True, slots=True)
class Team:
    """An organisation as its administrator sees it."""

    agents: Sequence[RowMapping]
    invitations: Sequence[RowMapping]
    accordees: Sequence[RowMapping]
    recues: Sequence[RowMapping]


async def read_team(conn: AsyncConnection, client_id: str, now: datetime) -> Team:
    """Return the active agents of an organisation, what waits, what it lends and what is lent to it."""
    agents = (
        select(agent)
        .where(agent.c.client_id == client_id, agent.c.actif)
        .order_by(agent.c.libelle, agent.c.issuer, agent.c.subject)
    )
    waiting = (
        select(invitation)
        .where(invitation.c.client_id == client_id, invitation.c.expire_le > now)
        .order_by(invitation.c.expire_le, invitation.c.id)
    )
    lent = select(delegation).order_by(delegation.c.accordee_le.desc(), delegation.c.id)
    given = lent.where(delegation.c.client_id == client_id)
    received = lent.where(delegation.c.delegataire == client_id, delegation.c.retiree_le.is_(None))
    return Team(
        *[(await conn.execute(query)).mappings().all() for query in (agents, waiting, given, received)]
    )


async def withdraw(conn: AsyncConnection, client_id: str, issuer: str, subject: str) -> bool:
    """Withdraw an agent, with its sessions and the invitations it made; return whether it was there.

    Raises
    ------
    DernierAdministrateur
    """
    if not await _lock_and_judge(conn, client_id, issuer, subject):
        return False
    await conn.execute(update(agent).where(_one(issuer, subject)).values(actif=False, administrateur=False))
    await conn.execute(delete(session).where(session.c.issuer == issuer, session.c.subject == subject))
    theirs = (invitation.c.client_id == client_id) & (invitation.c.creee_par == subject)
    await conn.execute(delete(invitation).where(theirs))
    return True


async def set_administrator(
    conn: AsyncConnection, client_id: str, issuer: str, subject: str, *, administrateur: bool
) -> bool:
    """Give an agent the role of administrator, or take it back; return whether the agent was there.

    Raises
    ------
    DernierAdministrateur
    """
    if not await _lock_and_judge(conn, client_id, issuer, subject, keeps=administrateur):
        return False
    await conn.execute(update(agent).where(_one(issuer, subject)).values(administrateur=administrateur))
    return True


def _one(issuer: str, subject: str) -> ColumnElement[bool]:
    return (agent.c.issuer == issuer) & (agent.c.subject == subject)


async def _lock_and_judge(
    conn: AsyncConnection, client_id: str, issuer: str, subject: str, *, keeps: bool = False
) -> bool:
    """Lock the team and tell whether an agent is of it; refuse if it would leave it without an administrator."""
    team = (
        select(agent.c.issuer, agent.c.subject, agent.c.administrateur)
        .where(agent.c.client_id == client_id, agent.c.actif)
        .order_by(agent.c.issuer, agent.c.subject)
        .with_for_update()
    )
    rows = (await conn.execute(team)).all()
    others = any(row.administrateur for row in rows if (row.issuer, row.subject) != (issuer, subject))
    if not any((row.issuer, row.subject) == (issuer, subject) for row in rows):
        return False
    if not (others or keeps):
        raise DernierAdministrateur(
            "Cet agent est le dernier administrateur de l'organisme.",
            correction="Nommez d'abord un autre administrateur.",
        )
    return True


async def invite(
    conn: AsyncConnection, by: Agent, libelle: str, now: datetime, *, administrateur: bool
) -> str:
    """Keep a place in the team of an administrator, with the same rights, and return the code that opens it.

    Raises
    ------
    InvitationsEpuisees
    AdministrateurRequis
        It has been withdrawn, or has lost the role, meanwhile.
    """
    await conn.execute(delete(invitation).where(invitation.c.expire_le <= now))
    team = (
        select(agent.c.issuer, agent.c.subject)
        .where(agent.c.client_id == by.client_id, agent.c.actif, agent.c.administrateur)
        .order_by(agent.c.issuer, agent.c.subject)
    )
    # Two administrators count one after the other, and who has just been withdrawn opens no other door.
    if (by.issuer, by.subject) not in (await conn.execute(team.with_for_update())).all():
        raise AdministrateurRequis
    waiting = select(invitation.c.id).where(invitation.c.client_id == by.client_id)
    if len((await conn.execute(waiting)).all()) >= INVITATIONS_MAX:
        raise InvitationsEpuisees(
            f"{INVITATIONS_MAX} invitations attendent déjà.", correction="Annulez celles qui ne servent plus."
        )
    code = new_key()
    values = {
        "id": uuid7(), "code_sha256": digest(code), "client_id": by.client_id, "libelle": libelle,
        "scopes": sorted(by.scopes), "perimetre": by.perimetre, "administrateur": administrateur,
        "creee_par": by.subject, "expire_le": now + INVITATION,
    }  # fmt: skip
    await conn.execute(insert(invitation).values(values))
    return code


async def cancel(conn: AsyncConnection, client_id: str, invitation_id: UUID) -> bool:
    """Forget an invitation of an organisation; return whether it was there."""
    done = await conn.execute(
        delete(invitation).where(invitation.c.id == invitation_id, invitation.c.client_id == client_id)
    )
    return done.rowcount == 1


async def join(conn: AsyncConnection, issuer: str, subject: str, code: str, now: datetime) -> Agent | None:
    """Give its place to who brings a code, once; None when the code opens nothing, or who brings it has a place."""
    taken = (
        delete(invitation)
        .where(invitation.c.code_sha256 == digest(code), invitation.c.expire_le > now)
        .returning(invitation)
    )
    row = (await conn.execute(taken)).mappings().first()
    if row is None:
        return None
    kept = ("client_id", "libelle", "scopes", "perimetre", "administrateur")
    values: dict[str, Any] = {name: row[name] for name in kept} | {"actif": True}
    statement = insert(agent).values(issuer=issuer, subject=subject, **values)
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=[agent.c.issuer, agent.c.subject], set_=values, where=agent.c.actif.is_(False)
        )
    )
    return await find_agent(conn, issuer, subject)


async def lend(
    conn: AsyncConnection, by: Agent, delegataire: str, named: tuple[str, str], now: datetime
) -> None:
    """Lend a structure of one's own to another organisation; lending twice is lending once.

    Raises
    ------
    DelegataireInconnu
    """
    known = select(true()).where(
        or_(
            exists().where(client.c.client_id == delegataire, client.c.actif),
            exists().where(agent.c.client_id == delegataire, agent.c.actif),
        )
    )
    if delegataire == by.client_id or (await conn.execute(known)).first() is None:
        raise DelegataireInconnu(
            "Aucun autre organisme n'a cet identifiant.",
            correction="Demandez-le à l'organisme : il le lit sur sa propre page « Mon équipe ».",
        )
    values = {
        "id": uuid7(), "client_id": by.client_id, "delegataire": delegataire, "siret": named[0],
        "type_structure": named[1], "accordee_le": now, "accordee_par": by.subject,
    }  # fmt: skip
    await conn.execute(insert(delegation).values(values).on_conflict_do_nothing())


async def take_back(
    conn: AsyncConnection, client_id: str, delegation_id: UUID, by: str, now: datetime
) -> bool:
    """End a delegation; return whether it ran. Tokens given before live their last minutes."""
    done = await conn.execute(
        update(delegation)
        .where(
            delegation.c.id == delegation_id,
            delegation.c.client_id == client_id,
            delegation.c.retiree_le.is_(None),
        )
        .values(retiree_le=now, retiree_par=by)
    )
    return done.rowcount == 1
