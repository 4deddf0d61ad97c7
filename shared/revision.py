"""The revision of a database, without loading the tool of the migrations: every process asks at its start."""

import re
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

SERVICES = Path(__file__).resolve().parent.parent / "services"
KNOWN = text("select to_regclass('alembic_version') is not null")
CURRENT = text("select version_num from alembic_version")


class WrongSchema(RuntimeError):
    """The database is not at the revision that this code expects."""


async def check_head(engine: AsyncEngine, service: str) -> None:
    """Return if the database is at the last revision of the service's migrations.

    Raises
    ------
    WrongSchema
        It is not: run the migrations first.
    """
    async with engine.connect() as conn:
        migrated = (await conn.execute(KNOWN)).scalar()
        current = (await conn.execute(CURRENT)).scalar() if migrated else None
    last = last_revision(SERVICES / service / "migrations" / "versions")
    if current is None or current != last:
        raise WrongSchema(f"{service}: revision {current}, expected {last}")


def last_revision(versions: Path) -> str | None:
    """Return the revision that no other follows, or nothing when the files do not tell exactly one."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in versions.glob("*.py"))
    revisions = set(re.findall(r"^revision\b.*= *[\"'](\w+)[\"']", text, re.MULTILINE))
    followed = set(re.findall(r"^down_revision\b.*= *[\"'](\w+)[\"']", text, re.MULTILINE))
    last = revisions - followed
    return last.pop() if len(last) == 1 else None
