"""Calls have a time of grace, for what was begun before they close."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


call = sa.table("call", sa.column("closes_at"), sa.column("ends_at"))


def upgrade() -> None:
    op.add_column("call", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(call.update().values(ends_at=call.c.closes_at))
    with op.batch_alter_table("call") as batch:
        batch.alter_column("ends_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.create_check_constraint("grace", "closes_at <= ends_at")


def downgrade() -> None:
    with op.batch_alter_table("call") as batch:
        batch.drop_constraint("grace", type_="check")
        batch.drop_column("ends_at")
