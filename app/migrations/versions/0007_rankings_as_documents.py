"""The lists of a run are kept as one document."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("match_run", sa.Column("ranking", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("match_run", "ranking")
