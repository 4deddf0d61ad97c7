"""merges of persons, near identities, who may prescribe, open posts, sanctions, notices of erasure

Persons entered before have no near identity until they are corrected.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A merge locks the two persons: who attaches something to the one absorbed waits, then reads again who it is.
GUARD = """
create function refuser_personne_fusionnee() returns trigger language plpgsql as $$
declare
    dans uuid;
begin
    select fusionnee_dans into dans from personne where id = new.personne_id for key share;
    if dans is not null then
        raise exception 'the person was merged' using errcode = '40001';
    end if;
    return new;
end
$$
"""
ATTACHED = ("agrement", "contrat", "candidature", "diagnostic", "pass_iae", "etape")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _fusion()
    _registre()
    op.create_table(
        "autoprescription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=True),
        sa.Column("prononcee_le", sa.Date(), nullable=False),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_autoprescription_periode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_autoprescription")),
    )
    op.create_index(op.f("ix_autoprescription_structure_id"), "autoprescription", ["structure_id"])
    op.create_table(
        "avis_conservation",
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("derniere_activite", sa.Date(), nullable=False),
        sa.Column("avise_le", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["personne_id"], ["personne.id"], name=op.f("fk_avis_conservation_personne_id")
        ),
        sa.PrimaryKeyConstraint("personne_id", "derniere_activite", name=op.f("pk_avis_conservation")),
    )


def _fusion() -> None:
    op.add_column("personne", sa.Column("fusionnee_dans", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_personne_fusionnee_dans"), "personne", "personne", ["fusionnee_dans"], ["id"]
    )
    op.create_index(op.f("ix_personne_fusionnee_dans"), "personne", ["fusionnee_dans"])
    op.create_table(
        "empreinte_proche",
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("forme", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("empreinte", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "forme in ('mots', 'jour_et_mois', 'son_et_annee')", name=op.f("ck_empreinte_proche_forme")
        ),
        sa.ForeignKeyConstraint(
            ["personne_id"], ["personne.id"], name=op.f("fk_empreinte_proche_personne_id")
        ),
        sa.PrimaryKeyConstraint("personne_id", "forme", name=op.f("pk_empreinte_proche")),
    )
    op.create_index(op.f("ix_empreinte_proche_empreinte"), "empreinte_proche", ["empreinte"])
    op.create_table(
        "fusion",
        sa.Column("absorbee_id", sa.Uuid(), nullable=False),
        sa.Column("conservee_id", sa.Uuid(), nullable=False),
        sa.Column("fusionnee_le", sa.Date(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("objets", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["absorbee_id"], ["personne.id"], name=op.f("fk_fusion_absorbee_id")),
        sa.ForeignKeyConstraint(["conservee_id"], ["personne.id"], name=op.f("fk_fusion_conservee_id")),
        sa.PrimaryKeyConstraint("absorbee_id", name=op.f("pk_fusion")),
    )
    op.execute(GUARD)
    for table in ATTACHED:
        op.execute(
            f"create trigger {table}_personne before insert or update of personne_id on {table} "
            "for each row execute function refuser_personne_fusionnee()"
        )


def _registre() -> None:
    op.add_column("structure", sa.Column("epci", sa.Text(), nullable=True))
    op.add_column("structure", sa.Column("accueille", sa.Boolean(), nullable=True))
    op.create_table(
        "prescripteur",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("statut", sa.Text(), nullable=False),
        sa.Column("habilite_le", sa.Date(), nullable=True),
        sa.Column("habilite_jusqu_au", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescripteur")),
    )
    op.create_index(op.f("ix_prescripteur_code"), "prescripteur", ["code"])
    op.create_table(
        "fiche_de_poste",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("code_rome", sa.Text(), nullable=False),
        sa.Column("postes_ouverts", sa.Integer(), nullable=False),
        sa.Column("fermee_le", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fiche_de_poste")),
    )
    op.create_index(op.f("ix_fiche_de_poste_structure_id"), "fiche_de_poste", ["structure_id"])


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")
