"""The table of doubtful figures: what was signalled, and what was answered."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, MetaData, Table, Text, Uuid


def signalement_table(metadata: MetaData) -> Table:
    """Declare the table ``signalement``.

    Nothing says who signalled. ``page`` is the address of the page with its filter; ``message`` is read by the
    agents who answer and by nobody else; ``reponse`` is public.
    """
    return Table(
        "signalement",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("recu_le", DateTime(timezone=True), nullable=False),
        Column("objet", Text, nullable=False),
        Column("indicateur", Text),
        Column("page", Text, nullable=False),
        Column("region", Text),
        Column("departement", Text),
        Column("arrete_le", Date),
        Column("message", Text, nullable=False),
        Column("etat", Text, nullable=False),
        Column("reponse", Text),
        Column("repondu_le", DateTime(timezone=True)),
        Column("repondu_par", Text),
        CheckConstraint("etat in ('RECU', 'CORRIGE', 'CONFIRME', 'SANS_SUITE')", name="etat"),
        CheckConstraint(
            "(etat = 'RECU') = (reponse is null) and num_nulls(reponse, repondu_le, repondu_par) in (0, 3)",
            name="reponse_entiere",
        ),
        Index(None, "indicateur"),
        Index(None, "recu_le"),
    )
