"""A call asks by a form of its own, in numbered versions; a submission names its version.

What was written so far answers the built-in form, which no row holds: it stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("used_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_call_form_number")),
        sa.CheckConstraint(
            "answered_since IS NULL OR used_since IS NOT NULL",
            name=op.f("ck_call_form_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_call_form_call_id_call")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_form")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_call_form_call_id_number")),
    )
    with op.batch_alter_table("submission") as batch:
        batch.add_column(sa.Column("answers", sa.JSON(), server_default="{}", nullable=False))
        batch.add_column(sa.Column("aside", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("form_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_submission_form_id_call_form"), "call_form", ["form_id"], ["id"]
        )
        batch.create_index(op.f("ix_submission_form_id"), ["form_id"])
    # The default is for what was there before; what is new says what it answers.
    with op.batch_alter_table("submission") as batch:
        batch.alter_column("answers", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.drop_index(op.f("ix_submission_form_id"))
        batch.drop_constraint(op.f("fk_submission_form_id_call_form"), type_="foreignkey")
        for name in ("form_id", "aside", "answers"):
            batch.drop_column(name)
    op.drop_table("call_form")
