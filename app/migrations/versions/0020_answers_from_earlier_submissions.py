"""A submission keeps which of its answers come from an earlier one; of what is there none do."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("reused", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("submission", "reused")
