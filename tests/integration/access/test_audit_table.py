"""The trail in the database."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access.audit import audit_row, audit_table
from shared.access.rights import Action, Decision
from shared.naming import new_metadata
from tests.factories.access import STRUCTURE, make_caller

audit = audit_table(new_metadata())


async def test_a_row_is_kept_with_its_date(conn: AsyncConnection) -> None:
    row = audit_row(make_caller(), Action.LIRE_PARCOURS, STRUCTURE, address="192.0.2.77", trace_id="trace-1")
    await conn.execute(insert(audit).values(row))

    kept = (await conn.execute(select(audit))).one()
    assert (kept.action, kept.target_id, kept.result) == ("lire_parcours", str(STRUCTURE), "accorde")
    assert kept.recorded_at.tzinfo is not None


@pytest.mark.parametrize("motif", [None, "", "  "])
async def test_reading_a_sensitive_value_without_a_reason_fails_with_its_trace(
    conn: AsyncConnection, motif: str | None
) -> None:
    row = audit_row(make_caller(), Action.CHERCHER_NIR, None, address=None, trace_id=None, motif=motif)

    with pytest.raises(IntegrityError, match="ck_audit_motif_required"):
        async with conn.begin_nested():
            await conn.execute(insert(audit).values(row))


async def test_a_refused_attempt_is_traced_without_a_reason(conn: AsyncConnection) -> None:
    row = audit_row(
        make_caller(), Action.CHERCHER_NIR, None, Decision.PORTEE_ABSENTE, address=None, trace_id=None
    )
    await conn.execute(insert(audit).values(row))


async def test_a_reason_opens_a_sensitive_value(conn: AsyncConnection) -> None:
    row = audit_row(
        make_caller(), Action.CHERCHER_NIR, None, address=None, trace_id=None, motif="doublon signalé"
    )
    await conn.execute(insert(audit).values(row))
