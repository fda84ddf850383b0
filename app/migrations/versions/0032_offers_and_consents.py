"""Matches are offered and answered; those that were recorded before stay completed."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STATES = (
    *("prepared", "discarded", "offered", "confirmed", "active", "completed", "ended"),
    *("declined", "lapsed", "withdrawn", "replaced"),
)
LIVE = "'prepared', 'offered', 'confirmed', 'active', 'completed'"
KINDS = ("offer", "reminder", "confirmed", "other_declined", "lapsed", "other_withdrew")
REASONS = ("no_time", "does_not_fit", "no_approval", "other_reason")
INSTANTS = (
    *("offered_at", "answer_by", "challenge_answered_at", "solution_answered_at"),
    "settled_at",
)
KEYS = (
    *("run_id", "offered_by", "challenge_answered_by", "solution_answered_by"),
    *("decline_reason_id", "replaces_id"),
)
CHECKS = {
    "offered": "state IN ('prepared', 'discarded', 'completed')"
    " OR (offered_at IS NOT NULL AND answer_by IS NOT NULL)",
    "both": "state NOT IN ('confirmed', 'active') OR (challenge_answer IS NOT NULL"
    " AND challenge_answer = 'yes' AND solution_answer IS NOT NULL"
    " AND solution_answer = 'yes')",
    "declined": "state != 'declined' OR (decline_reason IS NOT NULL"
    " AND (challenge_answer = 'no' OR solution_answer = 'no'))",
    "answered": "(challenge_answer IS NULL) = (challenge_answered_at IS NULL)"
    " AND (solution_answer IS NULL) = (solution_answered_at IS NULL)",
}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("match") as batch:
        batch.add_column(sa.Column("programme_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("score", sa.Float(), nullable=True))
        batch.add_column(sa.Column("reasons", sa.JSON(none_as_null=True), nullable=True))
        for name in KEYS:
            batch.add_column(sa.Column(name, sa.Uuid(), nullable=True))
        for name in INSTANTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for side in ("challenge", "solution"):
            said = _words("consent", "yes", "no")
            batch.add_column(sa.Column(f"{side}_answer", said, nullable=True))
        batch.add_column(
            sa.Column("decline_reason", _words("declinereason", *REASONS), nullable=True)
        )
        batch.drop_constraint(op.f("uq_match_challenge_id_solution_id"), type_="unique")
    op.execute(
        "UPDATE match SET programme_id = (SELECT submission.programme_id FROM submission"
        " WHERE submission.id = match.challenge_id)"
    )
    with op.batch_alter_table("match") as batch:
        batch.alter_column("programme_id", existing_type=sa.Uuid(), nullable=False)
        for column, to in (
            ("programme_id", "programme"),
            ("run_id", "match_run"),
            ("replaces_id", "match"),
        ):
            batch.create_foreign_key(op.f(f"fk_match_{column}_{to}"), to, [column], ["id"])
        batch.create_unique_constraint(op.f("uq_match_replaces_id"), ["replaces_id"])
        for name, check in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_match_{name}"), check)
    op.create_index("ix_match_run_id", "match", ["run_id"])
    op.create_index("ix_match_listed", "match", ["programme_id", "state", "code"])
    op.create_index("ix_match_due", "match", ["state", "answer_by"])
    where = sa.text(f"state IN ({LIVE})")
    op.create_index(
        "uq_match_live",
        "match",
        ["challenge_id", "solution_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "match_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("side", _words("side", "challenge", "solution"), nullable=False),
        sa.Column("kind", _words("matchletterkind", *KINDS), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_match_letter_match_id_match")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_letter")),
        sa.UniqueConstraint(
            "match_id", "side", "kind", name=op.f("uq_match_letter_match_id_side_kind")
        ),
    )


def downgrade() -> None:
    # What was only offered says nothing to the version before, which knows completed ones alone.
    op.drop_table("match_letter")
    op.execute("UPDATE match SET replaces_id = NULL")
    op.execute("DELETE FROM match WHERE state != 'completed'")
    for name in ("uq_match_live", "ix_match_due", "ix_match_listed", "ix_match_run_id"):
        op.drop_index(name, "match")
    with op.batch_alter_table("match") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_match_{name}"), type_="check")
        batch.drop_constraint(op.f("uq_match_replaces_id"), type_="unique")
        for column, to in (
            ("programme_id", "programme"),
            ("run_id", "match_run"),
            ("replaces_id", "match"),
        ):
            batch.drop_constraint(op.f(f"fk_match_{column}_{to}"), type_="foreignkey")
        for name in (
            *("programme_id", "score", "reasons", "decline_reason"),
            *("challenge_answer", "solution_answer"),
            *KEYS,
            *INSTANTS,
        ):
            batch.drop_column(name)
        batch.create_unique_constraint(
            op.f("uq_match_challenge_id_solution_id"), ["challenge_id", "solution_id"]
        )
