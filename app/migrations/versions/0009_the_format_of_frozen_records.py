"""Each run says in which format its records were frozen, so that it is read for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("match_run") as batch:
        batch.add_column(
            sa.Column("record_format", sa.Integer(), nullable=False, server_default="1")
        )


def downgrade() -> None:
    with op.batch_alter_table("match_run") as batch:
        batch.drop_column("record_format")
