"""Every version that a team sent is kept, and what staff ask when they return one.

What was sent before begins as the first version: as it stands, or as it stood when its team took
it back.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

WRITTEN = ("title", "language", "summary", "content", "answers", "themes", "form_id")
SUBMISSION = sa.table(
    "submission",
    sa.column("id", sa.Uuid()),
    sa.column("submitted_at", sa.DateTime(timezone=True)),
    sa.column("handed_in", sa.JSON(none_as_null=True)),
    *(sa.column(name, sa.String()) for name in ("title", "language", "summary")),
    *(sa.column(name, sa.JSON()) for name in ("content", "answers", "themes")),
    sa.column("form_id", sa.Uuid()),
)


def upgrade() -> None:
    op.add_column("submission", sa.Column("asked", sa.JSON(none_as_null=True)))
    table = op.create_table(
        "revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=True),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_revision_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["call_form.id"], name=op.f("fk_revision_form_id_call_form")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "submission_id", "number", name=op.f("uq_revision_submission_id_number")
        ),
    )
    op.create_index("ix_revision_form_id", "revision", ["form_id"])
    connection = op.get_bind()
    sent = sa.or_(SUBMISSION.c.submitted_at.is_not(None), SUBMISSION.c.handed_in.is_not(None))
    found = connection.execute(sa.select(SUBMISSION).where(sent).order_by(SUBMISSION.c.id))
    for some in found.partitions(500):
        connection.execute(sa.insert(table), [_first(row) for row in some])


def _first(row: sa.Row[Any]) -> dict[str, Any]:
    kept = row.handed_in or {}
    at = row.submitted_at or datetime.fromisoformat(kept["submitted_at"])
    written = {name: kept.get(name, getattr(row, name)) for name in WRITTEN}
    if isinstance(written["form_id"], str):
        written["form_id"] = UUID(written["form_id"])
    return written | {
        "id": uuid4(),
        "version": 1,
        "created_at": at,
        "updated_at": at,
        "submission_id": row.id,
        "number": 1,
        "sent_at": at,
        "asked": None,
    }


def downgrade() -> None:
    op.drop_table("revision")
    op.drop_column("submission", "asked")
