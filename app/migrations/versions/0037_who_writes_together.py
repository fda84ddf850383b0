"""Collaborators on submissions, comments beside questions, statements of support."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collaborator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column(
            "may",
            sa.Enum("read", "comment", "write", name="may", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_collaborator_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_collaborator_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaborator")),
        sa.UniqueConstraint(
            "submission_id", "user_id", name=op.f("uq_collaborator_submission_id_user_id")
        ),
    )
    op.create_index(op.f("ix_collaborator_submission_id"), "collaborator", ["submission_id"])
    op.create_index(op.f("ix_collaborator_user_id"), "collaborator", ["user_id"])
    op.create_table(
        "team_thread",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "resolved", name="threadstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_team_thread_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_thread")),
    )
    op.create_index(op.f("ix_team_thread_submission_id"), "team_thread", ["submission_id"])
    op.create_table(
        "team_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["team_thread.id"],
            name=op.f("fk_team_comment_thread_id_team_thread"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_team_comment_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["asked_id"],
            ["user_account.id"],
            name=op.f("fk_team_comment_asked_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_comment")),
    )
    for column in ("thread_id", "user_id", "asked_id"):
        op.create_index(op.f(f"ix_team_comment_{column}"), "team_comment", [column])
    op.create_table(
        "support_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "office", "email")),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supports", sa.Boolean(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("seen", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (supports IS NULL)",
            name=op.f("ck_support_statement_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_support_statement_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_statement")),
        sa.UniqueConstraint("digest", name=op.f("uq_support_statement_digest")),
    )
    op.create_index(
        op.f("ix_support_statement_submission_id"), "support_statement", ["submission_id"]
    )


def downgrade() -> None:
    op.drop_table("support_statement")
    op.drop_table("team_comment")
    op.drop_table("team_thread")
    op.drop_table("collaborator")
