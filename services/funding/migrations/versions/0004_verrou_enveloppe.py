"""the sums of an envelope lock it without barring the keys that point to it

A movement holds a key share of its envelope already: asking for the whole row made two of them wait for each other.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RELOCK = """
do $$ begin
    execute replace(pg_get_functiondef('additionner_mouvements'::regproc), 'for {before}', 'for {after}');
end $$
"""


def upgrade() -> None:
    op.execute(RELOCK.format(before="update;", after="no key update;"))


def downgrade() -> None:
    op.execute(RELOCK.format(before="no key update;", after="update;"))
