"""the identifier of France Travail among what two persons may have in common; merges that are undone

The identifier is P2: sealed with the identity of its person, compared by a blind index that goes with their key.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "ck_empreinte_proche_forme"
FORMES = "forme in ('mots', 'jour_et_mois', 'son_et_annee', 'france_travail')"

# A merge, or its undoing, changes the person of a row and not its version; any other write does the contrary. One
# that does both read the row before it moved: it is to be played again.
GUARD = """
create or replace function refuser_personne_fusionnee() returns trigger language plpgsql as $$
declare
    dans uuid;
begin
    if tg_op = 'UPDATE' and new.personne_id <> old.personne_id and new.version <> old.version then
        raise exception 'the row moved to another person' using errcode = '40001';
    end if;
    select fusionnee_dans into dans from personne where id = new.personne_id for key share;
    if dans is not null then
        raise exception 'the person was merged' using errcode = '40001';
    end if;
    return new;
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(GUARD)
    op.drop_constraint(op.f(NAME), "empreinte_proche", type_="check")
    op.create_check_constraint(op.f(NAME), "empreinte_proche", sa.text(FORMES))


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")
