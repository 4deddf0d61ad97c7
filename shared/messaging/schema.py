"""What the migrations of every publishing service do beyond tables: append-only guards and rights."""

GUARD = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
"""
APPEND_ONLY = ("journal", "journal_position", "audit")
# Column by column: the relay cannot read `private`, whatever its code says.
RELAY_COLUMNS = (
    "seq, id, aggregate, key, version, type, major, occurred_at, known_on, recorded_at, actor, "
    "correlation_id, causation_id, data, private_sha"
)


def guard_statements() -> list[str]:
    """Return the statements that make the append-only tables refuse any change, even from their owner."""
    return [
        GUARD,
        *(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
            for table in APPEND_ONLY
        ),
        "alter table journal_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)",
        "insert into relay_cursor (name, bus_id) values ('sequence', gen_random_uuid()::text), ('kafka', null)",
    ]


def grant_statements(service: str) -> list[str]:
    """Return the rights of the two roles of a service; tables made later have theirs by default."""
    app, relay = f"{service}_appli", f"{service}_relais"
    return [
        f"grant usage on schema public to {app}, {relay}",
        f"grant select, insert, update, delete on all tables in schema public to {app}",
        f"alter default privileges in schema public grant select, insert, update, delete on tables to {app}",
        f"revoke update, delete on journal, journal_position, audit, relay_cursor from {app}",
        f"revoke insert on journal_position, relay_cursor from {app}",
        f"revoke delete, update on journal_pending from {app}",
        f"grant select ({RELAY_COLUMNS}) on journal to {relay}",
        f"grant select, delete on journal_pending to {relay}",
        f"grant select, insert on journal_position to {relay}",
        f"grant select, update on relay_cursor to {relay}",
    ]
