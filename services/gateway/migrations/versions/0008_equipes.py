"""administrators, invitations and delegations of the organisations of agents"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "agent", sa.Column("administrateur", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    # An organisation keeps one administrator: the first of its agents.
    op.execute("""
        update agent set administrateur = true where (issuer, subject) in (
            select distinct on (client_id) first_value(issuer) over first, first_value(subject) over first
            from agent where actif window first as (partition by client_id order by created_at, issuer, subject)
        )
    """)
    create_invitations()
    create_delegations()
    op.execute("grant select, insert, update, delete on invitation, delegation to gateway_appli")


def create_invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("perimetre", postgresql.JSONB(), nullable=False),
        sa.Column("administrateur", sa.Boolean(), nullable=False),
        sa.Column("creee_par", sa.Text(), nullable=False),
        sa.Column("expire_le", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(code_sha256) = 32", name=op.f("ck_invitation_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_invitation_code_sha256")),
    )
    op.create_index(op.f("ix_invitation_client_id"), "invitation", ["client_id"])


def create_delegations() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("delegataire", sa.Text(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("type_structure", sa.Text(), nullable=False),
        sa.Column("accordee_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accordee_par", sa.Text(), nullable=False),
        sa.Column("retiree_le", sa.DateTime(timezone=True)),
        sa.Column("retiree_par", sa.Text()),
        sa.CheckConstraint(
            "(retiree_le is null) = (retiree_par is null)", name=op.f("ck_delegation_retrait_entier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_client_id"), "delegation", ["client_id"])
    op.create_index(
        "uq_delegation_en_cours",
        "delegation",
        ["delegataire", "client_id", "siret", "type_structure"],
        unique=True,
        postgresql_where=sa.text("retiree_le is null"),
    )


def downgrade() -> None:
    raise NotImplementedError("invitations and delegations would be lost")
