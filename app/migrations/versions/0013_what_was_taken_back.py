"""What a team submitted and took back is kept, to count again after the deadline.

What was taken back before holds nothing of it, and stays a draft.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("handed_in", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("submission", "handed_in")
