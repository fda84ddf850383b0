"""Browsers that somebody has used before, and which program each session is in."""

import sqlalchemy as sa
from alembic import op

from app.core.storage.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_browser",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_known_browser_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_known_browser"),
        sa.UniqueConstraint("digest", name="uq_known_browser_digest"),
    )
    op.create_index("ix_known_browser_user_id", "known_browser", ["user_id"])
    op.create_index("ix_known_browser_ends_at", "known_browser", ["ends_at"])
    with op.batch_alter_table("browser_session") as batch:
        batch.add_column(
            sa.Column("browser", sa.String(60), nullable=False, server_default="A browser")
        )
        batch.add_column(sa.Column("known_browser_id", sa.Uuid(), nullable=True))
    with op.batch_alter_table("browser_session") as batch:
        batch.alter_column("browser", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("browser_session") as batch:
        batch.drop_column("known_browser_id")
        batch.drop_column("browser")
    op.drop_table("known_browser")
