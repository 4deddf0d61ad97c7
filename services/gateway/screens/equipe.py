"""The screen of a team: what the database holds of an organisation, in words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fastapi import Request

from services.gateway.access.clients import digest
from services.gateway.access.sessions import Agent
from services.gateway.access.teams import read_team
from services.gateway.pages.equipe import AgentRow, DelegationRow, EquipePage, InvitationRow, StructurePretee
from services.gateway.queries.saisie import read_structures
from services.gateway.queries.structures import structures_of_sirets
from shared import clock

Row = Mapping[Any, Any]


def key_of(row: Row) -> str:
    """Return the name of an agent in forms: what the provider calls it is in no address."""
    return digest(f"{row['issuer']}\n{row['subject']}").hex()[:32]


async def team_page(request: Request, agent: Agent, **shown: Any) -> EquipePage:
    """Return the team of an administrator; ``shown`` is what a form says back."""
    own = [(siret, kind) for siret, kind in agent.perimetre.get("sirets", [])]
    async with request.app.state.engine.connect() as conn:
        team = await read_team(conn, agent.client_id, clock.now())
        pairs = own + [(row["siret"], row["type_structure"]) for row in (*team.accordees, *team.recues)]
        known = await read_structures(conn, await structures_of_sirets(conn, pairs))
    names = {(row["siret"], row["type_structure"]): row["raison_sociale"] for row in known}
    return EquipePage(
        organisme=agent.client_id,
        agents=tuple(_agent(row, agent) for row in team.agents),
        invitations=tuple(
            InvitationRow(str(row["id"]), row["libelle"], row["administrateur"], _day(row["expire_le"]))
            for row in team.invitations
        ),
        structures=tuple(StructurePretee(f"{pair[0]} {pair[1]}", _named(pair, names)) for pair in own),
        accordees=_lent(team.accordees, "delegataire", names),
        recues=_lent(team.recues, "client_id", names),
        fournisseur=request.app.state.oidc is not None,
        **shown,
    )


def _agent(row: Row, reader: Agent) -> AgentRow:
    me = (row["issuer"], row["subject"]) == (reader.issuer, reader.subject)
    return AgentRow(key_of(row), row["libelle"], row["administrateur"], _day(row["created_at"]), me)


def _named(pair: tuple[str, str], names: Mapping[tuple[str, str], str]) -> str:
    return f"{names.get(pair, f'SIRET {pair[0]}')} ({pair[1]})"


def _lent(rows: Sequence[Row], other: str, names: Mapping[tuple[str, str], str]) -> tuple[DelegationRow, ...]:
    return tuple(
        DelegationRow(
            str(row["id"]),
            _named((row["siret"], row["type_structure"]), names),
            row[other],
            _day(row["accordee_le"]),
            _day(row["retiree_le"]) if row["retiree_le"] else None,
        )
        for row in rows
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.PARIS).date()
