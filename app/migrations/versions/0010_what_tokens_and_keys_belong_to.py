"""A token says which one has made it; a key which credential has used it, and with what right.

Keys of before belong to nobody known: whoever sends one again is told that it was done.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("token") as batch:
        batch.add_column(sa.Column("made_by_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_token_made_by_id_token", "token", ["made_by_id"], ["id"])
        batch.create_index("ix_token_made_by_id", ["made_by_id"])
    with op.batch_alter_table("idempotency_key") as batch:
        batch.add_column(sa.Column("credential_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("permissions", sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("idempotency_key") as batch:
        batch.drop_column("permissions")
        batch.drop_column("credential_id")
    with op.batch_alter_table("token") as batch:
        batch.drop_index("ix_token_made_by_id")
        batch.drop_constraint("fk_token_made_by_id_token", type_="foreignkey")
        batch.drop_column("made_by_id")
