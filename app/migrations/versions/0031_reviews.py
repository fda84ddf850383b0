"""Reviews: rubrics, reviewers, their ties and conflicts of interest, reviews, discussion."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATES = (
    *("assigned", "accepted", "in_progress", "submitted", "locked"),
    *("conflict", "declined", "unassigned"),
)
LIVE = "'assigned', 'accepted', 'in_progress', 'submitted', 'locked'"
CONFLICTS = ("possible", "declared", "confirmed", "waived", "dismissed")


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _yes_or_no(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(column: str, kind: str, *words: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(
        column, sa.Enum(*words, name=kind, native_enum=False, length=40), nullable=nullable
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _create(table: str, *parts: Any, refers: list[tuple[str, str]]) -> None:
    op.create_table(
        table,
        _uuid("id"),
        _number("version"),
        _instant("created_at", nullable=False),
        _instant("updated_at", nullable=False),
        *parts,
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}")
            )
            for column, to in refers
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def upgrade() -> None:
    _create(
        "rubric",
        _uuid("programme_id"),
        _uuid("call_id"),
        _number("number"),
        _number("points"),
        _json("criteria"),
        _yes_or_no("is_blind"),
        _number("wanted"),
        _instant("due_at", nullable=False),
        _instant("frozen_at"),
        _check("rubric", "points", "points BETWEEN 2 AND 7"),
        _check("rubric", "wanted", "wanted BETWEEN 1 AND 9"),
        _unique("rubric", "call_id"),
        refers=[("programme_id", "programme"), ("call_id", "call")],
    )
    _index("rubric", "programme_id")
    _create(
        "reviewer",
        _uuid("programme_id"),
        _uuid("user_id"),
        _json("themes"),
        _json("languages"),
        _text("expertise"),
        _number("most"),
        _yes_or_no("is_active"),
        _check("reviewer", "most", "most BETWEEN 0 AND 500"),
        _unique("reviewer", "programme_id", "user_id"),
        refers=[("programme_id", "programme"), ("user_id", "user_account")],
    )
    _index("reviewer", "user_id")
    _create(
        "tie",
        _uuid("user_id"),
        _uuid("organisation_id"),
        _unique("tie", "user_id", "organisation_id"),
        refers=[("user_id", "user_account"), ("organisation_id", "organisation")],
    )
    _index("tie", "organisation_id")
    _create(
        "conflict_of_interest",
        _uuid("programme_id"),
        _uuid("call_id"),
        _uuid("user_id"),
        _uuid("submission_id"),
        _text("code"),
        _json("kinds"),
        _words("state", "conflictstate", *CONFLICTS),
        _text("reason"),
        _uuid("resolved_by", nullable=True),
        _check("conflict_of_interest", "explained", "state = 'possible' OR reason != ''"),
        _check("conflict_of_interest", "not_by_oneself", "resolved_by != user_id"),
        _unique("conflict_of_interest", "user_id", "submission_id"),
        refers=[
            *(("programme_id", "programme"), ("call_id", "call")),
            *(("user_id", "user_account"), ("submission_id", "submission")),
        ],
    )
    _index("conflict_of_interest", "programme_id", "call_id", "submission_id")
    _create_review()
    _create(
        "review_comment",
        _uuid("submission_id"),
        _uuid("review_id", nullable=True),
        _uuid("user_id", nullable=True),
        _text("body"),
        refers=[
            *(("submission_id", "submission"), ("review_id", "review")),
            ("user_id", "user_account"),
        ],
    )
    _index("review_comment", "review_id", "user_id")
    op.create_index(
        "ix_review_comment_listed", "review_comment", ["submission_id", "created_at"]
    )


def _create_review() -> None:
    _create(
        "review",
        _uuid("programme_id"),
        _uuid("call_id"),
        _uuid("submission_id"),
        _text("code"),
        _uuid("user_id"),
        _words("state", "reviewstate", *STATES),
        _instant("due_at", nullable=False),
        _json("scores"),
        _text("comment_team"),
        _text("comment_staff"),
        _words(
            *("recommendation", "recommendation", "select", "undecided", "set_aside"),
            nullable=True,
        ),
        _words("confidence", "confidence", "low", "medium", "high", nullable=True),
        _text("message"),
        _instant("submitted_at"),
        _instant("reminded_at"),
        _check(
            "review",
            "complete",
            "state NOT IN ('submitted', 'locked') OR (submitted_at IS NOT NULL "
            "AND recommendation IS NOT NULL AND confidence IS NOT NULL "
            "AND comment_team != '')",
        ),
        refers=[
            *(("programme_id", "programme"), ("call_id", "call")),
            *(("submission_id", "submission"), ("user_id", "user_account")),
        ],
    )
    _index("review", "programme_id", "submission_id", "code", "user_id")
    op.create_index("ix_review_listed", "review", ["call_id", "state", "code"])
    where = sa.text(f"state IN ({LIVE})")
    op.create_index(
        "uq_review_live",
        "review",
        ["submission_id", "user_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    for table in (
        *("review_comment", "review", "conflict_of_interest"),
        *("tie", "reviewer", "rubric"),
    ):
        op.drop_table(table)
