"""Credits that annexes and actions of the FDI hold in the envelopes of their territory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.domain import enveloppe as rules
from services.funding.domain.errors import EnveloppeDepassee
from services.funding.tables import mouvement_enveloppe
from shared.errors import BusinessError
from shared.uuids import uuid7
from shared.writing import Row

# Who notifies an envelope takes in the annexes already there: meanwhile nobody records one.
HOLD = text("select pg_advisory_xact_lock_shared(hashtext('enveloppe'))")
HOLD_ALONE = text("select pg_advisory_xact_lock(hashtext('enveloppe'))")
ENVELOPES = text("""
    select id, niveau, territoire, annee from enveloppe
    where nature = :nature and annee = any(cast(:annees as int[]))
""")
HELD = text("""
    select annexe_id, enveloppe_id, sum(montant) as montant from mouvement_enveloppe
    where sens = 'ENGAGEMENT' and annexe_id = any(cast(:annexes as uuid[]))
    group by annexe_id, enveloppe_id
""")


@dataclass(frozen=True, slots=True)
class Engagements:
    """The envelopes of some years and one kind, and what some annexes hold, by annexe then envelope."""

    enveloppes: Mapping[tuple[str, str, int], UUID]
    held: Mapping[UUID, Mapping[UUID, Decimal]]

    def enveloppe_de(self, annexe_id: UUID) -> UUID | None:
        """Return the envelope that an annexe holds credits of."""
        return next(iter(self.held.get(annexe_id, ())), None)

    def engager(
        self, annexe_id: UUID, departement: str, annee: int, wanted: Decimal, *, motif: str, le: date
    ) -> list[Row]:
        """Return the movement that makes an annexe hold ``wanted`` euros; none without an envelope, or without change.

        The envelope is the one it already holds credits of, else the département's, else the région's.
        """
        held = self.held.get(annexe_id, {})
        target = self.enveloppe_de(annexe_id) or self.enveloppe(departement, annee)
        delta = wanted - sum(held.values(), Decimal(0))
        if target is None or not delta:
            return []
        return [(mouvement_enveloppe, engagement_row(target, annexe_id, delta, motif, le))]

    def enveloppe(self, departement: str, annee: int) -> UUID | None:
        """Return the envelope of a département and a year, else the région's."""
        own = self.enveloppes.get((rules.DEPARTEMENTAL, departement, annee))
        return own or self.enveloppes.get((rules.REGIONAL, rules.region_de(departement), annee))


def engagement_row(
    enveloppe_id: UUID,
    annexe_id: UUID | None,
    montant: Decimal,
    motif: str,
    le: date,
    *,
    identity: UUID | None = None,
) -> dict[str, Any]:
    """Return the line by which an annexe holds more credits, or fewer when negative.

    The line of an action of the FDI has the identifier of the action, which holds its credits once.
    """
    return {
        "id": identity or uuid7(),
        "enveloppe_id": enveloppe_id,
        "sens": rules.ENGAGEMENT,
        "montant": montant,
        "etp": Decimal(0),
        "annexe_id": annexe_id,
        "motif": motif,
        "le": le,
    }


async def load_engagements(
    conn: AsyncConnection,
    annees: Sequence[int],
    annexes: Sequence[UUID] = (),
    *,
    nature: str = rules.AIDE_POSTE,
) -> Engagements:
    """Return the envelopes of some years and what some annexes hold; no envelope is notified until the end."""
    await conn.execute(HOLD)
    rows = await conn.execute(ENVELOPES, {"annees": sorted(set(annees)), "nature": nature})
    enveloppes = {(row.niveau, row.territoire, row.annee): row.id for row in rows}
    return Engagements(enveloppes, await load_held(conn, annexes))


async def load_held(conn: AsyncConnection, annexes: Sequence[UUID]) -> dict[UUID, dict[UUID, Decimal]]:
    """Return what annexes hold, by envelope."""
    held: dict[UUID, dict[UUID, Decimal]] = {}
    if annexes:
        for row in await conn.execute(HELD, {"annexes": list(annexes)}):
            held.setdefault(row.annexe_id, {})[row.enveloppe_id] = row.montant
    return held


def depassee() -> BusinessError:
    """Return the refusal of a commitment that an envelope cannot bear."""
    return EnveloppeDepassee(
        "L'enveloppe n'a plus les crédits nécessaires.",
        correction="Réduisez le montant, ou faites abonder l'enveloppe.",
        source="disponible = notifié + abondements − retraits − engagé (F23)",
    )


CONSTRAINTS = {"ck_enveloppe_disponible": depassee}
