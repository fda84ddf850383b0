"""Runs that found no assignment say so by their state."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

run = sa.table(
    "match_run",
    sa.column("id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("assignment", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    connection = op.get_bind()
    complete = sa.select(run.c.id, run.c.assignment).where(run.c.state == "complete")
    without = [key for key, told in connection.execute(complete) if told and told["reason"]]
    for key in without:
        connection.execute(run.update().where(run.c.id == key).values(state="no_solution"))


def downgrade() -> None:
    op.get_bind().execute(
        run.update().where(run.c.state == "no_solution").values(state="complete")
    )
