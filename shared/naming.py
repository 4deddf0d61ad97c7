"""Names of constraints: refusals are found by constraint name, so every constraint has a predictable one."""

from sqlalchemy import MetaData

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata(schema: str | None = None) -> MetaData:
    """Return an empty MetaData, for a schema or the default one, that names its constraints by the convention."""
    return MetaData(naming_convention=CONVENTION, schema=schema)
