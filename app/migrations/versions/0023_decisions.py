"""Decisions, their releases and their letters; what was decided before is released."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OUTCOMES = ("selected", "reserve", "learning_track", "not_selected")
STATES = ("draft", "ready", "approved", "released", "corrected", "discarded")
LETTERS = ("selected", "reserve", "learning_track", "not_selected", "promotion", "correction")
GONE = "submission:decide"
"""A scope that there is no more: tokens lose it, and gain nothing in its place."""

submission = sa.table(
    "submission",
    *(
        sa.column(name, sa.Uuid())
        for name in ("id", "programme_id", "call_id", "organisation_id")
    ),
    *(
        sa.column(name, sa.String())
        for name in ("kind", "code", "state", "language", "message")
    ),
    sa.column("updated_at", sa.DateTime(timezone=True)),
)
programme = sa.table("programme", sa.column("id", sa.Uuid()), sa.column("working_language"))
token = sa.table(
    "token", sa.column("id", sa.Uuid()), sa.column("scopes", sa.JSON(none_as_null=True))
)


def _record(*columns: sa.Column[object]) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name)


def upgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.add_column(sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(
            op.f("ck_submission_asked"),
            "answer_by IS NOT NULL OR state NOT IN ('accepted', 'declined')",
        )
    _create_release()
    _create_decision()
    op.create_table(
        "letter_template",
        *_record(
            sa.Column("call_id", sa.Uuid(), nullable=False),
            sa.Column("kind", _words("letterkind", *LETTERS), nullable=False),
            sa.Column("language", sa.String(), nullable=False),
            sa.Column("subject", sa.String(), nullable=False),
            sa.Column("body", sa.String(), nullable=False),
        ),
        _refers("letter_template", "call_id", "call"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint(
            "call_id", "kind", "language", name=op.f("uq_letter_template_call_id_kind_language")
        ),
    )
    _take_over()
    _narrow_tokens()


def _create_release() -> None:
    op.create_table(
        "release",
        *_record(
            sa.Column("programme_id", sa.Uuid(), nullable=False),
            sa.Column("call_id", sa.Uuid(), nullable=False),
            sa.Column("released_by", sa.Uuid(), nullable=True),
            sa.Column("decisions", sa.Integer(), nullable=False),
            sa.Column("letters", sa.Integer(), nullable=False),
            sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        ),
        _refers("release", "programme_id", "programme"),
        _refers("release", "call_id", "call"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    op.create_index("ix_release_programme_id", "release", ["programme_id"])
    op.create_index("ix_release_call_id", "release", ["call_id"])


def _create_decision() -> None:
    op.create_table(
        "decision",
        *_record(
            sa.Column("programme_id", sa.Uuid(), nullable=False),
            sa.Column("call_id", sa.Uuid(), nullable=False),
            sa.Column("submission_id", sa.Uuid(), nullable=False),
            sa.Column("kind", _words("kind", "challenge", "solution"), nullable=False),
            sa.Column("code", sa.String(), nullable=False),
            sa.Column("outcome", _words("decisionoutcome", *OUTCOMES), nullable=False),
            sa.Column("reasons", sa.String(), nullable=False),
            sa.Column("feedback", sa.String(), nullable=False),
            sa.Column("language", sa.String(), nullable=False),
            sa.Column("state", _words("decisionstate", *STATES), nullable=False),
            sa.Column("message", sa.String(), nullable=False),
            sa.Column("drafted_by", sa.Uuid(), nullable=True),
            sa.Column("approved_by", sa.Uuid(), nullable=True),
            sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
            sa.Column("release_id", sa.Uuid(), nullable=True),
            sa.Column("corrects_id", sa.Uuid(), nullable=True),
            sa.Column("in_place_of_id", sa.Uuid(), nullable=True),
        ),
        sa.CheckConstraint(
            "state NOT IN ('ready', 'approved') OR (reasons != '' AND feedback != '')",
            name=op.f("ck_decision_told"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'released', 'corrected') OR approved_at IS NOT NULL",
            name=op.f("ck_decision_approved"),
        ),
        sa.CheckConstraint("approved_by != drafted_by", name=op.f("ck_decision_two_people")),
        sa.CheckConstraint(
            "state NOT IN ('released', 'corrected') OR released_at IS NOT NULL",
            name=op.f("ck_decision_released"),
        ),
        sa.CheckConstraint(
            "in_place_of_id IS NULL OR (outcome = 'selected' AND corrects_id IS NOT NULL)",
            name=op.f("ck_decision_promotes"),
        ),
        *(
            _refers("decision", column, to)
            for column, to in (
                ("programme_id", "programme"),
                ("call_id", "call"),
                ("submission_id", "submission"),
                ("release_id", "release"),
                ("corrects_id", "decision"),
                ("in_place_of_id", "submission"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    for name in (
        *("programme_id", "submission_id", "code", "drafted_by"),
        *("release_id", "corrects_id"),
    ):
        op.create_index(f"ix_decision_{name}", "decision", [name])
    op.create_index("ix_decision_listed", "decision", ["call_id", "state", "code"])
    for name, column, states in (
        ("uq_decision_made", "submission_id", "'draft', 'ready', 'approved'"),
        ("uq_decision_counts", "submission_id", "'released'"),
        ("uq_decision_promotes", "in_place_of_id", "'draft', 'ready', 'approved', 'released'"),
    ):
        where = sa.text(f"state IN ({states})")
        op.create_index(
            name,
            "decision",
            [column],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def _take_over() -> None:
    """Make a released decision of each one that a team was told of before."""
    connection = op.get_bind()
    decision = sa.table(
        "decision",
        *(
            sa.column(name, sa.Uuid())
            for name in ("id", "programme_id", "call_id", "submission_id")
        ),
        *(
            sa.column(name, sa.String())
            for name in ("kind", "code", "outcome", "reasons", "feedback", "language")
        ),
        *(sa.column(name, sa.String()) for name in ("state", "message")),
        sa.column("version", sa.Integer()),
        *(
            sa.column(name, sa.DateTime(timezone=True))
            for name in ("created_at", "updated_at", "approved_at", "released_at")
        ),
    )
    told = (
        sa.select(submission, programme.c.working_language)
        .join(programme, programme.c.id == submission.c.programme_id)
        .where(submission.c.state.in_(["selected", "not_selected"]))
    )
    rows = [
        {
            "id": uuid4(),
            "version": 1,
            **{
                name: getattr(row, name) for name in ("programme_id", "call_id", "kind", "code")
            },
            "submission_id": row.id,
            "outcome": row.state,
            "reasons": "",
            "feedback": row.message,
            "language": row.language or row.working_language,
            "state": "released",
            "message": "",
            **dict.fromkeys(
                ("created_at", "updated_at", "approved_at", "released_at"), row.updated_at
            ),
        }
        for row in connection.execute(told)
    ]
    if rows:
        op.bulk_insert(decision, rows)


def _narrow_tokens() -> None:
    connection = op.get_bind()
    held = sa.select(token).where(token.c.scopes.is_not(None))
    for row in connection.execute(held).all():
        if GONE in (row.scopes or []):
            kept = [scope for scope in row.scopes if scope != GONE]
            op.execute(token.update().where(token.c.id == row.id).values(scopes=kept))


def downgrade() -> None:
    op.execute(
        submission.update().where(submission.c.state == "accepted").values(state="selected")
    )
    op.execute(
        submission.update()
        .where(submission.c.state.in_(["reserve", "learning_track"]))
        .values(state="not_selected")
    )
    op.execute(
        submission.update().where(submission.c.state == "declined").values(state="withdrawn")
    )
    op.drop_table("letter_template")
    op.drop_table("decision")
    op.drop_table("release")
    with op.batch_alter_table("submission") as batch:
        batch.drop_constraint(op.f("ck_submission_asked"), type_="check")
        batch.drop_column("answer_by")
