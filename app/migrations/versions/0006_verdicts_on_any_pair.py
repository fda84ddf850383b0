"""Verdicts on any pair of a run, with undo; jobs that can be cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PAIR = ("run_id", "challenge_id", "solution_id")

verdict = sa.table(
    "verdict", sa.column("suggestion_id", sa.Uuid()), *(sa.column(n, sa.Uuid()) for n in PAIR)
)
suggestion = sa.table(
    "suggestion", sa.column("id", sa.Uuid()), *(sa.column(n, sa.Uuid()) for n in PAIR)
)


def upgrade() -> None:
    with op.batch_alter_table("job") as batch:
        batch.add_column(
            sa.Column("cancelled", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("verdict") as batch:
        for name in PAIR:
            batch.add_column(sa.Column(name, sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("undoes", sa.Uuid(), nullable=True))
    for name in PAIR:
        listed = sa.select(suggestion.c[name]).where(suggestion.c.id == verdict.c.suggestion_id)
        op.execute(verdict.update().values({name: listed.scalar_subquery()}))
    with op.batch_alter_table("verdict") as batch:
        for name in PAIR:
            batch.alter_column(name, existing_type=sa.Uuid(), nullable=False)
        batch.drop_constraint("uq_verdict_suggestion_id_number", type_="unique")
        batch.drop_index("ix_verdict_suggestion_id")
        batch.drop_constraint("fk_verdict_suggestion_id_suggestion", type_="foreignkey")
        batch.drop_column("suggestion_id")
        batch.create_foreign_key("fk_verdict_run_id_match_run", "match_run", ["run_id"], ["id"])
        for name in PAIR[1:]:
            batch.create_foreign_key(
                f"fk_verdict_{name}_submission", "submission", [name], ["id"]
            )
            batch.create_index(f"ix_verdict_{name}", [name])
        batch.create_foreign_key("fk_verdict_undoes_verdict", "verdict", ["undoes"], ["id"])
        batch.create_unique_constraint(
            "uq_verdict_run_id_challenge_id_solution_id_number", [*PAIR, "number"]
        )


def downgrade() -> None:
    with op.batch_alter_table("verdict") as batch:
        batch.add_column(sa.Column("suggestion_id", sa.Uuid(), nullable=True))
    same = [suggestion.c[name] == verdict.c[name] for name in PAIR]
    listed = sa.select(suggestion.c.id).where(*same).scalar_subquery()
    op.execute(verdict.update().values(suggestion_id=listed))
    # The shape before knows verdicts on listed pairs alone, and no undoing.
    op.execute(
        "DELETE FROM verdict WHERE suggestion_id IS NULL OR undoes IS NOT NULL"
        " OR outcome = 'undecided'"
    )
    with op.batch_alter_table("verdict") as batch:
        batch.drop_constraint(
            "uq_verdict_run_id_challenge_id_solution_id_number", type_="unique"
        )
        batch.drop_constraint("fk_verdict_undoes_verdict", type_="foreignkey")
        for name in reversed(PAIR[1:]):
            batch.drop_index(f"ix_verdict_{name}")
            batch.drop_constraint(f"fk_verdict_{name}_submission", type_="foreignkey")
        batch.drop_constraint("fk_verdict_run_id_match_run", type_="foreignkey")
        for name in (*PAIR, "undoes"):
            batch.drop_column(name)
        batch.alter_column("suggestion_id", existing_type=sa.Uuid(), nullable=False)
        batch.create_foreign_key(
            "fk_verdict_suggestion_id_suggestion", "suggestion", ["suggestion_id"], ["id"]
        )
        batch.create_index("ix_verdict_suggestion_id", ["suggestion_id"])
        batch.create_unique_constraint(
            "uq_verdict_suggestion_id_number", ["suggestion_id", "number"]
        )
    op.drop_column("job", "cancelled")
