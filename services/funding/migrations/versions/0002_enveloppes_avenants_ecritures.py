"""envelopes, cofinancings, modulation, redéploiements, double entry, hours of clauses, FDI"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "versement",
    "ecriture",
    "mouvement_enveloppe",
    "modulation",
    "grille_modulation",
)
# The sums of an envelope move in the statement of the movement; rows are locked in order, its check decides.
SUM_MOVEMENTS = """
create function additionner_mouvements() returns trigger language plpgsql as $$
begin
    perform 1 from enveloppe where id in (select enveloppe_id from nouveaux) order by id for update;
    update enveloppe e
    set notifie = e.notifie + d.notifie, notifie_etp = e.notifie_etp + d.etp, retraits = e.retraits + d.retraits,
        abondements = e.abondements + d.abondements, delegue = e.delegue + d.delegue, engage = e.engage + d.engage
    from (select enveloppe_id,
                 coalesce(sum(montant) filter (where sens = 'NOTIFICATION'), 0) as notifie,
                 coalesce(sum(montant) filter (where sens = 'ABONDEMENT'), 0) as abondements,
                 coalesce(sum(montant) filter (where sens = 'RETRAIT'), 0) as retraits,
                 coalesce(sum(montant) filter (where sens = 'DELEGATION'), 0) as delegue,
                 coalesce(sum(montant) filter (where sens = 'ENGAGEMENT'), 0) as engage,
                 coalesce(sum(etp) filter (where sens = 'NOTIFICATION'), 0) as etp
          from nouveaux group by enveloppe_id) d
    where d.enveloppe_id = e.id;
    return null;
end $$;
"""
# A payment comes whole in one statement: what its annexe receives is its amount, and its lines make zero.
CHECK_BALANCE = """
create function equilibrer_ecritures() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from nouveaux n
        where (select coalesce(sum(e.montant), 1) from ecriture e where e.versement_id = n.{key}) <> 0
           or not exists (
                select 1 from ecriture e join versement v on v.id = e.versement_id
                where e.versement_id = n.{key} and e.compte = 'ANNEXE' and e.titulaire = v.annexe_id::text
                  and e.montant = v.montant)
    ) then
        raise exception 'unbalanced payment' using errcode = 'check_violation', constraint = 'ck_ecriture_equilibre';
    end if;
    return null;
end $$;
"""
FIRST_ENTRIES = """
insert into ecriture (versement_id, compte, titulaire, montant)
select id, 'ANNEXE', annexe_id::text, montant from versement
union all select id, 'FINANCEUR', financeur, -montant from versement
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _annexes()
    _payments()
    _modulation()
    _envelopes()
    _movements()
    _hours()
    op.execute(SUM_MOVEMENTS)
    op.execute(
        "create trigger mouvement_enveloppe_sommes after insert on mouvement_enveloppe "
        "referencing new table as nouveaux for each statement execute function additionner_mouvements()"
    )
    op.execute(FIRST_ENTRIES)
    for table, key in (("ecriture", "versement_id"), ("versement", "id")):
        name = f"equilibrer_{table}"
        op.execute(CHECK_BALANCE.replace("equilibrer_ecritures", name).replace("{key}", key))
        op.execute(
            f"create trigger {table}_equilibre after insert on {table} "
            f"referencing new table as nouveaux for each statement execute function {name}()"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        op.execute(f"revoke update, delete on {table} from funding_appli")


def _annexes() -> None:
    op.add_column(
        "annexe_financiere",
        sa.Column("montant_cofinance", sa.Numeric(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("annexe_financiere", sa.Column("avenant_de", sa.Uuid(), nullable=True))
    op.add_column("annexe_financiere", sa.Column("sorties_prevues", sa.Integer(), nullable=True))
    for column in ("taux_durable_prevu", "taux_transition_prevu", "taux_positive_prevu"):
        op.add_column("annexe_financiere", sa.Column(column, sa.Numeric(), nullable=True))
    op.create_foreign_key(
        op.f("fk_annexe_financiere_avenant_de"),
        "annexe_financiere",
        "annexe_financiere",
        ["avenant_de"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_annexe_financiere_cofinancement"),
        "annexe_financiere",
        "montant_cofinance between 0 and montant_socle",
    )
    op.create_table(
        "cofinancement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("financeur", sa.Text(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("circuit", sa.Text(), nullable=False),
        sa.Column("postes", sa.Integer(), nullable=True),
        sa.Column("date_accord", sa.Date(), nullable=False),
        sa.CheckConstraint("montant > 0", name=op.f("ck_cofinancement_montant")),
        sa.CheckConstraint("circuit in ('ASP', 'DIRECT')", name=op.f("ck_cofinancement_circuit")),
        sa.ForeignKeyConstraint(
            ["annexe_id"], ["annexe_financiere.id"], name=op.f("fk_cofinancement_annexe_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cofinancement")),
        sa.UniqueConstraint("annexe_id", "financeur", name=op.f("uq_cofinancement_annexe_id_financeur")),
    )


def _payments() -> None:
    op.add_column("versement", sa.Column("corrige", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_versement_corrige"), "versement", "versement", ["corrige"], ["id"])
    op.create_unique_constraint(op.f("uq_versement_corrige"), "versement", ["corrige"])
    op.create_check_constraint(
        op.f("ck_versement_sens"), "versement", "(montant < 0) = (corrige is not null)"
    )
    op.create_table(
        "ecriture",
        sa.Column("versement_id", sa.Uuid(), nullable=False),
        sa.Column("compte", sa.Text(), nullable=False),
        sa.Column("titulaire", sa.Text(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.CheckConstraint("compte in ('ENVELOPPE', 'FINANCEUR', 'ANNEXE')", name=op.f("ck_ecriture_compte")),
        sa.ForeignKeyConstraint(["versement_id"], ["versement.id"], name=op.f("fk_ecriture_versement_id")),
        sa.PrimaryKeyConstraint("versement_id", "compte", "titulaire", name=op.f("pk_ecriture")),
    )
    op.create_index(op.f("ix_ecriture_compte_titulaire"), "ecriture", ["compte", "titulaire"], unique=False)


def _modulation() -> None:
    op.create_table(
        "grille_modulation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("publics", sa.Numeric(), nullable=False),
        sa.Column("effort", sa.Numeric(), nullable=False),
        sa.Column("resultats", sa.Numeric(), nullable=False),
        sa.Column("plafond", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("publics + effort + resultats = 1", name=op.f("ck_grille_modulation_poids")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grille_modulation")),
        sa.UniqueConstraint(
            "region", "annee", "numero", name=op.f("uq_grille_modulation_region_annee_numero")
        ),
    )
    op.create_table(
        "modulation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("grille_id", sa.Uuid(), nullable=True),
        sa.Column("taux", sa.Numeric(), nullable=False),
        sa.Column("socle_du", sa.Numeric(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("date_notification", sa.Date(), nullable=False),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.CheckConstraint("taux between 0 and 0.10", name=op.f("ck_modulation_taux")),
        sa.ForeignKeyConstraint(
            ["annexe_id"], ["annexe_financiere.id"], name=op.f("fk_modulation_annexe_id")
        ),
        sa.ForeignKeyConstraint(
            ["grille_id"], ["grille_modulation.id"], name=op.f("fk_modulation_grille_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modulation")),
        sa.UniqueConstraint("annexe_id", name=op.f("uq_modulation_annexe_id")),
    )


def _envelopes() -> None:
    sums = ("notifie", "abondements", "retraits", "delegue", "engage", "notifie_etp")
    op.create_table(
        "enveloppe",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("niveau", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, sa.Numeric(), server_default=sa.text("0"), nullable=False) for name in sums),
        sa.CheckConstraint(
            "niveau in ('NATIONAL', 'REGIONAL', 'DEPARTEMENTAL')", name=op.f("ck_enveloppe_niveau")
        ),
        sa.CheckConstraint(
            "nature in ('AIDE_POSTE', 'FDI', 'PIC_IAE', 'AUTRE')", name=op.f("ck_enveloppe_nature")
        ),
        sa.CheckConstraint(
            "delegue + engage <= notifie + abondements - retraits", name=op.f("ck_enveloppe_disponible")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["enveloppe.id"], name=op.f("fk_enveloppe_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enveloppe")),
        sa.UniqueConstraint(
            "niveau",
            "territoire",
            "annee",
            "nature",
            name=op.f("uq_enveloppe_niveau_territoire_annee_nature"),
        ),
    )
    op.create_index(op.f("ix_enveloppe_parent_id"), "enveloppe", ["parent_id"], unique=False)
    op.create_table(
        "mouvement_enveloppe",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enveloppe_id", sa.Uuid(), nullable=False),
        sa.Column("sens", sa.Text(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("etp", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("annexe_id", sa.Uuid(), nullable=True),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("le", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "sens in ('NOTIFICATION', 'ABONDEMENT', 'RETRAIT', 'DELEGATION', 'ENGAGEMENT')",
            name=op.f("ck_mouvement_enveloppe_sens"),
        ),
        sa.ForeignKeyConstraint(
            ["enveloppe_id"], ["enveloppe.id"], name=op.f("fk_mouvement_enveloppe_enveloppe_id")
        ),
        sa.ForeignKeyConstraint(
            ["annexe_id"], ["annexe_financiere.id"], name=op.f("fk_mouvement_enveloppe_annexe_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mouvement_enveloppe")),
    )
    for column in ("enveloppe_id", "annexe_id"):
        op.create_index(
            op.f(f"ix_mouvement_enveloppe_{column}"), "mouvement_enveloppe", [column], unique=False
        )


def _movements() -> None:
    op.create_table(
        "redeploiement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("propose_le", sa.Date(), nullable=False),
        sa.Column("decide_le", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("applique_le", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "etat in ('PROPOSE', 'ACCEPTE', 'REFUSE', 'APPLIQUE')", name=op.f("ck_redeploiement_etat")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redeploiement")),
    )
    op.create_table(
        "ligne_redeploiement",
        sa.Column("redeploiement_id", sa.Uuid(), nullable=False),
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("etp", sa.Numeric(), nullable=False),
        sa.CheckConstraint("etp <> 0", name=op.f("ck_ligne_redeploiement_etp")),
        sa.ForeignKeyConstraint(
            ["redeploiement_id"], ["redeploiement.id"], name=op.f("fk_ligne_redeploiement_redeploiement_id")
        ),
        sa.ForeignKeyConstraint(
            ["annexe_id"], ["annexe_financiere.id"], name=op.f("fk_ligne_redeploiement_annexe_id")
        ),
        sa.PrimaryKeyConstraint("redeploiement_id", "annexe_id", name=op.f("pk_ligne_redeploiement")),
    )


def _hours() -> None:
    op.create_table(
        "heures_clause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("marche_id", sa.Uuid(), nullable=False),
        sa.Column("contrat_id", sa.Uuid(), nullable=False),
        sa.Column("mois", sa.Text(), nullable=False),
        sa.Column("heures", sa.Numeric(), nullable=False),
        sa.CheckConstraint("heures > 0", name=op.f("ck_heures_clause_heures")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_heures_clause_marche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heures_clause")),
        sa.UniqueConstraint("contrat_id", "mois", name=op.f("uq_heures_clause_contrat_id_mois")),
    )
    op.create_index(op.f("ix_heures_clause_marche_id"), "heures_clause", ["marche_id"], unique=False)
    op.create_table(
        "action_fdi",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("nature_action", sa.Text(), nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column("date_decision", sa.Date(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("part_avance", sa.Numeric(), nullable=False),
        sa.Column("montant_avance", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "montant > 0 and montant_avance between 0 and montant", name=op.f("ck_action_fdi_montants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_fdi")),
    )
    op.create_index(op.f("ix_action_fdi_structure_id"), "action_fdi", ["structure_id"], unique=False)
    op.create_table(
        "version_declaration",
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("annexe_numero", sa.Text(), nullable=False),
        sa.Column("mois", sa.Text(), nullable=False),
        sa.Column("connue_le", sa.Date(), nullable=False),
        sa.Column("heures", sa.Numeric(), nullable=False),
        sa.Column("heures_eligibles", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint(
            "declaration_id", "version", "annexe_numero", name=op.f("pk_version_declaration")
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")
