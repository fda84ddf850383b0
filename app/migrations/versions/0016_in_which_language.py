"""In which language and zone the service speaks to somebody; nobody has chosen yet."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("language", sa.String(2), nullable=True))
    op.add_column("user_account", sa.Column("zone", sa.String(100), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "zone")
    op.drop_column("user_account", "language")
