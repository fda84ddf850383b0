"""How sure a suggestion is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stability", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("turns_at", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("hub", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    for name in ("hub", "turns_at", "stability"):
        op.drop_column("suggestion", name)
