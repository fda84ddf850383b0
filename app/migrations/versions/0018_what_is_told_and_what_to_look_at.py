"""Suggestions keep how much is told, and what people should look at."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


suggestion = sa.table("suggestion", sa.column("warnings", sa.JSON()))


def upgrade() -> None:
    op.add_column("suggestion", sa.Column("told", sa.Float(), nullable=True))
    op.add_column("suggestion", sa.Column("warnings", sa.JSON(), nullable=True))
    # of what was stored before nobody looked at anything
    op.execute(suggestion.update().values(warnings=[]))
    with op.batch_alter_table("suggestion") as batch:
        batch.alter_column("warnings", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("suggestion") as batch:
        batch.drop_column("warnings")
        batch.drop_column("told")
