"""Rooms of matches: what both sides say, when they meet, and what they agree on."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_SIDES = ("challenge", "solution")


def _words(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def _record(*columns: sa.Column[Any]) -> list[sa.Column[Any]]:
    """Return the columns of a table behind those that each row has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *columns,
    ]


def _key(name: str, table: str, column: str, **more: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"), **more
    )


def upgrade() -> None:
    op.create_table(
        "conversation",
        *_record(
            sa.Column("match_id", sa.Uuid(), nullable=False),
            sa.Column("said", sa.Integer(), nullable=False),
            sa.Column("lived_at", sa.DateTime(timezone=True), nullable=True),
            *(
                sa.Column(
                    f"{side}_staff", _words("staffaccess", ("shut", "let")), nullable=False
                )
                for side in _SIDES
            ),
            *(sa.Column(f"{side}_told", sa.Integer(), nullable=False) for side in _SIDES),
        ),
        _key("conversation", "match", "match_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("match_id", name=op.f("uq_conversation_match_id")),
    )
    op.create_table(
        "room_message",
        *_record(
            sa.Column("conversation_id", sa.Uuid(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("side", _words("side", _SIDES), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.Column(
                "kind",
                _words("messagekind", ("said", "staff_let", "staff_shut")),
                nullable=False,
            ),
            sa.Column("body", sa.String(), nullable=False),
            sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        ),
        sa.CheckConstraint(
            "taken_back_at IS NULL OR body = ''", name=op.f("ck_room_message_taken_back")
        ),
        _key("room_message", "conversation", "conversation_id"),
        _key("room_message", "user_account", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_message")),
        sa.UniqueConstraint(
            "conversation_id", "number", name=op.f("uq_room_message_conversation_id_number")
        ),
    )
    op.create_index(op.f("ix_room_message_user_id"), "room_message", ["user_id"])
    op.create_table(
        "read_mark",
        *_record(
            sa.Column("conversation_id", sa.Uuid(), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
        ),
        _key("read_mark", "conversation", "conversation_id"),
        _key("read_mark", "user_account", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_mark")),
        sa.UniqueConstraint(
            "conversation_id", "user_id", name=op.f("uq_read_mark_conversation_id_user_id")
        ),
    )
    op.create_index(op.f("ix_read_mark_user_id"), "read_mark", ["user_id"])
    op.create_table(
        "meeting",
        *_record(
            sa.Column("conversation_id", sa.Uuid(), nullable=False),
            sa.Column("side", _words("side", _SIDES), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.Column("topic", sa.String(), nullable=False),
            sa.Column("place", sa.String(), nullable=False),
            sa.Column("minutes", sa.Integer(), nullable=False),
            sa.Column(
                "state",
                _words("meetingstate", ("proposed", "fixed", "cancelled")),
                nullable=False,
            ),
            sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("sequence", sa.Integer(), nullable=False),
        ),
        sa.CheckConstraint(
            "state != 'fixed' OR starts_at IS NOT NULL", name=op.f("ck_meeting_fixed")
        ),
        _key("meeting", "conversation", "conversation_id"),
        _key("meeting", "user_account", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_table(
        "meeting_time",
        *_record(
            sa.Column("meeting_id", sa.Uuid(), nullable=False),
            sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        ),
        _key("meeting_time", "meeting", "meeting_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_time")),
        sa.UniqueConstraint(
            "meeting_id", "starts_at", name=op.f("uq_meeting_time_meeting_id_starts_at")
        ),
    )
    op.create_table(
        "agreed_task",
        *_record(
            sa.Column("conversation_id", sa.Uuid(), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.Column("side", _words("side", _SIDES), nullable=False),
            sa.Column("person_id", sa.Uuid(), nullable=True),
            sa.Column("title", sa.String(), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=True),
            sa.Column(
                "state", _words("agreedstate", ("open", "done", "dropped")), nullable=False
            ),
            sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_agreed_task_done")
        ),
        _key("agreed_task", "conversation", "conversation_id"),
        _key("agreed_task", "user_account", "user_id"),
        _key("agreed_task", "user_account", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_task")),
    )
    for table, columns in (
        ("meeting", ("conversation_id", "user_id")),
        ("agreed_task", ("conversation_id", "user_id", "person_id")),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    # Earlier versions cannot read these words.
    _forget("conversation.waiting", "meeting.proposed", "meeting.fixed", "meeting.cancelled")
    for table in (
        *("agreed_task", "meeting_time", "meeting", "read_mark", "room_message"),
        "conversation",
    ):
        op.drop_table(table)


def _forget(*kinds: str) -> None:
    """Remove events of these kinds with their deliveries, and let no webhook want them."""
    event = sa.table("event", sa.column("id"), sa.column("kind"))
    delivery = sa.table("delivery", sa.column("event_id"))
    webhook = sa.table("webhook", sa.column("id"), sa.column("kinds", sa.JSON()))
    connection = op.get_bind()
    gone = sa.select(event.c.id).where(event.c.kind.in_(kinds))
    # By hand, since SQLite carries nothing on while the tables are changed.
    connection.execute(sa.delete(delivery).where(delivery.c.event_id.in_(gone)))
    connection.execute(sa.delete(event).where(event.c.kind.in_(kinds)))
    for key, wanted in connection.execute(sa.select(webhook.c.id, webhook.c.kinds)).all():
        if stays := [kind for kind in wanted if kind not in kinds]:
            kept = sa.update(webhook).where(webhook.c.id == key).values(kinds=stays)
            connection.execute(kept)
        else:
            told = sa.table("delivery", sa.column("webhook_id"))
            connection.execute(sa.delete(told).where(told.c.webhook_id == key))
            connection.execute(sa.delete(webhook).where(webhook.c.id == key))
