"""Runs keep the earlier submissions by which they weigh words."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


run = sa.table("match_run", sa.column("background", sa.JSON()))


def upgrade() -> None:
    op.add_column("match_run", sa.Column("background", sa.JSON(), nullable=True))
    # runs of before weighed words by what they rank alone
    op.execute(run.update().values(background=[]))
    with op.batch_alter_table("match_run") as batch:
        batch.alter_column("background", existing_type=sa.JSON(), nullable=False)
        batch.add_column(
            sa.Column("n_background", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    with op.batch_alter_table("match_run") as batch:
        batch.drop_column("n_background")
        batch.drop_column("background")
