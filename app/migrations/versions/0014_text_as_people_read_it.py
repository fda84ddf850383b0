"""What is searched of submissions, and how names of organisations read, stand beside them.

Names of organisations are composed (NFC), as they are when they come in. Where that would make
two of one name in a country, both stay as they are.
"""

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

from app.core.base.text import comparable

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

submission = sa.table(
    "submission",
    *(sa.column(name, sa.String()) for name in ("title", "summary", "code")),
    sa.column("id", sa.Uuid()),
)
submission_text = sa.table(
    "submission_text", sa.column("submission_id", sa.Uuid()), sa.column("words", sa.String())
)
organisation = sa.table(
    "organisation",
    *(sa.column(name, sa.String()) for name in ("name", "country", "name_read")),
    sa.column("id", sa.Uuid()),
)
ROWS = 500


def upgrade() -> None:
    op.create_table(
        "submission_text",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_text_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_text")),
    )
    for rows in _pages(sa.select(submission).order_by(submission.c.id)):
        op.bulk_insert(submission_text, [_words_of(row) for row in rows])
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("name_read", sa.String(), nullable=True))
        batch.create_index("ix_organisation_name_read", ["name_read"])
    _read_names()


def _words_of(row: Any) -> dict[str, Any]:
    parts = map(comparable, (row.title, row.summary, row.code))
    return {"submission_id": row.id, "words": "\n".join(parts)}


def _pages(statement: Any) -> Iterator[list[Any]]:
    connection, offset = op.get_bind(), 0
    while rows := list(connection.execute(statement.limit(ROWS).offset(offset))):
        yield rows
        offset += ROWS


def _read_names() -> None:
    connection = op.get_bind()
    rows = list(connection.execute(sa.select(organisation)))
    taken = {(row.name, row.country) for row in rows}
    for row in rows:
        composed = normalize("NFC", row.name)
        name = row.name if (composed, row.country) in taken else composed
        taken.add((name, row.country))
        connection.execute(
            organisation.update()
            .where(organisation.c.id == row.id)
            .values(name=name, name_read=comparable(name))
        )


def downgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.drop_index("ix_organisation_name_read")
        batch.drop_column("name_read")
    op.drop_table("submission_text")
