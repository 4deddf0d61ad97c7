"""agents, their browser sessions, and doubtful figures signalled"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_agents()
    create_signalements()
    op.execute("grant select, insert, update, delete on agent, session, signalement to gateway_appli")


def create_agents() -> None:
    op.create_table(
        "agent",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("perimetre", postgresql.JSONB(), nullable=False),
        sa.Column("actif", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_agent")),
    )
    op.create_table(
        "session",
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id_token", sa.Text()),
        sa.CheckConstraint("octet_length(key_sha256) = 32", name=op.f("ck_session_sha256")),
        sa.ForeignKeyConstraint(
            ["issuer", "subject"],
            ["agent.issuer", "agent.subject"],
            name=op.f("fk_session_issuer_subject_agent"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_issuer_subject"), "session", ["issuer", "subject"])


def create_signalements() -> None:
    op.create_table(
        "signalement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column("indicateur", sa.Text()),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("departement", sa.Text()),
        sa.Column("arrete_le", sa.Date()),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("reponse", sa.Text()),
        sa.Column("repondu_le", sa.DateTime(timezone=True)),
        sa.Column("repondu_par", sa.Text()),
        sa.CheckConstraint(
            "etat in ('RECU', 'CORRIGE', 'CONFIRME', 'SANS_SUITE')", name=op.f("ck_signalement_etat")
        ),
        sa.CheckConstraint(
            "(etat = 'RECU') = (reponse is null) and num_nulls(reponse, repondu_le, repondu_par) in (0, 3)",
            name=op.f("ck_signalement_reponse_entiere"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signalement")),
    )
    op.create_index(op.f("ix_signalement_indicateur"), "signalement", ["indicateur"])
    op.create_index(op.f("ix_signalement_recu_le"), "signalement", ["recu_le"])


def downgrade() -> None:
    raise NotImplementedError("sessions and signalements would be lost")
