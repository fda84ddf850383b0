"""The advisory board: advisors, consultations with their items, declarations, advice, questions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _yes_or_no(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(column: str, kind: str, *words: str) -> sa.Column[Any]:
    return sa.Column(
        column, sa.Enum(*words, name=kind, native_enum=False, length=40), nullable=False
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
        "advisor",
        _uuid("programme_id"),
        _uuid("user_id"),
        _yes_or_no("is_active"),
        _unique("advisor", "programme_id", "user_id"),
        refers=[("programme_id", "programme"), ("user_id", "user_account")],
    )
    _index("advisor", "user_id")
    _create(
        "consultation",
        _uuid("programme_id"),
        _uuid("call_id", nullable=True),
        _uuid("run_id", nullable=True),
        _text("title"),
        _text("message"),
        _words("state", "consultationstate", "open", "closed"),
        _instant("due_at", nullable=False),
        _yes_or_no("is_ranked"),
        _yes_or_no("shows_decisions"),
        _uuid("opened_by", nullable=True),
        _check("consultation", "about_one", "(call_id IS NULL) != (run_id IS NULL)"),
        _check(
            "consultation", "of_a_call", "run_id IS NULL OR NOT (is_ranked OR shows_decisions)"
        ),
        refers=[
            *(("programme_id", "programme"), ("call_id", "call"), ("run_id", "match_run")),
        ],
    )
    _index("consultation", "programme_id", "call_id", "run_id")
    _create(
        "board_item",
        _uuid("consultation_id"),
        _number("number"),
        _uuid("submission_id"),
        _uuid("solution_id", nullable=True),
        sa.Column("standing", sa.JSON(none_as_null=True), nullable=True),
        _unique("board_item", "consultation_id", "number"),
        refers=[
            ("consultation_id", "consultation"),
            *(("submission_id", "submission"), ("solution_id", "submission")),
        ],
    )
    _index("board_item", "submission_id", "solution_id")
    _create(
        "board_declaration",
        _uuid("consultation_id"),
        _uuid("user_id"),
        _unique("board_declaration", "consultation_id", "user_id"),
        refers=[("consultation_id", "consultation"), ("user_id", "user_account")],
    )
    _index("board_declaration", "user_id")
    _create(
        "advice",
        _uuid("consultation_id"),
        _uuid("item_id"),
        _uuid("user_id"),
        _number("number"),
        _yes_or_no("is_current"),
        _words("stance", "stance", "supports", "doubts", "opposes"),
        _text("comment"),
        _check("advice", "explained", "comment != ''"),
        _unique("advice", "item_id", "user_id", "number"),
        refers=[
            ("consultation_id", "consultation"),
            *(("item_id", "board_item"), ("user_id", "user_account")),
        ],
    )
    _index("advice", "consultation_id", "user_id")
    _create(
        "board_question",
        _uuid("consultation_id"),
        _uuid("item_id", nullable=True),
        _uuid("user_id"),
        _text("question"),
        _text("answer"),
        _uuid("answered_by", nullable=True),
        _instant("answered_at"),
        _check("board_question", "answered", "(answer = '') = (answered_at IS NULL)"),
        refers=[
            ("consultation_id", "consultation"),
            *(("item_id", "board_item"), ("user_id", "user_account")),
        ],
    )
    _index("board_question", "item_id", "user_id")
    op.create_index(
        "ix_board_question_listed", "board_question", ["consultation_id", "answered_at"]
    )


def downgrade() -> None:
    for table in (
        *("board_question", "advice", "board_declaration", "board_item"),
        *("consultation", "advisor"),
    ):
        op.drop_table(table)
