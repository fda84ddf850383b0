"""A call promises when what happens after it has closed."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call") as batch:
        batch.add_column(sa.Column("promised", sa.JSON(), server_default="[]", nullable=False))
    # The default is for the calls that were there before; new ones say what they promise.
    with op.batch_alter_table("call") as batch:
        batch.alter_column("promised", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("call") as batch:
        batch.drop_column("promised")
