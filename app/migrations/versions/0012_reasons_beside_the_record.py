"""Reasons stand beside the record, where they can be erased.

Events of before hold theirs in their facts; they stay as they are, for their hash is over them.
"""

import sqlalchemy as sa
from alembic import op

from app.core.storage.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_reason",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_reason"),
    )
    op.create_index("ix_audit_reason_author_id", "audit_reason", ["author_id"])


def downgrade() -> None:
    op.drop_table("audit_reason")
