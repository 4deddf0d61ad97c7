"""The tables that every writing service has; a worker declares them without loading what serves HTTP."""

from sqlalchemy import MetaData, Table

from shared.access.audit import audit_table
from shared.idempotency import idempotency_table
from shared.imports.tables import ImportTables
from shared.messaging.tables import add_consumer_tables, add_journal_tables
from shared.naming import new_metadata
from shared.writing import WriteTables


class ServiceTables:
    """Bus, write path, imports, stored answers, audit."""

    def __init__(self) -> None:
        self.metadata: MetaData = new_metadata()
        add_journal_tables(self.metadata)
        add_consumer_tables(self.metadata)
        self.audit: Table = audit_table(self.metadata)
        self.write = WriteTables(self.metadata, self.audit)
        self.idempotency = idempotency_table(self.metadata)
        self.imports = ImportTables(self.metadata)
