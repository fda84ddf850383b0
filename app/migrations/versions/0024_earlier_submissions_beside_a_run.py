"""Runs keep the earlier submissions by which they weigh words."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # runs of before weighed words by what they rank alone
    with op.batch_alter_table("match_run") as batch:
        batch.add_column(
            sa.Column("background", sa.JSON(), nullable=False, server_default="[]")
        )
        batch.add_column(
            sa.Column("n_background", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    with op.batch_alter_table("match_run") as batch:
        batch.drop_column("n_background")
        batch.drop_column("background")
