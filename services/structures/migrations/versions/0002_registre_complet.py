"""registry complete: history, antennes, states of conventions, fiches de poste, prescripteurs"""

import sqlalchemy as sa
from alembic import op

from shared.reference.positions import positions

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The rows that exist were recorded by facts: the columns that are new are read in the journal.
FILL = (
    """
    update structure s set cree_le = j.known_on,
        date_effet = (j.occurred_at at time zone 'Europe/Paris')::date,
        texte = translate(lower(concat_ws(' ', s.raison_sociale, s.activite, s.reseau)),
                          'àâäçéèêëîïôöùûüÿ', 'aaaceeeeiioouuuy')
    from journal j where j.key = s.id and j.version = 1
    """,
    """
    insert into structure_etat (structure_id, version, date_effet, connu_le, fait, etat)
    select key, version, (occurred_at at time zone 'Europe/Paris')::date, known_on, 'enregistree', data
    from journal where aggregate = 'structure'
    """,
    """
    update convention c set siret_signature = s.siret, type_structure = s.type_structure, etat_le = c.date_debut
    from structure s where s.id = c.structure_id
    """,
)
NEW_STRUCTURE: tuple[sa.Column[object], ...] = (
    sa.Column("siren", sa.Text(), sa.Computed("left(siret, 9)", persisted=True), nullable=False),
    sa.Column("source", sa.Text(), server_default="ASP", nullable=False),
    sa.Column("asp_id", sa.BigInteger()),
    sa.Column("mere_id", sa.Uuid()),
    sa.Column("latitude", sa.Double()),
    sa.Column("longitude", sa.Double()),
    sa.Column("texte", sa.Text()),
    sa.Column("capacite", sa.Integer()),
    sa.Column("delai_attente_jours", sa.Integer()),
    sa.Column("accueil_declare_le", sa.Date()),
    sa.Column("spontanees_jusqu_au", sa.Date()),
    sa.Column("visible", sa.Boolean(), server_default="true", nullable=False),
    sa.Column("cree_le", sa.Date()),
    sa.Column("date_effet", sa.Date()),
    sa.Column("fermee_le", sa.Date()),
    sa.Column("motif_fermeture", sa.Text()),
    sa.Column("absorbante_id", sa.Uuid()),
)
NEW_CONVENTION: tuple[sa.Column[object], ...] = (
    sa.Column("siret_signature", sa.Text()),
    sa.Column("siren", sa.Text(), sa.Computed("left(siret_signature, 9)", persisted=True)),
    sa.Column("type_structure", sa.Text()),
    sa.Column("etat", sa.Text(), server_default="SIGNEE", nullable=False),
    sa.Column("etat_le", sa.Date()),
    sa.Column("avis", sa.Text()),
    sa.Column("suspendue_le", sa.Date()),
    sa.Column("motif_suspension", sa.Text()),
    sa.Column("reactivee_le", sa.Date()),
)
TYPES = "type_structure in ('ACI', 'AI', 'EI', 'ETTI', 'EITI', 'AUTRE', 'GEIQ', 'OPCS')"
ETATS = "etat in ('DEMANDEE', 'EN_INSTRUCTION', 'AVIS_RENDU', 'REFUSEE', 'SIGNEE', 'ACTIVE', 'SUSPENDUE', 'TERMINEE')"


def upgrade() -> None:
    for column in NEW_STRUCTURE:
        op.add_column("structure", column)
    for column in NEW_CONVENTION:
        op.add_column("convention", column)
    create_history()
    for statement in FILL:
        op.execute(statement)
    place_structures()
    constrain_structure()
    constrain_convention()
    create_fiche_de_poste()
    create_prescripteur()


def place_structures() -> None:
    held = positions()
    op.get_bind().execute(
        sa.text("""
            update structure s set latitude = p.latitude, longitude = p.longitude
            from unnest(cast(:codes as text[]), cast(:latitudes as float8[]), cast(:longitudes as float8[]))
                     as p(code_insee, latitude, longitude)
            where p.code_insee = s.code_insee
        """),
        {
            "codes": list(held),
            "latitudes": [place.latitude for place in held.values()],
            "longitudes": [place.longitude for place in held.values()],
        },
    )


def create_history() -> None:
    op.create_table(
        "structure_etat",
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("date_effet", sa.Date(), nullable=False),
        sa.Column("connu_le", sa.Date(), nullable=False),
        sa.Column("fait", sa.Text(), nullable=False),
        sa.Column("etat", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_structure_etat_structure_id")
        ),
        sa.PrimaryKeyConstraint("structure_id", "version", name=op.f("pk_structure_etat")),
    )
    op.create_table(
        "exercice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("permanents", sa.Integer()),
        sa.Column("chiffre_affaires", sa.Numeric()),
        sa.ForeignKeyConstraint(["structure_id"], ["structure.id"], name=op.f("fk_exercice_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercice")),
        sa.UniqueConstraint("structure_id", "annee", name=op.f("uq_exercice_structure_id_annee")),
    )


def constrain_structure() -> None:
    for column in ("texte", "cree_le", "date_effet"):
        op.alter_column("structure", column, nullable=False)
    op.drop_constraint("ck_structure_type", "structure")
    op.create_check_constraint(op.f("ck_structure_type"), "structure", TYPES)
    op.create_check_constraint(
        op.f("ck_structure_source"), "structure", "source in ('ASP', 'USER_CREATED', 'STAFF_CREATED', 'GEIQ')"
    )
    op.create_check_constraint(
        op.f("ck_structure_antenne"), "structure", "(mere_id is not null) = (source = 'USER_CREATED')"
    )
    op.create_check_constraint(
        op.f("ck_structure_absorbee"), "structure", "absorbante_id is null or fermee_le is not null"
    )
    op.create_unique_constraint(
        op.f("uq_structure_id_siren_type_structure"), "structure", ["id", "siren", "type_structure"]
    )
    op.create_foreign_key(
        op.f("fk_structure_mere"),
        "structure",
        "structure",
        ["mere_id", "siren", "type_structure"],
        ["id", "siren", "type_structure"],
    )
    op.create_foreign_key(
        op.f("fk_structure_absorbante_id"), "structure", "structure", ["absorbante_id"], ["id"]
    )
    op.create_index(op.f("ix_structure_mere_id"), "structure", ["mere_id"])
    op.create_index(op.f("ix_structure_absorbante_id"), "structure", ["absorbante_id"])
    op.create_index(op.f("ix_structure_latitude_longitude"), "structure", ["latitude", "longitude"])
    op.create_index(
        "uq_structure_asp",
        "structure",
        ["asp_id", "type_structure"],
        unique=True,
        postgresql_where=sa.text("asp_id is not null and mere_id is null and fermee_le is null"),
    )


def constrain_convention() -> None:
    for column in ("siret_signature", "siren", "type_structure", "etat_le"):
        op.alter_column("convention", column, nullable=False)
    op.alter_column("convention", "numero", nullable=True)
    op.drop_constraint("fk_convention_structure_id", "convention")
    op.create_foreign_key(
        op.f("fk_convention_structure"),
        "convention",
        "structure",
        ["structure_id", "siren", "type_structure"],
        ["id", "siren", "type_structure"],
    )
    op.create_check_constraint(op.f("ck_convention_etat"), "convention", ETATS)
    op.create_index(
        "uq_convention_structure_en_cours",
        "convention",
        ["structure_id"],
        unique=True,
        postgresql_where=sa.text("etat in ('SIGNEE', 'ACTIVE', 'SUSPENDUE')"),
    )
    op.create_index(
        "uq_convention_structure_demandee",
        "convention",
        ["structure_id"],
        unique=True,
        postgresql_where=sa.text("etat in ('DEMANDEE', 'EN_INSTRUCTION', 'AVIS_RENDU')"),
    )


def create_fiche_de_poste() -> None:
    op.create_table(
        "fiche_de_poste",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("code_rome", sa.Text(), nullable=False),
        sa.Column("appellation", sa.Text(), nullable=False),
        sa.Column("type_contrat", sa.Text(), nullable=False),
        sa.Column("postes_ouverts", sa.Integer(), nullable=False),
        sa.Column("heures_hebdo", sa.Numeric()),
        sa.Column("code_insee", sa.Text()),
        sa.Column("cv_exige", sa.Boolean(), nullable=False),
        sa.Column("clause_qpv", sa.Boolean(), nullable=False),
        sa.Column("contexte_marche", sa.Boolean(), nullable=False),
        sa.Column("profil", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("creee_le", sa.Date(), nullable=False),
        sa.Column("mise_a_jour_le", sa.Date(), nullable=False),
        sa.Column("fermee_le", sa.Date()),
        sa.Column("motif_fermeture", sa.Text()),
        sa.CheckConstraint("postes_ouverts >= 1", name=op.f("ck_fiche_de_poste_postes")),
        sa.CheckConstraint("heures_hebdo > 0 and heures_hebdo <= 48", name=op.f("ck_fiche_de_poste_heures")),
        sa.CheckConstraint(
            "source in ('SAISIE', 'EMBAUCHE', 'OFFRE_FT')", name=op.f("ck_fiche_de_poste_source")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_fiche_de_poste_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fiche_de_poste")),
    )
    op.create_index(op.f("ix_fiche_de_poste_structure_id"), "fiche_de_poste", ["structure_id"])
    op.create_index(
        "ix_fiche_de_poste_ouverte",
        "fiche_de_poste",
        ["structure_id", "code_rome"],
        postgresql_where=sa.text("fermee_le is null"),
    )
    op.create_index(
        "ix_fiche_de_poste_mise_a_jour",
        "fiche_de_poste",
        ["mise_a_jour_le"],
        postgresql_where=sa.text("fermee_le is null"),
    )


def create_prescripteur() -> None:
    op.create_table(
        "prescripteur",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("siret", sa.Text()),
        sa.Column("code_safir", sa.Text()),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.Column("conventionne_brsa", sa.Boolean(), nullable=False),
        sa.Column("statut", sa.Text(), nullable=False),
        sa.Column("habilite_le", sa.Date()),
        sa.Column("habilite_jusqu_au", sa.Date()),
        sa.CheckConstraint(
            "statut in ('NOT_SET', 'VALIDATED', 'REFUSED', 'NOT_REQUIRED')",
            name=op.f("ck_prescripteur_statut"),
        ),
        sa.CheckConstraint("type = 'FT' or siret is not null", name=op.f("ck_prescripteur_siret")),
        sa.CheckConstraint(
            "code_safir is null or (type = 'FT' and code_safir ~ '^[0-9]{5}$')",
            name=op.f("ck_prescripteur_safir"),
        ),
        sa.CheckConstraint(
            "not (type = 'Autre' and statut = 'VALIDATED')", name=op.f("ck_prescripteur_autre")
        ),
        sa.CheckConstraint(
            "statut <> 'NOT_REQUIRED' or type = 'Autre'", name=op.f("ck_prescripteur_sans_objet")
        ),
        sa.CheckConstraint(
            "not (type = 'ODC' and statut = 'VALIDATED' and not conventionne_brsa)",
            name=op.f("ck_prescripteur_brsa"),
        ),
        sa.CheckConstraint(
            "not (type = 'OHPD' and statut = 'VALIDATED' and habilite_jusqu_au is null)",
            name=op.f("ck_prescripteur_prefectorale"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescripteur")),
        sa.UniqueConstraint("code", name=op.f("uq_prescripteur_code")),
        sa.UniqueConstraint("code_safir", name=op.f("uq_prescripteur_code_safir")),
        sa.UniqueConstraint("siret", "type", name=op.f("uq_prescripteur_siret_type")),
    )
    op.create_index(op.f("ix_prescripteur_departement"), "prescripteur", ["departement"])


def downgrade() -> None:
    raise NotImplementedError("history would be lost: restore a backup instead")
