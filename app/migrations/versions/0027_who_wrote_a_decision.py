"""A decision keeps everybody who wrote a part of it: none of them approves it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

decision = sa.table(
    "decision",
    sa.column("id", sa.Uuid()),
    sa.column("drafted_by", sa.Uuid()),
    sa.column("writers", sa.JSON()),
)


def upgrade() -> None:
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("writers", sa.JSON(), server_default="[]", nullable=False))
    drafted = sa.select(decision.c.id, decision.c.drafted_by).where(
        decision.c.drafted_by.is_not(None)
    )
    connection = op.get_bind()
    for key, drafter in connection.execute(drafted).all():
        connection.execute(
            decision.update().where(decision.c.id == key).values(writers=[str(drafter)])
        )
    # The default is for the decisions that were there before; new ones name their writers.
    with op.batch_alter_table("decision") as batch:
        batch.alter_column("writers", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    op.drop_column("decision", "writers")
