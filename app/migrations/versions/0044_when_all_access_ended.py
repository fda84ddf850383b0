"""Since when nothing holds by which a person got in before; webhooks end with it."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.add_column(sa.Column("access_ended_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    # Earlier versions have no word for it; they end with the receiver, or by hand.
    op.execute("UPDATE webhook SET ended_for = 'by_hand' WHERE ended_for = 'access_ended'")
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.drop_column("access_ended_at")
