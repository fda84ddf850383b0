"""Suggestions keep what the challenge asks, point by point, and what of it is told."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


suggestion = sa.table("suggestion", sa.column("needs", sa.JSON()))


def upgrade() -> None:
    op.add_column("suggestion", sa.Column("needs", sa.JSON(), nullable=True))
    # of what was stored before nobody looked point by point
    op.execute(suggestion.update().values(needs=[]))
    with op.batch_alter_table("suggestion") as batch:
        batch.alter_column("needs", existing_type=sa.JSON(), nullable=False)
    op.create_index("ix_suggestion_ranked", "suggestion", ["run_id", "rank"])


def downgrade() -> None:
    op.drop_index("ix_suggestion_ranked", "suggestion")
    with op.batch_alter_table("suggestion") as batch:
        batch.drop_column("needs")
