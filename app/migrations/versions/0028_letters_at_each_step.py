"""Which letters people do not want, and which reminders were written."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KINDS = (
    *("received", "returned", "restored", "permitted", "closes_soon", "selected", "reserve"),
    *("learning_track", "not_selected", "promotion", "correction", "answer_soon", "place_lost"),
    "digest",
)


def upgrade() -> None:
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(
            sa.Column("unwanted_letters", sa.JSON(), server_default="[]", nullable=False)
        )
    # The default is for the people who were there before.
    with op.batch_alter_table("user_account") as batch:
        batch.alter_column("unwanted_letters", existing_type=sa.JSON(), server_default=None)
    op.create_table(
        "reminder",
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="letterkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "about", "due_at", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_due_at", "reminder", ["due_at"])


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_column("user_account", "unwanted_letters")
