"""Themes keep what they mean, in several languages."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


theme = sa.table("theme", sa.column("definitions", sa.JSON()))


def upgrade() -> None:
    op.add_column("theme", sa.Column("definitions", sa.JSON(), nullable=True))
    # Loading the vocabularies anew fills them in.
    op.execute(theme.update().values(definitions={}))
    with op.batch_alter_table("theme") as batch:
        batch.alter_column("definitions", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("theme") as batch:
        batch.drop_column("definitions")
