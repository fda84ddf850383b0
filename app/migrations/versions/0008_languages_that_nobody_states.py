"""The language of a submission may be left to be recognised from its passages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

submission = sa.table("submission", sa.column("language", sa.String()))


def upgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.alter_column("language", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    # What the shape before took a submission for of which nothing was said.
    unstated = submission.c.language.is_(None)
    op.execute(submission.update().where(unstated).values(language="en"))
    with op.batch_alter_table("submission") as batch:
        batch.alter_column("language", existing_type=sa.String(), nullable=False)
