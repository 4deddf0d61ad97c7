"""Tables of the imports of a service."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)


class ImportTables:
    """Jobs, their waiting parts, and the report of refused lines."""

    def __init__(self, metadata: MetaData) -> None:
        self.job = Table(
            "import_job",
            metadata,
            Column("id", Uuid, primary_key=True),
            Column("version", Integer, nullable=False),
            Column("client_id", Text, nullable=False),
            Column("key", Text, nullable=False),
            Column("digest", LargeBinary, nullable=False),
            Column("nature", Text, nullable=False),
            Column("dry_run", Boolean, nullable=False),
            Column("caller", JSON, nullable=False),
            Column("state", Text, nullable=False),  # EN_COURS or TERMINE
            Column("total", Integer, nullable=False),
            Column("done", Integer, nullable=False),
            Column("accepted", Integer, nullable=False),
            Column("received_before", Integer, nullable=False),
            Column("refused", Integer, nullable=False),
            Column("last_seq", BigInteger),
            Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
            UniqueConstraint("client_id", "key"),
        )
        self.part = Table(
            "import_part",
            metadata,
            Column("job_id", Uuid, ForeignKey("import_job.id"), primary_key=True),
            Column("first", Integer, primary_key=True, autoincrement=False),
            Column("content", LargeBinary, nullable=False),
        )
        self.refusal = Table(
            "import_refusal",
            metadata,
            Column("job_id", Uuid, ForeignKey("import_job.id"), primary_key=True),
            Column("rank", Integer, primary_key=True, autoincrement=False),
            Column("fault", Integer, primary_key=True, autoincrement=False),
            Column("line", Integer, nullable=False),
            Column("reference", Text),
            Column("field", Text),
            Column("code", Text, nullable=False),
            Column("detail", Text, nullable=False),
            Column("remedy", Text),
        )
