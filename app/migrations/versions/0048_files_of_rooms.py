"""Files that two teams give each other in the room of their match."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KINDS = (
    *("pdf", "png", "jpeg", "gif", "webp"),
    *("docx", "xlsx", "pptx", "odt", "ods", "odp"),
)


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "room_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", _words("side", "challenge", "solution"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", _words("filekind", *KINDS), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", _words("filestate", "kept", "removed"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'removed') = (removed_at IS NOT NULL)", name=op.f("ck_room_file_removed")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_room_file_size")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_room_file_conversation_id_conversation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_room_file_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_file")),
        sa.UniqueConstraint(
            "conversation_id", "number", name=op.f("uq_room_file_conversation_id_number")
        ),
    )
    op.create_index(op.f("ix_room_file_user_id"), "room_file", ["user_id"])
    op.create_table(
        "room_file_piece",
        sa.Column("room_file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_file_id"],
            ["room_file.id"],
            name=op.f("fk_room_file_piece_room_file_id_room_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("room_file_id", "number", name=op.f("pk_room_file_piece")),
    )


def downgrade() -> None:
    op.drop_table("room_file_piece")
    op.drop_table("room_file")
    # Earlier versions cannot read the lines that told of files.
    op.execute("DELETE FROM room_message WHERE kind = 'file'")
