"""Reading what the files of the ASP say of annexes beyond their terms."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

READ = text("select donnees from annexe_asp where annexe_id = :id")


async def donnees_asp(conn: AsyncConnection, annexe_id: UUID) -> dict[str, str]:
    """Return the columns of the file by name; nothing when the annexe came from elsewhere."""
    found = (await conn.execute(READ, {"id": annexe_id})).scalar_one_or_none()
    return dict(found or {})
